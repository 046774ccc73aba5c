//! An import of a model capability, which needs none.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "capability-import",
    Warning,
    "an import of a model capability, which needs none"
);

pub(crate) fn capability_import(name: &str, span: Span, line: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{name}` is a capability of the models and is never imported"),
        )
        .here("not needed")
        .help("remove the line")
        .fix(replace("remove it", line, "", Applicability::Machine))
}
