//! A step that talks with a model, and something else behind `with`.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "not-a-language-model",
    Error,
    "a step that needs a language model and names something else"
);

pub(crate) fn not_a_language_model(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` is not a language model"))
        .here("expected `llm`")
        .help("write `with llm`; which model that is can be said with the input `model`")
        .fix(replace("write `llm`", span, "llm", Applicability::Machine))
}
