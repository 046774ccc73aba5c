//! What is wrong with a test file, shown as the compiler shows what is wrong with a script.

use std::ops::Range;

use scriptum_compiler::Diagnostic;
use scriptum_contract::nearest;
use scriptum_syntax::{Code, Span};

/// The code of every finding in a test file.
const CODE: Code = Code("test-file");

/// A finding at some bytes of the file.
pub(crate) fn fault(at: Range<usize>, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(CODE, message, span(&at)))
}

/// A name that is none of those that can stand here.
pub(crate) fn unknown<'a>(
    at: Range<usize>,
    message: impl Into<String>,
    name: &str,
    known: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Box<Diagnostic> {
    let known = known.into_iter();
    let fault = fault(at, message);
    match nearest(name, known.clone()) {
        Some(near) => Box::new(fault.help(format!("did you mean '{near}'?"))),
        None => match listed(known) {
            Some(known) => Box::new(fault.help(format!("known are {known}"))),
            None => fault,
        },
    }
}

/// Names that a help line shows; more would hide the message.
const NAMES_SHOWN_MAX: usize = 12;

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<_> = names.map(|name| format!("'{name}'")).collect();
    let shown = names.get(..NAMES_SHOWN_MAX.min(names.len()))?.join(", ");
    match names.len() {
        0 => None,
        count if count > NAMES_SHOWN_MAX => {
            Some(format!("{shown} and {} more", count - NAMES_SHOWN_MAX))
        }
        _ => Some(shown),
    }
}

/// Bytes as the compiler's places.
pub(crate) fn span(at: &Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(at.start), offset(at.end.max(at.start)))
}
