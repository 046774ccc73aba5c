//! A test as it was written: what the outside does, and what is to come of it.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::Value;
use scriptum_vm::{Resume, StepError, StepPath, Timestamp};

use super::{pattern::Pattern, yaml::Node};

/// One test.
#[derive(Debug)]
pub(crate) struct Case<'f> {
    pub(crate) name: Arc<str>,
    /// The mapping that it is.
    pub(crate) node: &'f Node,
    /// The inputs, with defaults.
    pub(crate) input: Value,
    /// Values of the declared variables by name.
    pub(crate) env: BTreeMap<Arc<str>, Value>,
    /// The time at which it begins.
    pub(crate) now: Timestamp,
    pub(crate) stubs: Vec<Stubs>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) resumes: Vec<Resumed>,
    pub(crate) answers: Vec<Reply>,
    pub(crate) events: Vec<Sent>,
    pub(crate) expect: Option<Expect<'f>>,
}

/// The answers of a tool, or of the tools that a step calls.
#[derive(Debug)]
pub(crate) struct Stubs {
    pub(crate) whose: Whose,
    pub(crate) list: Vec<Stub>,
}

/// Whose calls are answered.
#[derive(Debug)]
pub(crate) enum Whose {
    /// Those of the tool with this full name.
    Tool(Arc<str>),
    /// The runs of the script with this name.
    Script(Arc<str>),
    /// Those of a step.
    Step(StepRef),
}

/// A step as a test names it.
#[derive(Debug, Clone)]
pub(crate) struct StepRef {
    /// As it is written.
    pub(crate) name: Arc<str>,
    /// The components of a path, `None` for `*`; no path at all for a label.
    pub(crate) path: Option<Vec<Option<u32>>>,
}

impl StepRef {
    /// True when the path is meant.
    pub(crate) fn is_path(&self, path: &StepPath) -> bool {
        self.path.as_ref().is_some_and(|own| {
            let components = path.components();
            let mut pairs = own.iter().zip(components);
            own.len() == components.len()
                && pairs.all(|(own, component)| own.is_none_or(|own| own == *component))
        })
    }
}

/// An answer to calls.
#[derive(Debug)]
pub(crate) struct Stub {
    /// What the arguments must be like.
    pub(crate) when: Option<Pattern>,
    pub(crate) does: Does,
    /// How many calls it answers; `None`: all further ones.
    pub(crate) times: Option<u64>,
    /// How long the answer takes, in milliseconds.
    pub(crate) takes_ms: u64,
}

/// What a stub does.
#[derive(Debug)]
pub(crate) enum Does {
    /// Gives a value.
    Returns(Value),
    /// Fails.
    Fails(StepError),
    /// Hands items on, then ends.
    Items { items: Vec<Value>, then: Then },
    /// Never answers: the call ends at the time limit of calls.
    Hangs,
}

/// How a call ends that handed items on.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    Ends,
    Fails(StepError),
    Hangs,
}

/// Something that happens at a step.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) step: StepRef,
    pub(crate) moment: Moment,
    pub(crate) blow: Blow,
}

/// When a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// When the step has begun, and its call is open.
    Start,
    /// When the step is done.
    Done,
}

/// What happens at a fault.
#[derive(Debug)]
pub(crate) enum Blow {
    /// The worker dies, and another one goes on.
    Crash,
    /// The next call of the step fails.
    Fails(StepError),
    /// Somebody pauses the thread.
    Pause,
    /// Somebody cancels the thread.
    Cancel,
}

/// What is done when the thread is paused.
#[derive(Debug)]
pub(crate) struct Resumed {
    pub(crate) step: Option<StepRef>,
    pub(crate) change: Resume,
}

/// What somebody answers to an ask.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) step: StepRef,
    /// The answer, or an object with the answer as `value`.
    pub(crate) value: Value,
    pub(crate) by: Arc<str>,
    /// How long somebody thinks, in milliseconds.
    pub(crate) after_ms: u64,
}

/// An event that is sent when the thread waits for it.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) name: Arc<str>,
    pub(crate) data: Value,
    /// How long the thread waits for it, in milliseconds.
    pub(crate) after_ms: u64,
}

/// What is to come of it. Each part with its place, for messages and for rewriting.
#[derive(Debug)]
pub(crate) struct Expect<'f> {
    pub(crate) node: &'f Node,
    pub(crate) status: Option<(Outcome, &'f Node)>,
    pub(crate) exact: bool,
    pub(crate) output: Option<(Pattern, &'f Node)>,
    pub(crate) yields: Option<(Yields, &'f Node)>,
    pub(crate) steps: Vec<ExpectedStep<'f>>,
    pub(crate) calls: Vec<ExpectedCalls<'f>>,
    pub(crate) error: Option<(Pattern, &'f Node)>,
}

/// What is expected of a step: its state, or an object with more.
#[derive(Debug)]
pub(crate) struct ExpectedStep<'f> {
    pub(crate) step: StepRef,
    pub(crate) pattern: Pattern,
    pub(crate) node: &'f Node,
}

/// How often a tool is called.
#[derive(Debug)]
pub(crate) struct ExpectedCalls<'f> {
    /// The full name.
    pub(crate) tool: Arc<str>,
    /// As it is written.
    pub(crate) name: Arc<str>,
    pub(crate) pattern: Pattern,
    pub(crate) node: &'f Node,
}

/// Where a thread ended, or what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Failed,
    Paused,
    Cancelled,
    /// It waits for something that the test does not let happen.
    Waiting,
}

impl Outcome {
    /// All that a test can expect.
    pub(crate) const ALL: [Outcome; 5] = [
        Outcome::Completed,
        Outcome::Failed,
        Outcome::Paused,
        Outcome::Cancelled,
        Outcome::Waiting,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Failed => "failed",
            Outcome::Paused => "paused",
            Outcome::Cancelled => "cancelled",
            Outcome::Waiting => "waiting",
        }
    }
}

/// What is expected of the yields.
#[derive(Debug)]
pub(crate) enum Yields {
    /// So many.
    Count(Pattern),
    /// These, in order.
    Each(Pattern),
}
