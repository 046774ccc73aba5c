//! A failure of a command as a `google.rpc.Status`, for programs that read stderr.

use std::sync::Arc;

use scriptum_contract::{Value, Violation};

use super::Entry;
use crate::exit::{Code, Failure};

/// The message.
pub(crate) fn status(failure: &Failure) -> Value {
    let (number, name) = code(failure.code);
    let reason = match (&failure.reason, failure.violations.as_slice()) {
        (Some(reason), _) => Arc::clone(reason),
        (None, [_, ..]) => Arc::from("INVALID_INPUT"),
        (None, []) => Arc::from(name),
    };
    let info = detail(
        "ErrorInfo",
        [
            ("reason", Value::Text(reason)),
            ("domain", "scriptum".into()),
        ],
    );
    let help = failure.help.as_ref().map(|help| {
        let link = Value::object([("description", help.as_str().into())]);
        detail("Help", [("links", Value::list([link]))])
    });
    let details = [Some(info), causes(failure), help];
    Value::object([
        ("code", Value::Int(number)),
        ("message", failure.message.as_str().into()),
        ("details", Value::list(details.into_iter().flatten())),
    ])
}

/// Violations with their places, or the lines of the failure.
fn causes(failure: &Failure) -> Option<Value> {
    let described = |line: &String| Value::object([("description", line.as_str().into())]);
    let violations = failure.violations.iter().map(field_violation);
    let causes: Vec<Value> = violations
        .chain(failure.details.iter().map(described))
        .collect();
    if causes.is_empty() {
        return None;
    }
    let causes = Value::list(causes);
    Some(if failure.code == Code::InvalidArgument {
        detail("BadRequest", [("fieldViolations", causes)])
    } else {
        detail("PreconditionFailure", [("violations", causes)])
    })
}

fn field_violation(violation: &Violation) -> Value {
    let field = format!("input_json#{}", violation.pointer);
    Value::object([
        ("field", field.into()),
        ("reason", violation.reason.as_str().into()),
        ("description", violation.message.as_str().into()),
    ])
}

fn detail(message: &str, fields: impl IntoIterator<Item = Entry>) -> Value {
    let kind = format!("type.googleapis.com/google.rpc.{message}");
    Value::object([("@type", kind.into())].into_iter().chain(fields))
}

/// Number and name of the code of the service that is nearest to an exit code.
fn code(code: Code) -> (i64, &'static str) {
    match code {
        Code::InvalidArgument => (3, "INVALID_ARGUMENT"),
        Code::NotFound => (5, "NOT_FOUND"),
        Code::No | Code::FailedPrecondition => (9, "FAILED_PRECONDITION"),
        Code::Aborted => (10, "ABORTED"),
        Code::Internal => (13, "INTERNAL"),
        Code::Unavailable => (14, "UNAVAILABLE"),
        Code::ThreadCancelled | Code::Interrupted => (1, "CANCELLED"),
        Code::Success | Code::ThreadFailed | Code::ThreadPaused => (2, "UNKNOWN"),
    }
}
