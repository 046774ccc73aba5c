//! A value of another type than the place takes.

use scriptum_contract::{Assignable, Type};
use scriptum_syntax::{Applicability, Diagnostic, Edit, Fix, Span};
use scriptum_vm::builtins::{Builtin, Kind, Param};

use super::{Entry, a, entry};
use crate::check::Target;

pub(crate) const ENTRY: Entry = entry!(
    "type-mismatch",
    Error,
    "a value of another type than the place takes"
);

pub(crate) fn type_mismatch(
    from: &Type,
    to: &Type,
    why: &str,
    target: Target<'_>,
    span: Span,
) -> Diagnostic {
    let plain = format!("{from} is not {to}");
    let diagnostic = ENTRY
        .at(span, format!("{target} takes {}, not {}", a(to), a(from)))
        .here(if why == plain || why.starts_with("must be") {
            format!("this is {}", a(from))
        } else {
            why.to_owned()
        });
    let diagnostic = match target.declared() {
        Some(declared) => diagnostic.also(declared, format!("declared as {to}")),
        None => diagnostic,
    };
    with_conversion(diagnostic, from, to, span)
}

pub(crate) fn argument(ty: &Type, builtin: &Builtin, param: &Param, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!(
                "`{}` takes {} as `{}`, not {}",
                builtin.name,
                param.takes,
                param.name,
                a(ty)
            ),
        )
        .here(format!("this is {}", a(ty)))
        .help(format!("it is called as `{}`", builtin.signature()))
}

pub(crate) fn no_function(ty: &Type, function: &str, names: &[&str], span: Span) -> Diagnostic {
    let first = names.first().unwrap_or(&"x");
    ENTRY
        .at(
            span,
            format!("`{function}` takes a function here, as in `{first} => …`"),
        )
        .here(if matches!(ty, Type::Any) {
            "no function".to_owned()
        } else {
            format!("this is {}", a(ty))
        })
        .help(format!(
            "write what to compute of each: `({}) => …`",
            names.join(", ")
        ))
}

pub(crate) fn lambda_body(ty: &Type, function: &str, wanted: Kind, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!(
                "the function given to `{function}` must give {}, not {}",
                wanted.phrase(),
                a(ty)
            ),
        )
        .here(format!("this is {}", a(ty)))
}

/// Names the function that turns the one type into the other, and calls it where nothing is lost.
fn with_conversion(diagnostic: Diagnostic, from: &Type, to: &Type, span: Span) -> Diagnostic {
    let is_numeric = |ty: &Type| matches!(ty, Type::Number(_) | Type::Integer(_));
    let is_text = |ty: &Type| matches!(ty, Type::Text(_));
    let is_scalar = |ty: &Type| is_numeric(ty) || matches!(ty, Type::Boolean);
    match (from, to.without_null()) {
        (from, Type::Text(_)) if !is_text(from) => {
            let diagnostic =
                diagnostic.help("turn it into text with `to_text(x)`, or insert it: `\"{x}\"`");
            if is_scalar(from) {
                diagnostic.fix(wrapped("turn it into text", span, ["to_text(", ")"]))
            } else {
                diagnostic
            }
        }
        (Type::Text(_), Type::Number(_)) => diagnostic.help("read the number with `to_number(x)`"),
        (Type::Text(_), Type::Integer(_)) => {
            diagnostic.help("read the number with `to_integer(x)`")
        }
        (Type::Number(_), Type::Integer(_)) => {
            diagnostic.help("drop the fraction with `round(x)`, `floor(x)` or `ceil(x)`")
        }
        (Type::List(_), to) if is_numeric(to) => {
            diagnostic.help("ask for its size with `count(x)`")
        }
        (from, Type::List(list)) if !matches!(from, Type::List(_)) => {
            match scriptum_contract::assignable(from, &list.item) {
                Assignable::Yes | Assignable::Checked => diagnostic
                    .help("put it into a list: `[x]`")
                    .fix(wrapped("put it into a list", span, ["[", "]"])),
                Assignable::No(_) => diagnostic,
            }
        }
        (_, _) => diagnostic,
    }
}

/// Writes something around an expression.
fn wrapped(title: &str, span: Span, around: [&str; 2]) -> Fix {
    let [before, behind] = around;
    let insertion = |at: u32, text: &str| Edit {
        span: Span::empty(at),
        text: text.to_owned(),
    };
    Fix {
        title: title.to_owned(),
        edits: vec![insertion(span.start, before), insertion(span.end, behind)],
        applicability: Applicability::Machine,
    }
}
