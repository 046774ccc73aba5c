//! Which clauses a type takes, what they make of it, and why the others are refused.

#![allow(clippy::unwrap_used, reason = "what is wrong in a test ends it")]

use scriptum_contract::{Constraint, Primitive, Type, Value};

/// The type with the clauses, or why not.
fn with(ty: Type, clauses: &[(&str, &[Value])]) -> String {
    let apply = |ty: Type, (name, arguments): &(&str, &[Value])| {
        Constraint::find(name).unwrap().apply(&ty, arguments)
    };
    match clauses.iter().try_fold(ty, apply) {
        Ok(ty) => format!("{ty:#}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn clauses_stack_and_every_one_holds() {
    let n = Value::Int;
    let text = Value::text;
    let half = Value::Float(0.5);
    let list = || Type::list(Type::text());
    let table = [
        (
            with(Type::integer(), &[("range", &[n(1), n(10)])]),
            "integer range(1, 10)",
        ),
        (
            with(
                Type::number(),
                &[
                    ("range", &[n(1), n(10)]),
                    ("max", &[n(20)]),
                    ("min", &[n(2)]),
                ],
            ),
            "number range(2, 10)",
        ),
        (
            with(
                Type::number(),
                &[
                    ("min", &[n(1)]),
                    ("exclusive_min", &[n(1)]),
                    ("max", &[n(3)]),
                ],
            ),
            "number exclusive_min(1) max(3)",
        ),
        (
            with(
                Type::number(),
                &[("exclusive_min", &[n(1)]), ("min", &[n(2)])],
            ),
            "number min(2)",
        ),
        (
            with(Type::number(), &[("multiple_of", &[half])]),
            "number multiple_of(0.5)",
        ),
        (
            with(
                Type::text(),
                &[
                    ("length", &[n(1), n(80)]),
                    ("pattern", &[text("^a")]),
                    ("pattern", &[text("\"$")]),
                ],
            ),
            r#"text length(1, 80) pattern("^a") pattern("\"$")"#,
        ),
        (
            with(
                Type::text(),
                &[("max_length", &[n(5)]), ("length", &[n(1), n(9)])],
            ),
            "text length(1, 5)",
        ),
        (
            with(Type::text(), &[("min_length", &[n(2)])]),
            "text min_length(2)",
        ),
        (
            with(
                list(),
                &[
                    ("min_items", &[n(1)]),
                    ("max_items", &[n(3)]),
                    ("unique", &[]),
                ],
            ),
            "list<text> min_items(1) max_items(3) unique",
        ),
    ];
    for (actual, expected) in table {
        assert_eq!(actual, expected);
    }
}

#[test]
fn clauses_that_make_no_sense_are_refused_with_the_reason() {
    let n = Value::Int;
    let text = Value::text;
    let list = || Type::list(Type::text());
    let table = [
        (
            with(Type::text(), &[("min", &[n(1)])]),
            "min applies to number and integer, not to text",
        ),
        (
            with(list(), &[("length", &[n(1), n(2)])]),
            "length applies to text, not to list<text>",
        ),
        (
            with(Type::Any, &[("unique", &[])]),
            "unique applies to lists, not to any",
        ),
        (
            with(Type::integer(), &[("range", &[n(1)])]),
            "range takes 2 values (min, max), has 1",
        ),
        (
            with(list(), &[("unique", &[n(1)])]),
            "unique takes no value, has 1",
        ),
        (
            with(Type::integer(), &[("min", &[text("1")])]),
            "'n' of min must be a number, is \"1\"",
        ),
        (
            with(Type::text(), &[("min_length", &[n(-1)])]),
            "'n' of min_length must be a whole number from 0 to 4294967295, is -1",
        ),
        (
            with(Type::integer(), &[("range", &[n(5), n(1)])]),
            "no number is possible: at least 5 and at most 1",
        ),
        (
            with(
                Type::number(),
                &[("exclusive_min", &[n(1)]), ("max", &[n(1)])],
            ),
            "no number is possible: above 1 and at most 1",
        ),
        (
            with(
                Type::integer(),
                &[("range", &[Value::Float(0.2), Value::Float(0.8)])],
            ),
            "no number is possible: at least 0.2 and at most 0.8",
        ),
        (
            with(Type::number(), &[("multiple_of", &[n(0)])]),
            "multiple_of must be above 0, is 0",
        ),
        (
            with(
                Type::number(),
                &[("multiple_of", &[n(2)]), ("multiple_of", &[n(3)])],
            ),
            "multiple_of is given twice",
        ),
        (
            with(Type::text(), &[("length", &[n(3), n(2)])]),
            "no size is possible: at least 3 and at most 2 characters",
        ),
        (
            with(list(), &[("min_items", &[n(3)]), ("max_items", &[n(2)])]),
            "no size is possible: at least 3 and at most 2 elements",
        ),
        (
            with(Type::text(), &[("pattern", &[text("(a")])]),
            "pattern (a does not compile: unbalanced parenthesis",
        ),
    ];
    for (actual, expected) in table {
        assert_eq!(actual, expected);
    }
}

#[test]
fn no_word_means_two_things() {
    let mut words: Vec<_> = Primitive::ALL
        .iter()
        .flat_map(|primitive| primitive.aliases.iter().chain([&primitive.name]))
        .chain(Constraint::ALL.iter().map(|constraint| &constraint.name))
        .collect();
    let count = words.len();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), count);
}
