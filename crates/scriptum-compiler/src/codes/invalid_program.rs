//! A document that is no program.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("invalid-program", Error, "a document that is no program");

pub(crate) fn invalid_program(message: &str, at: Span) -> Diagnostic {
    ENTRY
        .at(at, message.to_owned())
        .help("`scriptum ir` shows what programs look like")
}
