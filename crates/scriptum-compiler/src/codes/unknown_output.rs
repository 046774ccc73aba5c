//! A field of the result that the script does not declare.

use scriptum_contract::Field;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-output",
    Warning,
    "a field of the result that the script does not declare"
);

pub(crate) fn unknown_output(
    name: &str,
    span: Span,
    nearest: Option<&str>,
    outputs: &[Field],
) -> Diagnostic {
    let names: Vec<&str> = outputs.iter().map(|field| &*field.name).collect();
    let diagnostic = ENTRY
        .at(span, format!("the script declares no output `{name}`"))
        .here("not declared");
    let diagnostic = if names.is_empty() {
        diagnostic.help(format!(
            "declare it: an `output` block with `{name} : type`"
        ))
    } else {
        diagnostic.help(format!(
            "declare it in `output`, or use one of {}",
            listed(&names)
        ))
    };
    meant(diagnostic, name, span, nearest)
}
