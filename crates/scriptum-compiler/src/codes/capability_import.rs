//! An import of a model capability, which needs none.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "capability-import",
    Warning,
    "an import of a model capability, which needs none"
);

pub(crate) fn capability_import(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{name}` is a capability of the models and is never imported"),
        )
        .here("not needed")
        .help("remove the line")
}
