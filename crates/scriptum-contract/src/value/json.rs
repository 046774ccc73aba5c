//! Plain JSON: what people and tools write and read.

use std::fmt;

use serde::{Serialize, Serializer, de::DeserializeSeed};

use super::{
    Value,
    read::{Form, KeyCache, Reader},
};
use crate::{json_text, limits::VALUE_DEPTH_MAX};

/// A value as plain JSON: secrets are masked. A reference to a stored value cannot be written: load it
/// first.
#[derive(Debug)]
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::List(items) => serializer.collect_seq(items.iter().map(Plain)),
            Value::Object(object) => {
                serializer.collect_map(object.iter().map(|(key, value)| (key, Plain(value))))
            }
            Value::Secret(text) => serializer.serialize_str(&text.masked()),
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

/// Why a text is no JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected there, or what is wrong: `expected , or }`.
    pub message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JsonError {
            line,
            column,
            message,
        } = self;
        write!(f, "line {line}, column {column}: {message}")
    }
}

impl std::error::Error for JsonError {}

impl Value {
    /// Compact JSON, keys in insertion order.
    ///
    /// # Errors
    /// When a part lies in the store and was not loaded.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        json_text(&Plain(self))
    }

    /// JSON on several lines, indented by two spaces.
    ///
    /// # Errors
    /// When a part lies in the store and was not loaded.
    pub fn to_json_pretty(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&Plain(self))
    }

    /// Reads one plain JSON value. Whole numbers that exceed 64 bits become doubles; of equal keys
    /// the last one stays.
    ///
    /// # Errors
    /// When the text is no JSON, nests deeper than [`VALUE_DEPTH_MAX`], or has a number that no
    /// double holds.
    ///
    /// ```
    /// use scriptum_contract::Value;
    /// let error = Value::from_json("{\"a\" 1}").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1, column 6: expected :");
    /// ```
    pub fn from_json(text: &str) -> Result<Value, JsonError> {
        from_json_within(text, VALUE_DEPTH_MAX)
    }

    /// Reads one plain JSON value from bytes, as [`Value::from_json`].
    ///
    /// # Errors
    /// As [`Value::from_json`], and when the bytes are no UTF-8.
    pub fn from_json_slice(bytes: &[u8]) -> Result<Value, JsonError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Value::from_json(text),
            Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
        }
    }
}

/// Reads a value of at most `depth` nested lists and objects.
pub(crate) fn from_json_within(text: &str, depth: usize) -> Result<Value, JsonError> {
    let keys = KeyCache::default();
    let reader = Reader {
        form: Form::Plain,
        depth,
        keys: Some(&keys),
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    reader
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| in_our_words(text, &error))
}

fn not_utf8(bytes: &[u8], valid_up_to: usize) -> JsonError {
    let before = bytes.get(..valid_up_to).unwrap_or_default();
    let lines = before.split(|byte| *byte == b'\n');
    let (last, count) = lines.fold((before, 0), |(_, count), line| (line, count + 1));
    JsonError {
        line: count,
        column: String::from_utf8_lossy(last).chars().count() + 1,
        message: "not UTF-8".to_owned(),
    }
}

fn in_our_words(text: &str, error: &serde_json::Error) -> JsonError {
    let line = text
        .split('\n')
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default();
    // The reader counts columns in bytes and stops at any of them.
    let before = line
        .as_bytes()
        .get(..error.column())
        .unwrap_or(line.as_bytes());
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    JsonError {
        line: error.line().max(1),
        column: String::from_utf8_lossy(before).chars().count().max(1),
        message: reworded(full.strip_suffix(&place).unwrap_or(&full)),
    }
}

/// The reader's words where they are clear, ours where they are not.
fn reworded(message: &str) -> String {
    let ours = match message {
        "EOF while parsing a value" => "expected a value, found the end",
        "EOF while parsing a list" => "expected , or ], found the end",
        "EOF while parsing an object" => "expected , or }, found the end",
        "EOF while parsing a string" => "expected \", found the end",
        "expected value" => "expected a value",
        "expected ident" => "expected true, false or null",
        "trailing characters" => "expected the end",
        "trailing comma" => "expected a value after the comma",
        "key must be a string" => "expected a key in double quotes",
        "number out of range" => "number is too large for a double",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a line break or control character inside a string must be escaped"
        }
        other => return other.replace('`', ""),
    };
    ours.to_owned()
}
