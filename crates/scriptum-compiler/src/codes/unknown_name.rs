//! A name that nothing has bound.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, meant, replace};

pub(crate) const ENTRY: Entry = entry!("unknown-name", Error, "a name that nothing has bound");

pub(crate) fn unknown_name(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("nothing here has the name `{name}`"))
        .here("unknown name");
    let diagnostic = match name {
        "input" | "inputs" => diagnostic.help("inputs are read by their bare names"),
        "undefined" | "None" | "nil" | "none" | "NULL" | "Null" | "NaN" => {
            return instead(diagnostic, "null", span);
        }
        "True" | "TRUE" | "yes" | "Yes" => return instead(diagnostic, "true", span),
        "False" | "FALSE" | "no" | "No" => return instead(diagnostic, "false", span),
        "process" | "os" | "environ" | "getenv" => diagnostic.help(
            "an environment variable is declared in the block `env`, and read by its name or as `env(NAME)`",
        ),
        "this" | "self" => diagnostic.help("values are read by their bare names"),
        "Math" | "math" => diagnostic.help("functions have bare names: `round(x)`, `floor(x)`, `max([a, b])`"),
        _ => diagnostic.help("bind it before with `let`, with the `->` of a step, or as an input; a text stands in quotes"),
    };
    meant(diagnostic, name, span, nearest)
}

fn instead(diagnostic: Diagnostic, ours: &str, span: Span) -> Diagnostic {
    let fix = replace(
        &format!("write `{ours}`"),
        span,
        ours,
        Applicability::Machine,
    );
    diagnostic.help(format!("write `{ours}`")).fix(fix)
}

pub(crate) fn of_enum(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` is an enum, not a value"))
        .here("a type")
        .help(format!("write one of its variants, as in `{name}.Variant`"))
}

pub(crate) fn of_function(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` is a function, not a value"))
        .here("not called")
        .help(format!("call it: `{name}(…)`"))
}

pub(crate) fn of_tool(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(span, format!("`{name}` is a tool, not a value"))
        .here("a tool")
        .help(format!(
            "call it with a step, `do \"…\" with {name}`, and bind its result with `->`"
        ))
}

pub(crate) fn outside_handler(name: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{name}` is there only inside of `on thread error`"),
        )
        .here("unknown here")
}
