//! A `run` of a name that is no result of a plan.

use scriptum_contract::Type;
use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "not-a-plan",
    Error,
    "a `run` of something that is no result of a plan"
);

pub(crate) fn not_a_plan(name: &str, ty: &Type, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` is {ty} and no result of a `plan`"))
        .here("cannot be run")
        .help("a stored script of this name is meant by its name in quotes")
        .fix(replace(
            "name the stored script",
            span,
            &format!("\"{name}\""),
            Applicability::Maybe,
        ))
}
