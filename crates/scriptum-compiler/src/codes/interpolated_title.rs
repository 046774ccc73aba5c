//! A title that has to be computed where it must be fixed.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "interpolated-title",
    Error,
    "a title that has to be computed where it must be fixed"
);

pub(crate) fn interpolated_title(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "the name of a branch or section must be a fixed text")
        .here("inserts a value")
        .help("write the title out; for braces in a text double them: `{{`")
}
