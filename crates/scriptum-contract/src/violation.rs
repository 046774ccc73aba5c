//! A broken rule, with the place in the value where it was broken.

use serde::{Deserialize, Serialize};

/// One broken rule of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// JSON pointer (RFC 6901) to the place; empty for the whole value.
    pub pointer: String,
    /// Which rule.
    pub reason: Reason,
    /// What is there and what is expected: `must be between 1 and 10, is 12`.
    pub message: String,
}

/// Which rule was broken: the reasons of the service's error details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// A required field is absent.
    Missing,
    /// A field that is not declared.
    UnknownField,
    /// A value of another type.
    Type,
    /// A number outside its bounds.
    Range,
    /// A number that is no multiple.
    Multiple,
    /// A text that is too short or too long.
    Length,
    /// A text that does not match.
    Pattern,
    /// A list with too few or too many elements.
    Items,
    /// A list with equal elements.
    Unique,
    /// A value that is no variant.
    Enum,
    /// A text that is no date, timestamp or base64.
    Format,
    /// The mask that is shown in the place of a secret, given as if it were the value.
    #[serde(rename = "MASKED_VALUE")]
    Masked,
}

impl Reason {
    /// The name on the wire, such as `UNKNOWN_FIELD`.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Missing => "MISSING",
            Reason::UnknownField => "UNKNOWN_FIELD",
            Reason::Type => "TYPE",
            Reason::Range => "RANGE",
            Reason::Multiple => "MULTIPLE",
            Reason::Length => "LENGTH",
            Reason::Pattern => "PATTERN",
            Reason::Items => "ITEMS",
            Reason::Unique => "UNIQUE",
            Reason::Enum => "ENUM",
            Reason::Format => "FORMAT",
            Reason::Masked => "MASKED_VALUE",
        }
    }
}
