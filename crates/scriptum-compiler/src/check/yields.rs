//! Yields: fields against the declared `stream`. It may yield some of them; without it, any.

use scriptum_contract::Field;
use scriptum_vm::program::{Input, Yield};

use super::{Checker, body::StepEnd, target::Target};
use crate::codes;

impl<'p> Checker<'p> {
    pub(super) fn yields(&mut self, shown: &'p Yield) -> StepEnd {
        let fields = shown.fields.iter();
        let named = fields
            .map(|field| (&field.name, self.span(field.at)))
            .collect();
        self.duplicates("field", named);
        let program = self.program;
        for field in &shown.fields {
            if let Some(stream) = &program.contract.stream {
                self.yielded(field, stream);
            } else {
                let ty = self.infer(&field.value.root);
                self.facts.set_type(field.at, &ty);
            }
        }
        StepEnd {
            falls_through: true,
            value: None,
        }
    }

    fn yielded(&mut self, field: &'p Input, stream: &'p [Field]) {
        let places = stream.iter().zip(&self.map.stream);
        let declared = places
            .into_iter()
            .find(|(declared, _)| declared.name == field.name);
        let Some((declared, place)) = declared else {
            self.infer(&field.value.root);
            let names = stream.iter().map(|declared| &*declared.name);
            let nearest = self.suggest.nearest(&field.name, names);
            let span = self.span(field.at);
            self.report(codes::unknown_stream_field(
                &field.name,
                span,
                nearest,
                stream,
            ));
            return;
        };
        let target = Target::Stream {
            name: &field.name,
            declared: place.ty,
        };
        let ty = self.expect(&field.value.root, &declared.ty, target);
        self.facts.set_type(field.at, &ty);
    }
}
