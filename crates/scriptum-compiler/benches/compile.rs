//! How long it takes from text to a checked program, and to show what is wrong.

use std::{fmt::Write as _, sync::Arc};

use divan::{Bencher, counter::BytesCount};
use scriptum_compiler::{RenderOptions, compile, render};
use scriptum_contract::{Field, Shape, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Type};

fn main() {
    divan::main();
}

/// Lines of a script as people write them: 13 a round, in which names of earlier rounds are read.
const LINES_A_ROUND: usize = 13;

fn script(lines: usize) -> String {
    let mut text = String::from(
        "script \"bench\"\ninput\n  xs : list<integer> max_items(50)\n  mode : text = \"fast\"\n\
         output\n  total : number\nimport tools\n  echo from native\nlet total0 = 0\n",
    );
    for round in 1..=lines / LINES_A_ROUND {
        let before = round - 1;
        write!(
            text,
            "let sum{round} = sum(xs) + total{before} * 2\n\
             do \"Say {round}\" with echo\n  message = \"round {{sum{round}}} of {lines}\"\n  on error: retry 2\n  -> reply{round}\n\
             each x, i in xs parallel 4\n  let scaled = x * i + sum{round}\n  -> scaled{round}\n\
             let total{round} = if count(scaled{round}) > 3 and mode == \"fast\" then sum{round} else 0\n\
             check \"Enough?\" total{round} >= 0\n  on fail: fail \"negative in {round}\"\n\
             let named{round} = map(scaled{round}, s => {{ value: s, label: \"{round}\" }})\n\n"
        )
        .expect("writing to a text does not fail");
    }
    let last = lines / LINES_A_ROUND;
    write!(text, "emit \"Done\"\n  total = total{last}\n")
        .expect("writing to a text does not fail");
    text
}

fn catalog() -> ToolCatalog {
    let message = vec![Field::required("message", Type::Any)];
    ToolCatalog::new([ToolSignature {
        name: ToolName::new("echo"),
        origin: ToolOrigin::Native,
        input: Some(Arc::new(Shape {
            fields: message.clone(),
            open: false,
        })),
        output: Type::shape(message),
        streaming: false,
        item: None,
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    }])
}

#[divan::bench(args = [100, 1_000, 10_000, 100_000])]
fn text_to_checked_program(bencher: Bencher<'_, '_>, lines: usize) {
    let (text, catalog) = (script(lines), catalog());
    let compiled = compile(&text, &catalog);
    assert_eq!(compiled.diagnostics, []);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| compile(&text, &catalog));
}

#[divan::bench(args = [1_000, 100_000])]
fn text_to_tree(bencher: Bencher<'_, '_>, lines: usize) {
    let text = script(lines);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| scriptum_syntax::parse(&text));
}

#[divan::bench]
fn thousand_findings_in_a_hundred_thousand_lines(bencher: Bencher<'_, '_>) {
    let mut text = script(100_000);
    for number in 0..1_000 {
        writeln!(text, "let wrong{number} = nothing{number}")
            .expect("writing to a text does not fail");
    }
    let diagnostics = compile(&text, &catalog()).diagnostics;
    let options = RenderOptions::new(false);
    bencher.bench(|| render(&diagnostics, "bench.scriptum", &text, options));
}
