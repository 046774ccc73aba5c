//! A thread of the embedded store as a `Thread`.

use scriptum_contract::Value;
use scriptum_engine::{AwaitedEvent, Engine, Error, ThreadId, ThreadRow};
use scriptum_vm::{Asked, PauseReason, Status, StepError, StepPath};

use super::{asked, awaited, pause_name, place, status_name, text, thread_error, time};

/// A thread with what holds it up.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) row: ThreadRow,
    /// Why it failed, or why the step failed that it is paused at.
    pub(crate) error: Option<StepError>,
    /// The step that failed or waits.
    pub(crate) step: Option<StepPath>,
    /// The paused sub-thread that holds it up while it runs.
    pub(crate) blocked_by: Option<ThreadId>,
    asks: Vec<Asked>,
    events: Vec<AwaitedEvent>,
}

/// Looks up what holds a thread up; one that goes on, or that went well, costs nothing.
pub(crate) async fn listed(engine: &Engine, row: ThreadRow) -> Result<Listed, Error> {
    let mut listed = Listed {
        error: None,
        step: None,
        blocked_by: None,
        asks: Vec::new(),
        events: Vec::new(),
        row,
    };
    let id = listed.row.id;
    match (listed.row.status, listed.row.pause) {
        (Status::Paused, Some(PauseReason::Ask)) => {
            listed.asks = engine.asks(id).await?;
            listed.step = listed.asks.first().map(|ask| ask.path.clone());
        }
        (Status::Paused, Some(PauseReason::Wait)) => {
            listed.events = engine.awaited_events(id).await?;
            listed.step = listed.events.first().map(|event| event.path.clone());
        }
        (Status::Paused, Some(PauseReason::StepError)) | (Status::Failed, _) => {
            let result = engine.result(id).await?;
            listed.error = result.error;
            listed.step = result.failed_step;
        }
        (Status::Running, _) => listed.blocked_by = engine.blocked_by(&listed.row).await?,
        (Status::Paused, Some(PauseReason::Operator) | None)
        | (Status::Pending | Status::Completed | Status::Cancelled, _) => {}
    }
    Ok(listed)
}

/// The message.
pub(crate) fn thread(listed: &Listed) -> Value {
    let Listed {
        row,
        error,
        step,
        blocked_by,
        ..
    } = listed;
    let blocked_by = blocked_by.map(|child| child.to_string().into());
    let message = error.as_ref().map(|error| &error.message);
    let detail = error
        .as_ref()
        .map(|error| thread_error(error, step.as_ref()));
    let finished = row.status.is_ended().then_some(row.updated_at);
    let asks = listed.asks.iter().map(asked);
    let pending = asks.chain(listed.events.iter().map(awaited));
    let entries = [
        ("threadId", row.id.to_string().into()),
        ("scriptName", text(Some(&row.script))),
        ("status", status_name(row.status)),
        ("error", text(message)),
        ("currentStepPath", place(step.as_ref())),
        ("createdAtMs", time(Some(row.created_at))),
        ("finishedAtMs", time(finished)),
        ("blockedByThreadId", text(blocked_by.as_ref())),
        ("pendingInputs", Value::list(pending)),
        ("pauseReason", pause_name(row.pause)),
    ];
    let detail = detail.map(|detail| ("errorDetail", detail));
    Value::object(entries.into_iter().chain(detail))
}

/// The event that a watch begins with.
pub(crate) fn snapshot(listed: &Listed) -> Value {
    let sequence = listed.row.last_seq.0.to_string();
    Value::object([
        ("sequence", sequence.into()),
        ("atMs", time(Some(listed.row.updated_at))),
        ("snapshot", thread(listed)),
    ])
}
