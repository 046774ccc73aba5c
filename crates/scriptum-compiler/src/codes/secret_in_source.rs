//! A secret with a default, which everyone who sees the script can read.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "secret-in-source",
    Warning,
    "a secret whose default stands in the script"
);

pub(crate) fn secret_in_source(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            "a default of a secret can be read by everyone who sees the script",
        )
        .here("not secret")
        .help("remove the default, and give the value to the run: `--env-var KEY=VALUE`")
}
