//! The step index as a function of the journal: the same function makes the index when a turn is
//! committed and proves it afterwards.

use scriptum_vm::{Entry, Event, Record, Seq, Timestamp};

use crate::{StepChange, StepStatus};

/// The changes of the step index that these entries mean, in order. Entries of one turn must not be
/// torn apart: an output may stand in the notification that the turn applied.
pub fn step_changes(entries: &[Entry]) -> Vec<StepChange> {
    let mut changes = Vec::with_capacity(entries.len());
    let mut notification = Seq(0);
    for entry in entries {
        match &entry.record {
            Record::Notification(_) => notification = entry.seq,
            Record::Event(event) => changes.extend(step_change(event, entry, notification)),
        }
    }
    changes
}

fn step_change(event: &Event, entry: &Entry, notification: Seq) -> Option<StepChange> {
    let (at, seq): (Timestamp, Seq) = (entry.at, entry.seq);
    match event {
        Event::StepStarted {
            path,
            attempt,
            label,
            primitive,
            tool,
            input: _,
        } => Some(StepChange::Started {
            path: path.clone(),
            attempt: *attempt,
            at,
            seq,
            label: label.clone(),
            primitive: primitive.clone(),
            tool: tool.clone(),
        }),
        Event::StepCompleted {
            path,
            attempt: _,
            output,
            recovery,
        } => Some(StepChange::Ended {
            path: path.clone(),
            status: StepStatus::Completed,
            at,
            seq: if output.is_some() { seq } else { notification },
            error: None,
            recovery: *recovery,
        }),
        Event::StepFailed {
            path,
            attempt: _,
            error,
            recovery,
        } => Some(StepChange::Ended {
            path: path.clone(),
            status: StepStatus::Failed,
            at,
            seq,
            error: Some(error.clone()),
            recovery: *recovery,
        }),
        Event::StepSkipped {
            path,
            label,
            primitive,
        } => Some(StepChange::Skipped {
            path: path.clone(),
            at,
            seq,
            label: label.clone(),
            primitive: primitive.clone(),
        }),
        Event::StepRetrying { .. }
        | Event::InputAsked(_)
        | Event::AnswerRefused { .. }
        | Event::Yielded { .. }
        | Event::ThreadPaused { .. }
        | Event::ThreadResumed
        | Event::ThreadCompleted { .. }
        | Event::ThreadFailed { .. }
        | Event::ThreadCancelled { .. } => None,
    }
}
