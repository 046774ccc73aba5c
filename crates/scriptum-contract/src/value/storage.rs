//! The storage form: JSON, with `{"$stored": [hash, size]}` for a reference and
//! `{"$stored": {"secret": [parts]}}` for a text with secrets. A user's object that has a key of one or
//! more `$` before `stored` gets one `$` more, so it never reads as one of them.

use std::{borrow::Cow, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        self, DeserializeSeed, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
    ser::{SerializeMap, SerializeSeq},
};

use super::{StoredValue, Value, ValueHash};

/// The key of a reference.
pub(super) const MARK: &str = "$stored";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items
                    .iter()
                    .try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (key, value) in object {
                    map.serialize_entry(&escaped(key), value)?;
                }
                map.end()
            }
            Value::Secret(text) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(MARK, &Secret { secret: text })?;
                map.end()
            }
            Value::Stored(stored) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(MARK, &(stored.hash.to_string(), stored.size_bytes))?;
                map.end()
            }
        }
    }
}

/// A text with secrets behind the mark.
#[derive(Serialize, Deserialize)]
struct Secret<T> {
    secret: T,
}

fn is_marked(key: &str) -> bool {
    key.starts_with('$') && key.trim_start_matches('$') == "stored"
}

fn escaped(key: &str) -> Cow<'_, str> {
    if is_marked(key) {
        Cow::Owned(format!("${key}"))
    } else {
        Cow::Borrowed(key)
    }
}

pub(super) fn unescaped(key: &str) -> &str {
    if is_marked(key) {
        key.strip_prefix('$').unwrap_or(key)
    } else {
        key
    }
}

/// Reads what stands behind the mark.
pub(super) struct Marked;

impl<'de> DeserializeSeed<'de> for Marked {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Marked {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reference or a text with secrets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Value, A::Error> {
        let reference = Deserialize::deserialize(SeqAccessDeserializer::new(seq))?;
        stored(reference).map_err(de::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let Secret { secret } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Value::Secret(Arc::new(secret)))
    }
}

fn stored((hash, size_bytes): (String, u64)) -> Result<Value, String> {
    let hash = parse_hash(&hash).ok_or_else(|| format!("'{hash}' is no SHA-256 in hexadecimal"))?;
    Ok(Value::Stored(Arc::new(StoredValue { hash, size_bytes })))
}

fn parse_hash(text: &str) -> Option<ValueHash> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(ValueHash(bytes))
}
