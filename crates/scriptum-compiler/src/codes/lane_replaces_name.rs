//! Two lanes that bind one name.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "lane-replaces-name",
    Warning,
    "two lanes of a `together` that bind one name"
);

pub(crate) fn lane_replaces_name(name: &str, span: Span, before: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("two lanes bind `{name}`"))
        .here("behind the `together` this one counts")
        .also(before, "this one is lost, whichever lane ends first")
        .help("give each lane's result a name of its own")
}
