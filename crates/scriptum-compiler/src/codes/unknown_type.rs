//! A type that does not exist.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, meant, replace};
use crate::vocabulary::FOREIGN_TYPES;

pub(crate) const ENTRY: Entry = entry!("unknown-type", Error, "a type that does not exist");

pub(crate) fn unknown_type(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("there is no type `{name}`"))
        .here("unknown type");
    if name == "file" {
        return diagnostic.help("take a path as `text`, or the bytes as `binary`");
    }
    let foreign = FOREIGN_TYPES.iter().find(|(foreign, _)| *foreign == name);
    match foreign {
        Some((_, instead)) => {
            let title = format!("use `{instead}`");
            diagnostic
                .help(format!("that is `{instead}` here"))
                .fix(replace(&title, span, instead, Applicability::Machine))
        }
        None => meant(
            diagnostic.help("the types are text, number, integer, boolean, date, timestamp, binary, object, any, list<…> and the declared enums"),
            name,
            span,
            nearest,
        ),
    }
}
