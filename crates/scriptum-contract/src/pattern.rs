//! Patterns: ECMA-262 regular expressions in Unicode mode, as JSON Schema has them, matched in
//! bounded time.
//!
//! Patterns come from authors and texts from callers, so a pattern that takes exponential time must
//! not stop a node. `regress` knows the syntax and the character classes, but matches without a
//! bound; here it compiles the pattern, to judge it, and its classes, one character at a time. The
//! search is ours: it visits each pair of place in the pattern and place in the text at most once.
//! Only back references and lookarounds can cost more, and they end at a limit.

mod parse;
mod program;
mod search;
mod set;

use std::fmt;

use crate::limits::{PATTERN_BYTES_MAX, PATTERN_OPS_MAX};
use program::Program;

/// A compiled pattern.
///
/// ```
/// use scriptum_contract::Matcher;
/// let slug = Matcher::new("^[a-z][a-z0-9_-]*$").unwrap();
/// assert_eq!(slug.is_match("web-search"), Ok(true));
/// assert_eq!(slug.is_match("Web search"), Ok(false));
/// ```
#[derive(Debug)]
pub struct Matcher(Program);

/// Why a pattern does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// It is no regular expression, for this reason.
    Syntax(String),
    /// Its source is longer than [`PATTERN_BYTES_MAX`].
    TooLong,
    /// With its counted repetitions written out it has more than [`PATTERN_OPS_MAX`] steps.
    TooLarge,
    /// It uses something that is valid but cannot be matched here.
    Unsupported(&'static str),
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Syntax(reason) => f.write_str(reason),
            PatternError::TooLong => {
                write!(f, "it is longer than {PATTERN_BYTES_MAX} bytes")
            }
            PatternError::TooLarge => write!(
                f,
                "with its repetitions written out it has more than {PATTERN_OPS_MAX} steps"
            ),
            PatternError::Unsupported(what) => write!(f, "{what} is not supported"),
        }
    }
}

impl std::error::Error for PatternError {}

/// A text was not matched: the answer would have taken too many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooHard;

impl fmt::Display for TooHard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("which takes too many steps for this text")
    }
}

impl std::error::Error for TooHard {}

impl Matcher {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When the source is no pattern, or too large.
    pub fn new(source: &str) -> Result<Matcher, PatternError> {
        if source.len() > PATTERN_BYTES_MAX {
            return Err(PatternError::TooLong);
        }
        let flags = regress::Flags {
            unicode: true,
            no_opt: true,
            ..regress::Flags::default()
        };
        regress::Regex::with_flags(source, flags)
            .map_err(|error| PatternError::Syntax(in_our_words(&error.text)))?;
        let parsed = parse::parse(source)?;
        Program::new(&parsed).map(Matcher)
    }

    /// Whether the pattern matches somewhere in the text.
    ///
    /// # Errors
    /// When that takes more than [`PATTERN_STEPS_MAX`](crate::limits::PATTERN_STEPS_MAX) steps. A
    /// pattern without back references and lookarounds takes a few steps a character.
    pub fn is_match(&self, text: &str) -> Result<bool, TooHard> {
        search::search(&self.0, text)
    }
}

/// The compiler's reason as part of a sentence.
fn in_our_words(reason: &str) -> String {
    let mut letters = reason.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
