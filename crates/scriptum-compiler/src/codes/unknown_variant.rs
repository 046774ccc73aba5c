//! A value that is no variant of its enum.

use scriptum_contract::{EnumDef, Value};
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed, meant, meant_text, shown};
use crate::suggest::Suggest;

pub(crate) const ENTRY: Entry = entry!(
    "unknown-variant",
    Error,
    "a value that is no variant of its enum"
);

pub(crate) fn unknown_variant(
    word: &str,
    def: &EnumDef,
    span: Span,
    suggest: &Suggest,
) -> Diagnostic {
    let words = def
        .variants
        .iter()
        .filter_map(|variant| variant.value.as_text());
    let nearest = suggest.nearest(word, words);
    meant(
        diagnostic(&format!("`{word}`"), def, span),
        word,
        span,
        nearest,
    )
}

/// A variant behind the name of its enum, `Mode.Fast`; the fix keeps the name.
pub(crate) fn behind_name(word: &str, def: &EnumDef, span: Span, suggest: &Suggest) -> Diagnostic {
    let len = u32::try_from(word.len())
        .unwrap_or(span.len())
        .min(span.len());
    let place = Span::new(span.end - len, span.end);
    unknown_variant(word, def, place, suggest)
}

pub(crate) fn of_literal(
    value: &Value,
    def: &EnumDef,
    span: Span,
    suggest: &Suggest,
) -> Diagnostic {
    let written = shown(value);
    let diagnostic = diagnostic(&written, def, span);
    let Some(text) = value.as_text() else {
        return diagnostic;
    };
    let words = def
        .variants
        .iter()
        .filter_map(|variant| variant.value.as_text());
    meant_text(diagnostic, text, span, suggest.nearest(text, words))
}

fn diagnostic(written: &str, def: &EnumDef, span: Span) -> Diagnostic {
    let variants = def
        .variants
        .iter()
        .map(|variant| match variant.value.as_text() {
            Some(word) => word.to_owned(),
            None => variant.value.to_json().unwrap_or_default(),
        });
    let variants: Vec<String> = variants.collect();
    let variants: Vec<&str> = variants.iter().map(String::as_str).collect();
    // The words of a schema have no name of their own.
    let message = if def.name.is_empty() {
        format!("{written} is not accepted here, only {}", listed(&variants))
    } else {
        format!("{written} is no variant of `{}`", def.name)
    };
    ENTRY
        .at(span, message)
        .here("no such variant")
        .help(format!("its variants are {}", listed(&variants)))
}
