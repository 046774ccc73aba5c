//! A default that has to be computed.

use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, replace};

pub(crate) const ENTRY: Entry = entry!(
    "default-not-constant",
    Error,
    "a default that has to be computed"
);

pub(crate) fn default_not_constant(text: &str, span: Span) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, "a default must be a constant")
        .here("this has to be computed");
    let instead = match text {
        "None" | "nil" | "undefined" | "NULL" | "Null" => "null",
        "True" => "true",
        "False" => "false",
        _ if text.starts_with("env(") => {
            return diagnostic.help(
                "an environment variable is declared in the block `env`: `NAME from \"KEY\"`",
            );
        }
        _ => "",
    };
    if !instead.is_empty() {
        let title = format!("write `{instead}`");
        return diagnostic.fix(replace(&title, span, instead, Applicability::Machine));
    }
    diagnostic.help("write a number, a text, `true`, `false`, `null`, a variant, or a list or object of them; compute other values with `let`")
}
