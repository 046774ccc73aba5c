//! A function where no function can stand.

use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::builtins::Builtin;

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!(
    "misplaced-lambda",
    Error,
    "a function where no function can stand"
);

pub(crate) fn misplaced_lambda(span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            "a function can only be an argument, as in `map(xs, x => x + 1)`",
        )
        .here("stands alone")
        .help("write it where it is used")
}

pub(crate) fn in_call(builtin: &Builtin, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{}` takes no function at this place", builtin.name),
        )
        .here("a function")
        .help(format!("it is called as `{}`", builtin.signature()))
}
