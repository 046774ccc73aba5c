//! A function that does not exist.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, meant};

pub(crate) const ENTRY: Entry = entry!("unknown-function", Error, "a function that does not exist");

pub(crate) fn unknown_function(
    name: &str,
    span: Span,
    nearest: Option<&str>,
    is_tool: bool,
) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("there is no function `{name}`"))
        .here("not a function");
    if is_tool {
        return diagnostic.help(format!(
            "`{name}` is a tool: call it with a step, `do \"…\" with {name}`"
        ));
    }
    let foreign = FOREIGN_FUNCTIONS
        .iter()
        .find(|(foreign, _)| *foreign == name);
    match foreign {
        Some((_, instead)) => diagnostic.help((*instead).to_owned()),
        None => meant(diagnostic, name, span, nearest),
    }
}

/// What other languages call a function, and what to write here.
const FOREIGN_FUNCTIONS: &[(&str, &str)] = &[
    (
        "length",
        "use `len(x)`, or `count(xs)` for the elements of a list",
    ),
    (
        "size",
        "use `len(x)`, or `count(xs)` for the elements of a list",
    ),
    ("str", "use `to_text(x)`, or insert the value: `\"{x}\"`"),
    ("string", "use `to_text(x)`, or insert the value: `\"{x}\"`"),
    (
        "toString",
        "use `to_text(x)`, or insert the value: `\"{x}\"`",
    ),
    ("format", "insert the values: `\"{name} is {age}\"`"),
    ("int", "use `to_integer(x)`"),
    ("parseInt", "use `to_integer(x)`"),
    ("float", "use `to_number(x)`"),
    ("parseFloat", "use `to_number(x)`"),
    ("push", "add elements with `+`, as in `xs + [x]`"),
    ("append", "add elements with `+`, as in `xs + [x]`"),
    ("concat", "join texts or lists with `+`"),
    ("substring", "use `slice(text, from, to)`"),
    ("substr", "use `slice(text, from, to)`"),
    ("includes", "use `contains(x, y)` or `y in x`"),
    ("toUpperCase", "use `upper(text)`"),
    ("toLowerCase", "use `lower(text)`"),
    ("startsWith", "use `starts_with(text, start)`"),
    ("endsWith", "use `ends_with(text, end)`"),
    ("sort", "use `sort_by(list, x => x)`"),
    ("sorted", "use `sort_by(list, x => x)`"),
    ("strip", "use `trim(text)`"),
    ("typeof", "use `type_of(x)`"),
    ("foreach", "go over a list with an `each` step"),
    ("forEach", "go over a list with an `each` step"),
    (
        "print",
        "labels and results are shown by themselves; put values into `emit`",
    ),
    ("JSON", "use `to_json(x)` or `parse_json(text)`"),
];
