//! `repeat`: its clauses and its body, whose names stay visible behind it.

use scriptum_syntax::ast::{self, AstNode};
use scriptum_vm::program::{Repeat, Step, StepKind};

use super::Lower;

impl Lower<'_> {
    pub(super) fn repeat_step(&mut self, step: &ast::RepeatStep) -> Step {
        let at = self.step_id(step, 0);
        let clause = |ctx: &mut Self, clause: Option<ast::LoopClause>| {
            clause.map(|clause| ctx.expr(clause.value().as_ref(), clause.span()))
        };
        let max = clause(self, step.max());
        let sleep = clause(self, step.sleep());
        let body = step.body().map(|body| self.body(&body)).unwrap_or_default();
        // The end is tested behind the body, where its names are bound.
        let until = clause(self, step.until());
        let bind = self.bind(step, at);
        let kind = StepKind::Repeat(Repeat {
            max,
            until,
            sleep,
            body,
            bind,
        });
        self.finish(step, at, kind)
    }
}
