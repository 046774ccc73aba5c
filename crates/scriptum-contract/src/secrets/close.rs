//! Takes secrets, and the masks that are shown in their places, out of what people give to a thread.

use std::sync::Arc;

use super::{Mask, SecretBytes, SecretsByKey};
use crate::{
    MASKED, Reason, SecretPart, SecretText, Value, Violation, limits::SECRET_BYTES_CLOSED_MIN,
};

/// The value with the keys of secrets in the place of their bytes, for what people give to a thread.
/// Secrets shorter than [`SECRET_BYTES_CLOSED_MIN`] are left: they may stand there by chance.
pub fn close_secrets(value: &Value, secrets: &SecretsByKey) -> Value {
    let long = secrets.iter();
    let long = long.filter(|(_, bytes)| SECRET_BYTES_CLOSED_MIN <= bytes.reveal().len());
    let mut longest_first: Vec<_> = long.collect();
    longest_first.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.reveal().len()));
    closed(value, &longest_first)
}

fn closed(value: &Value, secrets: &[(&Arc<str>, &SecretBytes)]) -> Value {
    match value {
        Value::Text(text) => closed_text(text, secrets).unwrap_or_else(|| value.clone()),
        Value::List(items) => Value::list(items.iter().map(|item| closed(item, secrets))),
        Value::Object(object) => {
            let entry =
                |(key, value): &(Arc<str>, Value)| (Arc::clone(key), closed(value, secrets));
            Value::object(object.iter().map(entry))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Secret(_)
        | Value::Stored(_) => value.clone(),
    }
}

/// `None` when there is no secret in the text.
fn closed_text(text: &str, secrets: &[(&Arc<str>, &SecretBytes)]) -> Option<Value> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, key, after)) = first_secret(rest, secrets) {
        parts.push(SecretPart::Clear(before.into()));
        parts.push(SecretPart::Secret(Arc::clone(key)));
        rest = after;
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(SecretPart::Clear(rest.into()));
    Some(match SecretText::joined(parts) {
        Ok(closed) => Value::from(closed),
        // Rather unusable than in clear.
        Err(_) => Value::from(
            Mask::new(secrets.iter().map(|(_, bytes)| *bytes))
                .text(text)
                .into_owned(),
        ),
    })
}

/// What stands before and behind the first secret; of those that begin at one place the longest counts.
fn first_secret<'t, 's>(
    text: &'t str,
    secrets: &[(&'s Arc<str>, &SecretBytes)],
) -> Option<(&'t str, &'s Arc<str>, &'t str)> {
    let found = secrets.iter().filter_map(|(key, bytes)| {
        let (before, after) = text.split_once(bytes.reveal())?;
        Some((before, *key, after))
    });
    found.min_by_key(|(before, _, _)| before.len())
}

/// Places in a value where a mask stands that was shown in the place of a secret.
pub fn masked_places(value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    note_masks(value, &mut String::new(), &mut found);
    found
}

fn note_masks(value: &Value, pointer: &mut String, found: &mut Vec<Violation>) {
    let length = pointer.len();
    match value {
        Value::Text(text) if has_mask(text) => found.push(Violation {
            pointer: pointer.clone(),
            reason: Reason::Masked,
            message: "shows where a secret was: give the value itself".to_owned(),
        }),
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&at.to_string());
                note_masks(item, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                note_masks(value, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Stored(_) => {}
    }
}

/// True for a mask that stands alone: a line of asterisks is none.
fn has_mask(text: &str) -> bool {
    text.split(|c| c != '*').any(|part| part == MASKED)
}
