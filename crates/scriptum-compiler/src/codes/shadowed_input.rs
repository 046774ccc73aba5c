//! A step that takes the name of an input.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "shadowed-input",
    Warning,
    "a step that takes the name of an input"
);

pub(crate) fn shadowed_input(name: &str, span: Span, declared: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{name}` hides what is declared under this name"),
        )
        .here("means something else from here on")
        .also(declared, "declared here")
        .help("give the result a name of its own")
}
