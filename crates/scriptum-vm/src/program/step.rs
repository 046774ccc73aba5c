//! Steps: one statement of a body each.

use std::sync::Arc;

use scriptum_contract::{ToolName, ToolOrigin};
use serde::Deserialize;

use super::{
    Agent, Ask, Branch, Check, Decide, Do, Each, Emit, Expr, Lane, Let, NodeId, Pipe, Plan, Repeat,
    Run, Send, Together, Tools, Wait, Yield,
};

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
    /// `decide`: runs one of its branches.
    Decide(Decide),
    /// `check`: tests a condition, or asks a model, and acts on the answer.
    Check(Check),
    /// `together`: runs its lanes at once.
    Together(Together),
    /// `pipe`: takes elements through its body as they come.
    Pipe(Pipe),
    /// `repeat`: runs its body again and again.
    Repeat(Repeat),
    /// `wait`: goes on at a time, or when an event has arrived.
    Wait(Wait),
    /// `agent`: lets a model call tools until it has an answer.
    Agent(Agent),
    /// `ask`: waits for somebody's answer.
    Ask(Ask),
    /// `plan`: lets a model write a script.
    Plan(Plan),
    /// `run`: runs another script as a thread of its own.
    Run(Run),
    /// `emit`: gives its scope its result.
    Emit(Emit),
    /// `yield`: shows something to the watchers.
    Yield(Yield),
    /// `send`: sends a message over a channel.
    Send(Send),
}

/// The documented names of all primitives.
pub const PRIMITIVES: [&str; 17] = [
    "execute", "let", "iterate", "branch", "decide", "evaluate", "parallel", "pipe", "repeat",
    "wait", "agent", "ask", "plan", "run", "emit", "yield", "send",
];

impl StepKind {
    /// The documented name of the primitive: `execute`, `iterate`, `branch`…
    pub fn primitive(&self) -> &'static str {
        match self {
            StepKind::Do(_) => "execute",
            StepKind::Let(_) => "let",
            StepKind::Each(_) => "iterate",
            StepKind::Decide(decide) if decide.model.is_some() => "decide",
            StepKind::Decide(_) => "branch",
            StepKind::Check(_) => "evaluate",
            StepKind::Together(_) => "parallel",
            StepKind::Pipe(_) => "pipe",
            StepKind::Repeat(_) => "repeat",
            StepKind::Wait(_) => "wait",
            StepKind::Agent(_) => "agent",
            StepKind::Ask(_) => "ask",
            StepKind::Plan(_) => "plan",
            StepKind::Run(_) => "run",
            StepKind::Emit(_) => "emit",
            StepKind::Yield(_) => "yield",
            StepKind::Send(_) => "send",
        }
    }

    /// The name that the value of the step gets.
    pub fn bound_name(&self) -> Option<&Arc<str>> {
        match self {
            StepKind::Do(step) => step.bind.as_ref(),
            StepKind::Let(step) => Some(&step.name),
            StepKind::Each(step) => step.bind.as_ref(),
            StepKind::Decide(step) => step.bind.as_ref(),
            StepKind::Together(step) => step.bind.as_ref(),
            StepKind::Pipe(step) => step.bind.as_ref(),
            StepKind::Repeat(step) => step.bind.as_ref(),
            StepKind::Wait(step) => step.bind.as_ref(),
            StepKind::Agent(step) => step.bind.as_ref(),
            StepKind::Ask(step) => step.bind.as_ref(),
            StepKind::Plan(step) => step.bind.as_ref(),
            StepKind::Run(step) => step.bind.as_ref(),
            StepKind::Check(_) | StepKind::Emit(_) | StepKind::Yield(_) | StepKind::Send(_) => None,
        }
    }

    /// True when the name of the step is a stream.
    pub fn is_stream(&self) -> bool {
        match self {
            StepKind::Do(step) => step.stream,
            StepKind::Each(step) => step.stream,
            StepKind::Pipe(step) => step.stream,
            StepKind::Let(_)
            | StepKind::Decide(_)
            | StepKind::Check(_)
            | StepKind::Together(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_)
            | StepKind::Agent(_)
            | StepKind::Ask(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_)
            | StepKind::Send(_) => false,
        }
    }

    /// The bodies inside the step: of a loop, of its branches, of its lanes.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        let (one, branches, lanes): (Option<&Body>, &[Branch], &[Lane]) = match self {
            StepKind::Each(step) => (Some(&step.body), &[], &[]),
            StepKind::Pipe(step) => (Some(&step.body), &[], &[]),
            StepKind::Repeat(step) => (Some(&step.body), &[], &[]),
            StepKind::Decide(step) => (None, &step.branches, &[]),
            StepKind::Together(step) => (None, &[], &step.lanes),
            StepKind::Do(_)
            | StepKind::Let(_)
            | StepKind::Check(_)
            | StepKind::Wait(_)
            | StepKind::Agent(_)
            | StepKind::Ask(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_)
            | StepKind::Send(_) => (None, &[], &[]),
        };
        let branches = branches.iter().map(|branch| &branch.body);
        let lanes = lanes.iter().map(|lane| &lane.body);
        one.into_iter().chain(branches).chain(lanes)
    }

    /// The clause `on error:`.
    pub fn on_error(&self) -> Option<&OnError> {
        match self {
            StepKind::Do(step) => step.on_error.as_ref(),
            StepKind::Agent(step) => step.on_error.as_ref(),
            StepKind::Ask(step) => step.on_error.as_ref(),
            StepKind::Plan(step) => step.on_error.as_ref(),
            StepKind::Run(step) => step.on_error.as_ref(),
            StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Decide(_)
            | StepKind::Check(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_)
            | StepKind::Send(_) => None,
        }
    }

    /// What the step itself may call, what its `on error:` names included; not what its bodies call.
    pub fn callees(&self) -> impl Iterator<Item = &Callee> {
        let (own, tools): (Option<&Callee>, Option<&Tools>) = match self {
            StepKind::Do(step) => (Some(&step.callee), None),
            StepKind::Agent(step) => (Some(&step.model.callee), step.tools.as_ref()),
            StepKind::Plan(step) => (Some(&step.model.callee), step.tools.as_ref()),
            StepKind::Decide(step) => (step.model.as_ref().map(|model| &model.callee), None),
            StepKind::Check(step) => (step.test.callee(), None),
            StepKind::Send(step) => (Some(&step.callee), None),
            StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_)
            | StepKind::Ask(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_) => (None, None),
        };
        let tools = match tools {
            Some(Tools::Listed(callees)) => callees.as_slice(),
            Some(Tools::Computed(_)) | None => &[],
        };
        let fallback = match self.on_error() {
            Some(OnError::Fallback { callee, .. }) => Some(callee),
            Some(OnError::Retry { .. } | OnError::Ignore) | None => None,
        };
        own.into_iter().chain(fallback).chain(tools)
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
