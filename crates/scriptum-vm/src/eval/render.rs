//! Values as text, the way interpolation shows them.

use std::{fmt::Write as _, sync::Arc};

use scriptum_contract::Value;

use super::{Evaluator, Stop, evaluator::check_length, failed, number::push_float};

impl Evaluator<'_> {
    /// The text of a value.
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
            structure @ (Value::List(_) | Value::Object(_)) => {
                text.push_str(&self.json_of(structure)?);
            }
        }
        self.charge_text(text.len() - before)?;
        check_length(text.len())
    }

    /// Compact JSON.
    pub(crate) fn json_of(&mut self, value: &Value) -> Result<String, Stop> {
        let whole = self.open_deep(value)?;
        check_length(self.json_bytes_min(&whole)?)?;
        let json = whole
            .to_json()
            .map_err(|error| failed(format!("cannot write the value as JSON: {error}")))?;
        self.check_text(json.len())?;
        Ok(json)
    }
}
