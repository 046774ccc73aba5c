//! What holds for every text: lexing and parsing lose nothing, never panic, and end soon.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

use proptest::prelude::*;
use scriptum_syntax::{SyntaxKind, SyntaxNode, WalkEvent, format, lex, parse};
use std::{fs, path::Path, sync::LazyLock};

/// The deepest tree that the limits of the language allow.
const TREE_DEPTH_MAX: usize = 700;

fn check(text: &str) {
    let mut end = 0;
    for token in lex(text) {
        assert_eq!(
            token.span.start, end,
            "tokens follow each other in {text:?}"
        );
        assert!(!token.span.is_empty(), "no token is empty in {text:?}");
        end = token.span.end;
    }
    assert_eq!(end as usize, text.len(), "tokens reach the end of {text:?}");
    let parse = parse(text);
    check_tree(&parse.syntax(), text);
    for diagnostic in &parse.diagnostics {
        let spans = diagnostic
            .labels
            .iter()
            .chain([&diagnostic.primary])
            .map(|label| label.span);
        let edits = diagnostic
            .fix
            .iter()
            .flat_map(|fix| &fix.edits)
            .map(|edit| edit.span);
        for span in spans.chain(edits) {
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{diagnostic:?} in {text:?}"
            );
        }
        assert!(!diagnostic.message.is_empty());
    }
    // Whatever the typed view is asked, it answers.
    let _ = format!("{:?}", walk(&parse.tree()));
}

/// The tokens of the tree follow each other and are the text; each node holds what is between where it
/// is entered and left, and knows its parent.
fn check_tree(root: &SyntaxNode, text: &str) {
    let (mut end, mut open) = (0, Vec::new());
    for event in root.walk() {
        match event {
            WalkEvent::Enter(node) => {
                assert_eq!(node.parent().as_ref(), open.last(), "parents in {text:?}");
                assert_eq!(node.span().start, end, "{node:?} begins here in {text:?}");
                assert!(node.kind().is_node());
                open.push(node);
                assert!(open.len() <= TREE_DEPTH_MAX, "the tree is not too deep");
            }
            WalkEvent::Token(token) => {
                assert_eq!(token.span().start, end, "{token:?} comes next in {text:?}");
                assert!(!token.kind().is_node() && token.kind() != SyntaxKind::LineEnd);
                end = token.span().end;
            }
            WalkEvent::Leave(node) => {
                assert_eq!(node.span().end, end, "{node:?} ends here in {text:?}");
                assert_eq!(open.pop(), Some(node));
            }
        }
    }
    assert_eq!(end as usize, text.len(), "the tree is the text");
    assert_eq!(root.text(), text, "the tree is the text");
}

/// Asks the typed view for what needs care: texts, numbers, spans.
fn walk(file: &scriptum_syntax::ast::SourceFile) -> Vec<String> {
    use scriptum_syntax::ast::{AstNode, Expr, Field, Step, StepNode, StringLiteral};
    let mut seen = Vec::new();
    for annotation in file.annotations() {
        seen.extend(
            annotation
                .values()
                .map(|(value, span)| format!("{value}{span:?}")),
        );
    }
    for node in file.syntax().descendants() {
        if let Some(string) = StringLiteral::cast(node.clone()) {
            seen.push(format!("{:?} {:?}", string.pieces(), string.plain()));
        }
        if let Some(expr) = Expr::cast(node.clone()) {
            seen.push(format!("{:?}", expr.span()));
        }
        if let Some(field) = Field::cast(node.clone()) {
            seen.push(format!("{:?} {:?}", field.doc(), field.name()));
        }
        if let Some(step) = Step::cast(node) {
            seen.push(format!(
                "{:?} {:?} {:?}",
                step.verb_span(),
                step.label(),
                step.inputs().count()
            ));
        }
    }
    seen
}

/// Every script of the fixtures.
static SCRIPTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let blocks = text.split("```scriptum\n").skip(1);
        scripts.extend(blocks.map(|block| block.split("```").next().unwrap().to_owned()));
    }
    scripts.sort();
    scripts
});

/// Words and marks of the language, between spaces.
const WORDS: &str = r#"
    script version enum input output stream import tools env from native mcp as list do let each decide
    check together pipe repeat wait agent ask plan run emit yield send with via parallel sleep batch max
    until when otherwise on thread error pass fail retry every fallback ignore continue goto for event
    timeout returns if then else and or not in true false null rules llm schema x emitt while of is
    ( ) [ ] { } , : :: . = == != < <= > >= + - * / % | ? ?. ?? => -> ->> := === !== && || ! ; # ### // /* */ --
    " """ "a" "{x}" "{f("x")}" 'a' ' ` \ \n \u12 1 0.5 5m 1e9 é “
"#;

/// Pieces that hold spaces or line breaks, or are broken in a way of their own.
const OTHER_PIECES: &[&str] = &[
    " ",
    " ",
    "\n",
    "\n",
    "\n  ",
    "\n  ",
    "\n    ",
    "\n      ",
    "\n\t",
    "\r\n",
    "### S ###",
    "\"{ {a: 1}\"",
    "-- @accepts_extension .A",
    "\u{a0}",
    "\u{feff}",
    "on error: retry",
    "script \"s\"\n",
];

static PIECES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    WORDS
        .split_whitespace()
        .chain(OTHER_PIECES.iter().copied())
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        check(&text);
    }

    #[test]
    fn any_characters_of_the_language_are_read(text in "[a-f \\n\\t\\r\"{}()\\[\\]:=.,>|#'/?\\\\0-9-]{0,120}") {
        check(&text);
    }

    #[test]
    fn any_sequence_of_words_is_read(pieces in prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..80)) {
        check(&pieces.concat());
        check(&pieces.join(" "));
    }

    #[test]
    fn any_damaged_script_is_read(
        script in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, prop::sample::select(PIECES.as_slice())), 1..5),
    ) {
        let mut text = script.get(&SCRIPTS).clone();
        for (at, len, piece) in cuts {
            let mut start = at.index(text.len() + 1);
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + len).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(start..end, piece);
        }
        check(&text);
    }
}

/// Texts that would cost too much, or too much stack, if some rule had no bound.
#[test]
fn extreme_texts_are_read() {
    let repeated = [
        "(",
        "[",
        "{",
        "f(",
        "-",
        "not ",
        "a.",
        "a + ",
        "a ?? ",
        "a[",
        "\"{",
        "{a",
        "{\"",
        "{[",
        "\"{a(\"",
        "if ",
        "x => ",
        "list<",
        "?",
        "x? ",
        "\\",
        "\"\"\"",
        "\"",
        "'",
        "###\n",
        "-- a\n",
        "\t\n",
        "\n",
        "}",
        ")",
        "a b ",
        "each x in xs\n",
        "emitt \"a\"\n",
        "input\n",
        "{a: ",
        "[1, ",
        "/*",
        "#",
        "{x} ",
        "{ {",
        "\u{a0}\n",
        "\r\n",
        "\"a {b\" ",
        "é",
    ];
    for piece in repeated {
        for before in [
            "",
            "let a = ",
            "script \"s\"\n",
            "script \"s\"\nlet a = \"",
            "input\n  a : ",
        ] {
            let text = before.to_owned() + &piece.repeat(2_000);
            check(&text);
        }
    }
}

#[test]
fn deep_indentation_is_an_error_and_no_overflow() {
    let depth = 2_000;
    let mut steps = String::from("script \"s\"\n");
    let mut fields = String::from("script \"s\"\ninput\n");
    for level in 0..depth {
        steps.extend([&" ".repeat(level), "each x in xs\n"]);
        fields.extend([&" ".repeat(level + 1), "a : object\n"]);
    }
    for text in [steps, fields] {
        check(&text);
        let deep = parse(&text)
            .diagnostics
            .into_iter()
            .filter(|found| found.code.0 == "nesting-too-deep")
            .count();
        assert_eq!(deep, 1);
    }
}

/// The tree without space, and the codes of the diagnostics: what must not depend on layout.
fn essence(text: &str) -> (Vec<String>, Vec<&'static str>) {
    let parse = parse(text);
    let essence = parse.syntax().walk().filter_map(|event| match event {
        WalkEvent::Enter(_) => Some("node".to_owned()),
        WalkEvent::Token(token) if token.kind().is_trivia() => None,
        WalkEvent::Token(token) if token.text().contains('\n') => {
            Some(format!("{:?}", token.kind()))
        }
        WalkEvent::Token(token) => Some(token.text().to_owned()),
        WalkEvent::Leave(_) => None,
    });
    (
        essence.collect(),
        parse.diagnostics.iter().map(|found| found.code.0).collect(),
    )
}

/// Changes the indentation of every line.
fn reindented(text: &str, indent: impl Fn(usize) -> String) -> String {
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        if rest.trim().is_empty() {
            line.to_owned()
        } else {
            indent(line.len() - rest.len()) + rest
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn layout_does_not_change_the_tree() {
    for script in SCRIPTS.iter().filter(|script| !script.contains('\t')) {
        let expected = essence(script);
        assert_eq!(
            essence(&script.replace('\n', "\r\n")),
            expected,
            "with CRLF: {script}"
        );
        assert_eq!(
            essence(&reindented(script, |indent| " ".repeat(indent + 3))),
            expected,
            "moved: {script}"
        );
        assert_eq!(
            essence(&reindented(script, |indent| " ".repeat(indent * 2))),
            expected,
            "doubled: {script}"
        );
        assert_eq!(
            essence(&script.replace('\n', "\n\n")),
            expected,
            "with blank lines: {script}"
        );
    }
}

#[test]
fn the_fix_of_tabs_gives_the_tree_that_spaces_give() {
    let is_even = |script: &&String| {
        script
            .lines()
            .all(|line| (line.len() - line.trim_start().len()) % 2 == 0)
    };
    let correct = SCRIPTS
        .iter()
        .filter(|script| !script.contains(['\t', 'é']))
        .filter(is_even);
    let mut count = 0;
    for script in
        correct.filter(|script| parse(script).diagnostics.is_empty() && script.contains("\n  "))
    {
        let tabs = reindented(script, |indent| "\t".repeat(indent / 2));
        let parse = parse(&tabs);
        let codes: Vec<&str> = parse.diagnostics.iter().map(|found| found.code.0).collect();
        assert_eq!(codes, ["tab-indentation"], "{tabs}");
        let fix = parse.diagnostics.first().unwrap().fix.as_ref().unwrap();
        let mut fixed = tabs.clone();
        for edit in fix.edits.iter().rev() {
            fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        assert_eq!(essence(&fixed), essence(script), "{script}");
        count += 1;
    }
    assert!(count > 10);
}

#[test]
fn formatting_is_done_at_once_and_keeps_the_tree() {
    let mut count = 0;
    for script in SCRIPTS.iter().filter(|script| !parse(script).has_errors()) {
        check_format(script);
        // However the author lays it out.
        check_format(&reindented(script, |indent| " ".repeat(indent * 3)));
        check_format(&script.replace('\n', "\r\n\r\n"));
        check_format(
            &script
                .replace(" -> ", " -> -- why\n")
                .replace('(', "( ")
                .replace(',', " ,"),
        );
        count += 1;
    }
    assert!(count > 20);
}

fn check_format(text: &str) {
    let parse = parse(text);
    let formatted = format(&parse);
    if parse.has_errors() {
        assert_eq!(formatted, text);
        return;
    }
    let again = scriptum_syntax::parse(&formatted);
    assert_eq!(
        format(&again),
        formatted,
        "formatting twice changes\n{text}"
    );
    assert_eq!(
        essence(&formatted),
        essence(text),
        "formatting changes the meaning of\n{text}"
    );
    assert!(
        formatted
            .lines()
            .all(|line| !line.ends_with([' ', '\t']) || line.contains('"')),
        "{formatted}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(500), failure_persistence: None, ..ProptestConfig::default() })]

    /// Scripts with lines left out, doubled or moved are often still without errors.
    #[test]
    fn any_script_is_formatted_at_once(
        script in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..6), 0..9),
    ) {
        let mut lines: Vec<String> = script.get(&SCRIPTS).lines().map(str::to_owned).collect();
        for (from, to, edit) in edits {
            if lines.is_empty() {
                break;
            }
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            match edit {
                0 => { lines.remove(from); }
                1 => { let line = lines[from].clone(); lines.insert(to, line); }
                2 => { let indent = lines[from].len() - lines[from].trim_start().len();
                       lines.insert(to, format!("{}-- a comment", " ".repeat(indent))); }
                3 => lines.insert(to, String::new()),
                // Few columns, so that comments stand below each other often.
                _ => lines[from] = format!("{:<1$}  -- behind", lines[from], 10 + to % 3 * 10),
            }
        }
        check_format(&(lines.join("\n") + "\n"));
    }
}
