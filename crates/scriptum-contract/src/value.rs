//! Run-time values: JSON values that are passed on without copying.
//!
//! A value is 24 bytes; texts, lists and objects are shared. The serde form of [`Value`] is the
//! *storage form*: JSON in which neither a [`Value::Stored`] reference nor a secret can be mistaken for an
//! object of a user. What people and tools see is the plain JSON of [`Value::to_json`] and [`Value::from_json`].

mod depth;
pub(crate) mod json;
pub(crate) mod number;
mod object;
mod pointer;
mod read;
mod secret;
mod storage;

use std::sync::Arc;

pub use json::JsonError;
pub use object::Object;
pub use read::present_value;
pub(crate) use secret::in_json;
pub use secret::{MASKED, SecretPart, SecretText, TooManyParts};

/// A value of a running script.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A finite double.
    Float(f64),
    /// Unicode text; also dates, timestamps and base64 bytes.
    Text(Arc<str>),
    /// A list.
    List(Arc<[Value]>),
    /// An object, keys in insertion order.
    Object(Object),
    /// A text that holds secrets, known by their keys. It is shown with a mask in the place of each; its
    /// content cannot be looked at.
    Secret(Arc<SecretText>),
    /// A large value that lies in the store, named by its content.
    Stored(Arc<StoredValue>),
}

/// A reference to a large value in the store. The hash fixes the content, so opening it is no effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoredValue {
    /// SHA-256 of the storage form.
    pub hash: ValueHash,
    /// Length of the storage form in bytes.
    pub size_bytes: u64,
}

/// SHA-256 of a value's storage form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueHash(pub [u8; 32]);

impl std::fmt::Display for ValueHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for ValueHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ValueHash({self})")
    }
}

impl Value {
    /// A text value.
    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    /// Bytes that the value takes in memory, about: what a buffer counts that holds values.
    pub fn size_bytes_about(&self) -> usize {
        let inside = match self {
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Secret(_)
            | Value::Stored(_) => 0,
            Value::Text(text) => text.len(),
            Value::List(items) => items.iter().map(Value::size_bytes_about).sum(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| name.len() + value.size_bytes_about())
                .sum(),
        };
        size_of::<Value>() + inside
    }

    /// A list value.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(items.into_iter().collect())
    }

    /// An object value; of equal keys the last one stays, at the place of the first.
    pub fn object<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// A number as a value; `None` for NaN and the infinities, which no value holds.
    pub fn float(number: f64) -> Option<Value> {
        number.is_finite().then_some(Value::Float(number))
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Secret(_)
            | Value::Stored(_) => None,
        }
    }

    /// What it is, in the words of the language: `text`, `integer`, `list`.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "number",
            Value::Text(_) => "text",
            Value::List(_) => "list",
            Value::Object(_) => "object",
            Value::Secret(_) => "secret",
            Value::Stored(_) => "stored value",
        }
    }
}

/// Deep equality as in the language: `1 == 1.0`, objects regardless of key order.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
                number::whole(*float) == Some(*int)
            }
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Secret(a), Value::Secret(b)) => a == b,
            (Value::Stored(a), Value::Stored(b)) => a == b,
            (
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_)
                | Value::Secret(_)
                | Value::Stored(_),
                _,
            ) => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value.into())
    }
}
