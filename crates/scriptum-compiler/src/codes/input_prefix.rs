//! An input read through a prefix, as in other languages.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "input-prefix",
    Error,
    "an input read through a prefix, as in other languages"
);

pub(crate) fn input_prefix(prefix: &str, name: &str, whole: Span) -> Diagnostic {
    ENTRY
        .at(
            whole,
            format!("an input is read by its bare name, without `{prefix}.`"),
        )
        .here(format!("write `{name}`"))
        .fix(replace(
            &format!("write `{name}`"),
            whole,
            name,
            Applicability::Machine,
        ))
}

pub(crate) fn of_env(name: &str, whole: Span) -> Diagnostic {
    let instead = format!("env({name})");
    ENTRY
        .at(
            whole,
            format!("an environment variable is read with `{instead}` or by its bare name"),
        )
        .here(format!("write `{instead}`"))
        .fix(replace(
            &format!("write `{instead}`"),
            whole,
            &instead,
            Applicability::Machine,
        ))
}
