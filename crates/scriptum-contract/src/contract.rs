//! The typed interface of a script, derived from its declarations alone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{EnumDef, Field};

/// What a script takes and gives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contract {
    /// Inputs in declaration order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Field>,
    /// Fields of the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Field>,
    /// Fields that a `yield` sends; `None` without a `stream` block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Vec<Field>>,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvField>,
    /// Declared enums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<Arc<EnumDef>>,
    /// MIME types and globs from `@accepts_content_type`, in order, without repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_content_types: Vec<String>,
    /// Extensions from `@accepts_extension`: lower-case, no dot, without repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_extensions: Vec<String>,
}

/// An environment variable that a script reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvField {
    /// Name in the script, type, default.
    pub field: Field,
    /// Key in the environment store; equal to the name without `from`.
    pub key: Arc<str>,
    /// True: the value is redacted wherever it could be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}
