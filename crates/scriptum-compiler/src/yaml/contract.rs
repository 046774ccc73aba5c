//! Declarations: inputs, outputs, environment, enums.

use std::sync::Arc;

use scriptum_contract::{Contract, EnumDef, Field, Type};

use super::{Doc, Placer};
use crate::source_map::{EnumPlace, FieldPlace};

impl Placer {
    pub(super) fn contract(&mut self, contract: &Contract, at: Doc<'_>) {
        let part = |key: &str| at.and_then(|at| at.field(key));
        self.around = self.span(at);
        self.map.output = at.and_then(|at| at.key("outputs")).map(|key| {
            let (start, end) = (key.start, key.end);
            scriptum_syntax::Span::new(start, end)
        });
        self.map.inputs = self.fields(&contract.inputs, part("inputs"));
        self.map.outputs = self.fields(&contract.outputs, part("outputs"));
        let stream = contract.stream.as_deref().unwrap_or_default();
        self.map.stream = self.fields(stream, part("stream"));
        self.map.enums = self.enums(&contract.enums, part("enums"));
        let env = part("env");
        for (index, declared) in contract.env.iter().enumerate() {
            let place = env.and_then(|env| env.item(index)?.field("field"));
            let place = self.field(&declared.field, place);
            self.map.env.push(place);
        }
    }

    fn fields(&mut self, fields: &[Field], at: Doc<'_>) -> Vec<FieldPlace> {
        let fields = fields.iter().enumerate();
        fields
            .map(|(index, field)| self.field(field, at.and_then(|at| at.item(index))))
            .collect()
    }

    fn field(&mut self, field: &Field, at: Doc<'_>) -> FieldPlace {
        let part = |key: &str| at.and_then(|at| at.field(key));
        let name = self.span(part("name"));
        let default = field.default.as_ref().and(part("default"));
        FieldPlace {
            name,
            at: self.map.add(name, 0),
            ty: self.span(part("ty")),
            default: default.map(|default| self.span(Some(default))),
            fields: self.fields_of(&field.ty, part("ty")),
        }
    }

    /// The fields of a record, or of the records that a list holds.
    fn fields_of(&mut self, ty: &Type, at: Doc<'_>) -> Vec<FieldPlace> {
        let inner = |outer: &str, key: &str| at.and_then(|at| at.field(outer)?.field(key));
        match (ty.as_list(), ty.as_shape()) {
            (Some(list), _) => self.fields_of(&list.item, inner("list", "item")),
            (None, Some(shape)) => self.fields(&shape.fields, inner("shape", "fields")),
            (None, None) => Vec::new(),
        }
    }

    fn enums(&mut self, enums: &[Arc<EnumDef>], at: Doc<'_>) -> Vec<EnumPlace> {
        let place = |(index, def): (usize, &Arc<EnumDef>)| {
            let part = at.and_then(|at| at.item(index));
            let field = |key: &str| part.and_then(|part| part.field(key));
            let variants = field("variants");
            let variant = |index| variants.and_then(|it| it.item(index)?.field("value"));
            let places = (0..def.variants.len()).map(|index| self.span(variant(index)));
            EnumPlace {
                name: self.span(field("name")),
                variants: places.collect(),
                is_mixed: false,
            }
        };
        enums.iter().enumerate().map(place).collect()
    }
}
