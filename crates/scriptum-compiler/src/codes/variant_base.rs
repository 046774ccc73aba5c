//! A variant of another kind than its enum.

use scriptum_contract::{EnumBase, Value};
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, a, entry, shown};

pub(crate) const ENTRY: Entry = entry!(
    "variant-base",
    Error,
    "a variant of another kind than its enum"
);

pub(crate) fn variant_base(value: &Value, base: EnumBase, span: Span, name: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!(
                "{} is not {}, as the enum demands",
                shown(value),
                a(&base.ty())
            ),
        )
        .here(format!("expected {}", a(&base.ty())))
        .also(name, format!("declared as an enum of {}", base.as_str()))
}
