//! A comparison whose two sides can never be equal.

use scriptum_contract::Type;
use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::program::BinaryOp;

use super::{Entry, a, entry};

pub(crate) const ENTRY: Entry = entry!(
    "always-different",
    Warning,
    "a comparison whose two sides can never be equal"
);

pub(crate) fn always_different(
    op: BinaryOp,
    (left, right): (&Type, &Type),
    [operator, left_span, right_span]: [Span; 3],
) -> Diagnostic {
    let (message, right) = if op == BinaryOp::In {
        (
            format!("a list of {right} never holds {}", a(left)),
            format!("its elements are {right}"),
        )
    } else {
        let verb = if op == BinaryOp::NotEqual {
            "always differs from"
        } else {
            "never equals"
        };
        (
            format!("{} {verb} {}", a(left), a(right)),
            format!("this is {}", a(right)),
        )
    };
    ENTRY
        .at(operator, message)
        .also(left_span, format!("this is {}", a(left)))
        .also(right_span, right)
        .help("convert one side, as with `to_text(x)` or `to_number(x)`")
}
