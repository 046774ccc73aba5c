//! A yielded field that the script does not declare.

use scriptum_contract::Field;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-stream-field",
    Warning,
    "a yielded field that the script does not declare"
);

pub(crate) fn unknown_stream_field(
    name: &str,
    span: Span,
    nearest: Option<&str>,
    stream: &[Field],
) -> Diagnostic {
    let names: Vec<&str> = stream.iter().map(|field| &*field.name).collect();
    let help = if names.is_empty() {
        format!("declare it in `stream`: `{name} : type`")
    } else {
        format!("declare it in `stream`, or use one of {}", listed(&names))
    };
    let diagnostic = ENTRY
        .at(span, format!("`stream` declares no field `{name}`"))
        .here("not declared")
        .help(help);
    meant(diagnostic, name, span, nearest)
}
