//! The scripts of the language's own documentation, as files in `tests/seeds`.

mod support;

use std::path::Path;

use scriptum_compiler::{RenderOptions, Severity, compile, render};
use support::catalog;

/// Scripts that need what is not supported yet, with how often that is said.
const NOT_YET: &[(&str, usize)] = &[
    ("embed", 1),
    ("imports", 1),
    ("transcript", 1),
    ("wildcard", 2),
];

#[test]
fn scripts_of_the_documentation_compile_as_they_stand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/seeds");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let compiled = compile(&text, &catalog());
        let shown = || {
            render(
                &compiled.diagnostics,
                name,
                &text,
                RenderOptions::new(false),
            )
        };
        let errors = compiled
            .diagnostics
            .iter()
            .filter(|it| it.severity == Severity::Error);
        let codes: Vec<&str> = errors.map(|it| it.code.0).collect();
        let not_yet = NOT_YET.iter().find(|(script, _)| *script == name);
        match not_yet {
            Some((_, times)) => assert_eq!(codes, vec!["not-supported-yet"; *times], "{}", shown()),
            None => assert!(compiled.program.is_some(), "{}", shown()),
        }
        count += 1;
    }
    assert_eq!(count, 10);
}
