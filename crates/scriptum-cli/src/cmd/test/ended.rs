//! What came of a test: the journal of its play in the words of `expect`.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::Value;
use scriptum_vm::{Asked, Entry, Event, PauseReason, Status, StepError, StepPath};

use super::{model::Outcome, world::Played};

/// What came of a test.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    /// One line: why the thread is where it is, when it is not completed.
    pub(crate) why: Option<String>,
    pub(crate) output: Option<Value>,
    pub(crate) yields: Vec<Value>,
    /// The error of the thread, or of the step that paused it.
    pub(crate) error: Option<Value>,
    /// States of all steps that have one.
    pub(crate) steps: BTreeMap<StepPath, StepState>,
    pub(crate) calls: BTreeMap<Arc<str>, u64>,
    pub(crate) labels: BTreeMap<StepPath, Arc<str>>,
    /// What was asked or waited for last, as a reason to pause.
    open: Option<String>,
}

/// Where a step is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepState {
    pub(crate) status: &'static str,
    pub(crate) attempts: u32,
}

impl StepState {
    /// All that a test can say of it.
    pub(crate) fn value(self) -> Value {
        let attempts = Value::Int(i64::from(self.attempts));
        Value::object([("status", Value::text(self.status)), ("attempts", attempts)])
    }
}

impl Ended {
    pub(crate) fn of(played: &Played) -> Ended {
        let mut ended = Ended {
            outcome: outcome(played.play.vm().status()),
            why: None,
            output: played.play.output().cloned(),
            yields: Vec::new(),
            error: None,
            steps: BTreeMap::new(),
            calls: played.calls.clone(),
            labels: played.labels.clone(),
            open: None,
        };
        let mut failed: Option<(&StepPath, &StepError)> = None;
        for event in played.play.entries().iter().filter_map(Entry::event) {
            if let Event::StepFailed { path, error, .. } = event {
                failed = Some((path, error));
            }
            ended.take(event, failed);
        }
        ended
    }

    fn take(&mut self, event: &Event, failed: Option<(&StepPath, &StepError)>) {
        match event {
            Event::StepStarted { path, attempt, .. } => {
                self.step(path, "running", Some(*attempt));
                if let Some(name) = awaited(event) {
                    let name = Value::Text(Arc::clone(name)).to_json().unwrap_or_default();
                    let help = "an entry of 'events' sends it";
                    self.open = Some(format!("step {path} waits for event {name}; {help}"));
                }
            }
            Event::StepCompleted { path, .. } => self.step(path, "completed", None),
            Event::StepFailed { path, .. } => self.step(path, "failed", None),
            Event::StepSkipped { path, .. } => self.step(path, "skipped", None),
            Event::ThreadPaused { reason, path } => self.pause(*reason, path.as_ref(), failed),
            Event::ThreadResumed => {
                self.why = None;
                self.error = None;
            }
            Event::ThreadFailed { error, path, .. } => self.fail(error, path.as_ref()),
            Event::ThreadCancelled { reason } => {
                self.why = Some(format!("cancelled {reason}"));
            }
            Event::InputAsked(asked) => self.open = Some(question(asked)),
            Event::Yielded { value, .. } => self.yields.push(value.clone()),
            Event::StepRetrying { .. }
            | Event::AnswerRefused { .. }
            | Event::ThreadCompleted { .. } => (),
        }
    }

    fn step(&mut self, path: &StepPath, status: &'static str, attempt: Option<u32>) {
        let attempts = 0;
        let state = self.steps.entry(path.clone());
        let state = state.or_insert(StepState { status, attempts });
        state.status = status;
        state.attempts = attempt.unwrap_or(state.attempts);
    }

    fn pause(
        &mut self,
        reason: PauseReason,
        path: Option<&StepPath>,
        failed: Option<(&StepPath, &StepError)>,
    ) {
        match (reason, failed) {
            (PauseReason::Operator, _) => self.why = Some("paused by the test".to_owned()),
            (PauseReason::StepError, Some((at, error))) => self.fail(error, path.or(Some(at))),
            (PauseReason::StepError, None) => (),
            (PauseReason::Ask | PauseReason::Wait, _) => self.why = self.open.clone(),
        }
    }

    fn fail(&mut self, error: &StepError, path: Option<&StepPath>) {
        let label = path.and_then(|path| self.labels.get(path));
        let at = match (path, label) {
            (Some(path), Some(label)) => format!("step {path} \"{label}\": "),
            (Some(path), None) => format!("step {path}: "),
            (None, _) => String::new(),
        };
        self.why = Some(format!("{at}{error}"));
        let step = path.map_or(Value::Null, |path| match label {
            Some(label) => Value::Text(Arc::clone(label)),
            None => Value::text(&path.to_string()),
        });
        self.error = Some(Value::object([
            ("code", Value::Text(Arc::clone(&error.code))),
            ("message", Value::Text(Arc::clone(&error.message))),
            ("retryable", Value::Bool(error.retryable)),
            ("details", error.details.clone()),
            ("step", step),
        ]));
    }
}

/// The event that a step begins to wait for.
pub(crate) fn awaited(event: &Event) -> Option<&Arc<str>> {
    let Event::StepStarted {
        primitive, input, ..
    } = event
    else {
        return None;
    };
    let name = input.as_object().filter(|_| &**primitive == "wait")?;
    match name.get("event")? {
        Value::Text(name) => Some(name),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

fn question(asked: &Asked) -> String {
    let Asked {
        path,
        label,
        prompt,
        ..
    } = asked;
    let prompt = prompt.to_json().unwrap_or_default();
    let step = match label {
        Some(label) => format!("step {path} \"{label}\""),
        None => format!("step {path}"),
    };
    format!("{step} asks {prompt}; an entry of 'answers' answers it")
}

fn outcome(status: Status) -> Outcome {
    match status {
        Status::Pending | Status::Running => Outcome::Waiting,
        Status::Paused => Outcome::Paused,
        Status::Completed => Outcome::Completed,
        Status::Failed => Outcome::Failed,
        Status::Cancelled => Outcome::Cancelled,
    }
}
