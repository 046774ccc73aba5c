//! Loops and branches that nest too deep.

use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::limits::SCOPE_DEPTH_MAX;

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "steps-too-deep",
    Error,
    "loops and branches that nest too deep"
);

pub(crate) fn steps_too_deep(verb: Span) -> Diagnostic {
    ENTRY
        .at(
            verb,
            format!("loops and branches are nested more than {SCOPE_DEPTH_MAX} levels deep"),
        )
        .here("too deep from here on")
        .help("put inner steps into a script of their own")
}
