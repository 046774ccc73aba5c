//! Declared enums: a name, a base, and variants with their wire values.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Type, Value};

/// A declared enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnumDef {
    /// Name of the enum.
    pub name: Arc<str>,
    /// What the wire values are.
    pub base: EnumBase,
    /// Variants in declaration order, with distinct values.
    pub variants: Vec<Variant>,
}

/// What the wire values of an enum are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnumBase {
    /// Strings.
    Text,
    /// Signed 64-bit integers.
    Integer,
    /// Doubles.
    Number,
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The value on the wire; for a bare word the word itself.
    pub value: Value,
    /// The documentation behind `--`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
}

impl EnumBase {
    /// The word for it in a declaration.
    pub fn as_str(self) -> &'static str {
        match self {
            EnumBase::Text => "text",
            EnumBase::Integer => "integer",
            EnumBase::Number => "number",
        }
    }

    /// The type of the wire values.
    pub fn ty(self) -> Type {
        match self {
            EnumBase::Text => Type::text(),
            EnumBase::Integer => Type::integer(),
            EnumBase::Number => Type::number(),
        }
    }
}

impl EnumDef {
    /// True when `value` is the wire value of a variant (`1` and `1.0` are equal).
    pub fn has(&self, value: &Value) -> bool {
        self.variants.iter().any(|variant| variant.value == *value)
    }
}
