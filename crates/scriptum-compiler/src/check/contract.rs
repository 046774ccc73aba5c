//! Declarations: names that stand twice, enums, and defaults against their types.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{EnumDef, Field, Flaw, List, Type, Value};
use scriptum_syntax::{Diagnostic, Span};

use super::Checker;
use crate::{
    codes,
    source_map::{EnumPlace, FieldPlace},
    vocabulary,
};

impl Checker<'_> {
    pub(super) fn contract(&mut self) {
        let (contract, map) = (&self.program.contract, self.map);
        self.enums();
        self.fields(&contract.inputs, &map.inputs, "input");
        self.fields(&contract.outputs, &map.outputs, "output");
        if let Some(stream) = &contract.stream {
            self.fields(stream, &map.stream, "field");
        }
        let env: Vec<Field> = contract.env.iter().map(|env| env.field.clone()).collect();
        self.fields(&env, &map.env, "environment variable");
        for (env, place) in contract.env.iter().zip(&map.env) {
            if env.secret && env.field.default.is_some() {
                let default = place.default.unwrap_or(place.name);
                self.report(codes::secret_in_source(default));
            }
        }
        let inputs = contract.inputs.iter().zip(&map.inputs);
        let inputs: BTreeMap<&str, Span> = inputs
            .map(|(field, place)| (&*field.name, place.name))
            .collect();
        for (env, place) in env.iter().zip(&map.env) {
            if let Some(input) = inputs.get(&*env.name) {
                let twice = codes::duplicate_name("name", &env.name, place.name, *input);
                self.report(twice);
            }
        }
    }

    fn fields(&mut self, fields: &[Field], places: &[FieldPlace], what: &str) {
        let named = fields.iter().zip(places);
        let named = named.map(|(field, place)| (&field.name, place.name));
        self.duplicates(what, named.collect());
        for (field, place) in fields.iter().zip(places) {
            self.declared_field(field, place);
        }
    }

    fn declared_field(&mut self, field: &Field, place: &FieldPlace) {
        let own = own_type(&field.ty);
        for flaw in own.flaws() {
            self.report(codes::unusable_constraint(&flaw, place.ty));
        }
        if let Some(shape) = shape_of(&field.ty) {
            self.fields(shape, &place.fields, "field");
        }
        if !field.ty.flaws().is_empty() {
            // A default is judged only by rules that make sense themselves.
            return;
        }
        for flaw in field.flaws() {
            if let Flaw::Default(name, violations) = flaw {
                let span = place.default.unwrap_or(place.name);
                self.report(codes::invalid_default(
                    &name,
                    &violations,
                    span,
                    place.ty,
                    &field.ty,
                ));
            }
        }
    }

    fn enums(&mut self) {
        let (contract, map) = (&self.program.contract, self.map);
        let named = contract.enums.iter().zip(&map.enums);
        let named = named.map(|(def, place)| (&def.name, place.name));
        self.duplicates("enum", named.collect());
        for (def, place) in contract.enums.iter().zip(&map.enums) {
            if vocabulary::primitive(&def.name).is_some() {
                self.report(codes::duplicate_name::of_type(&def.name, place.name));
            }
            for flaw in def.flaws() {
                if let Some(diagnostic) = enum_flaw(&flaw, def, place) {
                    self.report(diagnostic);
                }
            }
        }
    }
}

/// What to say of a flaw of an enum; `None` when the parser has said it.
fn enum_flaw(flaw: &Flaw, def: &EnumDef, place: &EnumPlace) -> Option<Diagnostic> {
    let spans_of = |value: &Value| {
        let variants = def.variants.iter().zip(&place.variants);
        let same = variants.filter(|(variant, _)| variant.value == *value);
        let spans: Vec<Span> = same.map(|(_, span)| *span).collect();
        Some((*spans.first()?, *spans.last()?))
    };
    match flaw {
        Flaw::SameVariant(name, value) => {
            let (first, last) = spans_of(value)?;
            Some(codes::duplicate_name::of_variant(name, value, last, first))
        }
        Flaw::VariantBase(..) if place.is_mixed => None,
        Flaw::VariantBase(_, base, value) => {
            let (span, _) = spans_of(value)?;
            Some(codes::variant_base(value, *base, span, place.name))
        }
        Flaw::NoVariants(_)
        | Flaw::Pattern(..)
        | Flaw::EmptyRange(_)
        | Flaw::EmptySize { .. }
        | Flaw::BoundNotFinite
        | Flaw::MultipleOf(_)
        | Flaw::SameField(_)
        | Flaw::Default(..) => None,
    }
}

/// The type without the record inside it, whose fields are judged one by one, and without enums, which
/// are judged where they are declared.
fn own_type(ty: &Type) -> Type {
    match ty {
        Type::Shape(_) | Type::Enum(_) => Type::Any,
        Type::List(list) => Type::List(Arc::new(List {
            item: own_type(&list.item),
            ..List::clone(list)
        })),
        Type::Any
        | Type::Text(_)
        | Type::Number(_)
        | Type::Integer(_)
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Null
        | Type::Optional(_)
        | Type::Never => ty.clone(),
    }
}

/// The fields of a record, or of the records that a list holds.
fn shape_of(ty: &Type) -> Option<&[Field]> {
    match (ty.as_list(), ty.as_shape()) {
        (Some(list), _) => shape_of(&list.item),
        (None, Some(shape)) => Some(&shape.fields),
        (None, None) => None,
    }
}
