//! Files that cannot be had, and how texts of other systems are read.

use crate::command::{ended, scriptum, whole};

const FINE: &str = "script \"Fine\"\n\nlet x = 1\n";

#[test]
fn a_file_that_is_missing_keeps_no_other_one_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("empty")).unwrap();
    std::fs::write(at("fine.scriptum"), FINE).unwrap();
    std::fs::write(at("wrong.scriptum"), "script \"W\"\n\nlet x = y\n").unwrap();
    std::fs::write(at("loose.scriptum"), "script \"W\"\nlet x = 1\n").unwrap();
    let cases: [(&[&str], i32, &[&str]); 8] = [
        (
            &["check", "none", "wrong.scriptum"],
            5,
            &["'none': no such file", "checked 1 script: 1 error"],
        ),
        (&["check", "none", "empty"], 5, &["'none': no such file"]),
        (&["check", "empty"], 5, &["no script found"]),
        (
            &["fmt", "--check", "none", "loose.scriptum"],
            5,
            &["'none': no such file", "1 would change"],
        ),
        (&["test", "none"], 5, &["'none': no such file"]),
        (&["contract", "empty"], 2, &["is a folder"]),
        (
            &["run", "fine.scriptum", "--input", "@empty"],
            2,
            &["is a directory"],
        ),
        (
            &["run", "fine.scriptum", "--workspace", "none"],
            5,
            &["there is no folder 'none'"],
        ),
    ];
    for (args, expected, lines) in cases {
        let (code, stderr) = ended(folder.path(), args);
        assert_eq!(code, expected, "{args:?}: {stderr}");
        for line in lines {
            assert!(stderr.contains(line), "{args:?}: {stderr}");
        }
        assert!(!stderr.contains("os error"), "{args:?}: {stderr}");
    }
}

#[test]
fn what_somebody_may_have_meant_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fine.scriptum"), FINE).unwrap();
    let cases: [(&[&str], i32, &str); 4] = [
        (&["fine.scriptum"], 2, "scriptum run fine.scriptum"),
        (&["run", "fine"], 5, "did you mean 'fine.scriptum'?"),
        (
            &["check", "fien.scriptum"],
            5,
            "did you mean 'fine.scriptum'?",
        ),
        (
            &["run", "fine.scriptum", "--input", "topic=tea"],
            2,
            "--set 'topic=tea'",
        ),
    ];
    for (args, expected, line) in cases {
        let (code, stderr) = ended(folder.path(), args);
        assert_eq!(code, expected, "{args:?}: {stderr}");
        assert!(stderr.contains(line), "{args:?}: {stderr}");
    }
}

#[test]
fn line_ends_and_marks_of_other_systems_mean_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let windows = format!("\u{feff}{}", FINE.replace('\n', "\r\n"));
    std::fs::write(folder.path().join("w.scriptum"), windows).unwrap();
    for args in [&["check", "w.scriptum"], &["run", "w.scriptum"]] {
        let (code, stderr) = ended(folder.path(), args);
        assert_eq!(code, 0, "{args:?}: {stderr}");
    }
    let args = ["fmt", "--stdout", "w.scriptum"];
    let output = scriptum(folder.path(), &args).output().unwrap();
    assert_eq!(whole(&args, &output).0, 0);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), FINE);
}

/// What can be shown as JSON or YAML is.
#[test]
fn commands_have_the_forms_that_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), FINE).unwrap();
    let cases: [(&[&str], &str); 6] = [
        (
            &["explain", "--list", "-o", "json"],
            "\"code\": \"unknown-tool\"",
        ),
        (
            &["explain", "unknown-tool", "-o", "yaml"],
            "code: unknown-tool",
        ),
        (&["ast", "f.scriptum", "-o", "yaml"], "type: source_file"),
        (&["ir", "f.scriptum", "-o", "json"], "\"ir\":1"),
        (&["contract", "f.scriptum", "-o", "yaml"], "inputs: []"),
        (&["--version"], "protocol dodil.scriptum.v1"),
    ];
    for (args, expected) in cases {
        let output = scriptum(folder.path(), args).output().unwrap();
        let (code, stderr) = whole(args, &output);
        assert_eq!(code, 0, "{args:?}: {stderr}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains(expected), "{args:?}: {stdout}");
    }
}
