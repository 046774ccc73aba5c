//! `plan` and `run`.

use scriptum_syntax::ast::{self, StepNode};
use scriptum_vm::program::{Expr, Node, Op, Plan, Run, RunTarget, Step, StepKind};

use super::{Lower, agent::Asked};
use crate::source_map::Part;

impl Lower<'_> {
    pub(super) fn plan_step(&mut self, step: &ast::PlanStep) -> Step {
        let Asked { at, model, tools } = self.asked(step, step.with().as_ref());
        let kind = StepKind::Plan(Plan {
            model,
            tools,
            on_error: self.on_error_of(step, at),
            bind: self.bind(step, at),
        });
        self.finish(step, at, kind)
    }

    pub(super) fn run_step(&mut self, step: &ast::RunStep) -> Step {
        let at = self.step_id(step, 0);
        let target = match step.target() {
            Some(ast::RunTarget::Name(name)) if self.names.is_bound(name.text()) => {
                self.map.place(Part::First.of(at), name.span());
                RunTarget::Planned(Expr {
                    source: name.text().into(),
                    root: Node {
                        at: self.map.add(name.span(), 0),
                        op: Op::Name(self.names.share(name.text())),
                    },
                })
            }
            Some(ast::RunTarget::Name(name)) => {
                self.map.place(Part::First.of(at), name.span());
                RunTarget::Stored(self.names.share(name.text()))
            }
            Some(ast::RunTarget::Text(text)) => {
                RunTarget::Stored(self.title_of(Some(&text), Part::First.of(at)))
            }
            None => RunTarget::Stored(self.title_of(None, Part::First.of(at))),
        };
        let kind = StepKind::Run(Run {
            target,
            inputs: self.inputs(step.inputs()),
            on_error: self.on_error_of(step, at),
            bind: self.bind(step, at),
        });
        let mut run = self.finish(step, at, kind);
        // What stands in quotes behind the verb is the script, not a title of the step.
        run.label = None;
        run
    }
}
