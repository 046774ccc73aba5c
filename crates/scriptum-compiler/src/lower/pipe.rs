//! `pipe`.

use scriptum_syntax::ast::{self, StepNode};
use scriptum_vm::program::{Pipe, Step, StepKind};

use super::{Lower, steps::is_stream};
use crate::source_map::Part;

impl Lower<'_> {
    pub(super) fn pipe_step(&mut self, step: &ast::PipeStep) -> Step {
        let at = self.step_id(step, 0);
        let source = self.expr(step.source().as_ref(), step.verb_span());
        let batch = self.clause(step.batch());
        let parallel = self.clause(step.parallel());
        let mark = self.names.mark();
        let item = self.loop_variable(step.item(), Part::First.of(at));
        let body = step.body().map(|body| self.body(&body)).unwrap_or_default();
        self.names.forget(mark);
        let bind = match step.arrow() {
            Some(_) => self.bind(step, at),
            None => self.exported(&body, at),
        };
        let kind = StepKind::Pipe(Pipe {
            item,
            source,
            batch,
            parallel,
            body,
            bind,
            stream: is_stream(step),
        });
        self.finish(step, at, kind)
    }
}
