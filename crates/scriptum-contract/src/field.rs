//! A named, typed place: an input, an output, a stream field, a field of a record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Type, Value, present_value};

/// A named, typed field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Name, unique among its siblings.
    pub name: Arc<str>,
    /// Type with its rules.
    pub ty: Type,
    /// What stands in when the field is not given; satisfies `ty`.
    #[serde(
        default,
        deserialize_with = "present_value",
        skip_serializing_if = "Option::is_none"
    )]
    pub default: Option<Value>,
    /// False: the field may be absent even without a default (tool schemas have such fields).
    pub required: bool,
    /// The documentation behind `--`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
}

impl Field {
    /// A field that must be given.
    pub fn required(name: &str, ty: Type) -> Field {
        Field {
            name: name.into(),
            ty,
            default: None,
            required: true,
            doc: String::new(),
        }
    }

    /// A field that may be absent.
    pub fn optional(name: &str, ty: Type) -> Field {
        Field {
            required: false,
            ..Field::required(name, ty)
        }
    }

    /// True when the field must be given: it is required and nothing stands in for it.
    pub fn is_needed(&self) -> bool {
        self.required && self.default.is_none()
    }

    /// The same field with documentation.
    #[must_use]
    pub fn doc(mut self, doc: &str) -> Field {
        doc.clone_into(&mut self.doc);
        self
    }
}
