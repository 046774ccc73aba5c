//! `pipe`: what it goes over, and what comes out of it.

use scriptum_contract::Type;
use scriptum_vm::program::{Pipe, Step};

use super::{
    Checker,
    body::StepEnd,
    steps::{goes_on, without_value},
};
use crate::source_map::Part;

impl<'p> Checker<'p> {
    pub(super) fn pipe(&mut self, step: &'p Step, pipe: &'p Pipe) -> StepEnd {
        let source = &pipe.source.root;
        let item = if let Some(item) = self.taken_stream(source) {
            item
        } else {
            let ty = self.infer(source);
            self.element_of("pipe", source, &ty)
        };
        for (clause, width) in [("batch", &pipe.batch), ("parallel", &pipe.parallel)] {
            if let Some(width) = width {
                self.width(clause, width);
            }
        }
        let mark = self.scope.mark();
        self.variable(&pipe.item, Part::First.of(step.at), item);
        let value = self.iterations(&pipe.body);
        self.scope.undo(mark);
        if let Some(bind) = &pipe.bind {
            self.check_export(step, &pipe.body, bind);
            self.bind_values(bind, step.at, value.clone(), pipe.stream);
        }
        if pipe.stream {
            return without_value();
        }
        goes_on(Type::list(value))
    }
}
