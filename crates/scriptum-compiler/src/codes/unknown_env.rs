//! An environment variable that the script does not declare.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, certainty, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-env",
    Error,
    "an environment variable that the script does not declare"
);

pub(crate) fn unknown_env(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = ENTRY
        .at(
            span,
            format!("the script declares no environment variable `{name}`"),
        )
        .here("not declared")
        .help(format!(
            "declare it in the `env` block: `{name} = \"default\"`"
        ));
    match nearest {
        Some(nearest) => {
            let call = format!("env({nearest})");
            let applicability = certainty(name, nearest);
            let title = format!("replace with `{call}`");
            diagnostic
                .help(format!("did you mean `{nearest}`?"))
                .fix(replace(&title, span, &call, applicability))
        }
        None => diagnostic,
    }
}

pub(crate) fn not_a_name(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            "`env` takes the name of one declared environment variable",
        )
        .here("not a name")
        .help("write `env(NAME)`; which variables a script reads must be known before it runs")
}
