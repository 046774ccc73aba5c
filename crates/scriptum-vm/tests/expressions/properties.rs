//! What holds for all expressions.

use std::sync::Arc;

use proptest::prelude::*;
use scriptum_contract::{StoredValue, Value, ValueHash, limits::VALUE_DEPTH_MAX};
use scriptum_vm::{
    eval::{EvalError, LIMIT_EXCEEDED, eval, interpolate},
    program::{BinaryOp, Node, NodeId, Op, from_json, from_yaml, to_json, to_yaml},
};

use crate::{
    generated::{NAMES, node, program, value},
    support::{Names, parse, run},
};

fn scope(values: &[Value]) -> Names {
    let bound = NAMES.iter().zip(values);
    Names {
        bound: bound
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        ..Names::default()
    }
}

/// The value with some of its parts put into the store; `picks` says which.
fn stored(value: &Value, picks: &mut impl Iterator<Item = bool>, store: &mut Names) -> Value {
    let inner = match value {
        Value::List(items) => Value::list(items.iter().map(|item| stored(item, picks, store))),
        Value::Object(object) => Value::object(
            object
                .iter()
                .map(|(key, item)| (Arc::clone(key), stored(item, picks, store))),
        ),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Stored(_) => value.clone(),
    };
    let large = matches!(value, Value::List(_) | Value::Object(_) | Value::Text(_));
    if !large || !picks.next().unwrap_or(false) {
        return inner;
    }
    let mut hash = [0; 32];
    hash[0] = u8::try_from(store.loaded.len() % 256).expect("below 256");
    hash[1] = u8::try_from(store.loaded.len() / 256).expect("few values");
    let reference = StoredValue {
        hash: ValueHash(hash),
        size_bytes: 5000,
    };
    store.loaded.insert(reference.hash.to_string(), inner);
    Value::Stored(Arc::new(reference))
}

/// Evaluates, loading what is needed, each time all that was asked for. Counts the rounds.
fn eval_loading(
    node: &Node,
    scope: &mut Names,
    store: &Names,
) -> (Result<Value, EvalError>, usize) {
    for round in 0..1000 {
        scope.counter.set(0);
        match eval(node, scope) {
            Err(EvalError::Need(needs)) => {
                assert!(!needs.is_empty(), "a need names something");
                for need in needs {
                    let hash = need.hash.to_string();
                    let content = content(&hash, store).clone();
                    let known = scope.loaded.insert(hash, content);
                    assert!(known.is_none(), "what was loaded is not asked for again");
                }
            }
            done => return (done, round),
        }
    }
    panic!("the evaluation never has all that it needs");
}

fn content<'s>(hash: &str, store: &'s Names) -> &'s Value {
    store
        .loaded
        .get(hash)
        .expect("only what is stored is asked for")
}

/// The value with all references replaced by their content.
fn opened(value: &Value, store: &Names) -> Value {
    match value {
        Value::Stored(stored) => opened(content(&stored.hash.to_string(), store), store),
        Value::List(items) => Value::list(items.iter().map(|item| opened(item, store))),
        Value::Object(object) => Value::object(
            object
                .iter()
                .map(|(key, item)| (Arc::clone(key), opened(item, store))),
        ),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_) => value.clone(),
    }
}

fn ints(op: BinaryOp, a: i64, b: i64) -> Node {
    let literal = |value| {
        Box::new(Node {
            at: NodeId::default(),
            op: Op::Literal(Value::Int(value)),
        })
    };
    Node {
        at: NodeId::default(),
        op: Op::Binary(op, literal(a), literal(b)),
    }
}

/// Integers of which many lie near the bounds.
fn int() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -5_i64..5,
        (0_i64..3).prop_map(|n| i64::MAX - n),
        (0_i64..3).prop_map(|n| i64::MIN + n),
        any::<i32>().prop_map(i64::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_expression_ends_without_a_panic_and_always_alike(
        node in node(),
        values in prop::collection::vec(value(), 3),
    ) {
        let first = eval(&node, &scope(&values));
        let second = eval(&node, &scope(&values));
        prop_assert_eq!(&first, &second);
        match first {
            Ok(value) => {
                prop_assert!(value.depth() <= VALUE_DEPTH_MAX);
                let json = value.to_json().expect("nothing is stored");
                prop_assert!(Value::from_json(&json).is_ok(), "{json}");
            }
            Err(EvalError::Failed(error)) => {
                prop_assert!(error.message.len() < 3000, "{error}");
                prop_assert!(!error.message.ends_with('.'), "{error}");
            }
            Err(EvalError::Need(needs)) => prop_assert!(false, "nothing is stored: {needs:?}"),
        }
        let _ = interpolate(&node, &scope(&values));
    }

    #[test]
    fn values_in_the_store_change_nothing(
        node in node(),
        values in prop::collection::vec(value(), 3),
        picks in prop::collection::vec(any::<bool>(), 100),
    ) {
        let plain = eval(&node, &scope(&values));
        let mut store = Names::default();
        let mut picks = picks.into_iter();
        let values: Vec<Value> =
            values.iter().map(|value| stored(value, &mut picks, &mut store)).collect();
        let (lazy, _) = eval_loading(&node, &mut scope(&values), &store);
        match (plain, lazy) {
            (Ok(plain), Ok(lazy)) => prop_assert_eq!(plain, opened(&lazy, &store)),
            (Err(EvalError::Failed(plain)), Err(EvalError::Failed(lazy))) => {
                prop_assert_eq!(plain, lazy);
            }
            (plain, lazy) => prop_assert!(false, "{plain:?} but from the store {lazy:?}"),
        }
    }

    #[test]
    fn integers_are_exact_or_an_error(a in int(), b in int()) {
        let (wide_a, wide_b) = (i128::from(a), i128::from(b));
        let exact = |result: i128| i64::try_from(result).ok().map(Value::Int);
        let table = [
            (BinaryOp::Add, exact(wide_a + wide_b)),
            (BinaryOp::Subtract, exact(wide_a - wide_b)),
            (BinaryOp::Multiply, exact(wide_a * wide_b)),
            (BinaryOp::Remainder, wide_a.checked_rem(wide_b).and_then(exact)),
        ];
        for (op, expected) in table {
            let node = ints(op, a, b);
            prop_assert_eq!(eval(&node, &Names::default()).ok(), expected, "{} {:?} {}", a, op, b);
        }
        let node = ints(BinaryOp::Divide, a, b);
        match eval(&node, &Names::default()) {
            Ok(Value::Int(quotient)) => prop_assert_eq!(i128::from(quotient) * wide_b, wide_a),
            Ok(Value::Float(_)) => prop_assert_ne!(wide_a % wide_b, 0),
            other => prop_assert!(
                b == 0 || (a == i64::MIN && b == -1),
                "{a} / {b} = {other:?}"
            ),
        }
    }

    #[test]
    fn fast_equality_agrees_with_plain_equality(
        items in prop::collection::vec(value(), 0..20),
        repeats in prop::collection::vec(0_usize..20, 0..20),
    ) {
        let mut items = items;
        let again: Vec<Value> = repeats.iter().filter_map(|at| items.get(*at).cloned()).collect();
        items.extend(again);
        let scope = scope(&[Value::list(items.clone())]);
        let mut plain: Vec<Value> = Vec::new();
        for item in &items {
            if !plain.contains(item) {
                plain.push(item.clone());
            }
        }
        prop_assert_eq!(run("unique(a)", &scope), Ok(Value::list(plain.clone())));
        let keys = run("map(group_by(a, v => v), g => g.key)", &scope);
        prop_assert_eq!(keys, Ok(Value::list(plain)));
        let regrouped = run("count(flatten(map(group_by(a, v => v), g => g.items))) == count(a)", &scope);
        prop_assert_eq!(regrouped, Ok(Value::Bool(true)));
    }

    #[test]
    fn slices_of_texts_are_slices_of_their_characters(
        text in ".{0,12}",
        start in -15_i64..15,
        end in -15_i64..15,
    ) {
        let source = format!("slice(a, {start}, {end}) == join(slice(split(a, \"\"), {start}, {end}))");
        prop_assert_eq!(run(&source, &scope(&[Value::from(text)])), Ok(Value::Bool(true)));
    }

    #[test]
    fn numbers_read_back_from_their_text(number in any::<f64>().prop_filter_map("finite", Value::float)) {
        let same = run("to_number(\"{a}\") == a", &scope(&[number]));
        prop_assert_eq!(same, Ok(Value::Bool(true)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_read_back_from_both_documents(program in program()) {
        let json = to_json(&program);
        let yaml = to_yaml(&program);
        let read = from_yaml(&yaml);
        prop_assert_eq!(read.as_ref(), Ok(&program), "{}", yaml);
        // Equality is blind for 1 and 1.0, and for 0 and -0; JSON is not.
        prop_assert_eq!(to_json(&read.expect("just compared")), json.clone(), "{}", yaml);
        let read = from_json(&json);
        prop_assert_eq!(read.as_ref(), Ok(&program));
        prop_assert_eq!(to_json(&read.expect("just compared")), json);
    }

    #[test]
    fn no_document_makes_the_reader_panic(text in "[-a-z0-9:\\[\\]{}\", #&*!|>\n]{0,80}") {
        let _ = from_yaml(&text);
        let _ = from_json(&text);
        let _ = from_yaml(&format!("ir: 1\ntitle: x\ncontract: {{}}\nsteps:\n- {text}"));
    }
}

#[test]
fn a_loop_over_stored_elements_asks_once() {
    let mut store = Names::default();
    let items = (0..50).map(|n| {
        let item = Value::object([("size", Value::Int(n)), ("note", Value::text("n"))]);
        let item = Value::object([
            (
                "inner",
                stored(&item, &mut std::iter::repeat(true), &mut store),
            ),
            ("kind", Value::text("k")),
        ]);
        stored(&item, &mut [false, true].into_iter(), &mut store)
    });
    let items = Value::list(items);
    let all = store.loaded.len();
    assert_eq!(
        all, 150,
        "the element, the object in it, and the note in that"
    );
    let table = [
        ("map(a, x => x)", 0),
        ("count(a)", 0),
        ("[a[7], first(a), slice(a, 3)]", 0),
        ("filter(a, x => x.inner.size > 3)", 2),
        ("sum(map(a, x => x.inner.size))", 2),
        ("find(a, x => x.inner.size == 40)", 2),
        ("sort_by(a, x => -x.inner.size)", 2),
        ("join(map(a, x => x.inner.note), \",\")", 3),
        ("unique(a)", 3),
        ("to_json(a)", 3),
        ("a == map(a, x => x)", 0),
        ("[a[0].inner.size, a[1].inner.size]", 2),
        ("\"{a[0].inner.size} {a[1].inner.size}\"", 2),
        ("a[0].inner.size + a[1].inner.size", 2),
    ];
    for (source, expected) in table {
        let (value, rounds) = eval_loading(
            &parse(source),
            &mut scope(std::slice::from_ref(&items)),
            &store,
        );
        assert!(value.is_ok(), "{source}: {value:?}");
        assert_eq!(rounds, expected, "{source}");
    }
}

#[test]
fn values_that_share_their_parts_cannot_blow_up() {
    // Forty levels of [l, l] are a small graph in memory, and a million million leaves on paper.
    let doubled = "reduce(range(40), [1], (l, n) => if n < 39 then flatten([[l], [l]]) else l)";
    for source in [
        format!("{doubled} == {doubled}"),
        format!("to_json({doubled})"),
        format!("unique({doubled})"),
        format!("contains([{doubled}], {doubled})"),
        format!("\"{{{doubled}}}\""),
        format!("group_by([{doubled}], v => v)"),
    ] {
        let Err(EvalError::Failed(error)) = run(&source, &Names::default()) else {
            panic!("{source} has no value");
        };
        assert_eq!(&*error.code, LIMIT_EXCEEDED, "{source}: {error}");
    }
}
