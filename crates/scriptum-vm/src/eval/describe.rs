//! Words for error messages: expressions and values in a few characters.

use std::fmt::Write as _;

use scriptum_contract::Value;

use super::number::push_float;
use crate::program::{Node, Op};

/// Characters of a text that a message shows.
const TEXT_SHOWN: usize = 40;
/// Keys of an object that a message shows.
const KEYS_SHOWN: usize = 8;
/// Levels of an expression that a message shows.
const LEVELS_SHOWN: u32 = 8;

/// An expression as a message names it: `hits[0].title`.
pub(super) fn describe(node: &Node) -> String {
    let mut text = String::new();
    push_node(&mut text, node, 0);
    text
}

fn push_node(text: &mut String, node: &Node, level: u32) {
    if level == LEVELS_SHOWN {
        text.push('…');
        return;
    }
    match &node.op {
        Op::Literal(value) | Op::Variant { value, .. } => text.push_str(&show(value)),
        Op::Name(name) => text.push_str(name),
        Op::Env(name) => {
            text.push_str("env(");
            text.push_str(name);
            text.push(')');
        }
        Op::Field { of, name, safe } => {
            push_node(text, of, level + 1);
            text.push_str(if *safe { "?." } else { "." });
            text.push_str(name);
        }
        Op::Index { of, index, safe } => {
            push_node(text, of, level + 1);
            text.push_str(if *safe { "?[" } else { "[" });
            push_node(text, index, level + 1);
            text.push(']');
        }
        Op::Call { function, .. } => {
            text.push_str(function);
            text.push_str("(…)");
        }
        Op::Template(_) => text.push_str("the text"),
        Op::List(_) => text.push_str("[…]"),
        Op::Object(_) => text.push_str("{…}"),
        Op::Unary(..) | Op::Binary(..) | Op::If { .. } | Op::Lambda { .. } => {
            text.push_str("the expression");
        }
    }
}

/// A value as a message shows it: kind and, when it is short, content.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => {
            let mut text = String::new();
            push_float(&mut text, *float);
            text
        }
        Value::Text(text) => format!("the text {:?}", shortened(text)),
        Value::List(items) => match items.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of 1 element".to_owned(),
            more => format!("a list of {more} elements"),
        },
        Value::Object(object) if object.is_empty() => "an empty object".to_owned(),
        Value::Object(object) => {
            let keys: Vec<&str> = object.keys().map(|key| &**key).collect();
            format!("an object with {}", list_keys(&keys))
        }
        Value::Secret(_) => "a secret".to_owned(),
        Value::Stored(_) => "a stored value".to_owned(),
    }
}

/// `'a', 'b' and 3 more`.
pub(super) fn list_keys(keys: &[&str]) -> String {
    let shown: Vec<String> = keys
        .iter()
        .take(KEYS_SHOWN)
        .map(|key| format!("'{}'", shortened(key)))
        .collect();
    let mut text = shown.join(", ");
    if let Some(more @ 1..) = keys.len().checked_sub(KEYS_SHOWN) {
        write!(text, " and {more} more").expect("writing to a text does not fail");
    }
    text
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
