//! A constraint behind a type that it does not fit.

use scriptum_contract::{Constraint, Type};
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};
use crate::lower::constraint_domain;

pub(crate) const ENTRY: Entry = entry!(
    "misplaced-constraint",
    Error,
    "a constraint behind a type that it does not fit"
);

pub(crate) fn misplaced_constraint(clause: &Constraint, ty: &Type, span: Span) -> Diagnostic {
    let fits: Vec<String> = Constraint::ALL
        .iter()
        .filter(|clause| Some(clause.applies_to) == constraint_domain(ty))
        .map(|clause| format!("`{}`", clause.name))
        .collect();
    let help = if fits.is_empty() {
        format!("{ty} takes no constraints")
    } else {
        format!("{ty} takes {}", fits.join(", "))
    };
    ENTRY
        .at(
            span,
            format!(
                "`{}` is for {}, not for {ty}",
                clause.name, clause.applies_to
            ),
        )
        .here(format!("stands behind {ty}"))
        .help(help)
}
