//! A script that is too large to be read.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};
use crate::limits::SCRIPT_BYTES_MAX;

pub(crate) const ENTRY: Entry = entry!(
    "script-too-large",
    Error,
    "a script that is too large to be read"
);

pub(crate) fn script_too_large(size_bytes: usize) -> Diagnostic {
    ENTRY
        .at(
            Span::empty(0),
            format!(
                "the script has {} MiB, and at most {} MiB are read",
                size_bytes.div_ceil(1 << 20),
                SCRIPT_BYTES_MAX >> 20
            ),
        )
        .help("keep data in files that the script reads")
}
