//! A constant that breaks a rule of the place where it stands.

use scriptum_contract::Value;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, shown};
use crate::check::Target;

pub(crate) const ENTRY: Entry = entry!(
    "invalid-value",
    Error,
    "a constant that breaks a rule of the place where it stands"
);

pub(crate) fn invalid_value(why: &str, target: Target<'_>, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("{target} {why}"))
        .here("not accepted here");
    match target.declared() {
        Some(declared) => diagnostic.also(declared, "declared here"),
        None => diagnostic,
    }
}

/// A constant with which a call fails whenever it runs.
pub(crate) fn of_argument(why: String, span: Span, help: &str) -> Diagnostic {
    let diagnostic = ENTRY.at(span, why).here("fails whenever it runs");
    if help.is_empty() {
        diagnostic
    } else {
        diagnostic.help(help)
    }
}

/// A default that is none of the answers that are allowed.
pub(crate) fn no_option(default: &Value, options: &[&Value], span: Span) -> Diagnostic {
    let options: Vec<String> = options.iter().map(|option| shown(option)).collect();
    ENTRY
        .at(
            span,
            format!("the default {} is none of the options", shown(default)),
        )
        .here("not among the options")
        .help(format!("the options are {}", options.join(", ")))
}
