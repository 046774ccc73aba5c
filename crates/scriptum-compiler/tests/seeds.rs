//! The scripts of the language's own documentation, as files in `tests/seeds`.

mod support;

use std::path::Path;

use scriptum_compiler::{RenderOptions, compile, compile_yaml, render};
use scriptum_syntax::{format, parse};
use scriptum_vm::program::to_yaml;
use support::catalog;

/// Warnings are about what a script leaves out; the documentation shows parts of scripts.
#[test]
fn scripts_of_the_documentation_compile_as_they_stand() {
    each_script(|name, text| {
        let compiled = compile(text, &catalog());
        let options = RenderOptions::new(false);
        let shown = || render(&compiled.diagnostics, name, text, options);
        assert!(compiled.program.is_some(), "{}", shown());
    });
}

#[test]
fn formatting_them_changes_nothing_of_what_they_mean() {
    each_script(|name, text| {
        let once = format(&parse(text));
        assert_eq!(format(&parse(&once)), once, "{name}");
        let program = |text: &str| {
            let program = compile(text, &catalog()).program;
            without_lines(&to_yaml(&program.expect("it compiles")))
        };
        assert_eq!(program(text), program(&once), "{name}");
    });
}

#[test]
fn their_programs_survive_being_written_as_yaml() {
    each_script(|name, text| {
        let compiled = compile(text, &catalog());
        let program = compiled.program.expect("it compiles");
        let document = to_yaml(&program);
        let again = compile_yaml(&document, &catalog());
        let again = again.program.unwrap_or_else(|| panic!("{name} is refused"));
        assert_eq!(to_yaml(&again), document, "{name}");
    });
}

/// The document without the numbers of lines, which a formatter may change.
fn without_lines(document: &str) -> String {
    let lines = document.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("line:"));
    lines.collect::<Vec<_>>().join("\n")
}

#[expect(clippy::unwrap_used, reason = "the folder is part of the repository")]
fn each_script(check: impl Fn(&str, &str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/seeds");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        check(path.file_stem().unwrap().to_str().unwrap(), &text);
        count += 1;
    }
    assert_eq!(count, 12);
}
