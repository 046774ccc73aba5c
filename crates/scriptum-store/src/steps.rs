//! Folds changes of the step index into rows.

use std::sync::Arc;

use scriptum_engine::{StepChange, StepRow, StepStatus, StoreError, ThreadId};
use scriptum_vm::StepPath;

/// The step that a change is about.
pub(crate) fn path_of(change: &StepChange) -> &StepPath {
    match change {
        StepChange::Started { path, .. }
        | StepChange::Ended { path, .. }
        | StepChange::Skipped { path, .. } => path,
    }
}

/// What a change makes of the row before it, which is [`blank`] where there is none.
pub(crate) fn fold(before: StepRow, change: StepChange) -> StepRow {
    match change {
        StepChange::Started {
            path,
            attempt,
            at,
            seq,
            label,
            primitive,
            tool,
        } => StepRow {
            path,
            label,
            primitive,
            tool,
            status: StepStatus::Running,
            attempt,
            started_at: Some(at),
            ended_at: None,
            input_seq: Some(seq),
            output_seq: None,
            error: None,
            recovery: None,
        },
        StepChange::Ended {
            path: _,
            status,
            at,
            seq,
            error,
            recovery,
        } => StepRow {
            status,
            ended_at: Some(at),
            output_seq: (status == StepStatus::Completed).then_some(seq),
            error,
            recovery,
            ..before
        },
        StepChange::Skipped {
            path,
            at,
            seq: _,
            label,
            primitive,
        } => StepRow {
            path,
            label,
            primitive,
            tool: None,
            status: StepStatus::Skipped,
            attempt: 0,
            started_at: None,
            ended_at: Some(at),
            input_seq: None,
            output_seq: None,
            error: None,
            recovery: None,
        },
    }
}

/// A row that says nothing yet.
pub(crate) fn blank(path: StepPath) -> StepRow {
    StepRow {
        path,
        label: None,
        primitive: Arc::default(),
        tool: None,
        status: StepStatus::Running,
        attempt: 0,
        started_at: None,
        ended_at: None,
        input_seq: None,
        output_seq: None,
        error: None,
        recovery: None,
    }
}

/// A step ended that never began.
pub(crate) fn never_started(thread: ThreadId, path: &StepPath) -> StoreError {
    StoreError::Corrupt(format!(
        "step {path} of {thread} ends without having started"
    ))
}
