//! Functions on objects, and on values of any kind.

use std::sync::Arc;

use scriptum_contract::{Field, Shape, Type, Value};

use super::{
    Builtin, Call, Example, Kind, Takes,
    rules::{self, OBJECT, VALUE, repeated, required},
};
use crate::eval::Stop;

pub(super) const KEYS: Builtin = Builtin {
    name: "keys",
    params: &[OBJECT],
    result: |_| Type::list(Type::text()),
    doc: "The keys of an object, in their order.",
    example: Example {
        call: "keys({ a: 1, b: 2 })",
        value: r#"["a", "b"]"#,
    },
    call: |call| {
        let keys = call.object(0).keys().cloned().map(Value::Text).collect();
        call.evaluator.list(keys)
    },
};

pub(super) const VALUES: Builtin = Builtin {
    name: "values",
    params: &[OBJECT],
    result: |args| Type::list(values_of(&rules::arg(args, 0))),
    doc: "The values of an object, in the order of its keys.",
    example: Example {
        call: "values({ a: 1, b: 2 })",
        value: "[1, 2]",
    },
    call: |call| {
        let object = call.object(0);
        let values = object.iter().map(|(_, value)| value.clone()).collect();
        call.evaluator.list(values)
    },
};

pub(super) const MERGE: Builtin = Builtin {
    name: "merge",
    params: &[OBJECT, repeated("more", Takes::OneOf(&[Kind::Object]))],
    result: |args| {
        args.iter()
            .cloned()
            .reduce(|a, b| merged(&a, &b))
            .unwrap_or(Type::Any)
    },
    doc: "One object with the entries of all; of equal keys the last value counts.",
    example: Example {
        call: "merge({ a: 1, b: 2 }, { b: 3 })",
        value: "{ a: 1, b: 3 }",
    },
    call: merge,
};

pub(super) const HAS: Builtin = Builtin {
    name: "has",
    params: &[OBJECT, required("key", Takes::OneOf(&[Kind::Text]))],
    result: rules::boolean,
    doc: "True when the object has the key, even with null as its value.",
    example: Example {
        call: r#"has({ a: 1 }, "b")"#,
        value: "false",
    },
    call: |call| {
        let key = call.text(1)?;
        Ok(Value::Bool(call.object(0).get(&key).is_some()))
    },
};

pub(super) const COALESCE: Builtin = Builtin {
    name: "coalesce",
    params: &[
        required("value", Takes::Fallback),
        repeated("more", Takes::Fallback),
    ],
    result: first_present,
    doc: "The first value that is there and not null; null when there is none; like `??`.",
    example: Example {
        call: "coalesce(null, { a: 1 }.b, 5)",
        value: "5",
    },
    call: |call| {
        for at in 0..call.len() {
            let value = call.later(at)?;
            if !matches!(value, Value::Null) {
                return Ok(value);
            }
        }
        Ok(Value::Null)
    },
};

pub(super) const TYPE_OF: Builtin = Builtin {
    name: "type_of",
    params: &[VALUE],
    result: rules::text,
    doc: "The kind of a value: \"null\", \"boolean\", \"integer\", \"number\", \"text\", \"list\" or \"object\".",
    example: Example {
        call: "type_of([1])",
        value: r#""list""#,
    },
    call: |call| {
        let value = call.value(0);
        Ok(Value::text(call.evaluator.open(&value)?.kind()))
    },
};

fn merge(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let entries = (0..call.len()).flat_map(|at| {
        let object = call.object(at);
        object.iter().cloned().collect::<Vec<_>>()
    });
    let entries = entries.collect::<Vec<_>>();
    call.evaluator.charge(entries.len())?;
    call.evaluator.object(entries)
}

/// One type for all values of a record.
fn values_of(ty: &Type) -> Type {
    match ty.as_shape() {
        Some(shape) if !shape.open => {
            let types = shape.fields.iter().map(|field| &field.ty);
            types.fold(Type::Never, |joined, ty| joined.join(ty))
        }
        Some(_) | None => Type::Any,
    }
}

/// The record that has the fields of both; the later one's count where it surely has them.
fn merged(earlier: &Type, later: &Type) -> Type {
    let (Some(earlier), Some(later)) = (earlier.as_shape(), later.as_shape()) else {
        return Type::Any;
    };
    let kept = earlier
        .fields
        .iter()
        .map(|field| match later.field(&field.name) {
            Some(over) if over.is_needed() => rules::field(&field.name, over.ty.clone()),
            Some(over) => Field {
                ty: field.ty.join(&over.ty),
                ..undocumented(field)
            },
            // An open record may replace any field by anything.
            None if later.open => Field {
                ty: Type::Any,
                ..undocumented(field)
            },
            None => undocumented(field),
        });
    let added = later
        .fields
        .iter()
        .filter(|field| earlier.field(&field.name).is_none())
        .map(|field| {
            let mut field = undocumented(field);
            if earlier.open && !field.required {
                field.ty = Type::Any;
            }
            field
        });
    Type::Shape(Arc::new(Shape {
        fields: kept.chain(added).collect(),
        open: earlier.open || later.open,
    }))
}

/// The field of a value, rather than of a declaration.
fn undocumented(field: &Field) -> Field {
    Field {
        name: Arc::clone(&field.name),
        ty: field.ty.clone(),
        default: None,
        required: field.is_needed(),
        doc: String::new(),
    }
}

fn first_present(args: &[Type]) -> Type {
    let Some((last, before)) = args.split_last() else {
        return Type::Any;
    };
    let present = before
        .iter()
        .map(|ty| {
            if *ty == Type::Null {
                &Type::Never
            } else {
                ty.without_null()
            }
        })
        .fold(Type::Never, |joined, ty| joined.join(ty));
    present.join(last)
}
