//! The messages of the service as JSON: threads, events and errors, under the names and with the forms
//! of its interface, so that a program reads the embedded store as it reads a server.
//!
//! Only what the embedded store knows is there; fields that belong to organizations, queues and
//! schedules are left out.

mod event;
mod status;
mod thread;

pub(crate) use event::Events;
pub(crate) use status::status;
pub(crate) use thread::{Listed, listed, snapshot, thread};

use std::sync::Arc;

use scriptum_contract::{Value, service_type};
use scriptum_engine::AwaitedEvent;
use scriptum_vm::{Asked, PauseReason, Status, StepError, StepPath, Timestamp};

type Entry = (&'static str, Value);

/// 64-bit integers are written as text.
fn long(number: i64) -> Value {
    number.to_string().into()
}

fn time(at: Option<Timestamp>) -> Value {
    long(at.map_or(0, |at| at.0))
}

/// Absent texts are empty ones.
fn text(text: Option<&Arc<str>>) -> Value {
    text.map_or_else(|| "".into(), |text| Value::Text(Arc::clone(text)))
}

fn place(path: Option<&StepPath>) -> Value {
    path.map(ToString::to_string).unwrap_or_default().into()
}

/// The value as JSON in a text; empty when there is none, or when it is kept apart.
fn json(value: Option<&Value>) -> Value {
    let json = value.and_then(|value| value.to_json().ok());
    json.unwrap_or_default().into()
}

fn status_name(status: Status) -> Value {
    let name = match status {
        Status::Pending => "THREAD_STATUS_PENDING",
        Status::Running => "THREAD_STATUS_RUNNING",
        Status::Paused => "THREAD_STATUS_PAUSED",
        Status::Completed => "THREAD_STATUS_COMPLETED",
        Status::Failed => "THREAD_STATUS_FAILED",
        Status::Cancelled => "THREAD_STATUS_CANCELLED",
    };
    name.into()
}

fn pause_name(reason: Option<PauseReason>) -> Value {
    let name = match reason {
        None => "PAUSE_REASON_UNSPECIFIED",
        Some(PauseReason::Ask) => "PAUSE_REASON_ASK",
        Some(PauseReason::StepError) => "PAUSE_REASON_STEP_ERROR",
        Some(PauseReason::Wait) => "PAUSE_REASON_WAIT",
        Some(PauseReason::Operator) => "PAUSE_REASON_OPERATOR",
    };
    name.into()
}

/// A `ThreadError`.
fn thread_error(error: &StepError, path: Option<&StepPath>) -> Value {
    let details = Some(&error.details).filter(|details| **details != Value::Null);
    Value::object([
        ("code", Value::Text(Arc::clone(&error.code))),
        ("message", Value::Text(Arc::clone(&error.message))),
        ("stepPath", place(path)),
        ("detailJson", json(details)),
        ("retryable", error.retryable.into()),
    ])
}

/// A `PendingInput` of an ask.
fn asked(ask: &Asked) -> Value {
    let options = ask.options.as_list().unwrap_or_default().iter();
    Value::object([
        ("stepPath", place(Some(&ask.path))),
        ("label", text(ask.label.as_ref())),
        ("prompt", plain(&ask.prompt).into()),
        ("type", service_type(&ask.answer)),
        ("options", Value::list(options.map(|it| plain(it).into()))),
        ("defaultValueJson", json(ask.default.as_ref())),
        ("expiresAtMs", time(ask.due)),
        ("attempt", Value::Int(ask.attempt.into())),
        ("maxRetries", Value::Int(ask.max_retries.into())),
        ("lastError", text(ask.refusal.as_ref())),
        ("eventName", "".into()),
    ])
}

/// A `PendingInput` of a step that waits for an event.
fn awaited(event: &AwaitedEvent) -> Value {
    Value::object([
        ("stepPath", place(Some(&event.path))),
        ("eventName", Value::Text(Arc::clone(&event.name))),
    ])
}

fn plain(value: &Value) -> String {
    match value.as_text() {
        Some(text) => text.to_owned(),
        None => value.to_json().unwrap_or_default(),
    }
}
