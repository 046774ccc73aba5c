//! `wait`: for a time, until a time, or for an event.

use scriptum_syntax::ast::{self, AstNode, StepNode, WaitForm};
use scriptum_vm::program::{Goal, Step, StepKind, Wait};

use super::Lower;

impl Lower<'_> {
    pub(super) fn wait_step(&mut self, step: &ast::WaitStep) -> Step {
        let at = self.step_id(step, 0);
        let goal = match step.form() {
            Some(WaitForm::For(pause)) => Goal::Duration(self.expr(Some(&pause), pause.span())),
            Some(WaitForm::Until(time)) => Goal::Time(self.expr(Some(&time), time.span())),
            Some(WaitForm::Event { name, timeout }) => Goal::Event {
                name: self.expr(Some(&name), name.span()),
                timeout: timeout.map(|timeout| self.expr(Some(&timeout), timeout.span())),
            },
            // The parser has reported that nothing is waited for.
            None => Goal::Duration(self.expr(None, step.verb_span())),
        };
        let kind = StepKind::Wait(Wait {
            goal,
            bind: self.bind(step, at),
        });
        self.finish(step, at, kind)
    }
}
