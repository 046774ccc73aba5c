//! Values as text, the way interpolation shows them.

use std::{fmt::Write as _, sync::Arc};

use scriptum_contract::{SecretPart, SecretText, Value};

use super::{Evaluator, Stop, evaluator::check_length, failed, limit, number::push_float};

/// A text that is put together, and that may hold secrets.
#[derive(Default)]
pub(super) struct Pieces {
    /// All up to the first secret that is not there yet: the whole text if there is none.
    pub(super) text: String,
    /// What stands before `text`; empty without secrets.
    before: Vec<SecretPart>,
}

/// A value as JSON.
enum Json {
    Clear(String),
    Secret(SecretText),
}

impl Evaluator<'_> {
    /// Appends a value as [`Evaluator::push_text`], a secret as what it is.
    pub(super) fn push_piece(&mut self, pieces: &mut Pieces, value: &Value) -> Result<(), Stop> {
        match &*self.opened(value)? {
            Value::Secret(secret) => self.push_secret(pieces, secret),
            structure @ (Value::List(_) | Value::Object(_)) => match self.json(structure)? {
                Json::Secret(json) => self.push_secret(pieces, &json),
                Json::Clear(json) => {
                    pieces.text.push_str(&json);
                    self.charge_text(json.len())?;
                    check_length(pieces.text.len())
                }
            },
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Stored(_)) => self.push_text(&mut pieces.text, other),
        }
    }

    fn push_secret(&mut self, pieces: &mut Pieces, secret: &SecretText) -> Result<(), Stop> {
        self.charge(secret.parts().len())?;
        let clear = std::mem::take(&mut pieces.text);
        pieces.before.push(SecretPart::Clear(clear.into()));
        pieces.before.extend_from_slice(secret.parts());
        Ok(())
    }

    /// The whole text.
    pub(super) fn pieces(&mut self, pieces: Pieces) -> Result<Value, Stop> {
        let Pieces { text, before } = pieces;
        if before.is_empty() {
            return self.text(text);
        }
        let parts = before.into_iter().chain([SecretPart::Clear(text.into())]);
        let joined = SecretText::joined(parts).map_err(|error| limit(error.to_string()))?;
        self.check_text(joined.clear_bytes())?;
        Ok(Value::from(joined))
    }

    /// The text of a value as people see it: a secret is masked.
    pub(super) fn shown(&mut self, value: &Value) -> Result<Arc<str>, Stop> {
        let text = self.text_value(value)?;
        if let Value::Secret(secret) = &text {
            return Ok(secret.masked().into());
        }
        self.text_of(&text)
    }

    /// The text of a value, which holds the secrets that the value holds.
    pub(crate) fn text_value(&mut self, value: &Value) -> Result<Value, Stop> {
        let value = self.open(value)?;
        if let Value::Text(_) = value {
            return Ok(value);
        }
        let mut pieces = Pieces::default();
        self.push_piece(&mut pieces, &value)?;
        self.pieces(pieces)
    }

    /// The text of a value that is no secret.
    pub(crate) fn text_of(&mut self, value: &Value) -> Result<Arc<str>, Stop> {
        let value = self.open(value)?;
        if let Value::Text(text) = value {
            return Ok(text);
        }
        let mut text = String::new();
        self.push_text(&mut text, &value)?;
        Ok(text.into())
    }

    /// Appends a value: texts as they are, numbers in their shortest form, null as nothing, everything
    /// else as compact JSON.
    pub(crate) fn push_text(&mut self, text: &mut String, value: &Value) -> Result<(), Stop> {
        let before = text.len();
        match &*self.opened(value)? {
            // An opened value is no reference.
            Value::Null | Value::Stored(_) => {}
            Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
            Value::Int(int) => write!(text, "{int}").expect("writing to a text does not fail"),
            Value::Float(float) => push_float(text, *float),
            Value::Text(part) => text.push_str(part),
            Value::Secret(_) => return Err(secret_in_text()),
            structure @ (Value::List(_) | Value::Object(_)) => {
                text.push_str(&self.json_of(structure)?);
            }
        }
        self.charge_text(text.len() - before)?;
        check_length(text.len())
    }

    /// Compact JSON, of a value without secrets.
    pub(crate) fn json_of(&mut self, value: &Value) -> Result<String, Stop> {
        match self.json(value)? {
            Json::Clear(json) => Ok(json),
            Json::Secret(_) => Err(secret_in_text()),
        }
    }

    /// Compact JSON as a text, which holds the secrets that the value holds.
    pub(crate) fn json_value(&mut self, value: &Value) -> Result<Value, Stop> {
        Ok(match self.json(value)? {
            Json::Clear(json) => Value::from(json),
            Json::Secret(json) => Value::from(json),
        })
    }

    fn json(&mut self, value: &Value) -> Result<Json, Stop> {
        let whole = self.open_deep(value)?;
        let (size_bytes_min, has_secrets) = self.json_bytes_min(&whole)?;
        check_length(size_bytes_min)?;
        if has_secrets {
            let json = SecretText::json(&whole).map_err(|error| limit(error.to_string()))?;
            let json = json.ok_or_else(secret_in_text)?;
            self.check_text(json.clear_bytes())?;
            return Ok(Json::Secret(json));
        }
        let json = whole
            .to_json()
            .map_err(|error| failed(format!("cannot write the value as JSON: {error}")))?;
        self.check_text(json.len())?;
        Ok(Json::Clear(json))
    }
}

fn secret_in_text() -> Stop {
    failed(
        "cannot write a secret into this text: it can stand in an interpolation, and be passed on",
    )
}
