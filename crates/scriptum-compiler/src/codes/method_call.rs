//! A function called behind a dot, as in other languages.

use scriptum_syntax::{
    Applicability, Diagnostic, Span,
    ast::{self, AstNode},
};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "method-call",
    Error,
    "a function called behind a dot, as in other languages"
);

pub(crate) fn method_call(
    name: &ast::Name,
    base: Span,
    arguments: &[ast::Expr],
    whole: Span,
    text: &str,
) -> Diagnostic {
    let first = std::iter::once(base.of(text));
    let rest = arguments.iter().map(|argument| argument.span().of(text));
    let all: Vec<&str> = first.chain(rest).collect();
    let instead = format!("{}({})", name.text(), all.join(", "));
    ENTRY
        .at(
            name.span(),
            format!(
                "`{}` is a function, and values have no methods",
                name.text()
            ),
        )
        .here("called behind a dot")
        .help("give the value as the first argument")
        .fix(replace(
            "call the function",
            whole,
            &instead,
            Applicability::Machine,
        ))
}
