//! Keeps large values out of the state: they become references, their content a blob of the turn.
//!
//! What is read again is found in a bounded cache. The cache is no part of the state: what it lacks is
//! asked for, and a hash fixes the content, so turns do not depend on it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use scriptum_contract::{Object, StoredValue, Value, ValueHash, json_text};
use sha2::{Digest, Sha256};

use crate::Blob;

/// Content of large values, and those that are new in the current turn.
#[derive(Debug)]
pub(super) struct Values {
    inline_bytes_max: usize,
    cache_bytes_max: u64,
    content: BTreeMap<ValueHash, Content>,
    /// The order in which content came in; the oldest leaves first.
    order: VecDeque<ValueHash>,
    size_bytes: u64,
    blobs: Vec<Blob>,
}

#[derive(Debug)]
struct Content {
    value: Value,
    size_bytes: u64,
}

/// A value as it is kept, with the length of its storage form.
struct Kept {
    /// `None`: the value stays as it is.
    replaced: Option<Value>,
    size_bytes: usize,
}

impl Values {
    pub(super) fn new(inline_bytes_max: usize, cache_bytes_max: u64) -> Values {
        Values {
            inline_bytes_max,
            cache_bytes_max,
            content: BTreeMap::new(),
            order: VecDeque::new(),
            size_bytes: 0,
            blobs: Vec::new(),
        }
    }

    /// The content behind a reference, if it is here.
    pub(super) fn load(&self, stored: &StoredValue) -> Option<Value> {
        let content = self.content.get(&stored.hash)?;
        Some(content.value.clone())
    }

    /// The value without any reference in it; else what has to be loaded for that.
    pub(super) fn open_deep(&self, value: &Value) -> Result<Value, Vec<Arc<StoredValue>>> {
        let mut missing = Vec::new();
        let opened = self.opened(value, &mut missing);
        if missing.is_empty() {
            Ok(opened)
        } else {
            Err(missing)
        }
    }

    fn opened(&self, value: &Value, missing: &mut Vec<Arc<StoredValue>>) -> Value {
        match value {
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Secret(_) => value.clone(),
            Value::List(items) => Value::list(items.iter().map(|item| self.opened(item, missing))),
            Value::Object(object) => Value::object(
                object
                    .iter()
                    .map(|(key, value)| (Arc::clone(key), self.opened(value, missing))),
            ),
            Value::Stored(stored) => {
                let Some(content) = self.load(stored) else {
                    missing.push(Arc::clone(stored));
                    return Value::Null;
                };
                self.opened(&content, missing)
            }
        }
    }

    /// Takes content in. Between two turns nothing leaves, so that what a turn asked for is still
    /// there when it is tried again.
    pub(super) fn provide(&mut self, hash: ValueHash, value: Value) {
        let size_bytes = storage_size(&value) as u64;
        self.insert(hash, value, size_bytes);
    }

    /// The value as it may be bound, recorded and stored: every large part replaced by a reference.
    pub(super) fn keep(&mut self, value: Value) -> Value {
        self.kept(&value).replaced.unwrap_or(value)
    }

    /// As [`Values::keep`], but the object itself stays, however large: only its fields are replaced.
    pub(super) fn keep_fields(&mut self, object: &Object) -> Object {
        let fields = object
            .iter()
            .map(|(name, value)| (Arc::clone(name), self.keep(value.clone())));
        fields.collect()
    }

    /// Forgets the blobs of a turn that was refused.
    pub(super) fn roll_back(&mut self) {
        for blob in std::mem::take(&mut self.blobs) {
            if let Some(content) = self.content.remove(&blob.hash) {
                self.size_bytes -= content.size_bytes;
            }
            self.order.retain(|hash| *hash != blob.hash);
        }
    }

    /// The blobs of the turn. Makes room for later ones.
    pub(super) fn commit(&mut self) -> Vec<Blob> {
        while self.size_bytes > self.cache_bytes_max
            && let Some(oldest) = self.order.pop_front()
        {
            if let Some(content) = self.content.remove(&oldest) {
                self.size_bytes -= content.size_bytes;
            }
        }
        std::mem::take(&mut self.blobs)
    }

    fn kept(&mut self, value: &Value) -> Kept {
        let (replaced, size_bytes) = match value {
            Value::List(items) => self.kept_list(items),
            Value::Object(object) => self.kept_object(object),
            Value::Stored(_) => {
                return Kept {
                    replaced: None,
                    size_bytes: storage_size(value),
                };
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Secret(_) => (None, storage_size(value)),
        };
        if size_bytes <= self.inline_bytes_max {
            return Kept {
                replaced,
                size_bytes,
            };
        }
        let stored = self.store(replaced.as_ref().unwrap_or(value), size_bytes);
        Kept {
            size_bytes: storage_size(&stored),
            replaced: Some(stored),
        }
    }

    fn kept_list(&mut self, items: &[Value]) -> (Option<Value>, usize) {
        let mut size_bytes = 2 + items.len().saturating_sub(1);
        let mut changed: Option<Vec<Value>> = None;
        for (at, item) in items.iter().enumerate() {
            let kept = self.kept(item);
            size_bytes += kept.size_bytes;
            if let Some(replaced) = kept.replaced {
                let items = changed.get_or_insert_with(|| items.to_vec());
                if let Some(slot) = items.get_mut(at) {
                    *slot = replaced;
                }
            }
        }
        (changed.map(|items| Value::List(items.into())), size_bytes)
    }

    fn kept_object(&mut self, object: &Object) -> (Option<Value>, usize) {
        let mut size_bytes = 2 + object.len().saturating_sub(1);
        let mut changed: Option<Vec<(Arc<str>, Value)>> = None;
        for (at, (key, value)) in object.iter().enumerate() {
            let kept = self.kept(value);
            size_bytes += key_size(key) + 1 + kept.size_bytes;
            if let Some(replaced) = kept.replaced {
                let entries = changed.get_or_insert_with(|| object.iter().cloned().collect());
                if let Some((_, slot)) = entries.get_mut(at) {
                    *slot = replaced;
                }
            }
        }
        (changed.map(Value::object), size_bytes)
    }

    fn store(&mut self, value: &Value, size_bytes: usize) -> Value {
        let text = json_text(value).expect("a value has text keys and finite numbers");
        let bytes = text.into_bytes();
        debug_assert_eq!(
            bytes.len(),
            size_bytes,
            "the size is that of the storage form"
        );
        let hash = ValueHash(Sha256::digest(&bytes).into());
        let size_bytes = bytes.len() as u64;
        if self.insert(hash, value.clone(), size_bytes) {
            self.blobs.push(Blob {
                hash,
                bytes: bytes.into(),
            });
        }
        Value::Stored(Arc::new(StoredValue { hash, size_bytes }))
    }

    /// True when the content was not here before.
    fn insert(&mut self, hash: ValueHash, value: Value, size_bytes: u64) -> bool {
        if self.content.contains_key(&hash) {
            return false;
        }
        self.content.insert(hash, Content { value, size_bytes });
        self.order.push_back(hash);
        self.size_bytes += size_bytes;
        true
    }
}

/// Length of the storage form in bytes.
pub(super) fn storage_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Int(int) => int_size(*int),
        Value::Float(float) => float_size(*float),
        Value::Text(text) => text_size(text),
        Value::List(items) => {
            let commas = items.len().saturating_sub(1);
            2 + commas + items.iter().map(storage_size).sum::<usize>()
        }
        Value::Object(object) => {
            let commas = object.len().saturating_sub(1);
            let entry = |(key, value): &(Arc<str>, Value)| key_size(key) + 1 + storage_size(value);
            2 + commas + object.iter().map(entry).sum::<usize>()
        }
        Value::Secret(_) => {
            let json = serde_json::to_vec(value);
            json.expect("a text with secrets can be written").len()
        }
        // `{"$stored":["<64 digits>",<size>]}`
        Value::Stored(stored) => {
            let size = usize::try_from(stored.size_bytes.max(1).ilog10()).map_or(1, |log| log + 1);
            r#"{"$stored":["",]}"#.len() + 64 + size
        }
    }
}

fn int_size(int: i64) -> usize {
    let digits = int.unsigned_abs().max(1).ilog10() as usize + 1;
    digits + usize::from(int < 0)
}

fn float_size(float: f64) -> usize {
    // No double needs more than 24 characters.
    let mut buffer = [0u8; 32];
    let mut rest = buffer.as_mut_slice();
    let written = serde_json::to_writer(&mut rest, &float);
    debug_assert!(written.is_ok(), "a double fits into 32 characters");
    let left = rest.len();
    buffer.len() - left
}

/// Quotes, characters, and what escapes add: one for most, five for other control characters.
fn text_size(text: &str) -> usize {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let bytes = text.as_bytes();
    // Counted rather than searched for, which compiles to a few instructions for many bytes at once.
    let escaped = bytes.iter().filter(|byte| is_escaped(byte)).count();
    if escaped == 0 {
        return 2 + text.len();
    }
    let is_short = |byte: &&u8| {
        let (byte, short) = (**byte, [b'"', b'\\', b'\n', b'\r', b'\t', 0x08, 0x0c]);
        short.contains(&byte)
    };
    let short = bytes.iter().filter(is_short).count();
    2 + text.len() + short + 5 * (escaped - short)
}

/// A key of `$`s before `stored` is written with one `$` more.
fn key_size(key: &str) -> usize {
    let marked = key.starts_with('$') && key.trim_start_matches('$') == "stored";
    text_size(key) + usize::from(marked)
}

#[cfg(test)]
mod tests {
    use scriptum_contract::SecretText;

    use super::*;

    fn samples() -> Vec<Value> {
        let texts = [
            "",
            "plain",
            "\"\\/",
            "line\nend\r\t",
            "\u{8}\u{c}\u{1}\u{1f}\u{7f}",
            "grüße 🎉",
        ];
        let floats = [
            0.0,
            -0.0,
            1.5,
            -1e300,
            1e-7,
            f64::MAX,
            f64::MIN_POSITIVE,
            0.1,
        ];
        let ints = [0, 1, -1, 9, 10, -10, i64::MAX, i64::MIN];
        let mut all = vec![Value::Null, Value::Bool(true), Value::Bool(false)];
        all.extend(texts.map(Value::from));
        all.extend(floats.map(Value::Float));
        all.extend(ints.map(Value::Int));
        all.push(Value::List(all.clone().into()));
        all.push(Value::object([
            ("$stored", Value::Null),
            ("$$stored", 1.into()),
            ("a\"b", 2.into()),
        ]));
        all.push(Value::object(Vec::<(&str, Value)>::new()));
        all.push(SecretText::new("KEY").base64().unwrap().into());
        for size_bytes in [0, 1, 9, 10, 123_456] {
            let hash = ValueHash([7; 32]);
            all.push(Value::Stored(Arc::new(StoredValue { hash, size_bytes })));
        }
        all
    }

    #[test]
    fn the_size_is_that_of_the_storage_form() {
        for value in samples() {
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(storage_size(&value), text.len(), "{text}");
        }
    }

    #[test]
    fn large_parts_become_references_and_open_to_what_they_were() {
        let mut values = Values::new(40, 1 << 20);
        let large = Value::from("x".repeat(50));
        let value = Value::object([("small", Value::Int(1)), ("large", large.clone())]);
        let Value::Stored(whole) = values.keep(value) else {
            panic!("an object with a reference in it is longer than 40 bytes");
        };
        let whole = values.load(&whole).unwrap();
        let Some(Value::Stored(part)) = whole.as_object().unwrap().get("large") else {
            panic!("the large field is stored by itself");
        };
        assert_eq!(values.load(part).unwrap(), large);
        assert_eq!(values.commit().len(), 2);
        values.keep(large);
        assert!(values.commit().is_empty(), "known content is no new blob");
    }

    #[test]
    fn the_cache_is_bounded_and_a_refused_turn_leaves_nothing() {
        let mut values = Values::new(10, 100);
        let stored: Vec<_> = (0..10)
            .map(|n| values.keep(Value::from(format!("{n:030}"))))
            .collect();
        let known = |values: &Values| {
            let loaded =
                |value: &&Value| matches!(value, Value::Stored(s) if values.load(s).is_some());
            stored.iter().filter(loaded).count()
        };
        assert_eq!(known(&values), 10, "within a turn everything stays");
        values.commit();
        assert_eq!(known(&values), 3, "32 bytes each, 100 at most");
        values.keep(Value::from("refused, so it is forgotten"));
        values.roll_back();
        assert!(values.commit().is_empty());
        assert_eq!(known(&values), 3);
    }
}
