//! Functions on lists, and on what has elements like one.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use scriptum_contract::{Assignable, Type, Value, assignable};

use super::{
    Builtin, Call, Example, Kind, Takes,
    functions::comparisons,
    rules::{self, LIST, optional, required},
};
use crate::{
    eval::{Arithmetic, Stop, index},
    limits::LIST_ITEMS_MAX,
};

pub(super) const COUNT: Builtin = Builtin {
    name: "count",
    params: &[required("list", Takes::OneOf(&[Kind::List, Kind::Object]))],
    result: rules::integer,
    doc: "The number of elements of a list, or of entries of an object.",
    example: Example {
        call: "count([1, 2, 3])",
        value: "3",
    },
    call: |call| Ok(index(call.entries(0))),
};

pub(super) const CONTAINS: Builtin = Builtin {
    name: "contains",
    params: &[
        required(
            "container",
            Takes::OneOf(&[Kind::Text, Kind::List, Kind::Object]),
        ),
        required("item", Takes::Part),
    ],
    result: rules::boolean,
    doc: "True when a text has the item as a part, a list as an element, an object as a key; like `in`.",
    example: Example {
        call: r#"contains("workflow", "flow")"#,
        value: "true",
    },
    call: |call| {
        let (container, item) = (call.value(0), call.value(1));
        call.evaluator.holds(&container, &item).map(Value::Bool)
    },
};

pub(super) const FIRST: Builtin = Builtin {
    name: "first",
    params: &[LIST],
    result: rules::item_or_null,
    doc: "The first element; null for an empty list.",
    example: Example {
        call: "first([3, 8, 5])",
        value: "3",
    },
    call: |call| Ok(call.list(0).first().cloned().unwrap_or_default()),
};

pub(super) const LAST: Builtin = Builtin {
    name: "last",
    params: &[LIST],
    result: rules::item_or_null,
    doc: "The last element; null for an empty list.",
    example: Example {
        call: "last([3, 8, 5])",
        value: "5",
    },
    call: |call| Ok(call.list(0).last().cloned().unwrap_or_default()),
};

pub(super) const SLICE: Builtin = Builtin {
    name: "slice",
    params: &[
        required("value", Takes::OneOf(&[Kind::Text, Kind::List])),
        required("start", Takes::OneOf(&[Kind::Integer])),
        optional("end", Takes::OneOf(&[Kind::Integer])),
    ],
    result: |args| {
        let ty = rules::arg(args, 0);
        match assignable(&ty, &Type::text()) {
            Assignable::Yes => Type::text(),
            Assignable::Checked => Type::Any,
            Assignable::No(_) => rules::items(args),
        }
    },
    doc: "The part from position start up to, not including, end; negative positions count from the end.",
    example: Example {
        call: "slice([3, 8, 5, 1], 1, -1)",
        value: "[8, 5]",
    },
    call: slice,
};

pub(super) const RANGE: Builtin = Builtin {
    name: "range",
    params: &[
        required("start", Takes::OneOf(&[Kind::Integer])),
        optional("end", Takes::OneOf(&[Kind::Integer])),
        optional("step", Takes::OneOf(&[Kind::Integer])),
    ],
    result: |_| Type::list(Type::integer()),
    doc: "The integers from start up to, not including, end; range(n) starts at 0.",
    example: Example {
        call: "range(2, 10, 3)",
        value: "[2, 5, 8]",
    },
    call: range,
};

pub(super) const FLATTEN: Builtin = Builtin {
    name: "flatten",
    params: &[LIST],
    result: |args| match rules::item(args) {
        Type::List(inner) => Type::list(inner.item.clone()),
        // A list that may be null, or any value: what it holds, if it is one, is not known.
        Type::Optional(_) | Type::Any | Type::Object => Type::list(Type::Any),
        item @ (Type::Text(_)
        | Type::Number(_)
        | Type::Integer(_)
        | Type::Boolean
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Never) => Type::list(item),
    },
    doc: "The elements of the lists in a list, one level deep; other elements stay.",
    example: Example {
        call: "flatten([[1, 2], [3]])",
        value: "[1, 2, 3]",
    },
    call: |call| {
        let items = call.list(0);
        let mut flat = Vec::with_capacity(items.len());
        for item in call.evaluator.open_all(&items)? {
            let Some(inner) = item.as_list() else {
                flat.push(item);
                continue;
            };
            call.evaluator.check_items(flat.len() + inner.len())?;
            flat.extend(inner.iter().cloned());
        }
        call.evaluator.list(flat)
    },
};

pub(super) const UNIQUE: Builtin = Builtin {
    name: "unique",
    params: &[LIST],
    result: rules::items,
    doc: "The elements without repeats; of equal ones the first stays.",
    example: Example {
        call: "unique([3, 8, 3.0, 5])",
        value: "[3, 8, 5]",
    },
    call: |call| {
        let items = call.list(0);
        let comparisons = comparisons(items.len());
        let mut known = BTreeSet::new();
        let mut kept = Vec::new();
        call.evaluator.visit(&items, |evaluator, _, item| {
            if known.insert(evaluator.key(item, comparisons)?) {
                kept.push(item.clone());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        call.evaluator.list(kept)
    },
};

pub(super) const SUM: Builtin = Builtin {
    name: "sum",
    params: &[required("list", Takes::OneOf(&[Kind::Numbers]))],
    result: |args| rules::plain_number(&rules::item(args)),
    doc: "The sum of the numbers; 0 for an empty list.",
    example: Example {
        call: "sum([3, 8, 5])",
        value: "16",
    },
    call: sum,
};

pub(super) const AVG: Builtin = Builtin {
    name: "avg",
    params: &[required("list", Takes::OneOf(&[Kind::Numbers]))],
    result: |_| Type::number().optional(),
    doc: "The mean of the numbers; null for an empty list.",
    example: Example {
        call: "avg([3, 8])",
        value: "5.5",
    },
    call: |call| match call.list(0).len() {
        0 => Ok(Value::Null),
        items => {
            let sum = sum(call)?;
            call.evaluator
                .arithmetic(Arithmetic::Divide, &sum, &index(items))
        }
    },
};

pub(super) const MIN: Builtin = Builtin {
    name: "min",
    params: &[
        required(
            "value",
            Takes::OneOf(&[Kind::List, Kind::Number, Kind::Text]),
        ),
        rules::repeated("more", Takes::OneOf(&[Kind::Number, Kind::Text])),
    ],
    result: extreme_type,
    doc: "The smallest of some numbers or texts, given as a list or one by one; null for an empty list.",
    example: Example {
        call: "min([3, 8, 5])",
        value: "3",
    },
    call: |call| extreme(call, std::cmp::Ordering::Less),
};

pub(super) const MAX: Builtin = Builtin {
    name: "max",
    params: &[
        required(
            "value",
            Takes::OneOf(&[Kind::List, Kind::Number, Kind::Text]),
        ),
        rules::repeated("more", Takes::OneOf(&[Kind::Number, Kind::Text])),
    ],
    result: extreme_type,
    doc: "The greatest of some numbers or texts, given as a list or one by one; null for an empty list.",
    example: Example {
        call: "max(3, 8.5)",
        value: "8.5",
    },
    call: |call| extreme(call, std::cmp::Ordering::Greater),
};

fn slice(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (start, end) = (call.given_int(1).unwrap_or(0), call.given_int(2));
    let Value::Text(_) = call.value(0) else {
        let items = call.list(0);
        let part = positions(items.len(), start, end);
        let part = items.get(part).unwrap_or_default().to_vec();
        return call.evaluator.list(part);
    };
    let text = call.text(0)?;
    let part = positions(text.chars().count(), start, end);
    let from = byte_offset(&text, part.start);
    let to = byte_offset(&text, part.end);
    Ok(Value::text(text.get(from..to).unwrap_or_default()))
}

/// The positions of a slice, brought into bounds.
fn positions(length: usize, start: i64, end: Option<i64>) -> std::ops::Range<usize> {
    let absolute = |position: i64| {
        let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
        if position < 0 {
            length.saturating_sub(distance)
        } else {
            distance.min(length)
        }
    };
    let start = absolute(start);
    start..end.map_or(length, absolute).max(start)
}

/// The byte at which a character starts; the length for the one behind the last.
fn byte_offset(text: &str, character: usize) -> usize {
    let found = text.char_indices().nth(character);
    found.map_or(text.len(), |(offset, _)| offset)
}

fn range(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let first = call.given_int(0).unwrap_or(0);
    let (start, end) = call.given_int(1).map_or((0, first), |end| (first, end));
    let step = call.given_int(2).unwrap_or(1);
    if step == 0 {
        return Err(call.failed("the step must not be 0"));
    }
    // In 128 bits nothing overflows.
    let distance = i128::from(end) - i128::from(start);
    let steps = distance.checked_div(i128::from(step)).unwrap_or(0);
    let exact = steps * i128::from(step) == distance;
    let items = if exact { steps } else { steps + 1 };
    let forwards = (distance > 0) == (step > 0) && distance != 0;
    let items = if forwards { items } else { 0 };
    let items = usize::try_from(items).unwrap_or(usize::MAX);
    if items > LIST_ITEMS_MAX {
        call.evaluator.check_items(LIST_ITEMS_MAX + 1)?;
    }
    call.evaluator.charge(items / 4)?;
    let values = std::iter::successors(Some(start), |at| at.checked_add(step));
    let values: Vec<Value> = values.take(items).map(Value::Int).collect();
    call.evaluator.list(values)
}

fn sum(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let mut sum = Value::Int(0);
    for number in call.numbers(0)? {
        sum = call.evaluator.add(&sum, &number.to_value())?;
    }
    Ok(sum)
}

fn extreme_type(args: &[Type]) -> Type {
    match args {
        [Type::List(list)] => list.item.clone().optional(),
        [Type::Any | Type::Object | Type::Optional(_)] | [] => Type::Any,
        [first, more @ ..] => more
            .iter()
            .fold(first.clone(), |joined, ty| joined.join(ty)),
    }
}

/// The first value that stands in that order to each one before it and none behind it.
fn extreme(call: &mut Call<'_, '_>, wanted: std::cmp::Ordering) -> Result<Value, Stop> {
    let mut values: Arc<[Value]> = call.values().into();
    if call.len() == 1
        && let Value::List(items) = call.evaluator.open(&call.value(0))?
    {
        values = items;
    }
    let values = call.evaluator.open_all(&values)?;
    let Some(mut best) = values.first() else {
        return Ok(Value::Null);
    };
    // Compared with itself too, so that a single value of the wrong kind is refused.
    for value in &values {
        if call.evaluator.order(value, best)? == wanted {
            best = value;
        }
    }
    Ok(best.clone())
}
