//! Puts the bytes of secrets into values at the moment of a call, and takes them out of what comes back.
//!
//! Nobody but the caller of tools has a reason to open a secret: between two calls a value holds its key
//! alone. Where the bytes come from is the business of whoever runs the thread.

mod close;
mod mask;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use crate::{MASKED, Object, SecretPart, SecretText, Value, value::in_json};
pub use close::{close_secrets, masked_places};
pub use mask::Mask;

/// The bytes of a secret. They are not shown, not written and not compared by accident.
#[derive(Clone)]
pub struct SecretBytes(Arc<str>);

impl SecretBytes {
    /// The secret that is this text.
    pub fn new(text: impl Into<Arc<str>>) -> SecretBytes {
        SecretBytes(text.into())
    }

    /// The text itself, for the hand that passes it on.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASKED)
    }
}

/// Secrets by key.
pub type SecretsByKey = BTreeMap<Arc<str>, SecretBytes>;

/// The keys of all secrets in a value. Parts that lie in the store must have been loaded.
pub fn secret_keys(value: &Value) -> BTreeSet<Arc<str>> {
    let mut keys = BTreeSet::new();
    note_keys(value, &mut keys);
    keys
}

fn note_keys(value: &Value, keys: &mut BTreeSet<Arc<str>>) {
    match value {
        Value::Secret(text) => note_keys_of(text, keys),
        Value::List(items) => items.iter().for_each(|item| note_keys(item, keys)),
        Value::Object(object) => object.iter().for_each(|(_, value)| note_keys(value, keys)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Stored(_) => {}
    }
}

fn note_keys_of(text: &SecretText, keys: &mut BTreeSet<Arc<str>>) {
    for part in text.parts() {
        match part {
            SecretPart::Clear(_) => {}
            SecretPart::Secret(key) => {
                keys.insert(Arc::clone(key));
            }
            SecretPart::Base64(text) | SecretPart::Json(text) => note_keys_of(text, keys),
        }
    }
}

/// The value with the bytes of its secrets in their places, and the mask that hides them again.
///
/// # Errors
/// The key of a secret that is not there.
pub fn open_secrets(value: &Value, secrets: &SecretsByKey) -> Result<(Value, Mask), Arc<str>> {
    let mut opening = Opening {
        secrets,
        mask: Mask::new(secrets.values()),
    };
    let opened = opening.value(value)?;
    Ok((opened, opening.mask))
}

struct Opening<'s> {
    secrets: &'s SecretsByKey,
    mask: Mask,
}

impl Opening<'_> {
    fn value(&mut self, value: &Value) -> Result<Value, Arc<str>> {
        Ok(match value {
            Value::Secret(text) => Value::from(self.text(text)?),
            Value::List(items) => {
                let items: Result<Arc<[Value]>, _> =
                    items.iter().map(|item| self.value(item)).collect();
                Value::List(items?)
            }
            Value::Object(object) => {
                let entries = object
                    .iter()
                    .map(|(key, value)| Ok((Arc::clone(key), self.value(value)?)));
                Value::Object(entries.collect::<Result<Object, Arc<str>>>()?)
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Stored(_) => value.clone(),
        })
    }

    fn text(&mut self, text: &SecretText) -> Result<String, Arc<str>> {
        let mut opened = String::new();
        for part in text.parts() {
            match part {
                SecretPart::Clear(text) => opened.push_str(text),
                SecretPart::Secret(key) => {
                    let bytes = self.secrets.get(key).ok_or_else(|| Arc::clone(key))?;
                    opened.push_str(bytes.reveal());
                }
                SecretPart::Base64(text) => {
                    let coded = base64(self.text(text)?.as_bytes());
                    self.mask.hide(&coded);
                    opened.push_str(&coded);
                }
                SecretPart::Json(text) => opened.push_str(&in_json(&self.text(text)?)),
            }
        }
        Ok(opened)
    }
}

/// Standard Base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0u32, |bits, byte| (bits << 8) | u32::from(*byte))
            << (8 * (3 - three.len()));
        for at in 0..4usize {
            let digit = (bits >> (18 - 6 * at)) & 63;
            let known = ALPHABET.get(digit as usize).filter(|_| at <= three.len());
            coded.push(known.map_or('=', |byte| char::from(*byte)));
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(pairs: &[(&str, &str)]) -> SecretsByKey {
        pairs
            .iter()
            .map(|(key, text)| (Arc::from(*key), SecretBytes::new(*text)))
            .collect()
    }

    #[test]
    fn secrets_are_put_in_and_taken_out_in_every_guise() {
        let known = secrets(&[("KEY", "p\"ss wörd"), ("ID", "ab")]);
        let header = SecretText::joined([
            SecretPart::Clear("Basic ".into()),
            SecretPart::Base64(
                SecretText::joined([
                    SecretPart::Secret("ID".into()),
                    SecretPart::Clear(":".into()),
                    SecretPart::Secret("KEY".into()),
                ])
                .unwrap(),
            ),
        ]);
        let header = Value::from(header.unwrap());
        assert_eq!(header.to_json().unwrap(), r#""Basic ********""#);
        let value = Value::object([("header", header), ("id", SecretText::new("ID").into())]);
        assert_eq!(
            secret_keys(&value),
            [Arc::from("ID"), Arc::from("KEY")].into()
        );
        let (opened, mask) = open_secrets(&value, &known).unwrap();
        let json = opened.to_json().unwrap();
        assert_eq!(json, r#"{"header":"Basic YWI6cCJzcyB3w7ZyZA==","id":"ab"}"#);
        let shown = [
            "p\"ss wörd, ab",
            r#"{"k": "p\"ss wörd"}"#,
            "/?k=p%22ss%20w%C3%B6rd",
            "cCJzcyB3w7ZyZA==",
            "Basic YWI6cCJzcyB3w7ZyZA==",
            "it was p\"ss w…",
            "it was p\"ss w",
            "it was p\"s",
        ]
        .map(|text| mask.text(text).into_owned());
        assert_eq!(
            shown,
            [
                "********, ab",
                r#"{"k": "********"}"#,
                "/?k=********",
                "********",
                "Basic ********",
                "it was ********…",
                "it was ********",
                "it was p\"s",
            ]
        );
        let echoed = Value::object([("ab", Value::from("ab")), ("x", Value::from("abc"))]);
        let hidden = mask.value(echoed).to_json().unwrap();
        assert_eq!(hidden, r#"{"********":"********","x":"abc"}"#);
        assert!(!format!("{known:?} {mask:?}").contains("ss w"));
    }

    #[test]
    fn secrets_stand_in_json_as_its_texts_do() {
        let known = secrets(&[("KEY", "p\"ss wörd")]);
        let value = Value::object([
            ("k\"", SecretText::new("KEY").into()),
            ("x", Value::list([Value::Int(1), Value::Null])),
        ]);
        let json = Value::from(SecretText::json(&value).unwrap().unwrap());
        assert_eq!(
            json.to_json().unwrap(),
            r#""{\"k\\\"\":\"********\",\"x\":[1,null]}""#
        );
        let (text, _) = open_secrets(&json, &known).unwrap();
        let read = Value::from_json(text.as_text().unwrap()).unwrap();
        assert_eq!(read, open_secrets(&value, &known).unwrap().0);
        let stored = serde_json::to_string(&json).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), json);
    }

    #[test]
    fn what_people_give_is_closed_where_it_holds_secrets() {
        let known = secrets(&[("KEY", "s3cret-12"), ("LONG", "s3cret-1234"), ("ID", "ab")]);
        let given = Value::list(["x s3cret-1234/s3cret-12.", "ab", "plain"].map(Value::from));
        let closed = close_secrets(&given, &known);
        let json = closed.to_json().unwrap();
        assert_eq!(json, r#"["x ********/********.","ab","plain"]"#);
        assert_eq!(
            secret_keys(&closed),
            [Arc::from("KEY"), Arc::from("LONG")].into()
        );
        assert_eq!(open_secrets(&closed, &known).unwrap().0, given);
    }

    #[test]
    fn masks_are_found_where_they_stand() {
        let text = r#"{"a/b": ["Bearer ********", "*********"], "c": "********"}"#;
        let value = Value::from_json(text).unwrap();
        let places = masked_places(&value).into_iter().map(|it| it.pointer);
        assert!(places.eq(["/a~1b/0", "/c"]));
    }

    #[test]
    fn a_secret_that_is_not_there_is_named() {
        let value = Value::list([SecretText::new("GONE").into()]);
        assert_eq!(
            open_secrets(&value, &secrets(&[])).unwrap_err(),
            "GONE".into()
        );
    }

    #[test]
    fn base64_is_padded() {
        let table = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ];
        for (text, coded) in table {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }
}
