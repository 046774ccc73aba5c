//! Plain JSON: what people and tools write and read.

use serde::{Serialize, Serializer};

use super::Value;

/// A value as plain JSON. A reference to a stored value cannot be written: load it first.
#[derive(Debug)]
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::List(items) => serializer.collect_seq(items.iter().map(Plain)),
            Value::Object(object) => {
                serializer.collect_map(object.iter().map(|(key, value)| (key, Plain(value))))
            }
            Value::Stored(stored) => Err(serde::ser::Error::custom(format!(
                "value {} lies in the store and was not loaded",
                stored.hash
            ))),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                self.0.serialize(serializer)
            }
        }
    }
}

impl Value {
    /// Compact JSON, keys in insertion order.
    ///
    /// # Errors
    /// When a part lies in the store and was not loaded.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Plain(self))
    }

    /// JSON on several lines, indented by two spaces.
    ///
    /// # Errors
    /// When a part lies in the store and was not loaded.
    pub fn to_json_pretty(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&Plain(self))
    }
}
