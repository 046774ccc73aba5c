//! Words and edits that several diagnostics share.

use scriptum_contract::{Type, Value};
use scriptum_syntax::{Applicability, Diagnostic, Edit, Fix, Span};

/// How many names a message lists.
const NAMES_LISTED_MAX: usize = 10;

/// How many characters of a value a message shows.
const SHOWN_CHARS_MAX: usize = 40;

/// A type with its article: `a list<text>`, `an integer`, `text`.
pub(super) fn a(ty: &Type) -> String {
    match ty {
        Type::Integer(_) | Type::Object => format!("an {ty}"),
        Type::Text(_) | Type::Null | Type::Any | Type::Never | Type::Enum(_) => ty.to_string(),
        Type::Shape(shape) if shape.fields.is_empty() && !shape.open => {
            "an empty object".to_owned()
        }
        Type::Shape(_) => shortened(&format!("an object {ty}"), SHOWN_CHARS_MAX),
        Type::Optional(inner) => format!("{} or null", a(inner)),
        Type::List(list) if matches!(list.item, Type::Never) => "an empty list".to_owned(),
        Type::Number(_)
        | Type::Boolean
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::List(_) => shortened(&format!("a {ty}"), SHOWN_CHARS_MAX),
    }
}

/// A constant on one line, shortened.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{:?}", shortened(text, SHOWN_CHARS_MAX)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => {
            let json = value.to_json().unwrap_or_default();
            format!("`{}`", shortened(&json, SHOWN_CHARS_MAX))
        }
    }
}

/// The first `max` characters.
pub(super) fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// `1 argument`, `3 arguments`.
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// `` `a`, `b` and `c` ``; of many the first ones.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .take(NAMES_LISTED_MAX)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len() - quoted.len();
    match quoted.as_slice() {
        [start @ .., last] if more == 0 && !start.is_empty() => {
            format!("{} and {last}", start.join(", "))
        }
        all if more == 0 => all.join(", "),
        all => format!("{} and {more} more", all.join(", ")),
    }
}

/// `` `a` is ``, `` `a` and `b` are ``.
pub(super) fn are_listed(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", listed(names))
}

/// Asks whether another name was meant, and offers to write it.
pub(super) fn meant(
    diagnostic: Diagnostic,
    written: &str,
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let Some(nearest) = nearest else {
        return diagnostic;
    };
    let title = format!("replace with `{nearest}`");
    let fix = replace(&title, span, nearest, certainty(written, nearest));
    diagnostic
        .help(format!("did you mean `{nearest}`?"))
        .fix(fix)
}

/// As [`meant`], for a text in quotes.
pub(super) fn meant_text(
    diagnostic: Diagnostic,
    written: &str,
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let Some(nearest) = nearest else {
        return diagnostic;
    };
    let quoted = format!("\"{nearest}\"");
    let title = format!("replace with {quoted}");
    let fix = replace(&title, span, &quoted, certainty(written, nearest));
    diagnostic.help(format!("did you mean {quoted}?")).fix(fix)
}

/// A name that differs in case alone is surely the one that was meant; others are guesses.
pub(super) fn certainty(written: &str, nearest: &str) -> Applicability {
    if written.to_lowercase() == nearest.to_lowercase() {
        Applicability::Machine
    } else {
        Applicability::Maybe
    }
}

pub(super) fn replace(title: &str, span: Span, text: &str, applicability: Applicability) -> Fix {
    Fix {
        title: title.to_owned(),
        edits: vec![Edit {
            span,
            text: text.to_owned(),
        }],
        applicability,
    }
}

pub(super) fn insert(title: &str, at: Span, text: &str, applicability: Applicability) -> Fix {
    replace(title, at, text, applicability)
}
