//! What must hold for every input, one function a target. Each takes any bytes and panics when something
//! does not hold. The fuzzer under `fuzz/` and the bounded test beside this file call the same functions.

use scriptum_compiler::{RenderOptions, compile, compile_yaml, render, render_json};
use scriptum_contract::ToolCatalog;
use scriptum_syntax::{Diagnostic, Parse, WalkEvent, format, lex, parse};
use scriptum_vm::program::{from_json, from_yaml, to_json, to_yaml};

/// A target: its name and what must hold.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const ALL: [Target; 5] = [
    ("lex", lexes),
    ("parse", parses),
    ("format", formats),
    ("compile", compiles),
    ("ir", loads),
];

/// Tokens joined are the text.
pub(crate) fn lexes(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let mut end = 0;
    for token in lex(text) {
        assert_eq!(
            token.span.start, end,
            "a token begins where the one before ends"
        );
        assert!(token.span.end > end, "no token is empty");
        assert!(
            text.is_char_boundary(token.span.end as usize),
            "no token cuts a character"
        );
        end = token.span.end;
    }
    assert_eq!(
        end as usize,
        text.len(),
        "the last token ends with the text"
    );
}

/// What the tokens of the tree hold.
fn joined(parse: &Parse) -> String {
    let tokens = parse.syntax().walk().filter_map(|event| match event {
        WalkEvent::Token(token) => Some(token.text().to_owned()),
        WalkEvent::Enter(_) | WalkEvent::Leave(_) => None,
    });
    tokens.collect()
}

/// The tree is the text, and every finding lies in it.
pub(crate) fn parses(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let parsed = parse(text);
    assert_eq!(joined(&parsed), text, "the tree is the text");
    check_places(&parsed.diagnostics, text);
}

/// Formatting again changes nothing.
pub(crate) fn formats(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let formatted = format(&parse(text));
    assert_eq!(
        format(&parse(&formatted)),
        formatted,
        "formatting is done once"
    );
}

/// Every text compiles to a program or to findings, and both can be shown.
pub(crate) fn compiles(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let compiled = compile(text, &ToolCatalog::default());
    assert_eq!(compiled.program.is_none(), compiled.has_errors());
    check_places(&compiled.diagnostics, text);
    let shown = render(
        &compiled.diagnostics,
        "fuzz.scriptum",
        text,
        RenderOptions::new(true),
    );
    assert_eq!(shown.is_empty(), compiled.diagnostics.is_empty());
    render_json(&compiled.diagnostics, "fuzz.scriptum", text);
    if let Some(program) = &compiled.program {
        let yaml = to_yaml(program);
        let read = from_yaml(&yaml).expect("what is written can be read");
        assert_eq!(to_yaml(&read), yaml, "YAML is the whole program");
    }
}

/// Every document is a program or refused, and a program is the same when it is written and read again.
pub(crate) fn loads(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(program) = from_yaml(text) {
        let yaml = to_yaml(&program);
        let again = from_yaml(&yaml).expect("what is written can be read");
        assert_eq!(to_yaml(&again), yaml, "YAML is the whole program");
    }
    if let Ok(program) = from_json(text) {
        let json = to_json(&program);
        let again = from_json(&json).expect("what is written can be read");
        assert_eq!(to_json(&again), json, "JSON is the whole program");
    }
    let compiled = compile_yaml(text, &ToolCatalog::default());
    assert_eq!(compiled.program.is_none(), compiled.has_errors());
    check_places(&compiled.diagnostics, text);
}

/// Findings and their fixes lie in the text, between characters.
fn check_places(diagnostics: &[Diagnostic], text: &str) {
    for diagnostic in diagnostics {
        let labels = diagnostic.labels.iter().map(|label| label.span);
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
        let spans = labels.chain([diagnostic.primary.span]);
        for span in spans.chain(edits.map(|edit| edit.span)) {
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{} lies outside of the text",
                diagnostic.code.0
            );
        }
    }
}
