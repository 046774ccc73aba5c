//! A default that its own field does not accept.

use scriptum_contract::{Type, Violation};
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "invalid-default",
    Error,
    "a default that its own field does not accept"
);

pub(crate) fn invalid_default(
    name: &str,
    violations: &[Violation],
    span: Span,
    declared: Span,
    ty: &Type,
) -> Diagnostic {
    let reasons: Vec<String> = violations.iter().take(REASONS_MAX).map(reason).collect();
    ENTRY
        .at(
            span,
            format!("the default of `{name}` {}", reasons.join("; ")),
        )
        .here("not accepted")
        .also(declared, format!("declared as {ty}"))
        .help("change the default, or loosen the declaration")
}

/// More reasons do not help.
const REASONS_MAX: usize = 3;

fn reason(violation: &Violation) -> String {
    match violation.pointer.as_str() {
        "" => violation.message.clone(),
        pointer => format!("{} at {pointer}", violation.message),
    }
}
