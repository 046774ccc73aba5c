//! The contract as the service sends it: the JSON form of the `ScriptContract` message, with
//! camel-case names, every field written, and only absent messages and optional scalars left out.

use std::sync::Arc;

use crate::{
    Contract, EnumBase, EnumDef, Field, List, Number, Pattern, Text, Type, Value, Variant,
};

/// The `ScriptContract` of a contract.
///
/// The message knows neither null nor open records, which no script can declare: a type with null is
/// written as any value, an open record with the fields that are known.
pub fn service_json(contract: &Contract) -> Value {
    let env: Vec<_> = contract.env.iter().map(|env| env.field.clone()).collect();
    let texts = |texts: &[String]| Value::list(texts.iter().map(|text| Value::text(text)));
    Value::object([
        ("inputs", fields(&contract.inputs)),
        ("outputs", fields(&contract.outputs)),
        (
            "stream",
            fields(contract.stream.as_deref().unwrap_or_default()),
        ),
        ("env", fields(&env)),
        (
            "enums",
            Value::list(contract.enums.iter().map(|def| enumeration(def))),
        ),
        (
            "acceptedContentTypes",
            texts(&contract.accepted_content_types),
        ),
        ("acceptedExtensions", texts(&contract.accepted_extensions)),
    ])
}

fn fields(fields: &[Field]) -> Value {
    Value::list(fields.iter().map(field))
}

fn field(field: &Field) -> Value {
    let default = field.default.as_ref().map(Value::to_json);
    let default = default
        .transpose()
        .expect("the default of a declared field is never stored");
    Value::object([
        ("name", Value::Text(Arc::clone(&field.name))),
        ("type", service_type(&field.ty)),
        ("defaultValueJson", default.unwrap_or_default().into()),
        ("required", field.is_needed().into()),
        ("description", field.doc.as_str().into()),
    ])
}

type Entry = (&'static str, Value);

/// A type in the JSON form of the service: its `TypeRef`.
pub fn service_type(ty: &Type) -> Value {
    let (kind, rules) = match ty {
        // The message has no word for null.
        Type::Any | Type::Null | Type::Optional(_) | Type::Never => (primitive("ANY"), None),
        Type::Text(rules) => (primitive("TEXT"), text_rules(rules)),
        Type::Number(rules) => (primitive("NUMBER"), number_rules(rules)),
        Type::Integer(rules) => (primitive("INTEGER"), number_rules(rules)),
        Type::Boolean => (primitive("BOOLEAN"), None),
        Type::Object => (primitive("OBJECT"), None),
        Type::Binary => (primitive("BINARY"), None),
        Type::Date => (primitive("DATE"), None),
        Type::Timestamp => (primitive("TIMESTAMP"), None),
        Type::List(list) => {
            let item = Value::object([("item", service_type(&list.item))]);
            (("list", item), list_rules(list))
        }
        Type::Enum(def) => (("enumName", Value::Text(Arc::clone(&def.name))), None),
        Type::Shape(shape) => {
            let shape = Value::object([("fields", fields(&shape.fields))]);
            (("object", shape), None)
        }
    };
    Value::object([kind].into_iter().chain(rules))
}

fn primitive(name: &str) -> Entry {
    ("primitive", format!("TYPE_REF_PRIMITIVE_{name}").into())
}

/// A block of rules; `None` without any, so that blocks stand only where they apply.
fn text_rules(rules: &Text) -> Option<Entry> {
    (*rules != Text::default()).then(|| {
        let entries = [
            count("minLength", rules.min_length),
            count("maxLength", rules.max_length),
            pattern(&rules.patterns).map(|source| ("pattern", Value::from(source))),
        ];
        (
            "stringConstraints",
            Value::object(entries.into_iter().flatten()),
        )
    })
}

fn number_rules(rules: &Number) -> Option<Entry> {
    (*rules != Number::default()).then(|| {
        let entries = [
            bound("minimum", rules.minimum),
            bound("maximum", rules.maximum),
            Some(("exclusiveMin", rules.exclusive_minimum.into())),
            Some(("exclusiveMax", rules.exclusive_maximum.into())),
            bound("multipleOf", rules.multiple_of),
        ];
        (
            "numberConstraints",
            Value::object(entries.into_iter().flatten()),
        )
    })
}

fn list_rules(list: &List) -> Option<Entry> {
    let has_rules = list.min_items.is_some() || list.max_items.is_some() || list.unique;
    has_rules.then(|| {
        let entries = [
            count("minItems", list.min_items),
            count("maxItems", list.max_items),
            Some(("uniqueItems", list.unique.into())),
        ];
        (
            "listConstraints",
            Value::object(entries.into_iter().flatten()),
        )
    })
}

fn count(name: &'static str, count: Option<u32>) -> Option<Entry> {
    count.map(|count| (name, Value::Int(count.into())))
}

fn bound(name: &'static str, bound: Option<f64>) -> Option<Entry> {
    Some((name, Value::shortest(bound?)?))
}

/// The message has one pattern; several become one that looks ahead for each.
fn pattern(patterns: &[Pattern]) -> Option<String> {
    match patterns {
        [] => None,
        [only] => Some(only.0.to_string()),
        several => {
            let each = several.iter().map(|it| format!("(?=[^]*?(?:{}))", it.0));
            Some(format!("^{}", each.collect::<String>()))
        }
    }
}

fn enumeration(def: &EnumDef) -> Value {
    let base = match def.base {
        EnumBase::Text => "ENUM_BASE_TEXT",
        EnumBase::Integer => "ENUM_BASE_INTEGER",
        EnumBase::Number => "ENUM_BASE_NUMBER",
    };
    let variants = def.variants.iter().map(|it| variant(it, def.base));
    Value::object([
        ("name", Value::Text(Arc::clone(&def.name))),
        ("base", base.into()),
        ("variants", Value::list(variants)),
    ])
}

fn variant(variant: &Variant, base: EnumBase) -> Value {
    let value = &variant.value;
    let value = match base {
        EnumBase::Text => value.as_text().map(|text| ("valueText", text.into())),
        // 64-bit integers are written as text.
        EnumBase::Integer => value
            .as_integer()
            .map(|int| ("valueInteger", int.to_string().into())),
        EnumBase::Number => value
            .as_double()
            .and_then(|number| bound("valueNumber", Some(number))),
    };
    let doc = ("description", variant.doc.as_str().into());
    Value::object(value.into_iter().chain([doc]))
}
