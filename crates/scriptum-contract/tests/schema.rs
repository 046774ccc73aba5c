//! A written schema and the validator agree on every value. The schema is judged here by a reader of
//! its own, which knows nothing of types.

#![allow(clippy::unwrap_used, reason = "what is wrong in a test ends it")]

mod generate;

use std::cmp::Ordering;

use proptest::prelude::*;
use scriptum_contract::{Object, Type, Value, check, type_schema};

/// Whether a value satisfies a schema, for the keywords that are written.
fn satisfies(value: &Value, schema: &Value, root: &Value) -> bool {
    let keywords = schema.as_object().expect("a written schema is an object");
    keywords
        .iter()
        .all(|(word, rule)| holds(value, word, rule, keywords, root))
}

fn holds(value: &Value, word: &str, rule: &Value, siblings: &Object, root: &Value) -> bool {
    let text = value.as_text();
    let items = value.as_list();
    let object = value.as_object();
    let at_most = |a: &Value, b: &Value| a.compare_numbers(b).is_none_or(Ordering::is_le);
    let below = |a: &Value, b: &Value| a.compare_numbers(b).is_none_or(Ordering::is_lt);
    let length = |text: &str| Value::from(i64::try_from(text.chars().count()).unwrap());
    let count = |items: &[Value]| Value::from(i64::try_from(items.len()).unwrap());
    let rules = || rule.as_list().unwrap();
    match word {
        "$defs" | "description" | "default" => true,
        "$ref" => {
            let target = rule.as_text().unwrap().strip_prefix('#').unwrap();
            satisfies(value, root.pointer(target).unwrap(), root)
        }
        "type" => is_of(value, rule.as_text().unwrap()),
        "enum" => rules().contains(value),
        "not" => !satisfies(value, rule, root),
        "anyOf" => rules().iter().any(|branch| satisfies(value, branch, root)),
        "allOf" => rules().iter().all(|branch| satisfies(value, branch, root)),
        "minimum" => at_most(rule, value),
        "maximum" => at_most(value, rule),
        "exclusiveMinimum" => below(rule, value),
        "exclusiveMaximum" => below(value, rule),
        "multipleOf" => match (value.as_double(), rule.as_double().unwrap()) {
            // The generated steps are powers of two, by which doubles divide exactly.
            (Some(number), step) => (number / step).fract() == 0.0,
            (None, _) => true,
        },
        "minLength" => text.is_none_or(|text| at_most(rule, &length(text))),
        "maxLength" => text.is_none_or(|text| at_most(&length(text), rule)),
        "pattern" => text.is_none_or(|text| {
            regress::Regex::with_flags(rule.as_text().unwrap(), "u")
                .unwrap()
                .find(text)
                .is_some()
        }),
        "format" | "contentEncoding" => text.is_none_or(|text| has_format(text, rule)),
        "items" => items.is_none_or(|items| items.iter().all(|it| satisfies(it, rule, root))),
        "minItems" => items.is_none_or(|items| at_most(rule, &count(items))),
        "maxItems" => items.is_none_or(|items| at_most(&count(items), rule)),
        "uniqueItems" => items.is_none_or(|items| {
            let mut pairs = items.iter().enumerate();
            !pairs.any(|(at, item)| items.iter().take(at).any(|earlier| earlier == item))
        }),
        "properties" => object.is_none_or(|object| {
            let properties = rule.as_object().unwrap();
            properties.iter().all(|(name, schema)| {
                object
                    .get(name)
                    .is_none_or(|value| satisfies(value, schema, root))
            })
        }),
        "required" => object.is_none_or(|object| {
            let present = |name: &Value| object.get(name.as_text().unwrap()).is_some();
            rules().iter().all(present)
        }),
        "additionalProperties" => object.is_none_or(|object| {
            let properties = siblings
                .get("properties")
                .and_then(Value::as_object)
                .unwrap();
            object.keys().all(|key| properties.get(key).is_some())
        }),
        unknown => panic!("unknown keyword {unknown}"),
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match (value, kind) {
        (Value::Null, "null")
        | (Value::Bool(_), "boolean")
        | (Value::Int(_), "integer" | "number")
        | (Value::Float(_), "number")
        | (Value::Text(_), "string")
        | (Value::List(_), "array")
        | (Value::Object(_), "object") => true,
        // JSON Schema knows no 64 bits; integers of the language end there.
        (Value::Float(float), "integer") => float.fract() == 0.0 && float.abs() < 9e18,
        _ => false,
    }
}

fn has_format(text: &str, format: &Value) -> bool {
    let ty = match format.as_text().unwrap() {
        "date" => Type::Date,
        "date-time" => Type::Timestamp,
        "base64" => Type::Binary,
        unknown => panic!("unknown format {unknown}"),
    };
    check(&Value::text(text), &ty).is_empty()
}

/// A type, and a value that fits it, or fits another type, or fits nothing in particular.
fn type_and_any_value() -> impl Strategy<Value = (Type, Value)> {
    let other = generate::ty().prop_flat_map(|ty| generate::value_of(&ty));
    (generate::ty(), other, generate::loaded_value()).prop_flat_map(|(ty, other, any)| {
        let value = prop_oneof![4 => generate::value_of(&ty), 2 => Just(other), 1 => Just(any)];
        (Just(ty), value)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_schema_of_a_type_takes_the_values_that_fit_it((ty, value) in type_and_any_value()) {
        let schema = type_schema(&ty);
        let violations = check(&value, &ty);
        prop_assert_eq!(
            satisfies(&value, &schema, &schema),
            violations.is_empty(),
            "{} {:?}", schema.to_json().unwrap(), violations
        );
    }
}
