//! A rule that leads to a branch which is not there.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, meant_text};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-branch",
    Error,
    "a rule that leads to a branch which is not there"
);

pub(crate) fn unknown_branch(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("this `decide` has no branch `{name}`"))
        .here("no such branch")
        .help(format!("add the branch below: `\"{name}\":` and its steps"));
    meant_text(diagnostic, name, span, nearest)
}
