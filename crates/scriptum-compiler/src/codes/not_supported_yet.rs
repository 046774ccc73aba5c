//! A part of the language that does not run yet.

use scriptum_syntax::{Diagnostic, Span, Verb};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "not-supported-yet",
    Error,
    "a part of the language that does not run yet"
);

/// A verb, with what can be done without it.
pub(crate) fn verb(verb: Verb, span: Span) -> Diagnostic {
    let instead = match verb {
        Verb::Plan => "call a service that runs models with `http_request`",
        Verb::Run => "write the steps of the other script into this one",
        Verb::Agent
        | Verb::Do
        | Verb::Let
        | Verb::Each
        | Verb::Pipe
        | Verb::Decide
        | Verb::Check
        | Verb::Ask
        | Verb::Together
        | Verb::Repeat
        | Verb::Wait
        | Verb::Emit
        | Verb::Yield
        | Verb::Send => "",
    };
    at(&format!("the verb `{}`", verb.word()), span, instead)
}

/// A primitive of a document.
pub(crate) fn primitive(name: &str, span: Span) -> Diagnostic {
    at(&format!("the primitive `{name}`"), span, "")
}

fn at(what: &str, span: Span, instead: &str) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("{what} is not supported yet"))
        .here("cannot run yet");
    if instead.is_empty() {
        diagnostic
    } else {
        diagnostic.help(instead)
    }
}
