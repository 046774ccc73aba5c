//! A result without a field that the script declares.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant};

pub(crate) const ENTRY: Entry = entry!(
    "missing-output",
    Error,
    "a result without a field that the script declares"
);

pub(crate) fn missing_output(missing: &[(&str, Span)], verb: Span) -> Diagnostic {
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    let diagnostic = ENTRY
        .at(verb, format!("the result lacks {}", listed(&names)))
        .here("emits no such field")
        .help(format!(
            "add a line below: `{} = …`",
            names.first().unwrap_or(&"")
        ));
    missing
        .iter()
        .fold(diagnostic, |diagnostic, (_, declared)| {
            diagnostic.also(*declared, "declared here, without a default")
        })
}

pub(crate) fn misspelt(written: &str, name: &str, span: Span, declared: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(
            span,
            format!("the result lacks `{name}`, and has `{written}`"),
        )
        .here("no declared field")
        .also(declared, "declared here, without a default");
    meant(diagnostic, written, span, Some(name))
}
