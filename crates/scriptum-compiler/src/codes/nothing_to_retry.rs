//! A retry without a step before it.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "nothing-to-retry",
    Error,
    "a retry without a step before it"
);

pub(crate) fn nothing_to_retry(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            "`retry` runs the step before the check again, and there is none",
        )
        .here("nothing to run again")
        .help("put the check behind the step that it judges")
}
