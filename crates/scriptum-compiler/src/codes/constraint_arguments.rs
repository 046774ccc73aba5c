//! A constraint with the wrong arguments.

use scriptum_contract::{ClauseError, Constraint};
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};
use crate::lower::constraint_usage as usage;

pub(crate) const ENTRY: Entry = entry!(
    "constraint-arguments",
    Error,
    "a constraint with the wrong arguments"
);

pub(crate) fn constraint_arguments(
    clause: &Constraint,
    error: &ClauseError,
    span: Span,
) -> Diagnostic {
    ENTRY
        .at(span, error.to_string())
        .help(format!("it is written `{}`", usage(clause)))
}

pub(crate) fn not_constant(clause: &Constraint, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("the arguments of `{}` must be written out", clause.name),
        )
        .here("a number or a text is expected in the parentheses")
        .help(format!("it is written `{}`", usage(clause)))
}
