//! What the cells of a thread hold, and their persisted form: JSON.
//!
//! Field names are short because cells are rewritten often. Nothing here knows what a step does.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use scriptum_contract::{Value, json_text};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{FrameCell, PauseReason, Status, StepError, StepPath, Timestamp};

/// The thread itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Thread {
    /// Where it stands.
    pub(super) status: Status,
    /// True from the wish to pause until somebody resumes: no step starts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) held: bool,
    /// What it waits for while it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pause: Option<PauseReason>,
    /// How often the thread has gone on after a pause.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) lifts: u32,
    /// Jumps made so far.
    #[serde(default)]
    pub(super) jumps: u32,
    /// Values yielded so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) yields: u32,
    /// The error that will end the thread; set while `on thread error` runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failing: Option<Arc<Failing>>,
    /// How long it may still run; `None` without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<Deadline>,
}

/// How long a thread may still run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deadline {
    /// It runs, until then.
    Due(Timestamp),
    /// It is paused, and has so many milliseconds left.
    Left {
        /// Milliseconds.
        ms: u64,
    },
}

impl Thread {
    /// A thread before `Started`.
    pub(super) fn new() -> Thread {
        Thread {
            status: Status::Pending,
            held: false,
            pause: None,
            lifts: 0,
            jumps: 0,
            yields: 0,
            failing: None,
            deadline: None,
        }
    }
}

/// Why a thread ends in failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Failing {
    pub(super) error: StepError,
    /// The step that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<StepPath>,
}

/// What the thread was started with. Never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Started {
    pub(super) input: Value,
    pub(super) env: BTreeMap<Arc<str>, Value>,
    pub(super) seed: u64,
    pub(super) thread: Value,
}

/// The cursor of a scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Index of the current step; the number of steps at the end.
    pub(super) at: u32,
    /// What the current step is doing.
    #[serde(default, skip_serializing_if = "Progress::is_ready")]
    pub(super) step: Progress,
    /// Checks of this body that are making their `retry` rounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rounds: Vec<Rounds>,
}

impl Head {
    /// At the first step.
    pub(super) fn first() -> Head {
        Head {
            at: 0,
            step: Progress::Ready,
            rounds: Vec::new(),
        }
    }
}

/// How often a check has sent the step before it round again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Rounds {
    /// Index of the check.
    pub(super) check: u32,
    /// Rounds so far.
    pub(super) made: u32,
}

/// What the current step of a scope is doing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// It has not begun.
    #[default]
    Ready,
    /// It has not begun, and something is known of its input.
    Again(Box<Again>),
    /// Its call is open.
    Calling(Box<Calling>),
    /// Its next call is made when the time has come.
    Waiting(Box<Waiting>),
    /// It waits for somebody's answer.
    Asking(Box<Asking>),
    /// It goes on when the time has come.
    Sleeping(Box<Sleeping>),
    /// It goes on when an event has arrived.
    Listening(Box<Listening>),
    /// The scopes or the loop under it are at work.
    Inside {
        /// The execution.
        attempt: u32,
    },
    /// It failed, and nothing handled the error.
    Failed(Box<Failed>),
    /// It begins, or its body ends, when the streams of the body have ended; with what is known of its
    /// input.
    Draining(Option<Box<Again>>),
    /// Nothing runs here any more; the bindings stay, for `on thread error`, or until the other lanes
    /// have ended too.
    Over,
}

impl Progress {
    fn is_ready(&self) -> bool {
        matches!(self, Progress::Ready)
    }
}

/// How often a step was executed, and how many idempotency keys its calls have used up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Count {
    /// Executions, the current one included.
    #[serde(rename = "a")]
    pub(super) attempt: u32,
    /// Numbers of calls that are used up: the next call has the one after.
    #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
    pub(super) calls: u32,
    /// True when a call with the next number was made and, as far as is known, not answered: it may
    /// be made again under the same number as long as its input is the same.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) open: bool,
}

impl Count {
    /// A call is made.
    pub(super) fn called(self) -> Count {
        Count { open: true, ..self }
    }

    /// The last call was answered, or its number must not be used for what comes next.
    pub(super) fn used_up(self) -> Count {
        Count {
            calls: self.calls + u32::from(self.open),
            open: false,
            ..self
        }
    }

    /// One more execution.
    pub(super) fn next(self) -> Count {
        Count {
            attempt: self.attempt + 1,
            ..self
        }
    }
}

/// An open call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calling {
    #[serde(flatten)]
    pub(super) count: Count,
    /// Retries since the step began or was resumed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) tries: u32,
    /// The step's input, an object; `None` when it could not be computed and the fallback is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<Value>,
    /// The fallback's input, when it is the one that is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fallback: Option<Value>,
}

/// A call to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The call; its count is that of the execution to come.
    pub(super) call: Calling,
    /// When.
    pub(super) due: Timestamp,
    /// True when it is the fallback's turn, whose input is not computed yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) fallback: bool,
}

/// An open ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asking {
    #[serde(flatten)]
    pub(super) count: Count,
    /// Retries since the step began or was resumed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) tries: u32,
    /// The step's input, an object: the question and the terms of its answer.
    pub(super) input: Value,
    /// The interpolated label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<Arc<str>>,
    /// When the time is up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Timestamp>,
    /// Wrong answers so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) wrong: u32,
    /// What was wrong with the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<Arc<str>>,
}

/// A step that waits for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sleeping {
    #[serde(flatten)]
    pub(super) count: Count,
    /// When it goes on.
    pub(super) due: Timestamp,
}

/// A step that waits for an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Listening {
    #[serde(flatten)]
    pub(super) count: Count,
    /// Name of the event.
    pub(super) event: Arc<str>,
    /// When it fails if none has arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Timestamp>,
}

/// An event that arrived before anything waited for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) name: Arc<str>,
    pub(super) value: Value,
}

/// An execution that failed for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Failed {
    #[serde(flatten)]
    pub(super) count: Count,
    /// The step's input, as far as it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<Value>,
    /// Why.
    pub(super) error: StepError,
    /// True when the error ends the thread, once nothing else of it can run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) ends: bool,
}

/// A step that runs in another way than it would by itself: after a resume, or by a jump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Again {
    /// Executions so far.
    #[serde(flatten)]
    pub(super) count: Count,
    /// What is known of its input.
    pub(super) given: Given,
}

/// What is known of a step's input before the step begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Given {
    /// Nothing: it is computed.
    #[default]
    Nothing,
    /// All of it.
    Whole(Value),
    /// These parts; the others are computed.
    Parts(Value),
    /// The answer of a check's condition.
    Answer(bool),
    /// The branch of a decide, which a jump leads into.
    Branch(u32),
}

/// The shape of a loop under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LoopHead {
    /// Number of elements; `None` as long as the stream that they come from goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u32>,
    /// The step whose stream the elements are; `None`: they are those of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<StepPath>,
    /// Most iterations at once; of a loop in groups, most groups.
    pub(super) parallel: u32,
    /// Iterations that begin together and share one place; `None`: each has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<NonZeroU32>,
    /// Finished iterations whose values are not kept, or were handed on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) gone: u32,
    /// Batches with a pause in between, when the loop sleeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<Batch>,
}

/// A step in the background.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StreamHead {
    /// What it is doing; over when no further item will come.
    pub(super) step: Progress,
    /// Items that came. Of a loop, known at its end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) received: u32,
    /// Items that were taken or dropped. Of a loop, its own head says it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) gone: u32,
    /// The pipe that takes the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<StepPath>,
    /// True when nobody will take the items.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) drained: bool,
}

/// Where a loop that sleeps between batches stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Batch {
    /// Pause between two batches.
    pub(super) sleep_ms: u64,
    /// Index behind the last iteration of the current batch.
    pub(super) end: u32,
    /// When the next batch begins; set while the loop sleeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Timestamp>,
}

/// Where a repeat under way stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RepeatHead {
    /// Index of the current round, or of the last one while none is under way.
    pub(super) round: u32,
    /// Most rounds.
    pub(super) max: u32,
    /// Pause between two rounds.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub(super) sleep_ms: u64,
    /// When the next round begins; set while the repeat sleeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Timestamp>,
    /// The value of the round whose end could not be tested, until it is tested again.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub(super) value: Option<Value>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_nothing(ms: &u64) -> bool {
    *ms == 0
}

/// A field that is there, be it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The persisted form of a cell.
pub(super) fn write(content: &impl Serialize) -> FrameCell {
    let text = json_text(content).expect("cells have text keys and finite numbers");
    FrameCell(text.into())
}

/// The content of a cell.
pub(super) fn read<'c, T: Deserialize<'c>>(cell: &'c FrameCell) -> Result<T, serde_json::Error> {
    serde_json::from_str(&cell.0)
}
