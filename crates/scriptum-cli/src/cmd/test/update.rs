//! Rewrites expectations in the text of a test file. Comments and layout around them stay.

use std::{fmt::Write as _, ops::Range};

use scriptum_contract::{Object, Value};

use super::{
    ended::Ended,
    judge::Mismatch,
    model::{Case, Outcome},
    write,
    yaml::{Content, Node, parse},
};

/// A replacement of some bytes.
#[derive(Debug)]
pub(crate) struct Edit {
    at: Range<usize>,
    text: String,
}

/// The edits that make a test expect what came of it.
pub(crate) fn edits(
    case: &Case<'_>,
    ended: &Ended,
    mismatches: &[Mismatch<'_>],
    text: &str,
) -> Vec<Edit> {
    let Some(expect) = &case.expect else {
        return vec![inserted(case.node, "expect", &expectation(ended), text)];
    };
    // Where a thread ends otherwise, little of what was expected is left.
    let ends_otherwise = mismatches.iter().any(|it| it.part == "status");
    let lacks = mismatches.iter().any(|it| it.actual.is_none());
    if ends_otherwise || lacks {
        return vec![replaced(expect.node, &expectation(ended), text)];
    }
    let mut edits = Vec::new();
    for mismatch in mismatches {
        if let (Some(node), Some(actual)) = (mismatch.node, &mismatch.actual) {
            collect(node, actual, text, &mut edits);
        }
    }
    edits
}

/// The text after all edits; `None` when it would be no YAML any more.
pub(crate) fn rewritten(text: &str, mut edits: Vec<&Edit>) -> Option<String> {
    edits.sort_by_key(|edit| edit.at.start);
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(text.get(at..edit.at.start)?);
        new.push_str(&edit.text);
        at = edit.at.end;
    }
    new.push_str(text.get(at..)?);
    parse(&new).is_ok().then_some(new)
}

/// What to expect of a test of which nothing is expected yet.
fn expectation(ended: &Ended) -> Value {
    let mut parts = vec![("status", Value::text(ended.outcome.name()))];
    let is_empty = |value: &Value| value.as_object().is_some_and(Object::is_empty);
    let output = ended.output.as_ref().filter(|it| !is_empty(it));
    parts.extend(output.map(|output| ("output", output.clone())));
    if !ended.yields.is_empty() {
        let count = i64::try_from(ended.yields.len()).unwrap_or(i64::MAX);
        parts.push(("yields", Value::Int(count)));
    }
    let is_over = ended.outcome == Outcome::Completed;
    if let Some(error) = ended.error.as_ref().filter(|_| !is_over) {
        let known = error.as_object().into_iter().flatten();
        let shown = known.filter(|(name, value)| {
            matches!(&**name, "code" | "message" | "step") && !matches!(value, Value::Null)
        });
        parts.push(("error", Value::object(shown.cloned())));
    }
    Value::object(parts)
}

/// The smallest edits that turn one value into the other.
fn collect(node: &Node, new: &Value, text: &str, edits: &mut Vec<Edit>) {
    if node.value() == *new {
        return;
    }
    match (&node.content, new) {
        (Content::Map(entries), Value::Object(object))
            if entries.len() == object.len()
                && entries
                    .iter()
                    .all(|(key, _)| object.get(&key.text).is_some()) =>
        {
            for (key, node) in entries {
                if let Some(new) = object.get(&key.text) {
                    collect(node, new, text, edits);
                }
            }
        }
        (Content::List(nodes), Value::List(items)) if nodes.len() == items.len() => {
            for (node, new) in nodes.iter().zip(items.iter()) {
                collect(node, new, text, edits);
            }
        }
        _ => edits.push(replaced(node, new, text)),
    }
}

fn replaced(node: &Node, new: &Value, text: &str) -> Edit {
    let is_block = match &node.content {
        Content::Scalar(_) => false,
        Content::List(_) | Content::Map(_) => !node.is_flow,
    };
    let at = node.at.start..content_end(&node.at, text);
    let text = if is_block {
        write::block(new, column(text, node.at.start))
    } else {
        write::flow(new)
    };
    Edit { at, text }
}

/// A further entry behind the last one of a mapping.
fn inserted(map: &Node, key: &str, value: &Value, text: &str) -> Edit {
    if map.is_flow {
        let end = map.at.end.saturating_sub(1);
        let before = text.get(..end).unwrap_or_default().trim_end();
        let comma = if before.ends_with([',', '{']) {
            " "
        } else {
            ", "
        };
        let at = before.len()..before.len();
        let text = format!("{comma}{key}: {}", write::flow(value));
        return Edit { at, text };
    }
    let end = content_end(&map.at, text);
    // Behind a comment at the end of the last line.
    let rest = text.get(end..).unwrap_or_default();
    let at = end + rest.find('\n').unwrap_or(rest.len());
    let column = column(text, map.at.start);
    let mut new = format!("\n{}{key}:", " ".repeat(column));
    let inner = column + 2;
    let block = write::block(value, inner);
    let _ = write!(new, "\n{}{block}", " ".repeat(inner));
    Edit {
        at: at..at,
        text: new,
    }
}

/// The end of a node without the white space behind it.
fn content_end(at: &Range<usize>, text: &str) -> usize {
    let content = text.get(at.clone()).unwrap_or_default().trim_end();
    at.start + content.len()
}

/// Characters between the start of the line and a byte.
fn column(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().count()
}
