//! An annotation with a value that it cannot have.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "invalid-annotation",
    Warning,
    "an annotation with a value that it cannot have"
);

pub(crate) fn content_type(value: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{value}` is no content type"))
        .here("left out of the contract")
        .help("content types are written as `text/plain` or `image/*`, separated by commas")
}

pub(crate) fn extension(value: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{value}` is no file extension"))
        .here("left out of the contract")
        .help("extensions are written as `txt` or `.txt`, separated by commas")
}
