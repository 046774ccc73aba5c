//! A version that is no semantic version.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "invalid-version",
    Error,
    "a version that is no semantic version"
);

pub(crate) fn invalid_version(version: &str, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("`{version}` is no semantic version"))
        .here("expected three numbers, as in \"1.0.0\"")
        .help("write major, minor and patch number, as in \"1.2.0\" or \"2.0.0-beta.1\"");
    let Some(whole) = with_three_numbers(version) else {
        return diagnostic;
    };
    let (title, quoted) = (format!("write {whole}"), format!("\"{whole}\""));
    diagnostic.fix(replace(&title, span, &quoted, Applicability::Machine))
}

/// `1`, `1.2` and `v1.2.3` with all three numbers and nothing else.
fn with_three_numbers(version: &str) -> Option<String> {
    let bare = version.trim().trim_start_matches(['v', 'V']);
    let mut numbers = bare
        .split('.')
        .map(|number| number.parse::<u32>().ok())
        .collect::<Option<Vec<_>>>()?;
    if numbers.len() > 3 {
        return None;
    }
    numbers.resize(3, 0);
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    Some(numbers.join("."))
}
