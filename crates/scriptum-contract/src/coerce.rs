//! Turns text into the declared types, for callers who have only text: forms, flags, string maps,
//! the environment.

use std::sync::Arc;

use crate::{
    EnumBase, Object, Type, Value, limits::VALUE_DEPTH_MAX, value::json::from_json_within,
};

/// Converts text to what the type declares: numbers, booleans, values of number enums, and lists
/// and objects written as JSON. Records and lists are converted inside.
///
/// What does not convert stays as it is, so that [`check`](crate::check) can name it.
///
/// ```
/// use scriptum_contract::{coerce, Type, Value};
/// assert_eq!(coerce(&Value::text("3"), &Type::integer()), Value::Int(3));
/// assert_eq!(coerce(&Value::text("three"), &Type::integer()), Value::text("three"));
/// ```
#[must_use]
pub fn coerce(value: &Value, ty: &Type) -> Value {
    coerced(value, ty, VALUE_DEPTH_MAX).unwrap_or_else(|| value.clone())
}

/// The converted value; `None` when it stays as it is. `depth` is how deep it may nest.
fn coerced(value: &Value, ty: &Type, depth: usize) -> Option<Value> {
    match value {
        Value::Text(text) => from_text(text, ty, depth),
        Value::List(items) => in_list(items, ty, depth),
        Value::Object(object) => in_object(object, ty, depth),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

fn from_text(text: &str, ty: &Type, depth: usize) -> Option<Value> {
    match ty {
        Type::Integer(_) | Type::Number(_) => number(text),
        Type::Boolean => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Enum(def) => match def.base {
            EnumBase::Integer | EnumBase::Number => number(text),
            EnumBase::Text => None,
        },
        Type::List(_) | Type::Shape(_) | Type::Object => {
            let value = container(text, depth)?;
            Some(coerced(&value, ty, depth).unwrap_or(value))
        }
        Type::Null => (text == "null").then_some(Value::Null),
        Type::Optional(inner) => from_optional(text, inner, depth),
        Type::Any | Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp | Type::Never => {
            None
        }
    }
}

/// The word `null` is null, unless the inner type takes it as text.
fn from_optional(text: &str, inner: &Type, depth: usize) -> Option<Value> {
    if text == "null" && !crate::check(&Value::text(text), inner).is_empty() {
        return Some(Value::Null);
    }
    from_text(text, inner, depth)
}

/// A number as JSON writes it.
fn number(text: &str) -> Option<Value> {
    let value = from_json_within(text, 0).ok()?;
    matches!(value, Value::Int(_) | Value::Float(_)).then_some(value)
}

/// A list or an object as JSON.
fn container(text: &str, depth: usize) -> Option<Value> {
    let opens = text.trim_start().starts_with(['[', '{']);
    opens.then(|| from_json_within(text, depth).ok()).flatten()
}

fn in_list(items: &[Value], ty: &Type, depth: usize) -> Option<Value> {
    let item = &ty.without_null().as_list()?.item;
    let depth = depth.checked_sub(1)?;
    let changed: Vec<_> = items
        .iter()
        .map(|value| coerced(value, item, depth))
        .collect();
    changed.iter().any(Option::is_some).then(|| {
        let pairs = items.iter().zip(changed);
        Value::list(pairs.map(|(old, new)| new.unwrap_or_else(|| old.clone())))
    })
}

fn in_object(object: &Object, ty: &Type, depth: usize) -> Option<Value> {
    let shape = ty.without_null().as_shape()?;
    let depth = depth.checked_sub(1)?;
    let entries = object.iter().map(|(key, value)| {
        let ty = shape.field(key).map(|field| &field.ty);
        let changed = ty.and_then(|ty| coerced(value, ty, depth));
        (Arc::clone(key), changed.unwrap_or_else(|| value.clone()))
    });
    Some(Value::Object(entries.collect()))
}
