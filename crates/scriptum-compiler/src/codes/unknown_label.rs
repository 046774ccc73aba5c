//! A jump to a title that is not there.

use std::collections::BTreeSet;

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant};

pub(crate) const ENTRY: Entry = entry!(
    "unknown-label",
    Error,
    "a jump to a title that is not there"
);

/// More titles do not help.
const TITLES_LISTED_MAX: usize = 8;

pub(crate) fn unknown_label(
    title: &str,
    span: Span,
    nearest: Option<&str>,
    known: &BTreeSet<&str>,
) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("there is no section or branch `{title}`"))
        .here("leads nowhere");
    let diagnostic = if known.is_empty() {
        diagnostic.help(format!("mark the place with a section: `### {title} ###`"))
    } else {
        let known: Vec<&str> = known.iter().copied().take(TITLES_LISTED_MAX).collect();
        diagnostic.help(format!("there are {}", listed(&known)))
    };
    let inner = goto_title(span, title);
    meant(diagnostic, title, inner, nearest)
}

/// The title without its quotes, at the end of the whole action.
fn goto_title(span: Span, title: &str) -> Span {
    let quoted = u32::try_from(title.len() + 2).unwrap_or(u32::MAX);
    let start = span.end.saturating_sub(quoted).max(span.start);
    Span::new(
        start.saturating_add(1).min(span.end),
        span.end.saturating_sub(1).max(start + 1).min(span.end),
    )
}
