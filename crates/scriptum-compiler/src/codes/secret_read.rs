//! A computation with what a secret is.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("secret-read", Error, "a computation with what a secret is");

/// `what` is what the script wants to do: `compared`, `` given to `len` ``.
pub(crate) fn secret_read(what: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("a secret cannot be {what}"))
        .here("a secret, known by its name alone")
        .help(
            "a secret can be passed on, stand in a text and be encoded by `base64_encode` or `to_json`; \
             rules for its text stand behind the declaration, as in `NAME : secret min_length(8)`",
        )
}
