//! Whatever the text is, a compilation ends with diagnostics whose places lie in the text, and showing
//! and mending them ends, too. The texts are scripts of the pages with parts deleted, doubled and swapped.

mod support;

use scriptum_compiler::{
    Diagnostic, RenderOptions, apply_fixes, codes, compile, render, render_json,
};
use scriptum_contract::ToolCatalog;
use support::catalog;

/// Texts that are tried: enough to meet most pairs of a rule and a broken tree, in a few seconds.
const TEXTS: usize = 1_500;

/// Numbers that follow from each other, so that a failure comes again.
struct Numbers(u64);

impl Numbers {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

fn scripts() -> Vec<String> {
    let blocks = codes::ALL
        .iter()
        .flat_map(|entry| entry.page.split("```scriptum\n").skip(1));
    let scripts = blocks.filter_map(|block| Some(block.split_once("\n```")?.0.to_owned()));
    scripts.collect()
}

/// What is put into texts: marks and words that make or break structure.
const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "=",
    "->",
    "->>",
    "??",
    "?.",
    "=>",
    ",",
    "\n",
    "\n  ",
    " in ",
    " if ",
    " then ",
    "each ",
    "do ",
    "decide ",
    "null",
    "-1",
    "9999999999999999999999",
    "é",
    "\t",
    "--",
    "###",
    "\"\"\"",
    "when ",
    "otherwise ",
    "input\n",
    "on error: ",
];

fn broken(text: &str, numbers: &mut Numbers) -> String {
    let mut text = text.to_owned();
    for _ in 0..=numbers.below(3) {
        let at = text.floor_char_boundary(numbers.below(text.len() + 1));
        let end = text.floor_char_boundary((at + numbers.below(12)).min(text.len()));
        match numbers.below(4) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, PIECES.get(numbers.below(PIECES.len())).unwrap_or(&"")),
            2 => {
                let part = text[at..end].to_owned();
                text.insert_str(end, &part);
            }
            _ => {
                let mut lines: Vec<&str> = text.lines().collect();
                let (a, b) = (numbers.below(lines.len()), numbers.below(lines.len()));
                if !lines.is_empty() {
                    lines.swap(a, b);
                }
                text = lines.join("\n");
            }
        }
    }
    text
}

fn check_places(text: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let labels = diagnostic.labels.iter().map(|label| label.span);
        let edits = diagnostic
            .fix
            .iter()
            .flat_map(|fix| &fix.edits)
            .map(|edit| edit.span);
        for span in std::iter::once(diagnostic.primary.span)
            .chain(labels)
            .chain(edits)
        {
            let part = text.get(span.start as usize..span.end as usize);
            assert!(
                part.is_some(),
                "{} at {span:?} in {text:?}",
                diagnostic.code
            );
        }
    }
}

fn check_text(text: &str, catalog: &ToolCatalog) {
    let compiled = compile(text, catalog);
    check_places(text, &compiled.diagnostics);
    assert_eq!(compiled.program.is_none(), compiled.has_errors(), "{text}");
    let shown = render(
        &compiled.diagnostics,
        "test",
        text,
        RenderOptions::new(false),
    );
    assert_eq!(shown.is_empty(), compiled.diagnostics.is_empty(), "{text}");
    for line in render_json(&compiled.diagnostics, "test", text).lines() {
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
    let fixed = apply_fixes(text, &compiled.diagnostics);
    assert_eq!(fixed.count == 0, fixed.text == text, "{text}");
}

#[test]
fn broken_scripts_end_in_diagnostics() {
    let (catalog, scripts) = (catalog(), scripts());
    let mut numbers = Numbers(7);
    for _ in 0..TEXTS {
        let script = &scripts[numbers.below(scripts.len())];
        let text = broken(&format!("script \"x\"\n{script}\n"), &mut numbers);
        check_text(&text, &catalog);
    }
}

/// Loops in loops.
fn deep_steps(depth: usize) -> String {
    let lines = (0..depth).map(|depth| format!("{}each x in y", " ".repeat(depth)));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn odd_texts_end_in_diagnostics() {
    let deep = |open: &str, close: &str| {
        format!(
            "script \"x\"\nlet a = {}1{}\n",
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    let texts = [
        String::new(),
        "\u{feff}script \"x\"\n".to_owned(),
        "\n\n\n".to_owned(),
        "script".to_owned(),
        "script \"x\"".to_owned(),
        "script \"x\"\r\nlet a = b\r\n".to_owned(),
        "\0".to_owned(),
        deep("(", ")"),
        deep("[", "]"),
        deep("{a: ", "}"),
        deep("-", ""),
        deep("not ", ""),
        deep("f(", ")"),
        deep("if true then ", " else 1"),
        deep("\"{", "}\""),
        format!("script \"x\"\nlet a = {}\n", "a.b".repeat(10_000)),
        format!("script \"x\"\nlet a = 1{}\n", " + 1".repeat(100_000)),
        format!("script \"x\"\nlet a = b{}\n", ".c".repeat(100_000)),
        format!("script \"x\"\nlet a = b{}\n", "[0]".repeat(100_000)),
        format!("script \"x\"\nlet a = {}\n", "x => ".repeat(10_000)),
        format!(
            "script \"x\"\ninput\n  a : {}text{}\n",
            "list<".repeat(10_000),
            ">".repeat(10_000)
        ),
        format!("script \"x\"\nlet a = \"{}\"\n", "x".repeat(1_000_000)),
        format!("script \"x\"\nlet a = {} nope\n", " ".repeat(100_000)),
        deep_steps(1_000),
    ];
    for text in texts {
        check_text(&text, &ToolCatalog::default());
    }
}

#[test]
fn fixes_of_pages_mend_and_are_stable() {
    let catalog = catalog();
    for script in scripts() {
        let mut text = format!("script \"x\"\n{script}\n");
        for _ in 0..10 {
            text = apply_fixes(&text, &compile(&text, &catalog).diagnostics).text;
        }
        let rest = apply_fixes(&text, &compile(&text, &catalog).diagnostics);
        assert_eq!(rest.count, 0, "{text}");
    }
}
