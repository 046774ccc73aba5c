//! A message over a channel that there is not.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant_text};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-channel",
    Error,
    "a message over a channel that there is not"
);

pub(crate) fn unknown_channel(
    name: &str,
    known: &[&str],
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("there is no channel `{name}`"))
        .here("no such channel")
        .help(format!("the channels are {}", listed(known)));
    meant_text(diagnostic, name, span, nearest)
}
