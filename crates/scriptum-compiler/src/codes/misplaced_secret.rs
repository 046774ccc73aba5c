//! The type `secret` outside of `env`.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "misplaced-secret",
    Error,
    "the type `secret` outside of `env`"
);

pub(crate) fn misplaced_secret(span: Span) -> Diagnostic {
    ENTRY
        .at(span, "only an environment variable can be a secret")
        .here("this is stored and shown")
        .help("declare it below `env` as `NAME : secret`, or take it as `text`")
}
