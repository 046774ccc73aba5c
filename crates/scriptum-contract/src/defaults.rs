//! Fills the defaults of declared fields into an object, nested ones too, and checks the result.

use std::sync::Arc;

use crate::{Field, Object, Type, Value, Violation, check::violations_of_fields};

/// Fills the defaults of `fields` into `object` and checks the result.
///
/// The result has the fields in their declared order, then the further ones; those are accepted only
/// of an `open` set of fields. Records inside whose fields have defaults are completed in the same
/// way; others are shared as they are.
///
/// # Errors
/// All violations, if there is one.
///
/// ```
/// use scriptum_contract::{check_fields, Field, Type, Value};
/// let mut depth = Field::required("depth", Type::integer());
/// depth.default = Some(Value::Int(3));
/// let fields = [Field::required("topic", Type::text()), depth];
/// let filled = check_fields(&Value::object([("topic", Value::text("tea"))]), &fields, false);
/// assert_eq!(filled.unwrap().to_json().unwrap(), r#"{"topic":"tea","depth":3}"#);
/// ```
pub fn check_fields(object: &Value, fields: &[Field], open: bool) -> Result<Value, Vec<Violation>> {
    let Some(given) = object.as_object() else {
        return Err(violations_of_fields(object, fields, open));
    };
    // A default may break a rule of what is around it, as two elements that it makes equal.
    let completed = Value::Object(completed(given, fields));
    let violations = violations_of_fields(&completed, fields, open);
    if violations.is_empty() {
        Ok(completed)
    } else {
        Err(violations)
    }
}

/// The object with its defaults, in the order of the fields.
fn completed(given: &Object, fields: &[Field]) -> Object {
    if is_complete(given, fields) {
        return given.clone();
    }
    let declared = fields.iter().filter_map(|field| {
        let value = given.get(&field.name).or(field.default.as_ref())?;
        Some((Arc::clone(&field.name), with_defaults(value, &field.ty)))
    });
    let further = given
        .iter()
        .filter(|(key, _)| !fields.iter().any(|field| field.name == *key))
        .cloned();
    declared.chain(further).collect()
}

/// True for an object that needs no default and begins with its fields in their order.
fn is_complete(given: &Object, fields: &[Field]) -> bool {
    let fits = |(field, (key, _)): (&Field, &(Arc<str>, Value))| {
        field.name == *key && !has_defaults(&field.ty)
    };
    fields.len() <= given.len() && fields.iter().zip(given).all(fits)
}

/// A value with the defaults of its type, whether it fits the type or not.
pub(crate) fn with_defaults(value: &Value, ty: &Type) -> Value {
    if !has_defaults(ty) {
        return value.clone();
    }
    let ty = ty.without_null();
    match (
        ty.as_list(),
        ty.as_shape(),
        value.as_list(),
        value.as_object(),
    ) {
        (Some(list), _, Some(items), _) => {
            Value::list(items.iter().map(|item| with_defaults(item, &list.item)))
        }
        (_, Some(shape), _, Some(given)) => Value::Object(completed(given, &shape.fields)),
        (_, _, _, _) => value.clone(),
    }
}

/// Whether a value of this type can lack something that a default stands in for.
fn has_defaults(ty: &Type) -> bool {
    let ty = ty.without_null();
    let of_field = |field: &Field| field.default.is_some() || has_defaults(&field.ty);
    match (ty.as_list(), ty.as_shape()) {
        (Some(list), _) => has_defaults(&list.item),
        (_, Some(shape)) => shape.fields.iter().any(of_field),
        (None, None) => false,
    }
}
