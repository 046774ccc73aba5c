//! Fills a stubbed result up to what the tool says that it returns.
//!
//! A test is about a few fields. What it leaves out gets the emptiest value of its type, at whatever
//! depth, as long as there is one.

use std::sync::Arc;

use scriptum_contract::{Field, Shape, ToolOrigin, ToolSignature, Type, Value, check};

/// What a call gives when a test says that it gives this. A text stands for a model that says it.
pub(crate) fn returned(value: Value, signature: &ToolSignature) -> Value {
    let value = match (value, &signature.origin) {
        (Value::Text(text), ToolOrigin::Model) => Value::object([("text", Value::Text(text))]),
        (value, _) => value,
    };
    filled(&value, &signature.output)
}

/// The value with what is missing of its type.
fn filled(value: &Value, ty: &Type) -> Value {
    match (value, ty.without_null()) {
        (Value::Object(_), Type::Shape(shape)) => of_shape(value, shape),
        (Value::List(items), Type::List(list)) => {
            Value::list(items.iter().map(|item| filled(item, &list.item)))
        }
        (value, _) => value.clone(),
    }
}

fn of_shape(value: &Value, shape: &Shape) -> Value {
    let object = value.as_object();
    let given = |name: &str| object.and_then(|object| object.get(name));
    let known = object.into_iter().flatten().map(|(name, value)| {
        let field = shape.fields.iter().find(|field| field.name == *name);
        let value = field.map_or_else(|| value.clone(), |field| filled(value, &field.ty));
        (Arc::clone(name), value)
    });
    let missing = shape
        .fields
        .iter()
        .filter(|field| is_required(field) && given(&field.name).is_none());
    let missing = missing.filter_map(|field| Some((Arc::clone(&field.name), sample(&field.ty)?)));
    Value::object(known.chain(missing))
}

/// True for a field that has no other way to get a value.
fn is_required(field: &Field) -> bool {
    field.required && field.default.is_none() && !matches!(field.ty, Type::Optional(_))
}

/// The emptiest value of a type; `None` when no simple one satisfies its rules.
pub(crate) fn sample(ty: &Type) -> Option<Value> {
    let value = match ty {
        Type::Object => Value::object::<&str>([]),
        Type::Any | Type::Text(_) | Type::Binary => Value::text(""),
        Type::Number(_) | Type::Integer(_) => Value::Int(0),
        Type::Boolean => Value::Bool(false),
        Type::Date => Value::text("2026-01-01"),
        Type::Timestamp => Value::text("2026-01-01T00:00:00Z"),
        Type::List(_) => Value::list([]),
        Type::Enum(variants) => variants.variants.first()?.value.clone(),
        Type::Shape(shape) => of_shape(&Value::object::<&str>([]), shape),
        Type::Null | Type::Optional(_) => Value::Null,
        Type::Never => return None,
    };
    check(&value, ty).is_empty().then_some(value)
}
