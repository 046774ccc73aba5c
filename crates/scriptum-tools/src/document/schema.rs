//! Schemas of documents as types, and the keywords that no type can say.

use scriptum_contract::{Object, Shape, Type, Value, from_json_schema};

use super::DocumentFault;
use crate::limits::SCHEMA_WALK_DEPTH_MAX;

/// Keywords that become part of a type, or are for people.
const READ: &[&str] = &[
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "$comment",
    "definitions",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "contentEncoding",
    "contentMediaType",
    "minItems",
    "maxItems",
    "uniqueItems",
    "anyOf",
    "oneOf",
    "allOf",
    "nullable",
    "default",
    "title",
    "description",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// The type of a schema, and a warning for each part of it that is not kept.
pub(super) fn type_of(schema: &Value, pointer: &str, warnings: &mut Vec<DocumentFault>) -> Type {
    unread(schema, pointer, 0, warnings);
    from_json_schema(schema)
}

/// The fields of a schema of type object.
pub(super) fn shape_of(
    schema: &Value,
    pointer: &str,
    warnings: &mut Vec<DocumentFault>,
) -> Option<Shape> {
    type_of(schema, pointer, warnings).as_shape().cloned()
}

fn unread(schema: &Value, pointer: &str, depth: usize, warnings: &mut Vec<DocumentFault>) {
    let Some(object) = schema.as_object() else {
        return;
    };
    if depth == SCHEMA_WALK_DEPTH_MAX {
        let message = "is nested too deeply; it takes any value".to_owned();
        let pointer = pointer.to_owned();
        warnings.push(DocumentFault { pointer, message });
        return;
    }
    for (keyword, _) in object {
        if !READ.contains(&&**keyword) {
            let message = "the keyword is not checked".to_owned();
            let pointer = format!("{pointer}/{keyword}");
            warnings.push(DocumentFault { pointer, message });
        }
    }
    for (keyword, schema) in inner(object) {
        unread(schema, &format!("{pointer}/{keyword}"), depth + 1, warnings);
    }
}

/// The schemas inside of a schema, with where they stand in it.
fn inner(object: &Object) -> Vec<(String, &Value)> {
    let mut inner = Vec::new();
    for keyword in ["items", "additionalProperties"] {
        inner.extend(
            object
                .get(keyword)
                .map(|schema| (keyword.to_owned(), schema)),
        );
    }
    for keyword in ["properties", "$defs", "definitions"] {
        let named = object.get(keyword).and_then(Value::as_object);
        let named = named.into_iter().flat_map(Object::iter);
        inner.extend(named.map(|(name, schema)| (format!("{keyword}/{name}"), schema)));
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let listed = object.get(keyword).and_then(Value::as_list);
        let listed = listed.unwrap_or_default().iter().enumerate();
        inner.extend(listed.map(|(index, schema)| (format!("{keyword}/{index}"), schema)));
    }
    inner
}
