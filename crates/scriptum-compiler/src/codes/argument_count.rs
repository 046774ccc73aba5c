//! Too many or too few arguments of a function.

use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::builtins::Builtin;

use super::{Entry, counted, entry};

pub(crate) const ENTRY: Entry = entry!(
    "argument-count",
    Error,
    "too many or too few arguments of a function"
);

pub(crate) fn argument_count(builtin: &Builtin, found: usize, span: Span) -> Diagnostic {
    let (min, max) = (builtin.args_min(), builtin.args_max());
    let wanted = match max {
        Some(max) if max == min => counted(min, "argument"),
        Some(max) => format!("{min} to {}", counted(max, "argument")),
        None => format!("at least {}", counted(min, "argument")),
    };
    ENTRY
        .at(
            span,
            format!("`{}` takes {wanted}, has {found}", builtin.name),
        )
        .help(format!("it is called as `{}`", builtin.signature()))
}

pub(crate) fn of_lambda(function: &str, names: &[&str], found: usize, span: Span) -> Diagnostic {
    let most = counted(names.len(), "parameter");
    ENTRY
        .at(
            span,
            format!("`{function}` gives its function at most {most}, this one names {found}"),
        )
        .help(format!("its parameters are ({})", names.join(", ")))
}
