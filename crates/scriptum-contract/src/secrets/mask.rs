//! Takes secrets out of what comes back from where they went to.

use std::{borrow::Cow, collections::BTreeSet, fmt, sync::Arc};

use super::{SecretBytes, base64};
use crate::{
    MASKED, Value,
    limits::{SECRET_BYTES_CUT_MIN, SECRET_BYTES_MIN},
    value::in_json,
};

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

    pub(super) fn hide(&mut self, text: &str) {
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
