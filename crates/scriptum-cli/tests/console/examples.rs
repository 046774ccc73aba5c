//! The tests beside the examples pass, and take every way through them that the summary knows of.

use std::path::Path;

use crate::command::scriptum;

#[test]
fn tests_of_the_examples_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = scriptum(&root, &["test", "examples"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    for folder in ["examples", "examples/asking"] {
        let scripts = count(&root.join(folder), ".scriptum");
        let tested = count(&root.join(folder), ".test.yaml");
        assert_eq!(scripts, tested, "each example has tests");
    }
    assert!(!said.contains("never"), "{said}");
}

#[test]
fn the_examples_are_written_as_everyone_writes_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let args = ["fmt", "--check", "examples"];
    let output = scriptum(&root, &args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn results_are_written_for_build_servers() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "a.scriptum",
        "script \"A\"\noutput\n  x : text\nemit \"E\"\n  x = \"<&>\"\n",
    );
    let tests = "tests:\n  - {name: \"<right>\", expect: {output: {x: \"<&>\"}}}\n  \
                 - {name: wrong, expect: {output: {x: \"\\a<\"}}}\n";
    write("a.test.yaml", tests);
    let args = ["test", "--junit", "results.xml"];
    let status = scriptum(folder.path(), &args).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let xml = std::fs::read_to_string(folder.path().join("results.xml")).unwrap();
    let parts = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"2\" failures=\"1\" ",
        "<testsuite name=\"a.test.yaml\" tests=\"2\" failures=\"1\" ",
        "<testcase classname=\"a.scriptum\" name=\"&lt;right&gt;\" file=\"a.test.yaml\" line=\"2\" ",
        "<failure message=\"output differs, line 3\">",
        "+   &quot;x&quot;: &quot;&lt;&amp;&gt;&quot;",
        "</testsuites>\n",
    ];
    for part in parts {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
    assert!(!xml.contains('\u{7}'), "{xml}");
}

fn count(folder: &Path, suffix: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(suffix))
        .count()
}
