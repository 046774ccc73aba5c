//! Patterns: ECMA-262 regular expressions, as JSON Schema has them.

use std::fmt;

use crate::limits::{PATTERN_BYTES_MAX, PATTERN_TEXT_BYTES_MAX};

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Matcher(regress::Regex);

/// Why a pattern does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError(String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}

/// Why a text was not matched: the answer would have taken too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooHard(String);

impl fmt::Display for TooHard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TooHard {}

impl Matcher {
    /// Compiles a pattern, in the Unicode mode of ECMA-262.
    ///
    /// # Errors
    /// When the source is no pattern, or longer than [`PATTERN_BYTES_MAX`].
    pub fn new(source: &str) -> Result<Matcher, PatternError> {
        if source.len() > PATTERN_BYTES_MAX {
            return Err(PatternError(format!(
                "longer than {PATTERN_BYTES_MAX} bytes"
            )));
        }
        let flags = regress::Flags {
            unicode: true,
            ..regress::Flags::default()
        };
        regress::Regex::with_flags(source, flags)
            .map(Matcher)
            .map_err(|error| PatternError(error.text))
    }

    /// Whether the pattern matches somewhere in the text.
    ///
    /// # Errors
    /// When the text is longer than [`PATTERN_TEXT_BYTES_MAX`].
    pub fn is_match(&self, text: &str) -> Result<bool, TooHard> {
        if text.len() > PATTERN_TEXT_BYTES_MAX {
            return Err(TooHard(format!(
                "has {} bytes, of which at most {PATTERN_TEXT_BYTES_MAX} can be matched",
                text.len()
            )));
        }
        Ok(self.0.find(text).is_some())
    }
}
