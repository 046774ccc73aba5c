//! Steps that ask something of the outside: a tool, a model, a person, another script.

use std::sync::{Arc, LazyLock};

use scriptum_contract::{ToolName, ToolOrigin, Type};

use super::{Callee, Expr, Input, OnError};

/// Calls a tool; its output is the step's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Do {
    /// What is called.
    pub callee: Callee,
    /// Arguments, names unique.
    pub inputs: Vec<Input>,
    /// The shape that a model's answer must have: declared, or collected from what is read of it.
    /// `None`: the answer is what the tool's signature says.
    pub returns: Option<Type>,
    /// What happens when the call fails; `None`: the thread pauses.
    pub on_error: Option<OnError>,
    /// The name that the output gets.
    pub bind: Option<Arc<str>>,
    /// True for `->>`: the name is a stream of what the tool gives bit by bit.
    pub stream: bool,
}

/// A call of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The capability.
    pub callee: Callee,
    /// Arguments, names unique.
    pub inputs: Vec<Input>,
}

/// Tools that a model may use.
#[derive(Debug, Clone, PartialEq)]
pub enum Tools {
    /// These.
    Listed(Vec<Callee>),
    /// Those whose local names the expression lists; all of them are among the program's tools.
    Computed(Expr),
}

/// Lets a model call tools until it has an answer. Each turn of the model and each call of a tool is a
/// child step.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// The model; its inputs are `task`, `system`, `max_iterations` and what the model takes.
    pub model: Model,
    /// What it may call; `None`: nothing.
    pub tools: Option<Tools>,
    /// What happens when it fails; `None`: the thread pauses.
    pub on_error: Option<OnError>,
    /// The name that the result gets.
    pub bind: Option<Arc<str>>,
}

/// Waits for somebody's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// `prompt`, `options`, `default`, `timeout`, `max_retries`.
    pub inputs: Vec<Input>,
    /// What the answer must be: text, number, boolean or an enum.
    pub answer: Type,
    /// What happens when nobody answers in time; `None`: the thread pauses.
    pub on_error: Option<OnError>,
    /// The name that the result gets.
    pub bind: Option<Arc<str>>,
}

/// Lets a model write a script, which is compiled and not run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The model; its inputs are `task`, `context`, `max_steps`, `validate` and what the model takes.
    pub model: Model,
    /// What the planned script may call; `None`: nothing.
    pub tools: Option<Tools>,
    /// What happens when it fails; `None`: the thread pauses.
    pub on_error: Option<OnError>,
    /// The name that the result gets.
    pub bind: Option<Arc<str>>,
}

/// Runs another script as a thread of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What runs.
    pub target: RunTarget,
    /// Its inputs, names unique.
    pub inputs: Vec<Input>,
    /// What happens when it fails; `None`: the thread pauses.
    pub on_error: Option<OnError>,
    /// The name that the result gets.
    pub bind: Option<Arc<str>>,
}

/// What a `run` runs.
#[derive(Debug, Clone, PartialEq)]
pub enum RunTarget {
    /// The script of a plan's result.
    Planned(Expr),
    /// A stored script by name.
    Stored(Arc<str>),
}

/// Sends a message over a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// The channel.
    pub callee: Callee,
    /// Fields of the message, names unique.
    pub fields: Vec<Input>,
}

/// What a `plan` calls: it lets the model write a script, and compiles it. No script can import it.
pub fn planner() -> &'static Callee {
    static PLANNER: LazyLock<Callee> = LazyLock::new(|| of_the_language("plan"));
    &PLANNER
}

/// What a `run` calls: whoever runs the thread makes another one, and answers when that has ended. No
/// script can import it.
pub fn runner() -> &'static Callee {
    static RUNNER: LazyLock<Callee> = LazyLock::new(|| of_the_language("run"));
    &RUNNER
}

fn of_the_language(name: &str) -> Callee {
    Callee {
        local: name.into(),
        name: ToolName::new(name),
        origin: ToolOrigin::Native,
    }
}
