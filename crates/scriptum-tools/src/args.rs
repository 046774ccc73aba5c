//! Reads the arguments of a call. They were checked against the signature before; what is absent or
//! null is what the signature says stands in for it.

use scriptum_contract::{Object, Shape, Value};
use scriptum_engine::ToolError;

/// The arguments of one call, with the fields that they were checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Args<'a> {
    given: &'a Value,
    shape: &'a Shape,
}

impl<'a> Args<'a> {
    pub(crate) fn new(given: &'a Value, shape: &'a Shape) -> Args<'a> {
        Args { given, shape }
    }

    /// The value of an argument, or its default; `None` when there is neither.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        let given = self.given.as_object().and_then(|object| object.get(name));
        match given {
            Some(Value::Null) | None => self.shape.field(name)?.default.as_ref(),
            Some(
                value @ (Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_)
                | Value::Secret(_)
                | Value::Stored(_)),
            ) => Some(value),
        }
    }

    /// A text that is always there.
    pub(crate) fn text(&self, name: &str) -> Result<&'a str, ToolError> {
        self.optional_text(name)?.ok_or_else(|| missing(name))
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, ToolError> {
        self.value(name)
            .map(|value| value.as_text().ok_or_else(|| mistyped(name, "text", value)))
            .transpose()
    }

    /// An object that may be absent.
    pub(crate) fn optional_object(&self, name: &str) -> Result<Option<&'a Object>, ToolError> {
        self.value(name)
            .map(|value| {
                value
                    .as_object()
                    .ok_or_else(|| mistyped(name, "object", value))
            })
            .transpose()
    }

    /// A count that is always there.
    pub(crate) fn count(&self, name: &str) -> Result<u64, ToolError> {
        let value = self.value(name).ok_or_else(|| missing(name))?;
        match value {
            Value::Int(count) => u64::try_from(*count)
                .map_err(|_| invalid(format!("'{name}' must not be negative, is {count}"))),
            Value::Null
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => Err(mistyped(name, "integer", value)),
        }
    }

    /// A boolean that is always there.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ToolError> {
        let value = self.value(name).ok_or_else(|| missing(name))?;
        match value {
            Value::Bool(flag) => Ok(*flag),
            Value::Null
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => Err(mistyped(name, "boolean", value)),
        }
    }
}

/// An argument that the signature cannot describe closely enough is wrong.
pub(crate) fn invalid(message: String) -> ToolError {
    ToolError::permanent("INVALID_ARGUMENT", message)
}

fn missing(name: &str) -> ToolError {
    invalid(format!("'{name}' is missing"))
}

fn mistyped(name: &str, expected: &str, value: &Value) -> ToolError {
    invalid(format!("'{name}' must be {expected}, is {}", value.kind()))
}
