//! Exit codes, and the failures that end a command.

use std::{fmt, io, sync::Arc};

use scriptum_contract::Violation;

use crate::{out, wire};

/// What the process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// All went well.
    Success,
    /// The answer is no: the source has errors.
    No,
    /// Wrong usage, wrong input.
    InvalidArgument,
    /// No such file, thread or code.
    NotFound,
    /// The store cannot be reached.
    Unavailable,
    /// A fault of ours, or of the store's content.
    Internal,
    /// The state forbids it.
    FailedPrecondition,
    /// Somebody else was faster: look again and decide again.
    Aborted,
    /// The thread ended FAILED.
    ThreadFailed,
    /// The thread ended CANCELLED.
    ThreadCancelled,
    /// The thread is PAUSED.
    ThreadPaused,
    /// Ctrl-C.
    Interrupted,
}

impl Code {
    fn number(self) -> u8 {
        match self {
            Code::Success => 0,
            Code::No => 1,
            Code::InvalidArgument => 2,
            Code::NotFound => 5,
            Code::Unavailable => 9,
            Code::Internal => 10,
            Code::FailedPrecondition => 11,
            Code::Aborted => 12,
            Code::ThreadFailed => 20,
            Code::ThreadCancelled => 21,
            Code::ThreadPaused => 22,
            Code::Interrupted => 130,
        }
    }
}

impl From<Code> for std::process::ExitCode {
    fn from(code: Code) -> std::process::ExitCode {
        std::process::ExitCode::from(code.number())
    }
}

/// Why a command stopped: printed as `error: …`, one line a detail, one line of help.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: Code,
    /// One line, lower-case, no full stop.
    pub(crate) message: String,
    /// What is wrong with the input, where that is the cause.
    pub(crate) violations: Vec<Violation>,
    /// One line a further cause.
    pub(crate) details: Vec<String>,
    /// A code that programs know it by; `None`: the exit code says enough.
    pub(crate) reason: Option<Arc<str>>,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            violations: Vec::new(),
            details: Vec::new(),
            reason: None,
            help: None,
        }
    }

    pub(crate) fn details(self, details: impl IntoIterator<Item = String>) -> Failure {
        Failure {
            details: details.into_iter().collect(),
            ..self
        }
    }

    /// A file or a folder that cannot be had: `cannot open 'x': no such file or directory`.
    pub(crate) fn io(tried: &str, error: &io::Error) -> Failure {
        use io::ErrorKind;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the kinds are those of the standard library, which adds to them"
        )]
        let code = match error.kind() {
            ErrorKind::NotFound => Code::NotFound,
            ErrorKind::IsADirectory | ErrorKind::NotADirectory => Code::InvalidArgument,
            _ => Code::Unavailable,
        };
        let words = error.to_string().to_lowercase();
        Failure::new(code, format!("{tried}: {}", without_number(&words)))
    }

    pub(crate) fn violations(self, violations: Vec<Violation>) -> Failure {
        Failure { violations, ..self }
    }

    pub(crate) fn reason(self, reason: &Arc<str>) -> Failure {
        Failure {
            reason: Some(Arc::clone(reason)),
            ..self
        }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Failure {
        Failure {
            help: Some(help.into()),
            ..self
        }
    }

    /// Its causes, a line each.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let violations = self.violations.iter().map(violation_line);
        violations.chain(self.details.iter().cloned())
    }

    /// Writes it to stderr, in the form that its readers want.
    pub(crate) fn print(&self) {
        if out::notes_are_json() {
            let status = wire::status(self);
            note!("{}", status.to_json().unwrap_or_default());
            return;
        }
        note!(
            "{}",
            crate::ui::style::error(&format!("error: {}", self.message))
        );
        for detail in self.lines() {
            note!("  {detail}");
        }
        if let Some(help) = &self.help {
            note!("help: {help}");
        }
    }
}

/// What the system says, without its number for it.
fn without_number(words: &str) -> &str {
    let end = words.rfind(" (os error ").unwrap_or(words.len());
    words.get(..end).unwrap_or(words)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<scriptum_engine::Error> for Failure {
    fn from(error: scriptum_engine::Error) -> Failure {
        use scriptum_engine::Error;
        match error {
            Error::Unavailable(_) => Failure::new(Code::Unavailable, error.to_string()),
            Error::Conflict(_) => Failure::new(Code::FailedPrecondition, error.to_string()),
            Error::Stale(_) => Failure::new(Code::Aborted, error.to_string()),
            Error::NotFound(_) => Failure::new(Code::NotFound, error.to_string()),
            Error::Corrupt(_) => Failure::new(Code::Internal, error.to_string()),
            Error::Invalid(violations) => {
                let message = "the value does not satisfy the contract";
                Failure::new(Code::InvalidArgument, message).violations(violations)
            }
        }
    }
}

/// A violation as a line: place, reason, message.
fn violation_line(violation: &Violation) -> String {
    let Violation {
        pointer,
        reason,
        message,
    } = violation;
    let place = if pointer.is_empty() {
        "(the whole value)"
    } else {
        pointer
    };
    format!("{place}: {message} [{}]", reason.as_str())
}

impl From<scriptum_store::OpenError> for Failure {
    fn from(error: scriptum_store::OpenError) -> Failure {
        use scriptum_store::OpenError;
        let message = without_number(&error.to_string()).to_owned();
        match error {
            OpenError::Newer { .. } => {
                Failure::new(Code::FailedPrecondition, message).help("use the newer version")
            }
            OpenError::NotAStore { .. } => Failure::new(Code::FailedPrecondition, message)
                .help("name another folder with --data-dir"),
            OpenError::Corrupt { .. } => Failure::new(Code::Internal, message)
                .help("restore the folder from a copy, or name another one with --data-dir"),
            OpenError::Unavailable { .. } => Failure::new(Code::Unavailable, message)
                .help("check the rights of the folder and the space on its disk"),
        }
    }
}

impl From<scriptum_engine::StoreError> for Failure {
    fn from(error: scriptum_engine::StoreError) -> Failure {
        use scriptum_engine::StoreError;
        let code = match &error {
            StoreError::Unavailable(_) => Code::Unavailable,
            StoreError::Conflict(_) => Code::FailedPrecondition,
            StoreError::NotFound(_) => Code::NotFound,
            StoreError::Corrupt(_) => Code::Internal,
        };
        Failure::new(code, error.to_string())
    }
}
