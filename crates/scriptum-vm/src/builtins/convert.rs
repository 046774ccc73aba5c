//! Functions from one form of a value to another.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use scriptum_contract::{SecretText, Type, Value};
use sha2::{Digest as _, Sha256};

use super::{
    Builtin, Call, Example, Takes,
    rules::{self, TEXT, VALUE, optional, or_last},
};
use crate::eval::{Number, Stop, show, whole};

pub(super) const TO_TEXT: Builtin = Builtin {
    name: "to_text",
    params: &[VALUE],
    result: rules::text,
    doc: "The value as an interpolation shows it: null as nothing, lists and objects as JSON.",
    example: Example {
        call: "to_text([1, 2.50])",
        value: r#""[1,2.5]""#,
    },
    call: |call| {
        let value = call.value(0);
        call.evaluator.text_value(&value)
    },
};

pub(super) const TO_NUMBER: Builtin = Builtin {
    name: "to_number",
    params: &[VALUE, optional("otherwise", Takes::Any)],
    result: |args| or_last(rules::plain_number(&rules::arg(args, 0)), args),
    doc: "The number that a text spells; the second value, if one is given, for what is none.",
    example: Example {
        call: r#"to_number(" 2.5e3 ")"#,
        value: "2500",
    },
    call: |call| {
        let value = call.value(0);
        let value = call.evaluator.open(&value)?;
        let number = number_in(&value).map(Number::to_value);
        otherwise(
            call,
            number.ok_or_else(|| format!("{} is no number", show(&value))),
        )
    },
};

pub(super) const TO_INTEGER: Builtin = Builtin {
    name: "to_integer",
    params: &[VALUE, optional("otherwise", Takes::Any)],
    result: |args| or_last(Type::integer(), args),
    doc: "The integer that a number or text is; the second value, if one is given, for what is none.",
    example: Example {
        call: r#"to_integer("42")"#,
        value: "42",
    },
    call: |call| {
        let value = call.value(0);
        let value = call.evaluator.open(&value)?;
        otherwise(call, integer_in(&value))
    },
};

pub(super) const TO_JSON: Builtin = Builtin {
    name: "to_json",
    params: &[VALUE],
    result: rules::text,
    doc: "The value as compact JSON.",
    example: Example {
        call: "to_json([1, null, true])",
        value: r#""[1,null,true]""#,
    },
    call: |call| {
        let value = call.value(0);
        call.evaluator.json_value(&value)
    },
};

pub(super) const PARSE_JSON: Builtin = Builtin {
    name: "parse_json",
    params: &[TEXT, optional("otherwise", Takes::Any)],
    result: rules::any,
    doc: "The value that a JSON text spells; the second value, if one is given, for a text that is none.",
    example: Example {
        call: r#"parse_json("[1, 2.5]")"#,
        value: "[1, 2.5]",
    },
    call: |call| {
        let text = call.text(0)?;
        call.evaluator.charge(text.len())?;
        let parsed = Value::from_json(&text).map_err(|error| format!("no JSON: {error}"));
        otherwise(call, parsed)
    },
};

pub(super) const BASE64_ENCODE: Builtin = Builtin {
    name: "base64_encode",
    params: &[TEXT],
    result: |_| Type::Binary,
    doc: "The UTF-8 bytes of a text in base64.",
    example: Example {
        call: r#"base64_encode("naïve")"#,
        value: r#""bmHDr3Zl""#,
    },
    call: |call| {
        if let Value::Secret(secret) = call.value(0) {
            let coded = SecretText::clone(&secret).base64();
            return coded
                .map(Value::from)
                .map_err(|error| call.failed(&error.to_string()));
        }
        let text = call.text(0)?;
        call.evaluator.text(BASE64.encode(text.as_bytes()))
    },
};

pub(super) const BASE64_DECODE: Builtin = Builtin {
    name: "base64_decode",
    params: &[TEXT],
    result: rules::text,
    doc: "The text whose UTF-8 bytes are given in base64.",
    example: Example {
        call: r#"base64_decode("bmHDr3Zl")"#,
        value: r#""naïve""#,
    },
    call: |call| {
        let text = call.text(0)?;
        let bytes = BASE64
            .decode(text.as_bytes())
            .map_err(|error| call.failed_with("the text is no base64", &error))?;
        match String::from_utf8(bytes) {
            Ok(text) => call.evaluator.text(text),
            Err(error) => Err(call.failed(&format!(
                "the bytes are no text: byte {} is not UTF-8",
                error.utf8_error().valid_up_to()
            ))),
        }
    },
};

pub(super) const SHA256: Builtin = Builtin {
    name: "sha256",
    params: &[TEXT],
    result: rules::text,
    doc: "The SHA-256 of a text's UTF-8 bytes, in hexadecimal.",
    example: Example {
        call: r#"slice(sha256("abc"), 0, 16)"#,
        value: r#""ba7816bf8f01cfea""#,
    },
    call: |call| {
        let text = call.text(0)?;
        call.evaluator.charge(text.len() / 8)?;
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(text.as_bytes()) {
            write!(hex, "{byte:02x}").expect("writing to a text does not fail");
        }
        Ok(Value::from(hex))
    },
};

/// The result, or what the caller gave to stand in for it.
fn otherwise(call: &Call<'_, '_>, result: Result<Value, String>) -> Result<Value, Stop> {
    match result {
        Ok(value) => Ok(value),
        Err(_) if call.len() > 1 => Ok(call.value(1)),
        Err(reason) => Err(call.failed(&reason)),
    }
}

fn number_in(value: &Value) -> Option<Number> {
    match value {
        Value::Text(text) => number_spelled(text.trim()),
        Value::Int(_) | Value::Float(_) => Number::of(value),
        Value::Null
        | Value::Bool(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

/// Digits with an optional sign, point and exponent; no infinity, no hexadecimal.
fn number_spelled(text: &str) -> Option<Number> {
    if let Ok(int) = text.parse() {
        return Some(Number::Int(int));
    }
    let numeric = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if !text.bytes().all(numeric) {
        return None;
    }
    let float: f64 = text.parse().ok()?;
    float.is_finite().then_some(Number::Float(float))
}

fn integer_in(value: &Value) -> Result<Value, String> {
    match number_in(value) {
        Some(Number::Int(int)) => Ok(Value::Int(int)),
        Some(Number::Float(float)) => match whole(float) {
            Some(int) => Ok(Value::Int(int)),
            None if float.fract() == 0.0 => {
                Err(format!("{} does not fit into 64 bits", show(value)))
            }
            None => Err(format!(
                "{} has a fraction: use round, floor or ceil",
                show(value)
            )),
        },
        None => Err(format!("{} is no number", show(value))),
    }
}
