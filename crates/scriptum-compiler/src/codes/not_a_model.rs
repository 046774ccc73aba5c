//! Something that decides and is neither rules nor a language model.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, meant};

pub(crate) const ENTRY: Entry = entry!(
    "not-a-model",
    Error,
    "something that decides and is neither rules nor a language model"
);

pub(crate) fn not_a_model(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("`{name}` cannot decide"))
        .here("expected `rules` or `llm`")
        .help("write `with rules` for conditions, or `with llm` to let a model choose");
    meant(diagnostic, name, span, nearest)
}
