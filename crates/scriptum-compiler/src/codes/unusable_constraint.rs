//! Constraints that no value satisfies, or that make no sense.

use scriptum_contract::Flaw;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "unusable-constraint",
    Error,
    "constraints that no value satisfies, or that make no sense"
);

pub(crate) fn unusable_constraint(flaw: &Flaw, span: Span) -> Diagnostic {
    let help = match flaw {
        Flaw::Pattern(..) => {
            "patterns are regular expressions of ECMA-262; in a text a backslash is written twice"
        }
        Flaw::EmptyRange(_) | Flaw::EmptySize { .. } => "the smaller bound comes first",
        Flaw::MultipleOf(_) | Flaw::BoundNotFinite => "write a number above 0",
        Flaw::NoVariants(_)
        | Flaw::SameVariant(..)
        | Flaw::VariantBase(..)
        | Flaw::SameField(_)
        | Flaw::Default(..) => "change the declaration",
    };
    ENTRY.at(span, flaw.to_string()).help(help)
}
