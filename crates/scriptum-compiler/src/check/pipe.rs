//! `pipe`: what it goes over, and what comes out of it.

use scriptum_contract::Type;
use scriptum_vm::program::{Pipe, Step};

use super::{Checker, body::StepEnd, steps::goes_on};
use crate::source_map::Part;

impl<'p> Checker<'p> {
    pub(super) fn pipe(&mut self, step: &'p Step, pipe: &'p Pipe) -> StepEnd {
        let source = self.infer(&pipe.source.root);
        let item = self.element_of("pipe", &pipe.source.root, &source);
        for (clause, width) in [("batch", &pipe.batch), ("parallel", &pipe.parallel)] {
            if let Some(width) = width {
                self.width(clause, width);
            }
        }
        let mark = self.scope.mark();
        self.variable(&pipe.item, Part::First.of(step.at), item);
        let value = self.iterations(&pipe.body);
        self.scope.undo(mark);
        let list = Type::list(value);
        if let Some(bind) = &pipe.bind {
            self.check_export(step, &pipe.body, bind);
            self.bind(bind, step.at, list.clone());
        }
        goes_on(list)
    }
}
