//! Which types stand in for which, and the reason when one does not.

use std::sync::Arc;

use scriptum_contract::{
    Assignable, EnumBase, EnumDef, Field, List, Number, Shape, Text, Type, Value, Variant,
    assignable,
};

fn text_of(min_length: u32, max_length: u32) -> Type {
    let (min_length, max_length) = (Some(min_length), Some(max_length));
    Type::Text(Text {
        min_length,
        max_length,
        ..Text::default()
    })
}

fn at_least(minimum: f64) -> Number {
    Number {
        minimum: Some(minimum),
        ..Number::default()
    }
}

fn choice(name: &str, values: &[&str]) -> Type {
    let variant = |value: &&str| Variant {
        value: Value::text(value),
        doc: String::new(),
    };
    let variants = values.iter().map(variant).collect();
    Type::Enum(Arc::new(EnumDef {
        name: name.into(),
        base: EnumBase::Text,
        variants,
    }))
}

fn open(fields: Vec<Field>) -> Type {
    Type::Shape(Arc::new(Shape { fields, open: true }))
}

fn record(fields: &[(&str, Type)]) -> Type {
    Type::shape(
        fields
            .iter()
            .map(|(name, ty)| Field::required(name, ty.clone()))
            .collect(),
    )
}

/// `yes`, `checked`, or the reason why not.
fn check_answer(from: &Type, to: &Type, expected: &str) {
    let answer = match assignable(from, to) {
        Assignable::Yes => "yes".to_owned(),
        Assignable::Checked => "checked".to_owned(),
        Assignable::No(why) => why,
    };
    assert_eq!(answer, expected, "{from:#} to {to:#}");
}

#[test]
fn scalars() {
    let number_from = |minimum| Type::Number(at_least(minimum));
    for (from, to, expected) in [
        (Type::integer(), Type::number(), "yes"),
        (
            Type::number(),
            Type::integer(),
            "number is not integer, it may have a fraction",
        ),
        (Type::text(), Type::number(), "text is not number"),
        (Type::Boolean, Type::text(), "boolean is not text"),
        (Type::text(), text_of(1, 5), "checked"),
        (text_of(2, 4), text_of(1, 5), "yes"),
        (text_of(1, 6), text_of(1, 5), "checked"),
        (Type::Integer(at_least(2.0)), number_from(1.0), "yes"),
        (number_from(0.0), number_from(1.0), "checked"),
        (Type::text(), Type::Date, "checked"),
        (Type::Date, Type::text(), "yes"),
        (Type::Date, text_of(1, 5), "checked"),
        (Type::Date, Type::Timestamp, "date is not timestamp"),
    ] {
        check_answer(&from, &to, expected);
    }
}

#[test]
fn null_and_unknown() {
    let maybe = Type::text().optional();
    for (from, to, expected) in [
        (Type::Any, Type::text(), "checked"),
        (Type::Object, Type::text(), "checked"),
        (maybe.clone(), Type::Any, "yes"),
        (maybe.clone(), Type::Object, "yes"),
        (maybe.clone(), Type::text(), "may be null"),
        (maybe.clone(), maybe.clone(), "yes"),
        (Type::text(), maybe.clone(), "yes"),
        (Type::number(), maybe.clone(), "number is not text"),
        (Type::Null, maybe, "yes"),
        (Type::Null, Type::text(), "null is not text"),
        (Type::Never, Type::text(), "yes"),
        (Type::list(Type::Never), Type::list(Type::text()), "yes"),
    ] {
        check_answer(&from, &to, expected);
    }
}

#[test]
fn enums() {
    let mode = choice("Mode", &["fast", "exact"]);
    for (from, to, expected) in [
        (mode.clone(), Type::text(), "yes"),
        (mode.clone(), text_of(1, 4), "checked"),
        (
            mode.clone(),
            choice("Same", &["exact", "fast", "slow"]),
            "yes",
        ),
        (mode.clone(), choice("Speed", &["fast", "slow"]), "checked"),
        (mode.clone(), choice("Color", &["red"]), "Mode is not Color"),
        (mode.clone(), Type::number(), "Mode is not number"),
        (Type::text(), mode.clone(), "checked"),
        (Type::integer(), mode, "integer is not Mode"),
    ] {
        check_answer(&from, &to, expected);
    }
}

#[test]
fn lists_and_records() {
    let at_most_one = Type::List(Arc::new(List {
        item: Type::text(),
        min_items: None,
        max_items: Some(1),
        unique: false,
    }));
    let page = record(&[("url", Type::text()), ("size", Type::integer())]);
    let sized = record(&[("url", Type::text()), ("size", Type::text())]);
    let links = |item: &Type| record(&[("links", Type::list(item.clone()))]);
    let titled = Type::shape(vec![
        Field::required("url", Type::text()),
        Field::optional("title", Type::text()),
    ]);
    let untitled = record(&[("url", Type::text())]);
    for (from, to, expected) in [
        (
            Type::list(Type::integer()),
            Type::list(Type::number()),
            "yes",
        ),
        (Type::list(Type::text()), at_most_one, "checked"),
        (
            Type::list(Type::text()),
            Type::list(Type::number()),
            "elements: text is not number",
        ),
        (page.clone(), page.clone(), "yes"),
        (
            page.clone(),
            sized.clone(),
            "field 'size': integer is not text",
        ),
        (
            links(&page),
            links(&sized),
            "field 'links': elements: field 'size': integer is not text",
        ),
        (untitled.clone(), page.clone(), "field 'size' is missing"),
        (untitled.clone(), titled.clone(), "yes"),
        (titled.clone(), untitled.clone(), "checked"),
        (
            titled,
            record(&[("url", Type::text()), ("title", Type::text())]),
            "checked",
        ),
        (
            page.clone(),
            untitled.clone(),
            "field 'size' is not expected",
        ),
        (
            record(&[("url", Type::text()), ("siz", Type::integer())]),
            open(vec![Field::required("size", Type::integer())]),
            "field 'size' is missing",
        ),
        (page.clone(), open(vec![]), "yes"),
        (open(vec![]), untitled, "checked"),
        (
            page.clone(),
            Type::text(),
            "{ url: text, size: integer } is not text",
        ),
        (
            Type::text(),
            page,
            "text is not { url: text, size: integer }",
        ),
    ] {
        check_answer(&from, &to, expected);
    }
}

#[test]
fn joins_keep_what_both_have_in_common() {
    let page = record(&[("url", Type::text()), ("size", Type::integer())]);
    let titled = record(&[("url", Type::text()), ("title", Type::text())]);
    for (a, b, expected) in [
        (Type::integer(), Type::number(), "number"),
        (Type::Never, Type::text(), "text"),
        (text_of(1, 5), text_of(3, 9), "text length(1, 9)"),
        (text_of(1, 5), Type::text(), "text"),
        (
            Type::Integer(at_least(3.0)),
            Type::Number(at_least(0.5)),
            "number min(0.5)",
        ),
        (Type::Null, Type::Boolean, "boolean or null"),
        (Type::text().optional(), Type::Null, "text or null"),
        (Type::integer().optional(), Type::number(), "number or null"),
        (choice("Mode", &["fast"]), Type::text(), "text"),
        (choice("Mode", &["fast"]), choice("Color", &["red"]), "text"),
        (Type::Date, Type::Timestamp, "text"),
        (
            Type::list(Type::Never),
            Type::list(Type::text()),
            "list<text>",
        ),
        (
            Type::list(Type::text()),
            Type::list(Type::Boolean),
            "list<any>",
        ),
        (
            page.clone(),
            titled,
            "{ url: text, size?: integer, title?: text }",
        ),
        (page.clone(), open(vec![]), "{ url?: any, size?: any, … }"),
        (page, Type::text(), "any"),
        (Type::Object, Type::text(), "any"),
    ] {
        assert_eq!(format!("{:#}", a.join(&b)), expected, "{a:#} and {b:#}");
    }
}
