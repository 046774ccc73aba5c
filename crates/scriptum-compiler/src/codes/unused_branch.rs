//! A branch that no rule leads to.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("unused-branch", Warning, "a branch that no rule leads to");

pub(crate) fn unused_branch(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("no rule leads to the branch `{name}`"))
        .here("never taken")
        .help(format!(
            "add a rule, as in `when … -> \"{name}\"` or `otherwise -> \"{name}\"`, or remove it"
        ))
}
