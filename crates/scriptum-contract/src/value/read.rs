//! Reads values from any self-describing format, above all JSON, in both forms: plain, and the
//! storage form with its references.

use std::{cell::RefCell, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{
    Object, Value,
    storage::{MARK, Marked, unescaped},
};
use crate::limits::VALUE_DEPTH_MAX;

/// What an object with the reserved key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing: keys are keys.
    Plain,
    /// A reference to a stored value, or a text with secrets.
    Storage,
}

/// Reads one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'c> {
    pub(super) form: Form,
    /// How many more lists and objects may open one inside the other.
    pub(super) depth: usize,
    /// Shares equal keys when a document is large.
    pub(super) keys: Option<&'c KeyCache>,
}

impl Reader<'_> {
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Reader { depth, ..self }),
            None => Err(E::custom(format_args!(
                "nests deeper than {VALUE_DEPTH_MAX} levels"
            ))),
        }
    }

    fn key(self, key: &str) -> Arc<str> {
        let key = match self.form {
            Form::Plain => key,
            Form::Storage => unescaped(key),
        };
        self.keys
            .map_or_else(|| Arc::from(key), |keys| keys.share(key))
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
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
        self.deserialize(deserializer)
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
        let inside = self.inside()?;
        let mut items = Items::default();
        while let Some(item) = seq.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Value::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Key(self))? {
            match key {
                Some(key) => entries.push((key, map.next_value_seed(inside)?)),
                None => return map.next_value_seed(Marked),
            }
        }
        Ok(Value::Object(entries.into_iter().collect::<Object>()))
    }
}

/// Reads a key; `None` is the mark of a reference.
struct Key<'c>(Reader<'c>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<Arc<str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<Arc<str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let is_mark = self.0.form == Form::Storage && key == MARK;
        Ok((!is_mark).then(|| self.0.key(key)))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        // A stored value was checked for its depth when it was made, and the format has its own
        // limit.
        let reader = Reader {
            form: Form::Storage,
            depth: usize::MAX,
            keys: None,
        };
        reader.deserialize(deserializer)
    }
}

/// For `#[serde(default, deserialize_with = "…")]` of a field that may hold no value: one that is
/// written is there, `null` too, and only an absent one is `None`. Without it a value of null would
/// be lost on the way.
pub fn present_value<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The elements of a list, in pieces, so that a list of millions is neither moved while it grows nor
/// held twice while it becomes one.
#[derive(Debug, Default)]
struct Items {
    full: Vec<Vec<Value>>,
    last: Vec<Value>,
}

impl Items {
    const PIECE: usize = 16_384;

    fn push(&mut self, item: Value) {
        if self.last.len() == Self::PIECE {
            let next = Vec::with_capacity(Self::PIECE);
            self.full.push(std::mem::replace(&mut self.last, next));
        }
        self.last.push(item);
    }
}

impl From<Items> for Arc<[Value]> {
    fn from(items: Items) -> Arc<[Value]> {
        if items.full.is_empty() {
            return items.last.into();
        }
        let count = items.full.len() * Items::PIECE + items.last.len();
        let mut pieces = items.full.into_iter().chain([items.last]).flatten();
        // Of an iterator that knows its length the list is made in place.
        (0..count)
            .map(|_| {
                pieces
                    .next()
                    .expect("the pieces hold as many as were counted")
            })
            .collect()
    }
}

/// Keys seen before, so that a list of a million records holds each of its keys once. A key may
/// push another out: the cache saves memory and is right without it.
#[derive(Debug, Default)]
pub(super) struct KeyCache(RefCell<Vec<Option<Arc<str>>>>);

impl KeyCache {
    const SLOTS: usize = 1024;
    /// Longer keys are rarely repeated.
    const KEY_BYTES_MAX: usize = 64;

    fn share(&self, key: &str) -> Arc<str> {
        if key.len() > Self::KEY_BYTES_MAX {
            return Arc::from(key);
        }
        let mut slots = self.0.borrow_mut();
        if slots.is_empty() {
            slots.resize(Self::SLOTS, None);
        }
        let Some(slot) = slots.get_mut(slot_of(key, Self::SLOTS)) else {
            return Arc::from(key);
        };
        match slot {
            Some(known) if **known == *key => Arc::clone(known),
            Some(_) | None => Arc::clone(slot.insert(Arc::from(key))),
        }
    }
}

/// FNV-1a: a few instructions for the short keys that it gets.
fn slot_of(key: &str, slots: usize) -> usize {
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ (hash >> 16)) as usize % slots
}
