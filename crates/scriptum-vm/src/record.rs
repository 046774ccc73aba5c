//! What goes into the machine and what comes out of it: the words of the journal.
//!
//! A *notification* is a fact from outside, an *event* a fact that the machine decided, an *effect*
//! something that it asks of the outside. Notifications and events are journalled; effects are not,
//! because the frames say which ones are open.

use std::{collections::BTreeMap, fmt, sync::Arc};

use scriptum_contract::{Mask, Type, Value, ValueHash};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{StepPath, frames::FrameDelta, program::Callee};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Number of an entry in the journal of its thread, from 1, without gaps.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// A fact from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notification {
    /// The thread begins. Accepted once, as the first one.
    Started {
        /// The inputs: an object that satisfies the contract, defaults filled in.
        input: Value,
        /// Values of the declared environment variables by name in the script, converted to their types.
        env: BTreeMap<Arc<str>, Value>,
        /// Source of jitter and of `uuid()`.
        seed: u64,
        /// What the script may know of its thread as `thread`: an object with `id`, `script` and
        /// `version`. The machine adds the status.
        #[serde(default)]
        thread: Value,
        /// How long the thread may run, in milliseconds; time spent paused does not count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    },
    /// A call gave a result. Ignored unless that attempt of that step is open.
    Returned {
        /// The step.
        path: StepPath,
        /// The attempt that was answered.
        attempt: u32,
        /// What the tool returned.
        output: Value,
    },
    /// A call failed. Ignored unless that attempt of that step is open.
    Failed {
        /// The step.
        path: StepPath,
        /// The attempt that failed.
        attempt: u32,
        /// Why.
        error: StepError,
    },
    /// An open call handed an item on. Ignored unless that attempt is open, the item is the next one, and
    /// there is room for it.
    Item {
        /// The step.
        path: StepPath,
        /// The attempt whose call it is.
        attempt: u32,
        /// Position of the item in the stream, from 0.
        index: u32,
        /// The item.
        value: Value,
    },
    /// The time of a timer has come. Ignored unless the timer is open and due.
    TimerFired {
        /// The step that asked for it.
        path: StepPath,
    },
    /// Somebody answered an ask. Ignored unless the ask is open. A wrong answer counts.
    Answered {
        /// The ask.
        path: StepPath,
        /// The answer, or an object with the answer as `value` and what else somebody wants to note.
        value: Value,
        /// Who answered.
        by: Arc<str>,
        /// The attempt of the ask that the answer is for. Ignored when another one is open; `None`: whichever
        /// is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// The wrong answers that whoever answers knew of. A wrong one is ignored when there are more by
        /// now: it came twice, or beside another one. `None`: whatever there are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wrong: Option<u32>,
    },
    /// Somebody lets a paused thread go on. Ignored unless the thread is paused.
    Resumed {
        /// The failed step that is meant; `None`: all failed steps, a change going to the first.
        path: Option<StepPath>,
        /// What is different this time.
        change: Resume,
        /// What whoever resumes saw. Ignored when that is over; `None`: whatever holds the thread up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Seen>,
    },
    /// Somebody wants the thread to stop before its next step.
    PauseAsked,
    /// Somebody wants the thread to end. Ignored when it has ended.
    CancelAsked {
        /// Why; may be empty.
        reason: Arc<str>,
    },
    /// Something happened that a `wait for event` may wait for. Kept for a later one when none is open.
    EventArrived {
        /// The event's name.
        name: Arc<str>,
        /// What there is to know of it.
        value: Value,
    },
    /// The turn before this one stopped at its limit of events; the machine goes on by itself.
    Continued,
}

/// What a resume changes for the failed step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    /// Nothing: the step runs again with the same input.
    Again,
    /// The whole input of the step; for a step that waits for an event, the event's data.
    Replace(Value),
    /// Single inputs of the step; the others stay.
    Merge(Value),
    /// The step counts as completed with this output.
    Output(Value),
}

/// A fact that the machine decided; what watchers see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A step began, again or for the first time.
    StepStarted {
        /// The step.
        path: StepPath,
        /// Counts the executions of this step, from 1.
        attempt: u32,
        /// The interpolated label.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<Arc<str>>,
        /// Name of the primitive: `execute`, `iterate`…
        primitive: Arc<str>,
        /// Full name of the tool that it calls.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tool: Option<Arc<str>>,
        /// Its resolved input; null for steps without one.
        #[serde(default)]
        input: Value,
    },
    /// An attempt failed and another one will be made.
    StepRetrying {
        /// The step.
        path: StepPath,
        /// The attempt that will be made.
        attempt: u32,
        /// When.
        due: Timestamp,
        /// Why the attempt before failed; `None`: the notification of this turn says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<StepError>,
    },
    /// A step has its output.
    StepCompleted {
        /// The step.
        path: StepPath,
        /// The attempt that succeeded.
        attempt: u32,
        /// The output; `None`: that of the `Returned` notification which this turn applied.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        output: Option<Value>,
        /// How it came to succeed after an error.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovery: Option<Recovery>,
    },
    /// The last attempt of a step failed.
    StepFailed {
        /// The step.
        path: StepPath,
        /// The attempt that failed.
        attempt: u32,
        /// Why.
        error: StepError,
        /// `Ignore` when the thread goes on all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovery: Option<Recovery>,
    },
    /// A step will not run: its branch was not taken, no case was true, a jump passed over it. A step
    /// that ran before keeps its record, so no event says that it is passed over later.
    StepSkipped {
        /// The step.
        path: StepPath,
        /// The label as written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<Arc<str>>,
        /// Name of the primitive.
        primitive: Arc<str>,
    },
    /// An ask is open: somebody has to answer it.
    InputAsked(Asked),
    /// An answer does not satisfy its ask, which stays open as long as it may be answered again.
    AnswerRefused {
        /// The ask.
        path: StepPath,
        /// The execution of the ask.
        attempt: u32,
        /// Number of wrong answers so far.
        wrong: u32,
        /// What is wrong with it.
        reason: Arc<str>,
    },
    /// The script shows something.
    Yielded {
        /// The step.
        path: StepPath,
        /// Position among all that the thread has shown, from 0.
        index: u32,
        /// The interpolated label.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<Arc<str>>,
        /// What is shown: an object.
        value: Value,
    },
    /// Nothing of the thread can run until somebody does something.
    ThreadPaused {
        /// What it waits for.
        reason: PauseReason,
        /// The step, where one is the cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<StepPath>,
    },
    /// The thread goes on after a pause.
    ThreadResumed,
    /// The thread reached its end.
    ThreadCompleted {
        /// The object of the final emit; an empty object without one.
        output: Value,
    },
    /// The thread ended in failure.
    ThreadFailed {
        /// Why.
        error: StepError,
        /// The step that failed, where one is the cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<StepPath>,
        /// What `on thread error` emitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<Value>,
    },
    /// The thread was cancelled.
    ThreadCancelled {
        /// Why; may be empty.
        reason: Arc<str>,
    },
}

/// An open ask: all that somebody has to know to answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The ask.
    pub path: StepPath,
    /// Counts the executions of this step, from 1.
    pub attempt: u32,
    /// The interpolated label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Arc<str>>,
    /// The question; a large one is a reference to a stored value.
    pub prompt: Value,
    /// What the answer must be.
    pub answer: Type,
    /// The answers that are allowed, a list; null: all of the type.
    #[serde(default, skip_serializing_if = "is_null")]
    pub options: Value,
    /// The answer that is taken when nobody gives one in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// When the time is up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Wrong answers after which the step fails.
    pub max_retries: u32,
    /// Wrong answers so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrong: u32,
    /// What was wrong with the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Arc<str>>,
}

/// How a step came to its end after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// The fallback's output counts.
    Fallback,
    /// The error was ignored, the binding is null.
    Ignore,
    /// A resume supplied the output.
    Operator,
}

/// What a paused thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Somebody paused it.
    Operator,
    /// A step failed and nothing handled the error.
    StepError,
    /// An ask is open.
    Ask,
    /// A step waits for an event.
    Wait,
}

/// What holds a thread up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// What the thread waits for.
    pub reason: PauseReason,
    /// How often the thread had gone on after a pause before: names this one.
    pub number: u32,
}

/// What somebody saw who lets a thread go on. A request that comes late or twice names something that
/// is over, and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The thread was paused, by the pause of this number.
    Pause(u32),
    /// The step that is named failed, asked, or waited for an event, at this attempt.
    Attempt(u32),
}

/// Something that the machine asks of the outside. Asked again, with the same key, until answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Call a tool.
    Call(Call),
    /// Notify when a time has come.
    Timer {
        /// The step that asks.
        path: StepPath,
        /// The time.
        due: Timestamp,
    },
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The step.
    pub path: StepPath,
    /// The attempt; the answer names it.
    pub attempt: u32,
    /// Number of the call in the idempotency key `<thread>/<path>/<number>`: grows when a call of
    /// the step was answered or its input changed.
    pub number: u32,
    /// What is called.
    pub callee: Callee,
    /// The arguments, an object; parts of it may be references to stored values.
    pub args: Value,
    /// `Some`: the items are wanted one by one, and so many of them are recorded already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_from: Option<u32>,
}

/// Why a step failed: part of the public API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepError {
    /// Stable code, such as `TOOL_FAILED`.
    pub code: Arc<str>,
    /// What was tried and what was in the way.
    pub message: Arc<str>,
    /// True when trying again can help.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retryable: bool,
    /// Further data; null without.
    #[serde(default, skip_serializing_if = "is_null")]
    pub details: Value,
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

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Null)
}

impl StepError {
    /// An error that trying again does not mend.
    pub fn permanent(code: &str, message: impl Into<Arc<str>>) -> StepError {
        StepError {
            code: code.into(),
            message: message.into(),
            retryable: false,
            details: Value::Null,
        }
    }
}

impl StepError {
    /// The error without the secrets that the mask hides.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> StepError {
        StepError {
            message: mask.shared(&self.message),
            details: mask.value(self.details),
            ..self
        }
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// The state of a thread after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Created, `Started` not applied yet.
    Pending,
    /// Has effects open, or is waiting for a timer.
    Running,
    /// Waits for somebody.
    Paused,
    /// Ended with its output.
    Completed,
    /// Ended in failure.
    Failed,
    /// Ended by somebody.
    Cancelled,
}

impl Status {
    /// True when nothing can happen any more.
    pub fn is_ended(self) -> bool {
        match self {
            Status::Completed | Status::Failed | Status::Cancelled => true,
            Status::Pending | Status::Running | Status::Paused => false,
        }
    }
}

/// What one `apply` produced: the unit of commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The notification as it is journalled: large values replaced by references to `blobs`.
    pub notification: Notification,
    /// What the machine decided, in order.
    pub events: Vec<Event>,
    /// What it newly asks of the outside; not to be started before the turn is durable.
    pub effects: Vec<Effect>,
    /// Which frames changed.
    pub frames: FrameDelta,
    /// Large values that are new in this turn; they are stored with it.
    pub blobs: Vec<Blob>,
    /// The state afterwards.
    pub status: Status,
    /// The earliest open timer.
    pub wake_at: Option<Timestamp>,
    /// True when the machine stopped at its limit of events: apply [`Notification::Continued`] next.
    pub unfinished: bool,
}

/// A large value by its content.
#[derive(Debug, Clone, PartialEq)]
pub struct Blob {
    /// SHA-256 of `bytes`.
    pub hash: ValueHash,
    /// The storage form.
    pub bytes: Arc<[u8]>,
}

/// One entry of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number.
    pub seq: Seq,
    /// When the turn was applied.
    pub at: Timestamp,
    /// What it says.
    pub record: Record,
}

impl Entry {
    /// The event, if it is one.
    pub fn event(&self) -> Option<&Event> {
        match &self.record {
            Record::Event(event) => Some(event),
            Record::Notification(_) => None,
        }
    }
}

/// What a journal entry says. The notification of a turn comes first, then the turn's events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A fact from outside.
    #[serde(rename = "n")]
    Notification(Notification),
    /// A fact that the machine decided.
    #[serde(rename = "e")]
    Event(Event),
}
