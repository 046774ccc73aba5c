//! Drives a thread, shows its turns in short words, and checks after each that a restored thread is
//! the same one.

use std::sync::Arc;

use scriptum_contract::Value;
use scriptum_vm::{
    Effect, Event, Frames, Ignored, Notification, Options, Refused, Resume, Status, StepError,
    StepPath, Timestamp, Turn, Vm, program::Program,
};

pub(crate) struct Thread {
    pub(crate) vm: Vm,
    pub(crate) now: i64,
    pub(crate) frames: Frames,
    pub(crate) turn: Option<Turn>,
    options: Options,
}

pub(crate) fn path(text: &str) -> StepPath {
    text.parse().unwrap()
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

impl Thread {
    /// A thread that was started without input.
    pub(crate) fn start(program: Program) -> Thread {
        Thread::start_with(program, Options::default(), "{}")
    }

    pub(crate) fn start_with(program: Program, options: Options, input: &str) -> Thread {
        let mut thread = Thread::new(program, options);
        thread.apply(started(input)).unwrap();
        thread
    }

    pub(crate) fn new(program: Program, options: Options) -> Thread {
        Thread {
            vm: Vm::with_options(Arc::new(program), options),
            now: 0,
            frames: Frames::default(),
            turn: None,
            options,
        }
    }

    /// Applies, folds the frames, and checks that a restored thread has the same state.
    pub(crate) fn apply(&mut self, notification: Notification) -> Result<String, Refused> {
        let before = self.vm.frames();
        let turn = match self.vm.apply(notification, Timestamp(self.now)) {
            Ok(turn) => turn,
            Err(refused) => {
                assert_eq!(self.vm.frames(), before, "a refused turn changes nothing");
                return Err(refused);
            }
        };
        self.frames.apply(turn.frames.clone());
        assert_eq!(self.frames, self.vm.frames(), "deltas add up to the state");
        let program = Arc::clone(self.vm.program());
        let restored =
            Vm::restore_with_options(program, self.frames.clone(), self.options).unwrap();
        assert_eq!(restored.frames(), self.frames);
        assert!(restored.pending().eq(self.vm.pending()));
        assert_eq!(restored.status(), turn.status);
        let text = show(&turn);
        self.turn = Some(turn);
        Ok(text)
    }

    pub(crate) fn returned(&mut self, at: &str, attempt: u32, output: &str) -> String {
        let notification = Notification::Returned {
            path: path(at),
            attempt,
            output: json(output),
        };
        self.apply(notification).unwrap()
    }

    pub(crate) fn failed(&mut self, at: &str, attempt: u32, code: &str) -> String {
        self.apply(failed(at, attempt, code)).unwrap()
    }

    /// Lets time pass and the timer fire.
    pub(crate) fn fired(&mut self, at: &str, now: i64) -> String {
        self.now = now;
        self.apply(Notification::TimerFired { path: path(at) })
            .unwrap()
    }

    pub(crate) fn resumed(&mut self, at: Option<&str>, change: Resume) -> String {
        self.apply(Notification::Resumed {
            path: at.map(path),
            change,
            seen: None,
        })
        .unwrap()
    }

    #[track_caller]
    pub(crate) fn ignored(&mut self, notification: Notification, why: Ignored) {
        assert_eq!(self.apply(notification), Err(Refused::Ignored(why)));
    }

    /// What the last turn says.
    pub(crate) fn last(&self) -> String {
        show(self.turn.as_ref().unwrap())
    }

    pub(crate) fn status(&self) -> Status {
        self.vm.status()
    }

    /// What is pending, in short words.
    pub(crate) fn pending(&self) -> String {
        self.vm
            .pending()
            .map(|effect| show_effect(&effect))
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

pub(crate) fn started(input: &str) -> Notification {
    Notification::Started {
        input: json(input),
        env: [("KEY".into(), Value::from("secret"))].into(),
        seed: 7,
        timeout_ms: None,
        thread: json(r#"{"id": "thr_1", "script": "test", "version": 3}"#),
    }
}

pub(crate) fn failed(at: &str, attempt: u32, code: &str) -> Notification {
    Notification::Failed {
        path: path(at),
        attempt,
        error: StepError::permanent(code, "it broke"),
    }
}

/// An error that passes by itself.
pub(crate) fn passing_failure(at: &str, attempt: u32, code: &str) -> Notification {
    Notification::Failed {
        path: path(at),
        attempt,
        error: StepError {
            retryable: true,
            ..StepError::permanent(code, "it broke")
        },
    }
}

fn show(turn: &Turn) -> String {
    let events = turn.events.iter().map(show_event);
    let effects = turn.effects.iter().map(show_effect);
    events.chain(effects).collect::<Vec<_>>().join(" · ")
}

fn show_value(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

fn show_event(event: &Event) -> String {
    let how = |recovery: &Option<scriptum_vm::Recovery>| {
        recovery.map_or(String::new(), |recovery| {
            format!(" by {recovery:?}").to_lowercase()
        })
    };
    match event {
        Event::StepStarted { path, attempt, .. } => format!("{path} #{attempt} started"),
        Event::StepRetrying {
            path, attempt, due, ..
        } => {
            format!("{path} retrying #{attempt} at {}", due.0)
        }
        Event::StepCompleted {
            path,
            attempt,
            output,
            recovery,
        } => {
            let output = output
                .as_ref()
                .map_or(String::new(), |output| format!(" {}", show_value(output)));
            format!("{path} #{attempt} completed{output}{}", how(recovery))
        }
        Event::StepFailed {
            path,
            attempt,
            error,
            recovery,
        } => {
            format!("{path} #{attempt} failed {}{}", error.code, how(recovery))
        }
        Event::StepSkipped { path, .. } => format!("{path} skipped"),
        Event::InputAsked(asked) => format!("{} asks", asked.path),
        Event::AnswerRefused { path, reason, .. } => format!("{path} refuses: {reason}"),
        Event::Yielded { path, value, .. } => format!("{path} yielded {}", show_value(value)),
        Event::ThreadPaused { reason, path } => {
            let at = path
                .as_ref()
                .map_or(String::new(), |path| format!(" at {path}"));
            format!("paused {reason:?}{at}")
        }
        Event::ThreadResumed => "resumed".to_owned(),
        Event::ThreadCompleted { output } => format!("thread completed {}", show_value(output)),
        Event::ThreadFailed {
            error,
            path,
            output,
        } => {
            let at = path
                .as_ref()
                .map_or(String::new(), |path| format!(" at {path}"));
            let output = output
                .as_ref()
                .map_or(String::new(), |output| format!(" {}", show_value(output)));
            format!("thread failed {}{at}{output}", error.code)
        }
        Event::ThreadCancelled { reason } => format!("cancelled {reason}"),
    }
}

fn show_effect(effect: &Effect) -> String {
    match effect {
        Effect::Call(call) => format!(
            "call {} {}#{}/{} {}",
            call.callee.name,
            call.path,
            call.attempt,
            call.number,
            show_value(&call.args)
        ),
        Effect::Timer { path, due } => format!("timer {path} at {}", due.0),
    }
}
