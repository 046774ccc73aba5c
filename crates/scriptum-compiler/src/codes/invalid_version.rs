//! A version that is no semantic version.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "invalid-version",
    Error,
    "a version that is no semantic version"
);

pub(crate) fn invalid_version(version: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{version}` is no semantic version"))
        .here("expected three numbers, as in \"1.0.0\"")
        .help("write major, minor and patch number, as in \"1.2.0\" or \"2.0.0-beta.1\"")
}
