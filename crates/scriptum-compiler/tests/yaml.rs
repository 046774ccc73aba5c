//! Programs that are written as YAML or JSON obey the rules of scripts, and what is said about them
//! points into the document.

mod support;

use scriptum_compiler::{Compiled, codes, compile, compile_yaml};
use scriptum_vm::program::{to_json, to_yaml};
use support::catalog;

fn codes_of(compiled: &Compiled) -> Vec<&'static str> {
    let mut codes: Vec<_> = compiled.diagnostics.iter().map(|it| it.code.0).collect();
    codes.sort_unstable();
    codes
}

/// Warnings about what is in a text and not in the program that it becomes.
const OF_TEXTS: &[&str] = &[
    "capability-import",
    "invalid-annotation",
    "code-in-description",
    "literal-brace",
    "misplaced-annotation",
];

fn without(codes: &[&str], compiled: &Compiled) -> Vec<&'static str> {
    let mut left = codes_of(compiled);
    left.retain(|code| !codes.contains(code));
    left
}

/// Every warning that a script can get is what its document gets.
#[test]
fn warnings_are_the_same_both_ways() {
    let mut compared = 0;
    for entry in codes::ALL.iter() {
        let Some((_, behind)) = entry.page.split_once("\nWrong:\n\n```scriptum\n") else {
            continue;
        };
        let (script, _) = behind.split_once("```").unwrap();
        let whole = script.lines().any(|line| line.starts_with("script"));
        let header = if whole { "" } else { "script \"Example\"\n" };
        let compiled = compile(&format!("{header}{script}"), &catalog());
        let Some(program) = &compiled.program else {
            continue;
        };
        for document in [to_yaml(program), to_json(program)] {
            let again = compile_yaml(&document, &catalog());
            let what = (entry.code, &document);
            assert_eq!(codes_of(&again), without(OF_TEXTS, &compiled), "{what:?}");
            assert_eq!(to_yaml(again.program.as_ref().unwrap()), to_yaml(program));
        }
        compared += 1;
    }
    assert!(compared > 5, "the pages show warnings, {compared} of them");
}

/// A program whose first step is `step`.
fn program(step: &str) -> String {
    format!(
        "ir: 1
title: Test
contract:
  enums:
  - {{name: Mode, base: text, variants: [{{value: fast}}]}}
  inputs:
  - {{name: count, ty: {{integer: {{}}}}, required: true}}
tools:
- {{local: echo, name: echo, origin: native}}
steps:
{step}"
    )
}

/// Step, code, and what the diagnostic points at.
const WRONG_STEPS: &[(&str, &str, &str)] = &[
    (
        "- primitive: let\n  name: a\n  value: {source: nam, expr: [add, nam, 1]}\n",
        "unknown-name",
        "nam",
    ),
    (
        "- primitive: let\n  name: a\n  value: {source: c, expr: [add, count, [text, x]]}\n",
        "wrong-operand",
        "add",
    ),
    (
        "- primitive: let\n  name: a\n  value: {source: f(1), expr: [call, sizes, count]}\n",
        "unknown-function",
        "sizes",
    ),
    (
        "- primitive: execute\n  tool: {local: ecko, name: ecko, origin: native}\n",
        "unknown-tool",
        "ecko",
    ),
    (
        "- primitive: execute\n  tool: {local: echo, name: grep, origin: native}\n  inputs:\n    \
         message: {source: '1', expr: 1}\n",
        "invalid-program",
        "echo",
    ),
    (
        "- primitive: execute\n  tool: {local: echo, name: echo, origin: native}\n  inputs:\n    \
         messag: {source: '1', expr: 1}\n",
        "unknown-input",
        "messag",
    ),
    (
        "- primitive: evaluate\n  condition: {source: 'true', expr: true}\n  on_pass: continue\n  \
         on_fail: {goto: Nowhere}\n",
        "unknown-label",
        "Nowhere",
    ),
    (
        "- primitive: branch\n  cases:\n  - {when: {source: 'true', expr: true}, target: B}\n  \
         branches:\n  - {name: A, steps: []}\n",
        "unknown-branch",
        "B",
    ),
    (
        "- primitive: iterate\n  item: count\n  in: {source: '[]', expr: [list]}\n  steps: []\n",
        "shadowed-input",
        "count",
    ),
    ("- primitive: exeucte\n", "invalid-program", ""),
    ("- primitive: let\n  nam: a\n", "invalid-program", ""),
    ("- [\n", "invalid-program", ""),
    (
        "- primitive: decide\n  model: {local: lmm, name: lmm, origin: model}\n  cases:\n  - {when: \
         {source: '\"a\"', expr: [text, a]}, target: A}\n  otherwise: A\n  branches:\n  - {name: A, \
         steps: []}\n",
        "not-a-model",
        "lmm",
    ),
    (
        "- primitive: pipe\n  item: count\n  from: {source: '[]', expr: [list]}\n  steps: []\n",
        "shadowed-input",
        "count",
    ),
    (
        "- primitive: parallel\n  lanes:\n  - {name: A, steps: []}\n  - {name: A, steps: []}\n",
        "duplicate-name",
        "A",
    ),
    (
        "- primitive: ask\n  answer: never\n  bind: it\n",
        "invalid-program",
        "ask",
    ),
];

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    for (step, code, at) in WRONG_STEPS {
        let text = program(step);
        let compiled = compile_yaml(&text, &catalog());
        let found = compiled.diagnostics.iter().find(|it| it.code.0 == *code);
        let found = found.unwrap_or_else(|| panic!("{step}: {:?}", compiled.diagnostics));
        assert_eq!(&found.primary.span.of(&text), at, "{step}: {found:?}");
        assert!(found.primary.span.start > 0, "{step}: {found:?}");
        assert!(found.fix.is_none(), "{step}: {found:?}");
    }
}

#[test]
fn declarations_obey_the_rules_too() {
    let table = [
        ("version: one", "invalid-version"),
        (
            "contract: {inputs: [{name: a, ty: never, required: true}]}",
            "invalid-program",
        ),
        (
            "contract: {enums: [{name: E, base: text, variants: []}]}",
            "invalid-program",
        ),
        (
            "contract: {inputs: [{name: a, ty: {enum: {name: E, base: text, variants: [{value: x}]}}, required: true}]}",
            "invalid-program",
        ),
        (
            "contract: {inputs: [{name: a, ty: boolean, required: true}, {name: a, ty: boolean, required: true}]}",
            "duplicate-name",
        ),
        (
            "contract: {inputs: [{name: a, ty: boolean, default: 3, required: false}]}",
            "invalid-default",
        ),
        (
            "contract: {outputs: [{name: a, ty: boolean, required: true}]}",
            "missing-emit",
        ),
        (
            "contract: {accepted_extensions: ['a b']}",
            "invalid-annotation",
        ),
        ("ir: 2", "invalid-program"),
        ("titel: T", "invalid-program"),
    ];
    for (line, code) in table {
        let mut text = String::new();
        for part in ["ir: 1", "title: T", "contract: {}", "steps: []"] {
            let same_key = part.split(':').next() == line.split(':').next();
            text.push_str(if same_key { "" } else { part });
            text.push('\n');
        }
        text.push_str(line);
        let compiled = compile_yaml(&text, &catalog());
        assert_eq!(codes_of(&compiled), [code], "{text}");
        assert_eq!(compiled.program.is_none(), compiled.has_errors());
    }
}

#[test]
fn deep_expressions_are_refused_and_broken_documents_never_panic() {
    let deep = format!("{}count{}", "[not, ".repeat(130), "]".repeat(130));
    let step = format!("- primitive: let\n  name: a\n  value: {{source: x, expr: {deep}}}\n");
    let text = program(&step);
    let compiled = compile_yaml(&text, &catalog());
    assert!(codes_of(&compiled).contains(&"expression-too-deep"));
    for end in 0..text.len() {
        compile_yaml(&text[..end], &catalog());
    }
    for text in [
        "",
        "{",
        "[]",
        "a: &b c\nd: *b",
        "ir: 1\nir: 1",
        "\u{feff}ir: 1",
        "é: ü",
    ] {
        let compiled = compile_yaml(text, &catalog());
        assert_eq!(codes_of(&compiled), ["invalid-program"], "{text}");
    }
}
