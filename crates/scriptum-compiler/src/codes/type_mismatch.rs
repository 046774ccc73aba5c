//! A value of another type than the place takes.

use scriptum_contract::{Assignable, Type, assignable};
use scriptum_syntax::{Applicability, Diagnostic, Edit, Fix, Span};
use scriptum_vm::builtins::{Builtin, Kind, Param};

use super::{Entry, a, entry, listed, words::shortened};
use crate::check::Target;

pub(crate) const ENTRY: Entry = entry!(
    "type-mismatch",
    Error,
    "a value of another type than the place takes"
);

/// How many characters of a reason stand below a place: more makes the line too wide to read.
const REASON_CHARS_MAX: usize = 72;

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
            shortened(why, REASON_CHARS_MAX)
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

/// A list whose elements do not fit, or arguments that do not fit together.
pub(crate) fn elements(ty: &Type, builtin: &Builtin, wanted: &str, span: Span) -> Diagnostic {
    ENTRY
        .at(
            span,
            format!("`{}` takes {wanted}, not {}", builtin.name, a(ty)),
        )
        .here(format!("this is {}", a(ty)))
        .help(format!("it is called as `{}`", builtin.signature()))
}

/// Names the function that turns the one type into the other, and calls it where nothing is lost.
fn with_conversion(diagnostic: Diagnostic, from: &Type, to: &Type, span: Span) -> Diagnostic {
    let is_numeric = |ty: &Type| matches!(ty, Type::Number(_) | Type::Integer(_));
    let is_text = |ty: &Type| matches!(ty, Type::Text(_));
    let is_scalar = |ty: &Type| is_numeric(ty) || matches!(ty, Type::Boolean);
    let fields = fitting_fields(from, to);
    if let Some(first) = fields.first() {
        let fields: Vec<String> = fields.iter().map(|name| format!(".{name}")).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        return diagnostic.help(if matches!(from, Type::List(_)) {
            format!("take a field of each element: `map(list, x => x.{first})`")
        } else {
            format!("take one of its fields: {}", listed(&fields))
        });
    }
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
            match assignable(from, &list.item) {
                Assignable::Yes | Assignable::Checked => diagnostic
                    .help("put it into a list: `[x]`")
                    .fix(wrapped("put it into a list", span, ["[", "]"])),
                Assignable::No(_) => diagnostic,
            }
        }
        (_, _) => diagnostic,
    }
}

/// The fields of an object, or of the elements of a list, that may go where the whole may not.
fn fitting_fields<'t>(from: &'t Type, to: &Type) -> Vec<&'t str> {
    let (shape, to) = match (from, to.without_null()) {
        (Type::List(from), Type::List(to)) => (&from.item, &to.item),
        (from, to) => (from, to),
    };
    let Type::Shape(shape) = shape else {
        return Vec::new();
    };
    let fields = shape.fields.iter().filter(|field| field.required);
    let fits = fields.filter(|field| !matches!(assignable(&field.ty, to), Assignable::No(_)));
    fits.map(|field| &*field.name).collect()
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
