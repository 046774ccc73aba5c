//! Large values are checked in one pass and answered with few words. A quadratic check would make
//! these cases run for minutes.

use std::sync::Arc;

use scriptum_contract::{
    Contract, Field, List, Pattern, Reason, Text, Type, Value, check, limits::VIOLATIONS_MAX,
};

const ELEMENTS: i64 = 100_000;

fn unique_list(item: Type) -> Type {
    Type::List(Arc::new(List {
        item,
        min_items: None,
        max_items: None,
        unique: true,
    }))
}

fn row(name: String, at: i64) -> Value {
    Value::object([
        ("name", Value::from(name)),
        ("at", Value::Int(at)),
        ("tags", Value::list([Value::text("a"), Value::Int(at)])),
    ])
}

fn row_type() -> Type {
    let name = Text {
        min_length: Some(1),
        max_length: Some(20),
        patterns: vec![Pattern("^[a-z]+-\\d+$".into())],
        ..Text::default()
    };
    let mut size = Field::required("size", Type::integer());
    size.default = Some(Value::Int(1));
    Type::shape(vec![
        Field::required("name", Type::Text(name)),
        Field::required("at", Type::integer()),
        Field::required("tags", Type::list(Type::Any)),
        size,
    ])
}

#[test]
fn a_hundred_thousand_rows_are_checked_and_completed() {
    let rows = Value::list((0..ELEMENTS).map(|at| row(format!("row-{at}"), at)));
    let contract = Contract {
        inputs: vec![Field::required("rows", unique_list(row_type()))],
        ..Contract::default()
    };
    let filled = contract
        .check_inputs(&Value::object([("rows", rows)]), true)
        .expect("all rows are right");
    let last = filled.pointer("/rows/99999/size");
    assert_eq!(last, Some(&Value::Int(1)));
}

#[test]
fn of_a_hundred_thousand_violations_some_thousands_are_counted_and_a_hundred_named() {
    let rows = Value::list((0..ELEMENTS).map(|at| row(format!("Row {at}"), at)));
    let violations = check(&rows, &Type::list(row_type()));
    assert_eq!(violations.len(), VIOLATIONS_MAX + 1);
    let last = violations.last().expect("there are some");
    assert_eq!(
        (last.pointer.as_str(), last.message.as_str()),
        ("", "… and at least 9900 more")
    );
}

#[test]
fn a_hundred_thousand_equal_elements_are_found() {
    let same = Value::list((0..ELEMENTS).map(|_| row("same".to_owned(), 0)));
    let violations = check(&same, &unique_list(Type::Any));
    assert_eq!(violations.len(), VIOLATIONS_MAX + 1);
    assert!(violations.iter().all(|it| it.reason == Reason::Unique));
    assert_eq!(
        violations.last().map(|it| it.message.as_str()),
        Some("… and at least 9900 more")
    );
}

#[test]
fn an_object_of_a_hundred_thousand_unknown_fields_is_refused() {
    let fields = (0..ELEMENTS).map(|at| (format!("field{at}"), Value::Null));
    let violations = check(&Value::object(fields), &row_type());
    assert_eq!(violations.len(), VIOLATIONS_MAX + 1);
}
