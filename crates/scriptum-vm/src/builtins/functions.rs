//! Functions that apply a function to the elements of a list.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use scriptum_contract::{Type, Value};

use super::{
    Builtin, Call, Example, Kind, Lambda, Takes,
    rules::{self, LIST, of_item, optional, required},
};
use crate::{
    eval::{Evaluator, Key, Stop, failed, index, is_true, key_of, nesting, show},
    limits::VALUE_DEPTH_MAX,
};

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());
const STOP: ControlFlow<()> = ControlFlow::Break(());

pub(super) const MAP: Builtin = Builtin {
    name: "map",
    params: &[LIST, required("function", of_item(None))],
    result: |args| Type::list(rules::arg(args, 1)),
    doc: "The results of the function, one for each element.",
    example: Example {
        call: "map([1, 2, 3], x => x * 2)",
        value: "[2, 4, 6]",
    },
    call: |call| {
        let (items, function) = (call.list(0), call.function(1));
        let mut results = Vec::with_capacity(items.len());
        call.evaluator.for_each(&items, function, |_, _, value| {
            results.push(value);
            Ok(GO_ON)
        })?;
        call.evaluator.list(results)
    },
};

pub(super) const FILTER: Builtin = Builtin {
    name: "filter",
    params: &[LIST, required("function", of_item(Some(Kind::Boolean)))],
    result: rules::items,
    doc: "The elements for which the function is true.",
    example: Example {
        call: "filter([3, 8, 5], x => x > 4)",
        value: "[8, 5]",
    },
    call: |call| {
        let items = call.list(0);
        let mut kept = Vec::new();
        for_each_truth(call, &items, |at, holds| {
            if holds {
                kept.extend(items.get(at).cloned());
            }
            GO_ON
        })?;
        call.evaluator.list(kept)
    },
};

pub(super) const FIND: Builtin = Builtin {
    name: "find",
    params: &[LIST, required("function", of_item(Some(Kind::Boolean)))],
    result: rules::item_or_null,
    doc: "The first element for which the function is true; null when there is none.",
    example: Example {
        call: "find([3, 8, 5], x => x > 4)",
        value: "8",
    },
    call: |call| {
        let items = call.list(0);
        let mut found = Value::Null;
        for_each_truth(call, &items, |at, holds| {
            if !holds {
                return GO_ON;
            }
            found = items.get(at).cloned().unwrap_or_default();
            STOP
        })?;
        Ok(found)
    },
};

pub(super) const ANY: Builtin = Builtin {
    name: "any",
    params: &[LIST, optional("function", of_item(Some(Kind::Boolean)))],
    result: rules::boolean,
    doc: "True when the function is true for an element; without a function, when an element is true.",
    example: Example {
        call: "any([3, 8, 5], x => x > 7)",
        value: "true",
    },
    call: |call| has(call, true),
};

pub(super) const ALL: Builtin = Builtin {
    name: "all",
    params: &[LIST, optional("function", of_item(Some(Kind::Boolean)))],
    result: rules::boolean,
    doc: "True when the function is true for each element; without a function, when each element is true.",
    example: Example {
        call: "all([3, 8, 5], x => x > 7)",
        value: "false",
    },
    call: |call| Ok(Value::Bool(has(call, false)? == Value::Bool(false))),
};

pub(super) const REDUCE: Builtin = Builtin {
    name: "reduce",
    params: &[
        LIST,
        required("start", Takes::Any),
        required(
            "function",
            Takes::Function(Lambda {
                params: |args| vec![total(args), rules::item(args), Type::integer()],
                names: &["total", "item", "index"],
                result: None,
            }),
        ),
    ],
    result: total,
    doc: "Folds a list: the function gives the next total from the one before and an element.",
    example: Example {
        call: "reduce([1, 2, 3], 10, (total, x) => total + x)",
        value: "16",
    },
    call: reduce,
};

pub(super) const SORT_BY: Builtin = Builtin {
    name: "sort_by",
    params: &[
        LIST,
        required("function", of_item(None)),
        optional("order", Takes::OneOf(&[Kind::Text])),
    ],
    result: rules::items,
    doc: "The elements in the order of the function's results, numbers or texts, \"asc\" or \"desc\"; equal ones stay in order, null comes last.",
    example: Example {
        call: r#"sort_by([{ n: "b" }, { n: "a" }], x => x.n)"#,
        value: r#"[{ n: "a" }, { n: "b" }]"#,
    },
    call: sort_by,
};

pub(super) const GROUP_BY: Builtin = Builtin {
    name: "group_by",
    params: &[LIST, required("function", of_item(None))],
    result: |args| {
        Type::list(Type::shape(vec![
            rules::field("key", rules::arg(args, 1)),
            rules::field("items", rules::items(args)),
        ]))
    },
    doc: "A list of { key, items }: the elements with equal results of the function, in the order in which each result came first.",
    example: Example {
        call: "group_by([1, 2, 3], x => x % 2)",
        value: "[{ key: 1, items: [1, 3] }, { key: 0, items: [2] }]",
    },
    call: group_by,
};

/// Type of the running total: of the start, and of what the function makes of it once that is known.
fn total(args: &[Type]) -> Type {
    match args {
        [_, start, body, ..] => start.join(body),
        [_, start] => start.clone(),
        [] | [_] => Type::Any,
    }
}

/// Tests the elements in order with the function of the call.
fn for_each_truth(
    call: &mut Call<'_, '_>,
    items: &[Value],
    mut act: impl FnMut(usize, bool) -> ControlFlow<()>,
) -> Result<(), Stop> {
    let function = call.function(1);
    call.evaluator
        .for_each(items, function, |evaluator, at, value| {
            is_true(&*evaluator.opened(&value)?).map(|holds| act(at, holds))
        })
}

/// True when an element, or the function's result for it, is `wanted`.
fn has(call: &mut Call<'_, '_>, wanted: bool) -> Result<Value, Stop> {
    let items = call.list(0);
    let mut found = false;
    if call.given_function(1).is_some() {
        for_each_truth(call, &items, |_, holds| {
            found = holds == wanted;
            if found { STOP } else { GO_ON }
        })?;
        return Ok(Value::Bool(found));
    }
    for item in call.evaluator.open_all(&items)? {
        found |= is_true(&item)? == wanted;
    }
    Ok(Value::Bool(found))
}

fn reduce(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (items, function) = (call.list(0), call.function(2));
    let mut total = call.value(1);
    // Only here a result comes back as an operand, so only here a value can become deeper than the
    // expression that makes it: the depth is measured as often as it could have passed the limit.
    let growth = nesting(function.body);
    let mut unmeasured = VALUE_DEPTH_MAX;
    for (at, item) in items.iter().enumerate() {
        if growth > 0 && unmeasured + growth > VALUE_DEPTH_MAX {
            call.evaluator.check_size(&total)?;
            unmeasured = 0;
        }
        unmeasured += growth;
        let next = call
            .evaluator
            .apply(function, [total, item.clone(), index(at)]);
        total = next.map_err(|error| call.evaluator.widen(error, &items))?;
    }
    if growth > 0 {
        call.evaluator.check_size(&total)?;
    }
    Ok(total)
}

fn sort_by(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (items, function) = (call.list(0), call.function(1));
    let descending = match call.given_text(2).as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => {
            return Err(call.failed(&format!("order must be \"asc\" or \"desc\", not {other:?}")));
        }
    };
    let comparisons = comparisons(items.len());
    let mut ranked = Vec::with_capacity(items.len());
    call.evaluator
        .for_each(&items, function, |evaluator, at, value| {
            let rank = evaluator.open(&value)?;
            evaluator.charge_comparisons(&rank, comparisons)?;
            ranked.push((Rank::of(&rank)?, at));
            Ok(GO_ON)
        })?;
    check_ranks(&ranked)?;
    ranked.sort_by(|(a, _), (b, _)| a.order(b, descending));
    let sorted = ranked.iter().filter_map(|(_, at)| items.get(*at).cloned());
    call.evaluator.list(sorted.collect())
}

/// What elements are sorted by.
enum Rank {
    Ordered(Key),
    /// Null: behind all others in both orders.
    Last,
}

impl Rank {
    fn of(value: &Value) -> Result<Rank, Stop> {
        match value {
            Value::Null => Ok(Rank::Last),
            Value::Int(_) | Value::Float(_) | Value::Text(_) => Ok(Rank::Ordered(key_of(value)?)),
            Value::Bool(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => Err(failed(format!(
                "cannot sort by {}: only numbers and texts have an order",
                show(value)
            ))),
        }
    }

    fn order(&self, other: &Rank, descending: bool) -> std::cmp::Ordering {
        match (self, other) {
            (Rank::Ordered(a), Rank::Ordered(b)) if descending => b.cmp(a),
            (Rank::Ordered(a), Rank::Ordered(b)) => a.cmp(b),
            (a, b) => matches!(a, Rank::Last).cmp(&matches!(b, Rank::Last)),
        }
    }
}

/// Refuses a mixture of numbers and texts.
fn check_ranks(ranked: &[(Rank, usize)]) -> Result<(), Stop> {
    let mut kinds = [false, false];
    for (rank, _) in ranked {
        match rank {
            Rank::Ordered(Key::Text(_)) => kinds[0] = true,
            Rank::Ordered(_) => kinds[1] = true,
            Rank::Last => {}
        }
    }
    if kinds == [true, true] {
        return Err(failed("cannot sort by numbers and texts at once"));
    }
    Ok(())
}

fn group_by(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (items, function) = (call.list(0), call.function(1));
    let comparisons = comparisons(items.len());
    let mut group_of = BTreeMap::<Key, usize>::new();
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    call.evaluator
        .for_each(&items, function, |evaluator, at, value| {
            let key = evaluator.key(&value, comparisons)?;
            let group = *group_of.entry(key).or_insert(groups.len());
            if group == groups.len() {
                groups.push((value, Vec::new()));
            }
            if let Some((_, members)) = groups.get_mut(group) {
                members.extend(items.get(at).cloned());
            }
            Ok(GO_ON)
        })?;
    let groups: Result<Vec<_>, _> = groups
        .into_iter()
        .map(|(key, members)| group(call.evaluator, key, members))
        .collect();
    call.evaluator.list(groups?)
}

fn group(evaluator: &mut Evaluator<'_>, key: Value, members: Vec<Value>) -> Result<Value, Stop> {
    let members = evaluator.list(members)?;
    evaluator.object(vec![(Arc::from("key"), key), (Arc::from("items"), members)])
}

/// How often one of so many elements is compared with others to find its place.
pub(super) fn comparisons(items: usize) -> usize {
    items.checked_ilog2().map_or(1, |log| log as usize + 1)
}
