//! An operator between types that it does not take.

use scriptum_contract::Type;
use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::program::BinaryOp;

use super::{Entry, a, entry};

pub(crate) const ENTRY: Entry = entry!(
    "wrong-operand",
    Error,
    "an operator between types that it does not take"
);

pub(crate) fn wrong_operand(
    op: BinaryOp,
    operator: Span,
    (left_span, left): (Span, Type),
    (right_span, right): (Span, Type),
) -> Diagnostic {
    let symbol = symbol(op);
    let diagnostic = ENTRY
        .at(
            operator,
            format!("`{symbol}` cannot take {} and {}", a(&left), a(&right)),
        )
        .also(left_span, format!("this is {}", a(&left)))
        .also(right_span, format!("this is {}", a(&right)));
    let may_be_null = [&left, &right]
        .iter()
        .any(|ty| matches!(ty, Type::Optional(_) | Type::Null));
    let has_text = [&left, &right].iter().any(|ty| matches!(ty, Type::Text(_)));
    match op {
        _ if may_be_null => {
            diagnostic.help("say what counts instead of null: `(x ?? 0)`, or check for null before")
        }
        BinaryOp::Add if has_text => diagnostic
            .help("insert values into a text: `\"{a}{b}\"`; numbers are read with `to_number(x)`"),
        BinaryOp::Remainder if has_text => {
            diagnostic.help("insert values into a text: `\"{a}\"`; `%` computes with two numbers")
        }
        BinaryOp::Add => {
            diagnostic.help("`+` adds two numbers, joins two texts, or joins two lists")
        }
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            diagnostic.help("only two numbers, or two texts, have an order")
        }
        BinaryOp::In => diagnostic
            .help("`in` looks for an element of a list, a key of an object, or a part of a text"),
        BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Remainder
        | BinaryOp::Coalesce
        | BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::Equal
        | BinaryOp::NotEqual => diagnostic.help(format!("`{symbol}` computes with two numbers")),
    }
}

pub(crate) fn negate(ty: &Type, whole: Span, operand: Span) -> Diagnostic {
    ENTRY
        .at(whole, format!("`-` takes a number, not {}", a(ty)))
        .also(operand, format!("this is {}", a(ty)))
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Coalesce => "??",
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
    }
}
