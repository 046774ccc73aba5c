//! Functions on texts. Positions and lengths count characters: Unicode scalar values.

use std::ops::ControlFlow;

use scriptum_contract::{Type, Value, limits::PATTERN_STEPS_MAX};

use super::{
    Builtin, Call, Example, Kind, Takes,
    rules::{self, LIST, TEXT, optional, required},
};
use crate::eval::{Stop, index};

/// Pairs of a place in the pattern and a place in the text that take as long to try as one node to evaluate.
const PAIRS_PER_STEP: usize = 32;

pub(super) const LEN: Builtin = Builtin {
    name: "len",
    params: &[required(
        "value",
        Takes::OneOf(&[Kind::Text, Kind::List, Kind::Object]),
    )],
    result: rules::integer,
    doc: "The number of characters of a text, elements of a list or entries of an object.",
    example: Example {
        call: r#"len("naïve")"#,
        value: "5",
    },
    call: |call| {
        if call.given_text(0).is_some() {
            return Ok(index(call.text(0)?.chars().count()));
        }
        Ok(index(call.entries(0)))
    },
};

pub(super) const LOWER: Builtin = Builtin {
    name: "lower",
    params: &[TEXT],
    result: rules::text,
    doc: "The text in lower case.",
    example: Example {
        call: r#"lower("ÉCOLE")"#,
        value: r#""école""#,
    },
    call: |call| {
        let text = call.text(0)?.to_lowercase();
        call.evaluator.text(text)
    },
};

pub(super) const UPPER: Builtin = Builtin {
    name: "upper",
    params: &[TEXT],
    result: rules::text,
    doc: "The text in upper case.",
    example: Example {
        call: r#"upper("straße")"#,
        value: r#""STRASSE""#,
    },
    call: |call| {
        let text = call.text(0)?.to_uppercase();
        call.evaluator.text(text)
    },
};

pub(super) const TRIM: Builtin = Builtin {
    name: "trim",
    params: &[TEXT],
    result: rules::text,
    doc: "The text without white space at both ends.",
    example: Example {
        call: r#"trim("  a b ")"#,
        value: r#""a b""#,
    },
    call: |call| Ok(Value::text(call.text(0)?.trim())),
};

pub(super) const STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    params: &[TEXT, required("start", Takes::OneOf(&[Kind::Text]))],
    result: rules::boolean,
    doc: "True when the text begins with that text.",
    example: Example {
        call: r#"starts_with("workflow", "work")"#,
        value: "true",
    },
    call: |call| Ok(Value::Bool(call.text(0)?.starts_with(&*call.text(1)?))),
};

pub(super) const ENDS_WITH: Builtin = Builtin {
    name: "ends_with",
    params: &[TEXT, required("end", Takes::OneOf(&[Kind::Text]))],
    result: rules::boolean,
    doc: "True when the text ends with that text.",
    example: Example {
        call: r#"ends_with("main.rs", ".rs")"#,
        value: "true",
    },
    call: |call| Ok(Value::Bool(call.text(0)?.ends_with(&*call.text(1)?))),
};

pub(super) const SPLIT: Builtin = Builtin {
    name: "split",
    params: &[TEXT, required("separator", Takes::OneOf(&[Kind::Text]))],
    result: |_| Type::list(Type::text()),
    doc: "The parts between the separators; an empty separator splits into characters.",
    example: Example {
        call: r#"split("a,b,,c", ",")"#,
        value: r#"["a", "b", "", "c"]"#,
    },
    call: split,
};

pub(super) const JOIN: Builtin = Builtin {
    name: "join",
    params: &[LIST, optional("separator", Takes::OneOf(&[Kind::Text]))],
    result: rules::text,
    doc: "One text from the elements, each as an interpolation shows it, with the separator between them.",
    example: Example {
        call: r#"join(["a", 1, 2.5], "-")"#,
        value: r#""a-1-2.5""#,
    },
    call: join,
};

pub(super) const REPLACE: Builtin = Builtin {
    name: "replace",
    params: &[
        TEXT,
        required("old", Takes::OneOf(&[Kind::Text])),
        required("new", Takes::OneOf(&[Kind::Text])),
    ],
    result: rules::text,
    doc: "The text with each occurrence of one text replaced by another.",
    example: Example {
        call: r#"replace("a-b-c", "-", "+")"#,
        value: r#""a+b+c""#,
    },
    call: replace,
};

pub(super) const MATCHES: Builtin = Builtin {
    name: "matches",
    params: &[TEXT, required("pattern", Takes::OneOf(&[Kind::Text]))],
    result: rules::boolean,
    doc: "True when the ECMA-262 regular expression matches somewhere in the text; anchor it with ^ and $.",
    example: Example {
        call: r#"matches("A-42", "^[A-Z]-[0-9]+$")"#,
        value: "true",
    },
    call: matches,
};

fn split(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    let parts: Vec<Value> = if separator.is_empty() {
        call.evaluator.check_items(text.chars().count())?;
        let mut buffer = [0; 4];
        let character = |character: char| Value::text(character.encode_utf8(&mut buffer));
        text.chars().map(character).collect()
    } else {
        call.evaluator
            .check_items(text.matches(&*separator).count() + 1)?;
        text.split(&*separator).map(Value::text).collect()
    };
    call.evaluator.charge(parts.len())?;
    call.evaluator.list(parts)
}

fn join(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let items = call.list(0);
    let separator = call.given_text(1).unwrap_or_default();
    let mut text = String::new();
    call.evaluator.visit(&items, |evaluator, at, item| {
        if at > 0 {
            text.push_str(&separator);
        }
        evaluator.push_text(&mut text, item)?;
        Ok(ControlFlow::Continue(()))
    })?;
    call.evaluator.text(text)
}

fn replace(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if old.is_empty() {
        return Err(call.failed("the text to replace is empty"));
    }
    let growth = new.len().saturating_sub(old.len());
    let size_bytes = text.matches(&*old).count().saturating_mul(growth);
    call.evaluator
        .check_text(text.len().saturating_add(size_bytes))?;
    call.evaluator.text(text.replace(&*old, &new))
}

fn matches(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (text, pattern) = (call.text(0)?, call.text(1)?);
    let pairs = pattern.len().saturating_mul(text.len() + 1);
    call.evaluator.charge(pairs / PAIRS_PER_STEP)?;
    if may_refer_back(&pattern) {
        call.evaluator.charge(PATTERN_STEPS_MAX / PAIRS_PER_STEP)?;
    }
    let matcher = match call.evaluator.matcher(&pattern) {
        Ok(matcher) => matcher,
        Err(error) => {
            return Err(call.failed_with(&format!("{pattern:?} is no pattern"), &error));
        }
    };
    match matcher.is_match(&text) {
        Ok(found) => Ok(Value::Bool(found)),
        Err(error) => Err(call.failed(&format!("the pattern is {pattern:?}, {error}"))),
    }
}

/// True for patterns that cannot be matched in time proportional to the text.
fn may_refer_back(pattern: &str) -> bool {
    let escaped = pattern.split('\\').skip(1);
    escaped
        .into_iter()
        .any(|behind| behind.starts_with(|c: char| c == 'k' || c.is_ascii_digit()))
}
