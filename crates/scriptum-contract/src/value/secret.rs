//! Texts that hold secrets. A secret is known by its key alone: its bytes are not here, so whatever is
//! stored, shown or compared cannot hold them. [`crate::secrets`] puts them in at the moment of a call.

use std::{borrow::Cow, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::Value;
use crate::limits::SECRET_PARTS_MAX;

/// What stands in the place of a secret wherever it is shown.
pub const MASKED: &str = "********";

/// A text that holds at least one secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretText {
    parts: Box<[SecretPart]>,
}

/// A part of such a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SecretPart {
    /// Text that everyone may see.
    Clear(Arc<str>),
    /// The secret that has this key in the environment.
    Secret(Arc<str>),
    /// A text with secrets, in Base64.
    Base64(SecretText),
    /// A text with secrets, as it stands between the quotes of a JSON text.
    Json(SecretText),
}

/// A text would hold more than [`SECRET_PARTS_MAX`] parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyParts;

impl std::fmt::Display for TooManyParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "a text with secrets cannot have more than {SECRET_PARTS_MAX} parts"
        )
    }
}

impl std::error::Error for TooManyParts {}

impl SecretText {
    /// The secret that has this key in the environment.
    pub fn new(key: impl Into<Arc<str>>) -> SecretText {
        SecretText {
            parts: [SecretPart::Secret(key.into())].into(),
        }
    }

    /// All parts in one text; neighbors that everyone may see become one.
    ///
    /// # Errors
    /// When there are too many of them.
    pub fn joined(parts: impl IntoIterator<Item = SecretPart>) -> Result<SecretText, TooManyParts> {
        let mut joined: Vec<SecretPart> = Vec::new();
        let mut clear = String::new();
        for part in parts {
            match part {
                SecretPart::Clear(text) => clear.push_str(&text),
                hidden @ (SecretPart::Secret(_) | SecretPart::Base64(_) | SecretPart::Json(_)) => {
                    push_clear(&mut joined, &mut clear);
                    joined.push(hidden);
                }
            }
        }
        push_clear(&mut joined, &mut clear);
        let text = SecretText {
            parts: joined.into(),
        };
        if text.count() > SECRET_PARTS_MAX {
            return Err(TooManyParts);
        }
        Ok(text)
    }

    /// The same text in Base64.
    ///
    /// # Errors
    /// When it has too many parts by then.
    pub fn base64(self) -> Result<SecretText, TooManyParts> {
        SecretText::joined([SecretPart::Base64(self)])
    }

    /// A value with secrets in it as compact JSON; `None` when a part of it lies in the store.
    ///
    /// # Errors
    /// When it has too many parts.
    pub fn json(value: &Value) -> Result<Option<SecretText>, TooManyParts> {
        let mut parts = Vec::new();
        match push_json(&mut parts, value) {
            Ok(()) => SecretText::joined(parts).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// The parts in their order.
    pub fn parts(&self) -> &[SecretPart] {
        &self.parts
    }

    /// The text with a mask in the place of each secret.
    pub fn masked(&self) -> String {
        let shown = self.parts.iter().map(|part| match part {
            SecretPart::Clear(text) => Cow::Borrowed(&**text),
            SecretPart::Json(text) => Cow::Owned(in_json(&text.masked())),
            SecretPart::Secret(_) | SecretPart::Base64(_) => Cow::Borrowed(MASKED),
        });
        shown.collect()
    }

    /// Length of all that everyone may see, in bytes.
    pub fn clear_bytes(&self) -> usize {
        let lengths = self.parts.iter().map(|part| match part {
            SecretPart::Clear(text) => text.len(),
            SecretPart::Secret(_) => 0,
            SecretPart::Base64(text) | SecretPart::Json(text) => text.clear_bytes(),
        });
        lengths.sum()
    }

    fn count(&self) -> usize {
        let counts = self.parts.iter().map(|part| match part {
            SecretPart::Clear(_) | SecretPart::Secret(_) => 1,
            SecretPart::Base64(text) | SecretPart::Json(text) => 1 + text.count(),
        });
        counts.sum()
    }
}

fn push_clear(parts: &mut Vec<SecretPart>, clear: &mut String) {
    if !clear.is_empty() {
        parts.push(SecretPart::Clear(std::mem::take(clear).into()));
    }
}

fn push_json(parts: &mut Vec<SecretPart>, value: &Value) -> Result<(), serde_json::Error> {
    let clear = |text: &str| SecretPart::Clear(text.into());
    match value {
        Value::Secret(text) => {
            let quoted = SecretPart::Json(SecretText::clone(text));
            parts.extend([clear("\""), quoted, clear("\"")]);
        }
        Value::List(items) => {
            parts.push(clear("["));
            for (at, item) in items.iter().enumerate() {
                parts.extend((at > 0).then(|| clear(",")));
                push_json(parts, item)?;
            }
            parts.push(clear("]"));
        }
        Value::Object(object) => {
            parts.push(clear("{"));
            for (at, (key, value)) in object.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                parts.push(clear(&format!("{comma}\"{}\":", in_json(key))));
                push_json(parts, value)?;
            }
            parts.push(clear("}"));
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Stored(_) => parts.push(clear(&value.to_json()?)),
    }
    Ok(())
}

/// The text as it stands between the quotes of a JSON text.
pub(crate) fn in_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a text can be written as JSON");
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

impl From<SecretText> for Value {
    fn from(text: SecretText) -> Value {
        Value::Secret(Arc::new(text))
    }
}

/// `["Bearer ", ["API_KEY"], {"base64": [["PASSWORD"]]}]`.
impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.parts.len()))?;
        for part in &self.parts {
            seq.serialize_element(part)?;
        }
        seq.end()
    }
}

impl Serialize for SecretPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            SecretPart::Clear(text) => serializer.serialize_str(text),
            SecretPart::Secret(key) => serializer.collect_seq([&**key]),
            SecretPart::Base64(text) => coded(serializer, "base64", text),
            SecretPart::Json(text) => coded(serializer, "json", text),
        }
    }
}

fn coded<S: Serializer>(serializer: S, how: &str, text: &SecretText) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(how, text)?;
    map.end()
}

/// A part as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Clear(Arc<str>),
    Secret((Arc<str>,)),
    Base64 { base64: SecretText },
    Json { json: SecretText },
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SecretText, D::Error> {
        let written = Vec::<Written>::deserialize(deserializer)?;
        let parts = written.into_iter().map(|part| match part {
            Written::Clear(text) => SecretPart::Clear(text),
            Written::Secret((key,)) => SecretPart::Secret(key),
            Written::Base64 { base64 } => SecretPart::Base64(base64),
            Written::Json { json } => SecretPart::Json(json),
        });
        SecretText::joined(parts).map_err(serde::de::Error::custom)
    }
}
