//! `agent`, and the tools that a model is given: what an `agent` and a `plan` have in common.

use std::sync::Arc;

use scriptum_syntax::{
    Span,
    ast::{self, AstNode, StepNode},
};
use scriptum_vm::program::{Agent, Model, NodeId, Step, StepKind, Tools};

use super::Lower;
use crate::{codes, source_map::Part};

/// The input that names tools instead of having a value.
const TOOLS: &str = "tools";

/// The parts of a step that asks a model which may call tools.
pub(super) struct Asked {
    pub(super) at: NodeId,
    pub(super) model: Model,
    pub(super) tools: Option<Tools>,
}

impl Lower<'_> {
    pub(super) fn agent_step(&mut self, step: &ast::AgentStep) -> Step {
        let Asked { at, model, tools } = self.asked(step, step.with().as_ref());
        let kind = StepKind::Agent(Agent {
            model,
            tools,
            on_error: self.on_error_of(step, at),
            bind: self.bind(step, at),
        });
        self.finish(step, at, kind)
    }

    /// The model of a step, with its inputs and its tools.
    pub(super) fn asked(&mut self, step: &impl StepNode, with: Option<&ast::ToolPath>) -> Asked {
        let (tools, inputs): (Vec<_>, Vec<_>) = step.inputs().partition(is_tools);
        let listed = tools.first().and_then(listed);
        let count = u32::try_from(listed.as_ref().map_or(0, Vec::len));
        let at = self.step_id(step, count.expect("a step has fewer than 2^32 parts"));
        let callee = self.callee(with, Part::First.of(at));
        let inputs = self.inputs(inputs.into_iter());
        self.report_repeats(&tools);
        let tools = match (listed, tools.first()) {
            (Some(listed), _) => {
                let callees = (0..).zip(listed).map(|(index, (name, span))| {
                    self.named_callee(&name, span, Part::Further(index).of(at))
                });
                Some(Tools::Listed(callees.collect()))
            }
            (None, Some(input)) => {
                let names = self.expr(input.value().as_ref(), input.span());
                Some(Tools::Computed(names))
            }
            (None, None) => None,
        };
        let model = Model { callee, inputs };
        Asked { at, model, tools }
    }

    fn report_repeats(&mut self, tools: &[ast::Input]) {
        let mut places = tools.iter().filter_map(|it| Some(it.name()?.span()));
        let first = places.next().unwrap_or_default();
        for again in places {
            let name: Arc<str> = TOOLS.into();
            self.report(codes::duplicate_name("input", &name, again, first));
        }
    }
}

fn is_tools(input: &ast::Input) -> bool {
    input.name().is_some_and(|name| name.text() == TOOLS)
}

/// The names of a list that is nothing but names of tools, in quotes or without.
fn listed(input: &ast::Input) -> Option<Vec<(String, Span)>> {
    let Some(ast::Expr::List(list)) = input.value() else {
        return None;
    };
    let name = |element: ast::Expr| match element {
        ast::Expr::Name(name) => Some((name.name()?.text().to_owned(), name.span())),
        ast::Expr::String(text) => Some((text.plain()?, text.span())),
        ast::Expr::Literal(_)
        | ast::Expr::Field(_)
        | ast::Expr::Index(_)
        | ast::Expr::Optional(_)
        | ast::Expr::Call(_)
        | ast::Expr::Lambda(_)
        | ast::Expr::List(_)
        | ast::Expr::Object(_)
        | ast::Expr::Paren(_)
        | ast::Expr::Unary(_)
        | ast::Expr::Binary(_)
        | ast::Expr::If(_)
        | ast::Expr::Type(_) => None,
    };
    list.elements().map(name).collect()
}
