//! Values as YAML: on one line, or as a block under a key.

use std::fmt::Write as _;

use scriptum_contract::Value;

/// Columns of a line; a value that needs more becomes a block.
const COLUMNS_MAX: usize = 100;

/// Spaces that a block is indented against its key.
const INDENT: usize = 2;

/// A value on one line.
pub(crate) fn flow(value: &Value) -> String {
    let mut text = String::new();
    write_flow(value, &mut text);
    text
}

fn write_flow(value: &Value, out: &mut String) {
    match value {
        Value::Text(text) => out.push_str(&scalar(text)),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write_flow(item, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (at, (key, value)) in object.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(&scalar(key));
                out.push_str(": ");
                write_flow(value, out);
            }
            out.push('}');
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Secret(_)
        | Value::Stored(_) => {
            out.push_str(&value.to_json().unwrap_or_else(|_| "null".to_owned()));
        }
    }
}

/// `key: value` in lines that begin at a column, without a line break at the end.
pub(crate) fn entry(key: &str, value: &Value, column: usize) -> String {
    let key = scalar(key);
    let line = flow(value);
    if column + key.len() + 2 + line.len() <= COLUMNS_MAX || !is_nested(value) {
        return format!("{key}: {line}");
    }
    let inner = column + INDENT;
    format!("{key}:\n{}{}", " ".repeat(inner), block(value, inner))
}

/// A list or an object in lines that begin at a column; the first one is where it is put.
pub(crate) fn block(value: &Value, column: usize) -> String {
    let margin = format!("\n{}", " ".repeat(column));
    match value {
        Value::List(items) if !items.is_empty() => {
            let items = items.iter().map(|item| {
                let line = flow(item);
                if column + 2 + line.len() <= COLUMNS_MAX || !is_nested(item) {
                    format!("- {line}")
                } else {
                    format!("- {}", block(item, column + 2))
                }
            });
            items.collect::<Vec<_>>().join(&margin)
        }
        Value::Object(object) if !object.is_empty() => {
            let entries = object.iter().map(|(key, value)| entry(key, value, column));
            entries.collect::<Vec<_>>().join(&margin)
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => flow(value),
    }
}

fn is_nested(value: &Value) -> bool {
    match value {
        Value::List(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Stored(_) => false,
    }
}

/// A text, in quotes unless it is surely read as the same text without.
fn scalar(text: &str) -> String {
    let is_word = |char: char| char.is_ascii_alphanumeric() || "_-/. ".contains(char);
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let is_other = ["true", "false", "null"].contains(&&*text.to_ascii_lowercase());
    if begins && !is_other && text.chars().all(is_word) && !text.ends_with(' ') {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // Invisible characters are written out, and so are those that end lines elsewhere.
            char if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(char));
            }
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use scriptum_contract::Value;

    use super::{block, entry, flow};
    use crate::cmd::test::yaml::parse;

    #[test]
    fn what_is_written_is_read_as_the_same_value() {
        let texts = [
            "",
            " ",
            "a",
            "a b",
            "a b ",
            "true",
            "Null",
            "~",
            "1",
            "-1",
            "1e5",
            "0x1",
            "a: b",
            "a #b",
            "- a",
            "?",
            "*a",
            "&a",
            "!a",
            "%",
            "@",
            "`",
            "\"",
            "'",
            "\\",
            "a\nb\n",
            "\t",
            "é",
            "…",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "\u{7}",
            "a/b.md",
            "2026-01-01",
            "[",
            "{",
            ",",
            "#",
            "---",
            "no",
            "a:",
            ":a",
            ".5",
            "_x",
            "日本",
        ];
        let list = Value::list(texts.map(Value::text));
        let object = Value::object(texts.map(|text| (text, Value::text(text))));
        let nested = Value::object([
            ("empty", Value::list([])),
            ("none", Value::object::<&str>([])),
            ("list", list.clone()),
            ("object", object.clone()),
            (
                "lists",
                Value::list([list.clone(), Value::list([object.clone()])]),
            ),
            (
                "numbers",
                Value::list([Value::Int(-3), Value::Float(1.5), Value::Float(1e300)]),
            ),
            ("other", Value::list([Value::Null, Value::Bool(true)])),
        ]);
        for value in [list, object, nested] {
            let under = |column: usize| {
                let block = block(&value, column);
                format!("a:\n{}{block}\n", " ".repeat(column))
            };
            let flow = format!("a: {}\n", flow(&value));
            for text in [flow, under(2), under(5), entry("a", &value, 0)] {
                let read = parse(&text).map(|root| root.get("a").unwrap().value());
                assert_eq!(read.as_ref().ok(), Some(&value), "{text}");
            }
        }
    }
}
