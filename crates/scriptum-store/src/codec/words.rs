//! The words in which stores keep what they understand themselves, so that people can read a table.

use scriptum_engine::{StepStatus, StoreError};
use scriptum_vm::{PauseReason, Recovery, Status};

/// A small set of values, each with its word.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// What the set is, for an error.
    const WHAT: &'static str;
    /// All values.
    const ALL: &'static [Self];

    /// The word; different for each value, never changed.
    fn word(self) -> &'static str;
}

/// The value of a word.
pub(crate) fn from_word<W: Word>(word: &str) -> Result<W, StoreError> {
    let value = W::ALL.iter().copied().find(|value| value.word() == word);
    value.ok_or_else(|| StoreError::Corrupt(format!("'{word}' is no {}", W::WHAT)))
}

impl Word for Status {
    const WHAT: &'static str = "status of a thread";
    const ALL: &'static [Status] = &[
        Status::Pending,
        Status::Running,
        Status::Paused,
        Status::Completed,
        Status::Failed,
        Status::Cancelled,
    ];

    fn word(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Paused => "paused",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }
}

impl Word for PauseReason {
    const WHAT: &'static str = "reason of a pause";
    const ALL: &'static [PauseReason] = &[
        PauseReason::Operator,
        PauseReason::StepError,
        PauseReason::Ask,
        PauseReason::Wait,
    ];

    fn word(self) -> &'static str {
        match self {
            PauseReason::Operator => "operator",
            PauseReason::StepError => "step_error",
            PauseReason::Ask => "ask",
            PauseReason::Wait => "wait",
        }
    }
}

impl Word for StepStatus {
    const WHAT: &'static str = "status of a step";
    const ALL: &'static [StepStatus] = &[
        StepStatus::Running,
        StepStatus::Completed,
        StepStatus::Failed,
        StepStatus::Skipped,
    ];

    fn word(self) -> &'static str {
        match self {
            StepStatus::Running => "running",
            StepStatus::Completed => "completed",
            StepStatus::Failed => "failed",
            StepStatus::Skipped => "skipped",
        }
    }
}

impl Word for Recovery {
    const WHAT: &'static str = "recovery of a step";
    const ALL: &'static [Recovery] = &[Recovery::Fallback, Recovery::Ignore, Recovery::Operator];

    fn word(self) -> &'static str {
        match self {
            Recovery::Fallback => "fallback",
            Recovery::Ignore => "ignore",
            Recovery::Operator => "operator",
        }
    }
}
