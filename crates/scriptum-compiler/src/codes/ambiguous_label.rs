//! A jump to a title that stands for several places.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "ambiguous-label",
    Error,
    "a jump to a title that stands for several places"
);

pub(crate) fn ambiguous_label(title: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{title}` names several places"))
        .here("which of them?")
        .help("give the sections and branches that are jumped to titles of their own")
}
