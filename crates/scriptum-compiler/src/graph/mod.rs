//! A program as a picture: one node a step, groups for what holds other steps, arrows for what follows.
//!
//! [`graph`] makes a model of the program that knows nothing of any notation; each notation is one file:
//! [`Graph::to_mermaid`], [`Graph::to_dot`] and [`Graph::to_svg`]. Mermaid and dot leave the layout to
//! others; the SVG stands alone and is laid out here.

mod build;
mod dot;
mod mermaid;
mod svg;
mod words;

use scriptum_vm::program::Program;

/// The picture of a program, before any notation.
#[derive(Debug, Clone)]
pub struct Graph {
    title: String,
    /// What the script takes and gives, in a few words.
    summary: String,
    body: Flow,
    /// The steps of `on thread error`.
    handler: Option<Flow>,
    edges: Vec<Edge>,
}

/// Makes the picture of a program.
pub fn graph(program: &Program) -> Graph {
    build::build(program)
}

/// Steps and section titles, from top to bottom.
#[derive(Debug, Clone, Default)]
struct Flow {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    /// A `### Title ###` line.
    Section(Section),
    Step(Node),
}

/// A title, and its number among all of them.
#[derive(Debug, Clone)]
struct Section {
    title: String,
    number: u32,
}

/// The path of a step, which names it everywhere: `1.*.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Id(String);

/// A step.
#[derive(Debug, Clone)]
struct Node {
    id: Id,
    /// The verb of the language: `do`, `each`…
    verb: &'static str,
    family: Family,
    /// The label, or what the step does in a few words.
    title: String,
    /// What it works on: the tool, the condition, the list.
    detail: Option<String>,
    /// What happens on an error, how many run at once, and the like.
    notes: Vec<String>,
    /// The name that its value gets.
    bind: Option<String>,
    /// What it holds; steps that hold nothing have none.
    lanes: Vec<Lane>,
    /// True when nothing follows it: it gives the thread its result, fails, or jumps away.
    ends: bool,
}

/// A body inside a step.
#[derive(Debug, Clone)]
struct Lane {
    /// The name of a branch or of a lane.
    name: Option<String>,
    /// When it runs.
    condition: Option<String>,
    flow: Flow,
}

/// What kind of thing a verb does; decides the color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Calls something: do, run, send.
    Call,
    /// Computes: let.
    Value,
    /// Gives a result or shows one: emit, yield.
    Result,
    /// Repeats or runs beside: each, pipe, repeat, together.
    Loop,
    /// Decides: decide, check.
    Choice,
    /// Asks a model: agent, plan.
    Model,
    /// Waits for time, events or people: wait, ask.
    Pause,
}

/// An arrow between two steps.
#[derive(Debug, Clone)]
struct Edge {
    from: Id,
    to: Id,
    label: Option<String>,
    kind: EdgeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EdgeKind {
    /// Follows.
    Next,
    /// `goto`.
    Jump,
    /// `retry`: back to the step before.
    Retry,
}

impl Flow {
    fn steps(&self) -> impl Iterator<Item = &Node> {
        self.parts.iter().filter_map(|part| match part {
            Part::Step(node) => Some(node),
            Part::Section(_) => None,
        })
    }
}

impl Family {
    const ALL: [Family; 7] = [
        Family::Call,
        Family::Value,
        Family::Result,
        Family::Loop,
        Family::Choice,
        Family::Model,
        Family::Pause,
    ];

    /// A word for style sheets.
    fn name(self) -> &'static str {
        match self {
            Family::Call => "call",
            Family::Value => "value",
            Family::Result => "result",
            Family::Loop => "loop",
            Family::Choice => "choice",
            Family::Model => "model",
            Family::Pause => "pause",
        }
    }

    /// The color on light ground and on dark ground.
    fn colors(self) -> (&'static str, &'static str) {
        match self {
            Family::Call => ("#2563eb", "#82aaff"),
            Family::Value => ("#5b6b82", "#9fb0c7"),
            Family::Result => ("#15803d", "#6fd699"),
            Family::Loop => ("#7c3aed", "#bb9dff"),
            Family::Choice => ("#b45309", "#f2b25c"),
            Family::Model => ("#be185d", "#f591bb"),
            Family::Pause => ("#0e7490", "#6ccfe3"),
        }
    }
}

impl Id {
    /// The path as a word that every notation takes as a name.
    fn word(&self, prefix: char) -> String {
        let word = self.0.replace('.', "_").replace('*', "i");
        format!("{prefix}{word}")
    }
}
