//! Steps that order other steps, compute, or tell.

use std::sync::Arc;

use super::{Body, Callee, Expr, Input, Model};

/// Binds the value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Let {
    /// The name.
    pub name: Arc<str>,
    /// The value.
    pub value: Expr,
}

/// Runs its body once an element; its value is the list of the iterations' values, in input order.
///
/// An iteration's value is the object of its `emit`, else the value of the last child that has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// Name of the element in the body.
    pub item: Arc<str>,
    /// Name of the zero-based position in the body.
    pub index: Option<Arc<str>>,
    /// The list.
    pub source: Expr,
    /// Most iterations at once; 1 without it.
    pub parallel: Option<Expr>,
    /// Pause between batches of `parallel` iterations: milliseconds, or a duration text.
    pub sleep: Option<Expr>,
    /// What runs for each element, in a scope of its own.
    pub body: Body,
    /// The name that the list gets: the loop's own arrow, else the name that its last child binds.
    pub bind: Option<Arc<str>>,
    /// True for `->>`: the name is a stream of the iterations' values.
    pub stream: bool,
}

/// Runs the branch of the first true case, or the one that a model names. Branches share the scope of
/// the step.
#[derive(Debug, Clone, PartialEq)]
pub struct Decide {
    /// The model that decides, asked the step's label; `None`: the cases do.
    pub model: Option<Model>,
    /// Cases in order.
    pub cases: Vec<Case>,
    /// The branch that runs when no case is true; `None`: the step is skipped.
    pub otherwise: Option<Arc<str>>,
    /// Branches, names unique; a branch's index here is its path component.
    pub branches: Vec<Branch>,
    /// The name that the last value bound in the branch gets.
    pub bind: Option<Arc<str>>,
}

/// `when condition -> "Branch"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The condition, a boolean; where a model decides, the criterion that it is told, a text.
    pub when: Expr,
    /// Name of a branch.
    pub target: Arc<str>,
}

/// A named branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Its name.
    pub name: Arc<str>,
    /// Its steps.
    pub body: Body,
}

/// Tests something and acts on the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is tested.
    pub test: Test,
    /// When it is true.
    pub on_pass: Action,
    /// When it is false.
    pub on_fail: Action,
}

/// What a check tests.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A condition; a boolean.
    Condition(Expr),
    /// A question that a model answers with yes or no.
    Question {
        /// The model.
        model: Model,
        /// The question; a text.
        prompt: Expr,
    },
}

impl Test {
    /// The model that is asked.
    pub fn callee(&self) -> Option<&Callee> {
        match self {
            Test::Condition(_) => None,
            Test::Question { model, .. } => Some(&model.callee),
        }
    }

    /// The condition or the question.
    pub fn expr(&self) -> &Expr {
        match self {
            Test::Condition(expr) => expr,
            Test::Question { prompt, .. } => prompt,
        }
    }
}

/// What a check does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Goes on with the next step.
    Continue,
    /// Jumps to a section, or into a branch of a decide, of this or an enclosing body of the scope.
    Goto(Arc<str>),
    /// Runs the step before the check again, then tests again, at most so many times, then fails.
    Retry(u32),
    /// Ends the thread with `CHECK_FAILED`.
    Fail(Option<Expr>),
}

/// Gives the enclosing scope its result: the thread, or an iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct Emit {
    /// Fields, names unique.
    pub fields: Vec<Input>,
}

/// Shows something to the watchers.
#[derive(Debug, Clone, PartialEq)]
pub struct Yield {
    /// Fields, names unique.
    pub fields: Vec<Input>,
}

/// Runs its lanes at once. They do not see each other's names; behind the step all of them are visible.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// Lanes; a lane's index here is its path component.
    pub lanes: Vec<Lane>,
    /// The name of an object of the lanes' values, keyed by the lane's name, else by the name it binds.
    pub bind: Option<Arc<str>>,
}

/// Steps beside others.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Its name, when it has one.
    pub name: Option<Arc<str>>,
    /// Its steps, in a scope of their own.
    pub body: Body,
}

/// Takes elements through its body as they come, with bounded buffers; the order of the values is that
/// of the elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipe {
    /// Name of the element in the body.
    pub item: Arc<str>,
    /// A list, or the name of a stream.
    pub source: Expr,
    /// Elements that share one checkpoint and one slot; 1 without it.
    pub batch: Option<Expr>,
    /// Most elements, or batches, at once; 1 without it.
    pub parallel: Option<Expr>,
    /// What runs for each element, in a scope of its own.
    pub body: Body,
    /// The name that the list or stream gets.
    pub bind: Option<Arc<str>>,
    /// True for `->>`: the name is a stream.
    pub stream: bool,
}

/// Runs its body again and again. Names bound in it stay, over its rounds and behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// Most rounds; 100 without it.
    pub max: Option<Expr>,
    /// The condition, tested after each round, that ends it; a boolean.
    pub until: Option<Expr>,
    /// Pause between two rounds: milliseconds, or a duration text.
    pub sleep: Option<Expr>,
    /// What is repeated.
    pub body: Body,
    /// The name of the last round's value.
    pub bind: Option<Arc<str>>,
}

/// Goes on at a time, or when an event has arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// What is waited for.
    pub goal: Goal,
    /// The name of the event's data.
    pub bind: Option<Arc<str>>,
}

/// What a wait waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// So long: milliseconds, or a duration text.
    Duration(Expr),
    /// Until then: a timestamp or a date.
    Time(Expr),
    /// Until somebody reports this event.
    Event {
        /// The event's name; a text.
        name: Expr,
        /// The longest wait: milliseconds, or a duration text.
        timeout: Option<Expr>,
    },
}
