//! A `run` of a script that is not there.

use std::collections::BTreeSet;

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, listed, meant, words::replace};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-script",
    Error,
    "a `run` of a script that is not there"
);

/// More names do not help.
const NAMES_LISTED_MAX: usize = 8;

pub(crate) fn unknown_script(
    name: &str,
    span: Span,
    nearest: Option<&str>,
    known: &BTreeSet<&str>,
) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("there is no script `{name}`"))
        .here("nothing to run");
    let diagnostic = if known.is_empty() {
        diagnostic.help("a script is found by its name, beside this one")
    } else {
        let known: Vec<&str> = known.iter().copied().take(NAMES_LISTED_MAX).collect();
        diagnostic.help(format!("there are {}", listed(&known)))
    };
    meant(diagnostic, name, inner(name, span), nearest)
}

/// A file where the name of a script belongs.
pub(crate) fn of_file(path: &str, name: &str, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(
            span,
            format!("`{path}` is a file; a script is run by its name"),
        )
        .here("not a name");
    if name.is_empty() {
        return diagnostic.help("name the script without folder and ending: `run \"report\"`");
    }
    let title = format!("run the script `{name}`");
    let fix = replace(&title, inner(path, span), name, Applicability::Machine);
    diagnostic.fix(fix)
}

/// The name without its quotes.
fn inner(name: &str, span: Span) -> Span {
    let quotes = (span.end - span.start) as usize == name.len() + 2;
    if quotes {
        Span::new(span.start + 1, span.end - 1)
    } else {
        span
    }
}
