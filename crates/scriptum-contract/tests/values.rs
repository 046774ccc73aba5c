//! Values come back from both their forms exactly as they were, whatever they hold.

mod generate;

use proptest::prelude::*;
use scriptum_contract::{
    SecretPart, SecretText, TooManyParts, Value, json_text,
    limits::{SECRET_PARTS_MAX, VALUE_DEPTH_MAX},
    secret_keys,
};

/// Equality of the language takes `1` for `1.0`; here the kinds must agree as well.
fn check_same(a: &Value, b: &Value) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_storage_form_gives_back_every_value(value in generate::value()) {
        let stored = serde_json::to_string(&value).unwrap();
        check_same(&serde_json::from_str(&stored).unwrap(), &value);
        prop_assert_eq!(json_text(&value).unwrap(), stored);
    }

    #[test]
    fn plain_json_gives_back_every_loaded_value(value in generate::loaded_value()) {
        let json = value.to_json().unwrap();
        check_same(&Value::from_json(&json).unwrap(), &value);
        let pretty = value.to_json_pretty().unwrap();
        check_same(&Value::from_json_slice(pretty.as_bytes()).unwrap(), &value);
    }

    #[test]
    fn every_double_keeps_its_bits(bits: u64) {
        if let Some(value) = Value::float(f64::from_bits(bits)) {
            let json = value.to_json().unwrap();
            let Value::Float(read) = Value::from_json(&json).unwrap() else {
                panic!("{json} is no double")
            };
            prop_assert_eq!(read.to_bits(), bits);
        }
    }

    #[test]
    fn any_text_reads_as_json_or_gives_an_error_with_a_place(text in r#"[\[\]{}",:0-9a-z\\ \n.eE+-]{0,40}"#) {
        let ours = Value::from_json(&text);
        let reference = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(ours.is_ok(), reference.is_ok());
        if let Err(error) = ours {
            prop_assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty());
        }
    }
}

#[test]
fn a_users_key_never_reads_as_a_reference() {
    let hash = "00".repeat(32);
    let disguised = Value::object([("$stored", Value::list([Value::text(&hash), Value::Int(1)]))]);
    let stored = serde_json::to_string(&disguised).unwrap();
    assert_eq!(stored, format!(r#"{{"$$stored":["{hash}",1]}}"#));
    check_same(&serde_json::from_str(&stored).unwrap(), &disguised);

    let reference = format!(r#"{{"$stored":["{hash}",1]}}"#);
    let read: Value = serde_json::from_str(&reference).unwrap();
    assert!(matches!(read, Value::Stored(_)));
    assert!(serde_json::from_str::<Value>(r#"{"$stored":["00",1]}"#).is_err());
    assert!(serde_json::from_str::<Value>(&reference.replace('}', r#","a":1}"#)).is_err());
}

/// What comes from outside holds no secret, however it is written; what is stored does.
#[test]
fn only_the_storage_form_holds_secrets() {
    let parts = [
        SecretPart::Clear("Bearer ".into()),
        SecretPart::Secret("KEY".into()),
    ];
    let coded = SecretText::joined(parts.clone()).unwrap().base64().unwrap();
    let secret = Value::from(SecretText::joined(parts).unwrap());
    let value = Value::list([secret, coded.into()]);
    let stored = serde_json::to_string(&value).unwrap();
    let marked = r#"{"$stored":{"secret":["Bearer ",["KEY"]]}}"#;
    assert!(stored.starts_with(&format!("[{marked},")), "{stored}");
    assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), value);
    assert_eq!(
        value.to_json().unwrap(),
        r#"["Bearer ********","********"]"#
    );
    for broken in [
        r#"{"$stored":{}}"#,
        r#"{"$stored":{"secret":[1]}}"#,
        r#"{"$stored":"KEY"}"#,
    ] {
        assert!(serde_json::from_str::<Value>(broken).is_err(), "{broken}");
    }

    let given = Value::from_json(marked).unwrap();
    assert!(secret_keys(&given).is_empty());
    let kept = serde_json::to_string(&given).unwrap();
    check_same(&serde_json::from_str(&kept).unwrap(), &given);

    let many = (0..=SECRET_PARTS_MAX).map(|_| SecretPart::Secret("KEY".into()));
    assert_eq!(SecretText::joined(many), Err(TooManyParts));
}

#[test]
fn whole_numbers_beyond_64_bits_become_doubles_and_larger_ones_are_refused() {
    let read = |text: &str| Value::from_json(text).unwrap();
    check_same(&read("9223372036854775807"), &Value::Int(i64::MAX));
    check_same(&read("-9223372036854775808"), &Value::Int(i64::MIN));
    check_same(
        &read("9223372036854775808"),
        &Value::Float(9_223_372_036_854_775_808.0),
    );
    check_same(
        &read("-9223372036854775809"),
        &Value::Float(-9_223_372_036_854_775_808.0),
    );
    check_same(&read(&"9".repeat(200)), &Value::Float(1e200));
    check_same(&read("1.0"), &Value::Float(1.0));
    for beyond in ["1e999", "-1e999", &"9".repeat(400)] {
        let error = Value::from_json(beyond).unwrap_err();
        assert_eq!(error.message, "number is too large for a double");
    }
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    let table = [
        ("", 1, 1, "expected a value, found the end"),
        ("[1, 2", 1, 5, "expected , or ], found the end"),
        ("{\"a\": 1", 1, 7, "expected , or }, found the end"),
        ("{\"a\" 1}", 1, 6, "expected :"),
        ("{\"a\": 1,}", 1, 9, "expected a value after the comma"),
        ("{a: 1}", 1, 2, "expected a key in double quotes"),
        ("[1 2]", 1, 4, "expected , or ]"),
        ("\n\n  nul", 3, 5, "expected a value, found the end"),
        ("nuts", 1, 3, "expected true, false or null"),
        ("[1] []", 1, 5, "expected the end"),
        ("'a'", 1, 1, "expected a value"),
        ("{\"ä\": \"é\", \"ö\" 1}", 1, 16, "expected :"),
        (
            "\"a\nb\"",
            2,
            1,
            "a line break or control character inside a string must be escaped",
        ),
        ("\"\\x\"", 1, 3, "invalid escape"),
    ];
    for (text, line, column, message) in table {
        let error = Value::from_json(text).unwrap_err();
        assert_eq!(
            (error.line, error.column, error.message.as_str()),
            (line, column, message),
            "{text}"
        );
    }
    let error = Value::from_json_slice(b"[1,\n \"\xc3\xa4\xff\"]").unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 4: not UTF-8");
}

#[test]
fn depth_counts_nested_lists_and_objects_and_has_a_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    for (text, depth) in [
        ("1", 0),
        ("[]", 1),
        ("[{}, 1]", 2),
        (r#"{"a":[[],1],"b":2}"#, 3),
    ] {
        assert_eq!(Value::from_json(text).unwrap().depth(), depth, "{text}");
    }
    let deepest = Value::from_json(&nested(VALUE_DEPTH_MAX)).unwrap();
    assert_eq!(deepest.depth(), VALUE_DEPTH_MAX);
    let stored = serde_json::to_string(&deepest).unwrap();
    check_same(&serde_json::from_str(&stored).unwrap(), &deepest);
    for depth in [VALUE_DEPTH_MAX + 1, 1_000_000] {
        let error = Value::from_json(&nested(depth)).unwrap_err();
        assert_eq!(error.message, "nests deeper than 100 levels");
    }
}
