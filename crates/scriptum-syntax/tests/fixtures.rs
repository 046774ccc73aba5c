//! Runs the literate fixtures in `tests/fixtures`.
//!
//! A heading is a test. Its `scriptum` block is the source; a `tree` block shows the tree without
//! space, `formatted` the text as the formatter writes it, `errors` the diagnostics; a test without an `errors` block has none. With
//! `UPDATE_EXPECT=1` the blocks are rewritten. Of every diagnostic with a machine fix it is also
//! checked that the fix mends it.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use scriptum_syntax::{
    Applicability, Diagnostic, Fix, LineIndex, Parse, Span, SyntaxElement, SyntaxNode, WalkEvent,
    format, parse,
};
use std::{fmt::Write, fs, path::Path};

#[test]
fn fixtures_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut failures = String::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let actual = check_file(&name, &text, &mut failures);
        if actual == text {
            continue;
        }
        if update {
            fs::write(&path, &actual).unwrap();
        } else {
            let at = text
                .lines()
                .zip(actual.lines())
                .position(|(old, new)| old != new);
            let line = at.map_or(0, |line| line + 1);
            let show = |text: &str| {
                text.lines()
                    .skip(line.saturating_sub(4))
                    .take(12)
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            writeln!(
                failures,
                "{name}.md differs from line {line} (UPDATE_EXPECT=1 rewrites it)\n--- expected\n{}\n--- actual\n{}\n",
                show(&text),
                show(&actual)
            )
            .unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The text of a fixture file with its expectations replaced by what really happens.
fn check_file(name: &str, text: &str, failures: &mut String) -> String {
    let mut actual = String::new();
    let mut heading = "";
    let mut source: Option<String> = None;
    let mut shows_errors = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            check_silence(name, heading, source.as_deref(), shows_errors, failures);
            (heading, source, shows_errors) = (title, None, false);
        }
        actual.push_str(line);
        actual.push('\n');
        let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match kind {
            "scriptum" => {
                let script = block.join("\n") + "\n";
                check_always(name, heading, &script, failures);
                actual.push_str(&script);
                source = Some(script);
            }
            "tree" => actual.push_str(&dump_tree(&parse(source.as_ref().unwrap()).syntax())),
            "formatted" => actual.push_str(&format(&parse(source.as_ref().unwrap()))),
            "errors" => {
                shows_errors = true;
                actual.push_str(&dump_errors(source.as_ref().unwrap()));
            }
            _ => panic!("{name}/{heading}: unknown block {kind}"),
        }
        actual.push_str("```\n");
    }
    check_silence(name, heading, source.as_deref(), shows_errors, failures);
    actual
}

fn check_silence(
    name: &str,
    heading: &str,
    source: Option<&str>,
    shows_errors: bool,
    failures: &mut String,
) {
    let Some(source) = source.filter(|_| !shows_errors) else {
        return;
    };
    let errors = dump_errors(source);
    if !errors.is_empty() {
        writeln!(failures, "{name}/{heading} has diagnostics:\n{errors}").unwrap();
    }
}

/// What the tokens of the tree hold.
fn joined(parse: &Parse) -> String {
    let tokens = parse.syntax().walk().filter_map(|event| match event {
        WalkEvent::Token(token) => Some(token.text().to_owned()),
        WalkEvent::Enter(_) | WalkEvent::Leave(_) => None,
    });
    tokens.collect()
}

/// What holds for every text: the tree is the text, and machine fixes mend what they say.
fn check_always(name: &str, heading: &str, source: &str, failures: &mut String) {
    let parse = parse(source);
    if joined(&parse) != source {
        writeln!(failures, "{name}/{heading}: the tree is not the text").unwrap();
    }
    for diagnostic in &parse.diagnostics {
        let Some(fix) = diagnostic
            .fix
            .as_ref()
            .filter(|fix| fix.applicability == Applicability::Machine)
        else {
            continue;
        };
        let fixed = apply(source, fix);
        let count = |text: &str| {
            let diagnostics = scriptum_syntax::parse(text).diagnostics;
            diagnostics
                .iter()
                .filter(|other| other.code == diagnostic.code)
                .count()
        };
        if count(&fixed) >= count(source) {
            writeln!(
                failures,
                "{name}/{heading}: the fix of {} does not mend it:\n{fixed}",
                diagnostic.code
            )
            .unwrap();
        }
    }
}

fn apply(source: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut fixed = source.to_owned();
    for edit in edits {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    fixed
}

fn dump_tree(root: &SyntaxNode) -> String {
    let mut dump = String::new();
    dump_element(SyntaxElement::Node(root.clone()), 0, &mut dump);
    dump
}

fn dump_element(element: SyntaxElement, depth: usize, dump: &mut String) {
    let indent = "  ".repeat(depth);
    match element {
        SyntaxElement::Node(node) => {
            writeln!(dump, "{indent}{:?}", node.kind()).unwrap();
            for child in node.children_with_tokens() {
                dump_element(child, depth + 1, dump);
            }
        }
        SyntaxElement::Token(token) if token.text().trim().is_empty() => {}
        SyntaxElement::Token(token) => {
            writeln!(dump, "{indent}{:?} {:?}", token.kind(), token.text()).unwrap();
        }
    }
}

fn dump_errors(source: &str) -> String {
    let index = LineIndex::new(source);
    let mut dump = String::new();
    for diagnostic in parse(source).diagnostics {
        dump_error(source, &index, &diagnostic, &mut dump);
    }
    dump
}

fn dump_error(source: &str, index: &LineIndex, diagnostic: &Diagnostic, dump: &mut String) {
    let place = |span: Span| {
        let (start, end) = (
            index.place(source, span.start),
            index.place(source, span.end),
        );
        format!(
            "{}:{}-{}:{}",
            start.line, start.column, end.line, end.column
        )
    };
    let Diagnostic {
        code,
        severity,
        message,
        primary,
        labels,
        help,
        fix,
    } = diagnostic;
    writeln!(dump, "{severity:?} {code}: {message}").unwrap();
    for label in std::iter::once(primary).chain(labels) {
        writeln!(dump, "  {} {}", place(label.span), label.text).unwrap();
    }
    if let Some(help) = help {
        writeln!(dump, "  help: {help}").unwrap();
    }
    if let Some(fix) = fix {
        writeln!(dump, "  fix ({:?}): {}", fix.applicability, fix.title).unwrap();
        for edit in &fix.edits {
            writeln!(dump, "    {} -> {:?}", place(edit.span), edit.text).unwrap();
        }
    }
}
