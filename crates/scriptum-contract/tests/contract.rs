//! How a contract treats what comes in and what goes out.

#![allow(clippy::unwrap_used, reason = "what is wrong in a test ends it")]

use std::sync::Arc;

use scriptum_contract::{Contract, EnvField, Field, Reason, Text, Type, Value, Violation};

fn counted() -> Vec<Field> {
    let mut count = Field::required("count", Type::integer());
    count.default = Some(Value::Int(3));
    vec![Field::required("name", Type::text()), count]
}

fn read(json: &str) -> Value {
    Value::from_json(json).unwrap()
}

/// The value as JSON, or the first violation.
fn shown(result: Result<Value, Vec<Violation>>) -> String {
    match result {
        Ok(value) => value.to_json().unwrap(),
        Err(violations) => {
            let first = violations.first().unwrap();
            format!("{} {}", first.pointer, first.message)
        }
    }
}

#[test]
fn inputs_are_closed_and_text_converts_on_request() {
    let contract = Contract {
        inputs: counted(),
        ..Contract::default()
    };
    let check = |json: &str, coerce: bool| shown(contract.check_inputs(&read(json), coerce));
    assert_eq!(
        check(r#"{"name": "a"}"#, false),
        r#"{"name":"a","count":3}"#
    );
    assert_eq!(
        check(r#"{"count": "7", "name": "a"}"#, true),
        r#"{"name":"a","count":7}"#
    );
    assert_eq!(
        check(r#"{"count": "7", "name": "a"}"#, false),
        "/count must be integer, is text \"7\""
    );
    assert_eq!(
        check(r#"{"name": "a", "nmae": "b"}"#, false),
        "/nmae no such field, did you mean 'name'?"
    );
    assert_eq!(check("[]", true), " must be object, is list");
}

#[test]
fn outputs_and_yields_keep_further_fields() {
    let contract = Contract {
        outputs: counted(),
        stream: Some(counted()),
        ..Contract::default()
    };
    let value = read(r#"{"further": 1, "name": "a"}"#);
    let expected = r#"{"name":"a","count":3,"further":1}"#;
    assert_eq!(shown(contract.check_output(&value)), expected);
    assert_eq!(shown(contract.check_yield(&value)), expected);
    assert_eq!(
        shown(contract.check_yield(&read("{}"))),
        "/name must be text, is missing"
    );
    let without = Contract::default();
    assert_eq!(shown(without.check_yield(&read("[1]"))), "[1]");
}

#[test]
fn an_environment_variable_is_converted_checked_or_its_default() {
    let variable = |ty: Type, default: Option<Value>, secret: bool| EnvField {
        field: Field {
            default,
            ..Field::required("LIMIT", ty)
        },
        key: Arc::from("LIMIT"),
        secret,
    };
    let limit = variable(Type::integer(), Some(Value::Int(10)), false);
    assert_eq!(limit.read(Some("20")), Ok(Value::Int(20)));
    assert_eq!(limit.read(None), Ok(Value::Int(10)));
    assert_eq!(
        shown(limit.read(Some("many"))),
        "/LIMIT must be integer, is text \"many\""
    );

    let short = Text {
        max_length: Some(3),
        ..Text::default()
    };
    let secret = variable(Type::Text(short), None, true);
    let violations = secret.read(Some("hunter2")).unwrap_err();
    assert_eq!(violations[0].reason, Reason::Length);
    assert!(!violations[0].message.contains("hunter2"));
    assert_eq!(secret.read(None).unwrap_err()[0].reason, Reason::Missing);
}

#[test]
fn a_stored_contract_comes_back_as_it_was() {
    let mut inputs = counted();
    inputs[0].default = Some(Value::Null);
    inputs[0].ty = Type::Any;
    let contract = Contract {
        inputs,
        ..Contract::default()
    };
    let stored = serde_json::to_string(&contract).unwrap();
    assert_eq!(serde_json::from_str::<Contract>(&stored).unwrap(), contract);
}
