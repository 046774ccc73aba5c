//! Generates documents that are nearly schemas: right keywords with right and wrong values, and
//! references that lead in circles.

use proptest::{collection::vec, prelude::*, sample::select};
use scriptum_contract::Value;

pub(crate) fn schema() -> impl Strategy<Value = Value> {
    let leaf = keywords(Just(Value::Bool(true)).boxed());
    let nested = leaf.prop_recursive(3, 30, 5, |inner| keywords(inner.boxed()));
    (nested.clone(), nested).prop_map(|(schema, definition)| {
        let entries = schema.as_object().into_iter().flatten().cloned();
        let definitions = Value::object([("Node", definition)]);
        Value::object(entries.chain([("$defs".into(), definitions)]))
    })
}

fn keywords(inner: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let kind = select(vec![
        "string", "number", "integer", "boolean", "null", "array", "object", "strange",
    ])
    .prop_map(Value::from);
    let number = prop_oneof![(-5..10_i64).prop_map(Value::from), Just(Value::Float(0.5))];
    let scalar = prop_oneof![
        number.clone(),
        Just(Value::Null),
        Just(Value::from("a")),
        Just(Value::from("b")),
        any::<bool>().prop_map(Value::from),
    ];
    let list_of = |item: BoxedStrategy<Value>| vec(item, 0..4).prop_map(Value::list).boxed();
    let record = vec((select(vec!["a", "b", "c"]), inner.clone()), 0..4).prop_map(Value::object);
    let names = vec(select(vec!["a", "b", "d"]).prop_map(Value::from), 0..3).prop_map(Value::list);
    let value = move |name: &'static str| -> BoxedStrategy<Value> {
        match name {
            "type" => prop_oneof![4 => kind.clone(), 1 => list_of(kind.clone().boxed())].boxed(),
            "properties" | "patternProperties" => record.clone().boxed(),
            "required" => names.clone().boxed(),
            "items" | "additionalProperties" => inner.clone(),
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => list_of(inner.clone()),
            "enum" => list_of(scalar.clone().boxed()),
            "$ref" => select(vec!["#/$defs/Node", "#", "#/no", "http://x"])
                .prop_map(Value::from)
                .boxed(),
            "format" => select(vec!["date", "date-time", "uri"])
                .prop_map(Value::from)
                .boxed(),
            "contentEncoding" => Just(Value::from("base64")).boxed(),
            "pattern" => select(vec!["^a", "(", "\\d+"])
                .prop_map(Value::from)
                .boxed(),
            "title" | "description" => Just(Value::from("Word")).boxed(),
            _ => prop_oneof![4 => number.clone(), 1 => scalar.clone()].boxed(),
        }
    };
    let words = vec![
        "type",
        "type",
        "type",
        "properties",
        "properties",
        "required",
        "items",
        "anyOf",
        "oneOf",
        "allOf",
        "enum",
        "const",
        "$ref",
        "format",
        "contentEncoding",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "prefixItems",
        "additionalProperties",
        "patternProperties",
        "nullable",
        "title",
        "description",
        "default",
    ];
    let entry = select(words).prop_flat_map(move |word| (Just(word), value(word)));
    vec(entry, 0..6).prop_map(Value::object).boxed()
}
