//! `yield`: its fields.

use scriptum_syntax::ast::{self, StepNode};
use scriptum_vm::program::{Step, StepKind, Yield};

use super::Lower;

impl Lower<'_> {
    pub(super) fn yield_step(&mut self, step: &ast::YieldStep) -> Step {
        let at = self.step_id(step, 0);
        let fields = self.inputs(step.inputs());
        self.finish(step, at, StepKind::Yield(Yield { fields }))
    }
}
