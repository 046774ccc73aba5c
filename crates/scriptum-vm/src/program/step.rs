//! Steps: one statement of a body each.

use std::sync::Arc;

use scriptum_contract::{ToolName, ToolOrigin};
use serde::Deserialize;

use super::{Expr, NodeId};

/// Steps in order, with the sections between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// The steps; a step's index here is its last path component.
    pub steps: Vec<Step>,
    /// Section headers, in order.
    pub sections: Vec<Section>,
}

/// A `### Title ###` line: a target of `goto`, no effect otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The title.
    pub title: Arc<str>,
    /// Index of the first step below it; the number of steps when there is none.
    pub before: u32,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Names the step in side tables of the compiler; not part of the document.
    pub at: NodeId,
    /// Line in the source text, from 1; 0 when there is none.
    pub line: u32,
    /// The label, possibly interpolated.
    pub label: Option<Expr>,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does, under the names of the IR's primitives.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// `do`: calls a tool.
    Do(Do),
    /// `let`: binds the value of an expression.
    Let(Let),
    /// `each`: runs its body once an element.
    Each(Each),
    /// `decide … with rules`: runs one of its branches.
    Decide(Decide),
    /// `check`: tests a condition and acts on the answer.
    Check(Check),
    /// `emit`: gives its scope its result.
    Emit(Emit),
}

impl StepKind {
    /// The documented name of the primitive: `execute`, `iterate`, `branch`…
    pub fn primitive(&self) -> &'static str {
        match self {
            StepKind::Do(_) => "execute",
            StepKind::Let(_) => "let",
            StepKind::Each(_) => "iterate",
            StepKind::Decide(_) => "branch",
            StepKind::Check(_) => "evaluate",
            StepKind::Emit(_) => "emit",
        }
    }
}

/// A tool that a step calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Callee {
    /// Name in the script.
    pub local: Arc<str>,
    /// Full name.
    pub name: ToolName,
    /// Where it comes from.
    pub origin: ToolOrigin,
}

/// A named input of a step, or a field of an emit.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Names the input in side tables of the compiler.
    pub at: NodeId,
    /// Name.
    pub name: Arc<str>,
    /// Value.
    pub value: Expr,
}

/// Calls a tool; its output is the step's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Do {
    /// What is called.
    pub callee: Callee,
    /// Arguments, names unique.
    pub inputs: Vec<Input>,
    /// What happens when the call fails; `None`: the thread pauses.
    pub on_error: Option<OnError>,
    /// The name that the output gets.
    pub bind: Option<Arc<str>>,
}

/// The clause `on error:` of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum OnError {
    /// Tries again.
    Retry {
        /// Tries after the first one.
        max: u32,
        /// Fixed pause in milliseconds; `None`: exponential backoff with jitter.
        every_ms: Option<u64>,
    },
    /// Calls another tool; its output is the step's value.
    Fallback {
        /// What is called instead.
        callee: Callee,
        /// Its arguments.
        inputs: Vec<Input>,
    },
    /// Goes on with null.
    Ignore,
}

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
}

/// Runs the branch of the first true case. Branches share the scope of the step.
#[derive(Debug, Clone, PartialEq)]
pub struct Decide {
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
    /// The condition; a boolean.
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

/// Tests a condition and acts on the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The condition; a boolean.
    pub condition: Expr,
    /// When it is true.
    pub on_pass: Action,
    /// When it is false.
    pub on_fail: Action,
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
