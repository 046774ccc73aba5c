//! Steps that are never reached.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("unreachable-step", Warning, "steps that are never reached");

pub(crate) fn unreachable_step(verb: Span, ender: Span) -> Diagnostic {
    ENTRY
        .at(verb, "this step is never reached")
        .here("never runs")
        .also(ender, "nothing goes on behind this step")
        .help("move it before that step, or remove it")
}
