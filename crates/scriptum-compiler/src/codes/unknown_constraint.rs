//! A constraint that does not exist.

use scriptum_contract::{Constraint, Type};
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, meant};
use crate::lower::constraint_domain;

pub(crate) const ENTRY: Entry = entry!(
    "unknown-constraint",
    Error,
    "a constraint that does not exist"
);

pub(crate) fn unknown_constraint(
    name: &str,
    span: Span,
    nearest: Option<&str>,
    ty: &Type,
) -> Diagnostic {
    let domain = constraint_domain(ty);
    let fits = Constraint::ALL
        .iter()
        .filter(|clause| Some(clause.applies_to) == domain);
    let fits: Vec<String> = fits.map(|clause| format!("`{}`", clause.name)).collect();
    let help = if fits.is_empty() {
        format!("{ty} takes no constraints; documentation stands behind `--`")
    } else {
        format!("{ty} takes {}", fits.join(", "))
    };
    let diagnostic = ENTRY
        .at(span, format!("there is no constraint `{name}`"))
        .here("not a constraint");
    let diagnostic = match name {
        "required" | "mandatory" | "not_null" => {
            return diagnostic.help("a field without a default is required: leave the word out");
        }
        "optional" | "nullable" => {
            return diagnostic
                .help("a field with a default need not be given: `name : text = null`");
        }
        _ => diagnostic.help(help),
    };
    meant(diagnostic, name, span, nearest)
}
