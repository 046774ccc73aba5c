//! Puts the bytes of secrets into values at the moment of a call, and takes them out of what comes back.
//!
//! Nobody but the caller of tools has a reason to open a secret: between two calls a value holds its key
//! alone. Where the bytes come from is the business of whoever runs the thread.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use crate::{
    MASKED, Object, SecretPart, SecretText, Value,
    limits::{SECRET_BYTES_CUT_MIN, SECRET_BYTES_MIN},
    value::in_json,
};

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

/// Hides secrets in whatever comes back from where they went to: their bytes as they are, and as they
/// stand in JSON, in an address, and in Base64.
#[derive(Clone, Default)]
pub struct Mask {
    /// What is hidden wherever it stands, the longest first: a part of it must not leave the rest.
    anywhere: Vec<String>,
    /// What is too short for that, and hidden where it is the whole text.
    alone: BTreeSet<String>,
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASKED)
    }
}

impl Mask {
    /// The mask of these secrets.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s SecretBytes>) -> Mask {
        let mut mask = Mask::default();
        for secret in secrets {
            let text = secret.reveal();
            mask.hide(text);
            mask.hide(&in_json(text));
            // A message quotes a JSON text.
            mask.hide(&in_json(&in_json(text)));
            mask.hide(&in_address(text));
            mask.hide(&base64(text.as_bytes()));
        }
        mask
    }

    /// True when it hides nothing.
    pub fn is_empty(&self) -> bool {
        self.anywhere.is_empty() && self.alone.is_empty()
    }

    fn hide(&mut self, text: &str) {
        if text.len() < SECRET_BYTES_MIN {
            if !text.is_empty() {
                self.alone.insert(text.to_owned());
            }
            return;
        }
        if self.anywhere.iter().any(|known| known == text) {
            return;
        }
        let at = self
            .anywhere
            .partition_point(|known| known.len() >= text.len());
        self.anywhere.insert(at, text.to_owned());
    }

    /// The text without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.alone.contains(text) {
            return Cow::Borrowed(MASKED);
        }
        let mut shown = Cow::Borrowed(text);
        for hidden in &self.anywhere {
            if shown.contains(hidden.as_str()) {
                shown = Cow::Owned(shown.replace(hidden.as_str(), MASKED));
            }
        }
        match self.cut_off(&shown) {
            Some(whole) => Cow::Owned(whole),
            None => shown,
        }
    }

    /// The text without the beginning of a secret that stands at its end, where somebody shortened it.
    fn cut_off(&self, text: &str) -> Option<String> {
        let endings = ["…", "...", ""];
        let (before, ending) = endings
            .into_iter()
            .find_map(|ending| Some((text.strip_suffix(ending)?, ending)))?;
        let kept = self.anywhere.iter().find_map(|hidden| {
            let first = hidden.get(..SECRET_BYTES_CUT_MIN)?;
            let tail = before.len().saturating_sub(hidden.len());
            let tail = (0..=tail).rev().find(|at| before.is_char_boundary(*at))?;
            let mut begun = before.get(tail..)?.match_indices(first);
            let (at, _) = begun.find(|(at, _)| {
                let rest = before.get(tail + at..);
                rest.is_some_and(|rest| hidden.starts_with(rest))
            })?;
            before.get(..tail + at)
        })?;
        Some(format!("{kept}{MASKED}{ending}"))
    }

    /// The value without secrets, in its keys as well.
    pub fn value(&self, value: Value) -> Value {
        if self.is_empty() {
            return value;
        }
        self.masked(&value)
    }

    fn masked(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.shared(text)),
            Value::List(items) => Value::list(items.iter().map(|item| self.masked(item))),
            Value::Object(object) => Value::object(
                object
                    .iter()
                    .map(|(key, value)| (self.shared(key), self.masked(value))),
            ),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Secret(_)
            | Value::Stored(_) => value.clone(),
        }
    }

    /// As [`Mask::text`], for a text that is passed on as it is as long as nothing in it is hidden.
    pub fn shared(&self, text: &Arc<str>) -> Arc<str> {
        let shown = self.text(text);
        if *shown == **text {
            Arc::clone(text)
        } else {
            shown.into()
        }
    }
}

/// The text as it stands in an address.
fn in_address(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.push('%');
            coded.extend([byte >> 4, byte & 15].map(hex_digit));
        }
    }
    coded
}

fn hex_digit(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16)
        .expect("four bits are a digit")
        .to_ascii_uppercase()
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
