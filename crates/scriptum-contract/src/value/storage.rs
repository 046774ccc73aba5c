//! The storage form: JSON, with `{"$stored": [hash, size]}` for a reference. A user's object that
//! has a key of one or more `$` before `stored` gets one `$` more, so it never reads as a reference.

use std::{borrow::Cow, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};

use super::{Object, StoredValue, Value, ValueHash};

const MARK: &str = "$stored";

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
            Value::Stored(stored) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(MARK, &(stored.hash.to_string(), stored.size_bytes))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(FromStorage)
    }
}

struct FromStorage;

impl<'de> Visitor<'de> for FromStorage {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 64 bits signed a number is a double"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Value::float(value).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == MARK {
                return stored(map.next_value()?).map_err(de::Error::custom);
            }
            entries.push((Arc::from(unescaped(&key)), map.next_value()?));
        }
        Ok(Value::Object(entries.into_iter().collect::<Object>()))
    }
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

fn unescaped(key: &str) -> &str {
    if is_marked(key) {
        key.strip_prefix('$').unwrap_or(key)
    } else {
        key
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
