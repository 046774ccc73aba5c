//! More findings than are worth listing.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "too-many-diagnostics",
    Error,
    "more findings than are worth listing"
);

pub(crate) fn too_many_diagnostics(left_out: usize, at: Span) -> Diagnostic {
    ENTRY
        .at(at, format!("{left_out} more findings are not listed"))
        .help("mend the first ones and check again")
}
