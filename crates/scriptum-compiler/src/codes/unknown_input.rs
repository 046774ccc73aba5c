//! An input that the tool does not take.

use scriptum_contract::Shape;
use scriptum_syntax::{Diagnostic, Severity, Span};

use super::{Entry, entry, listed, meant};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-input",
    Error,
    "an input that the tool does not take"
);

pub(crate) fn unknown_input(
    name: &str,
    tool: &str,
    shape: &Shape,
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let names: Vec<&str> = shape.fields.iter().map(|field| &*field.name).collect();
    let diagnostic = ENTRY
        .at(span, format!("`{tool}` takes no input `{name}`"))
        .here("no such input");
    let diagnostic = if names.is_empty() {
        diagnostic.help("it takes no inputs at all")
    } else {
        diagnostic.help(format!("its inputs are {}", listed(&names)))
    };
    // A tool that takes further inputs may know this one although its schema does not.
    let severity = if shape.open {
        Severity::Warning
    } else {
        Severity::Error
    };
    let diagnostic = Diagnostic {
        severity,
        ..diagnostic
    };
    meant(diagnostic, name, span, nearest)
}

/// The name of a needed input with a slip.
pub(crate) fn misspelt(written: &str, name: &str, tool: &str, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(
            span,
            format!("`{tool}` takes no input `{written}`, and needs `{name}`"),
        )
        .here("no such input");
    meant(diagnostic, written, span, Some(name))
}
