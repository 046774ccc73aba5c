//! Where a value goes, so that a message can say what was expected there.

use std::fmt;

use scriptum_syntax::Span;

/// Where a value goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'t> {
    /// An input of a tool.
    Input {
        /// Its name.
        name: &'t str,
        /// The tool.
        tool: &'t str,
    },
    /// A field of the script's output.
    Output {
        /// Its name.
        name: &'t str,
        /// Where its type is declared.
        declared: Option<Span>,
    },
    /// A field of what a yield shows.
    Stream {
        /// Its name.
        name: &'t str,
        /// Where its type is declared.
        declared: Span,
    },
    /// A field of a record.
    Field {
        /// Its name.
        name: &'t str,
    },
    /// An element of a list.
    Element,
    /// The pause of a loop or a retry.
    Count {
        /// What is counted: `parallel`, `sleep`.
        clause: &'static str,
    },
}

impl Target<'_> {
    /// Where the expected type is written, if that is in the script.
    pub(crate) fn declared(self) -> Option<Span> {
        match self {
            Target::Output { declared, .. } => declared,
            Target::Stream { declared, .. } => Some(declared),
            Target::Input { .. }
            | Target::Field { .. }
            | Target::Element
            | Target::Count { .. } => None,
        }
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Input { name, tool } => write!(f, "input `{name}` of `{tool}`"),
            Target::Output { name, .. } => write!(f, "output `{name}`"),
            Target::Stream { name, .. } => write!(f, "field `{name}` of `stream`"),
            Target::Field { name } => write!(f, "field `{name}`"),
            Target::Element => f.write_str("an element of this list"),
            Target::Count { clause } => write!(f, "`{clause}`"),
        }
    }
}
