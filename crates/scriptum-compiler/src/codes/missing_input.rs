//! A call without an input that the tool needs.

use scriptum_contract::ToolSignature;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, are_listed, entry, listed};

pub(crate) const ENTRY: Entry = entry!(
    "missing-input",
    Error,
    "a call without an input that the tool needs"
);

pub(crate) fn missing_input(
    missing: &[&str],
    tool: &str,
    signature: &ToolSignature,
    span: Span,
) -> Diagnostic {
    let declared = signature.input.as_ref();
    let lines = missing.iter().map(|name| {
        let ty = declared
            .and_then(|shape| shape.field(name))
            .map(|field| field.ty.to_string());
        format!("`{name}` ({})", ty.unwrap_or_default())
    });
    let lines: Vec<String> = lines.collect();
    let what = if missing.len() == 1 {
        "input"
    } else {
        "inputs"
    };
    ENTRY
        .at(
            span,
            format!("`{tool}` needs the {what} {}", lines.join(", ")),
        )
        .here(format!("{} not given", are_listed(missing)))
        .help(format!(
            "write it below the step: `{} = …`",
            missing.first().unwrap_or(&"")
        ))
}

/// None of the inputs of which a capability needs one.
pub(crate) fn of_choice(choice: &[&str], tool: &str, span: Span) -> Diagnostic {
    let first = choice.first().unwrap_or(&"");
    ENTRY
        .at(span, format!("`{tool}` needs one of {}", listed(choice)))
        .here("none is given")
        .help(format!("write it below the step: `{first} = …`"))
}
