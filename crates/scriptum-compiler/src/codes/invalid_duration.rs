//! A text that is no duration.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("invalid-duration", Error, "a text that is no duration");

pub(crate) fn invalid_duration(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "this is no duration")
        .here("expected a number with a unit, as in \"5s\"")
        .help("durations are written as `500ms`, `30s`, `5m`, `2h`, `1d` or `1h30m`, longer units first; a bare number counts milliseconds")
}
