//! What a step is called while it runs: its label, else what the script says that it does.

use std::sync::Arc;

use scriptum_vm::{
    StepPath,
    program::{Each, Expr, Input, Pipe, Program, Repeat, RunTarget, StepKind},
};

use super::style::cut;
use crate::place::step_at;

/// Longest name, in characters: with the word, the path and a time before and behind it, a line of a
/// terminal holds it.
const NAME_CHARS_MAX: usize = 56;

/// Longest expression in a name, in characters.
const EXPRESSION_CHARS_MAX: usize = 32;

/// The names of the steps of a program.
#[derive(Debug)]
pub(crate) struct Names {
    program: Arc<Program>,
}

impl Names {
    pub(crate) fn of(program: Arc<Program>) -> Names {
        Names { program }
    }

    /// The name of a step, on one line. `primitive` names what is no step of the text: a turn of an agent.
    pub(super) fn name(
        &self,
        path: &StepPath,
        label: Option<&str>,
        tool: Option<&str>,
        primitive: &str,
    ) -> String {
        let described = || {
            let step = step_at(&self.program, path)?;
            Some(described(&step.kind))
        };
        let name = match (label, tool) {
            (Some(label), _) => label.to_owned(),
            (None, Some(_)) => described().unwrap_or_default(),
            (None, None) => described().unwrap_or_else(|| primitive.to_owned()),
        };
        let name = cut(&name, NAME_CHARS_MAX);
        match tool {
            Some(tool) if name.is_empty() || name.ends_with(tool) => tool.to_owned(),
            Some(tool) => format!("{name} ({tool})"),
            None => name,
        }
    }
}

/// The verb, with what tells the step from its neighbors.
fn described(kind: &StepKind) -> String {
    match kind {
        StepKind::Do(step) => format!("do {}", step.callee.local),
        StepKind::Let(step) => format!("let {}", step.name),
        StepKind::Each(Each { item, source, .. }) => format!("each {item} in {}", short(source)),
        StepKind::Decide(_) => "decide".to_owned(),
        StepKind::Check(check) => format!("check {}", short(check.test.expr())),
        StepKind::Together(_) => "together".to_owned(),
        StepKind::Pipe(Pipe { item, source, .. }) => format!("pipe {item} from {}", short(source)),
        StepKind::Repeat(Repeat { max, until, .. }) => match (until, max) {
            (Some(until), _) => format!("repeat until {}", short(until)),
            (None, Some(max)) => format!("repeat max {}", short(max)),
            (None, None) => "repeat".to_owned(),
        },
        // What it waits for is shown behind the name.
        StepKind::Wait(_) => "wait".to_owned(),
        StepKind::Agent(_) => "agent".to_owned(),
        StepKind::Ask(_) => "ask".to_owned(),
        StepKind::Plan(_) => "plan".to_owned(),
        StepKind::Run(step) => match &step.target {
            RunTarget::Stored(name) => format!("run {name}"),
            RunTarget::Planned(plan) => format!("run {}", short(plan)),
        },
        StepKind::Emit(step) => with_fields("emit", &step.fields),
        StepKind::Yield(step) => with_fields("yield", &step.fields),
        StepKind::Send(step) => format!("send via {}", step.callee.local),
    }
}

fn with_fields(verb: &str, fields: &[Input]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
    format!("{verb} {}", names.join(", ")).trim_end().to_owned()
}

fn short(expression: &Expr) -> String {
    cut(&expression.source, EXPRESSION_CHARS_MAX)
}
