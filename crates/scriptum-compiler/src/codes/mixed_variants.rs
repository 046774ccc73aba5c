//! An enum of texts and numbers.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("mixed-variants", Error, "an enum of texts and numbers");

pub(crate) fn mixed_variants(
    name: &str,
    first: Span,
    odd: Span,
    first_is_text: bool,
) -> Diagnostic {
    let (kind, other) = if first_is_text {
        ("a text", "a number")
    } else {
        ("a number", "a text")
    };
    ENTRY
        .at(
            odd,
            format!("the variants of `{name}` are texts and numbers"),
        )
        .here(format!("this is {other}"))
        .also(first, format!("this is {kind}"))
        .help("write all of them as texts, in quotes, or all as numbers")
}
