//! What expressions cost: single ones, as each step has them, and loops over a thousand elements.

#[allow(dead_code, reason = "the benchmark uses a part of it")]
#[path = "../tests/expressions/support.rs"]
mod support;

use divan::{Bencher, counter::ItemsCount};
use scriptum_contract::Value;
use scriptum_vm::{
    eval::eval,
    program::{from_yaml, to_yaml},
};
use support::{Names, parse};

fn main() {
    divan::main();
}

fn scope() -> Names {
    let row = |n: i64| {
        Value::object([
            ("id", Value::Int(n)),
            ("name", Value::from(format!("name {}", n % 100))),
            (
                "size",
                Value::Float(f64::from(u32::try_from(n % 37).unwrap_or(0)) / 4.0),
            ),
        ])
    };
    let bound = [
        ("rows", Value::list((0..1000).map(row))),
        ("row", row(7)),
        ("topic", Value::text("moss")),
        ("n", Value::Int(41)),
    ];
    Names {
        bound: bound.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Names::default()
    }
}

#[divan::bench(args = [
    "n",
    "n + 1",
    "row.name",
    "row?.other ?? topic",
    "if n > 40 then row.size * 2 else 0",
    "\"{topic}: {row.name} ({n})\"",
    "{ query: topic, limit: n, rows: rows }",
])]
fn single(bencher: Bencher<'_, '_>, source: &str) {
    let (node, scope) = (parse(source), scope());
    bencher.bench_local(|| eval(&node, &scope));
}

#[divan::bench(args = [
    "map(rows, r => r.id + 1)",
    "filter(rows, r => r.size > 4 and r.id % 2 == 0)",
    "sort_by(rows, r => r.name)",
    "group_by(rows, r => r.name)",
    "unique(map(rows, r => r.name))",
    "sum(map(rows, r => r.size))",
    "reduce(rows, 0, (total, r) => total + r.size)",
    "join(map(rows, r => \"{r.id}={r.name}\"), \", \")",
    "count(filter(rows, r => matches(r.name, \"^name [0-9]5$\")))",
    "to_json(rows)",
    "range(1000)",
])]
fn thousand(bencher: Bencher<'_, '_>, source: &str) {
    let (node, scope) = (parse(source), scope());
    bencher
        .counter(ItemsCount::new(1000_u32))
        .bench_local(|| eval(&node, &scope));
}

#[divan::bench]
fn budget(bencher: Bencher<'_, '_>) {
    let node = parse("count(map(range(30000), a => count(map(range(30000), b => a * b))))");
    let scope = Names::default();
    bencher.bench_local(|| eval(&node, &scope));
}

#[divan::bench]
fn yaml(bencher: Bencher<'_, '_>) {
    let page = include_str!("../../../docs/ir.md");
    let example = page
        .split("```yaml\n")
        .nth(1)
        .and_then(|page| page.split("```").next());
    let program = from_yaml(example.unwrap_or_default()).expect("the page has an example");
    bencher.bench_local(|| from_yaml(&to_yaml(&program)));
}
