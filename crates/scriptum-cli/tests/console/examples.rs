//! The tests beside the examples pass, and take every way through them that the summary knows of.

use std::path::Path;

use crate::command::scriptum;

#[test]
fn tests_of_the_examples_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = scriptum(&root, &["test", "examples"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let scripts = count(&root.join("examples"), ".scriptum");
    let tested = count(&root.join("examples"), ".test.yaml");
    assert_eq!(scripts, tested, "each example has tests");
    assert!(!said.contains("never"), "{said}");
}

fn count(folder: &Path, suffix: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(suffix))
        .count()
}
