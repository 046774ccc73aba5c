//! JSONPath (RFC 9535) over run-time values.
//!
//! Written here because a query is text of a script, possibly of a model: its cost needs a bound that
//! can be counted while it runs, its nesting one while it is read, and the libraries for JSONPath have
//! neither. It works on values as they are, without a copy in another form.

mod eval;
mod parse;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use grep_regex::RegexMatcher;
use scriptum_contract::Value;

pub(crate) use parse::parse;

/// A query that was read.
#[derive(Debug)]
pub(crate) struct Query {
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    /// True: applied to each value below as well.
    descendants: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug)]
enum Selector {
    Name(Arc<str>),
    Wildcard,
    Index(i64),
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    Filter(Condition),
}

#[derive(Debug)]
enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Compare {
        left: Operand,
        comparison: Comparison,
        right: Operand,
    },
    Exists(Path),
    Matches(Box<TextMatch>),
}

/// `match(text, pattern)` or `search(text, pattern)`.
#[derive(Debug)]
struct TextMatch {
    text: Operand,
    pattern: TextPattern,
    /// True for `match`: the whole text.
    whole: bool,
}

#[derive(Debug)]
enum TextPattern {
    /// A literal; `None` when it is no expression, so that nothing matches.
    Fixed(Option<RegexMatcher>),
    Computed(Operand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Something with one value, or none.
#[derive(Debug)]
enum Operand {
    Literal(Value),
    /// A path that names at most one value.
    Path(Path),
    Length(Box<Operand>),
    Count(Path),
    Only(Path),
}

/// A query inside a filter.
#[derive(Debug)]
struct Path {
    from: Origin,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// `$`: the whole value.
    Root,
    /// `@`: the value that is being tested.
    Current,
}

impl Path {
    /// True when it names at most one value whatever it is applied to.
    fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.descendants
                && matches!(
                    segment.selectors.as_slice(),
                    [Selector::Name(_) | Selector::Index(_)]
                )
        })
    }
}
