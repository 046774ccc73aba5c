//! Functions on lists.

use std::ops::ControlFlow;

use scriptum_contract::{Type, Value};

use super::{Builtin, Call, Example, Kind, Lambda, Param, Presence, Takes};
use crate::eval::{EvalError, index};

const LIST: Param = Param {
    name: "list",
    takes: Takes::OneOf(&[Kind::List]),
    presence: Presence::Required,
};

pub(super) const COUNT: Builtin = Builtin {
    name: "count",
    params: &[LIST],
    result: |_| Type::integer(),
    doc: "The number of elements of a list.",
    example: Example {
        call: "count([1, 2, 3])",
        value: "3",
    },
    call: |call| Ok(index(call.list(0).len())),
};

pub(super) const MAP: Builtin = Builtin {
    name: "map",
    params: &[
        LIST,
        Param {
            name: "function",
            takes: Takes::Function(Lambda {
                params: item_and_index,
                names: &["item", "index"],
                result: None,
            }),
            presence: Presence::Required,
        },
    ],
    result: |args| Type::list(args.get(1).cloned().unwrap_or(Type::Any)),
    doc: "The list of the function's results, one for each element.",
    example: Example {
        call: "map([1, 2, 3], x => x * 2)",
        value: "[2, 4, 6]",
    },
    call: map,
};

fn map(call: &mut Call<'_, '_>) -> Result<Value, EvalError> {
    let (items, function) = (call.list(0), call.function(1));
    let mut results = Vec::with_capacity(items.len());
    call.evaluator.for_each(&items, function, |_, _, value| {
        results.push(value);
        Ok(ControlFlow::Continue(()))
    })?;
    call.evaluator.list(results)
}

fn item_and_index(args: &[Type]) -> Vec<Type> {
    vec![item_of(args.first()), Type::integer()]
}

fn item_of(ty: Option<&Type>) -> Type {
    match ty {
        Some(Type::List(list)) => list.item.clone(),
        Some(_) | None => Type::Any,
    }
}
