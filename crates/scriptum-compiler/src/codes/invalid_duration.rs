//! A text that is no duration.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("invalid-duration", Error, "a text that is no duration");

pub(crate) fn invalid_duration(span: Span) -> Diagnostic {
    plain(span)
        .help("durations are written as `500ms`, `30s`, `5m`, `2h`, `1d` or `1h30m`, longer units first; a bare number counts milliseconds")
}

/// A text that does not even begin with a number, where a step waits: rather the name of an event.
pub(crate) fn of_event(name: &str, span: Span) -> Diagnostic {
    plain(span).help(format!(
        "durations are written as `30s` or `1h30m`; for what somebody reports, write `wait for event \"{name}\"`"
    ))
}

fn plain(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "this is no duration")
        .here("expected a number with a unit, as in \"5s\"")
}
