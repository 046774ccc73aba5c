//! Variables of a run: which are taken, which are refused, and what the printed command says of them.

use std::path::Path;

use crate::command::{ended, scriptum, thread_of, whole};

const SCRIPT: &str = "script \"Env\"
output
  said : text
env
  GREETING from \"HELLO_TEXT\" = \"hello\"
  PLACE = \"here\"
emit \"Done\"
  said = \"{GREETING} {PLACE}\"
";

fn said(folder: &Path, flags: &[&str]) -> (i32, String, String) {
    let args = [&["run", "-q", "f.scriptum"], flags].concat();
    let output = scriptum(folder, &args)
        .env("PLACE", "in the shell")
        .env_remove("HELLO_TEXT")
        .output()
        .unwrap();
    let (code, stderr) = whole(&args, &output);
    (code, String::from_utf8(output.stdout).unwrap(), stderr)
}

#[test]
fn variables_come_from_the_file_and_the_command_line_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), SCRIPT).unwrap();
    let file = "# for others, too\nexport HELLO_TEXT='good day'\nDATABASE=x\nPLACE=\"there\"\n";
    std::fs::write(folder.path().join(".env"), file).unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&[], "hello here"),
        (&["--env-file", ".env"], "good day there"),
        (
            &["--env-file", ".env", "--env-var", "PLACE=home"],
            "good day home",
        ),
        (&["--env-var", "PLACE"], "hello in the shell"),
        (&["--env-var", "HELLO_TEXT="], "\" here\""),
    ];
    for (flags, expected) in cases {
        let (code, stdout, stderr) = said(folder.path(), flags);
        assert_eq!(code, 0, "{flags:?}: {stderr}");
        assert!(stdout.contains(expected), "{flags:?}: {stdout}");
    }
}

#[test]
fn what_nobody_reads_is_refused_with_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.scriptum"), SCRIPT).unwrap();
    std::fs::write(folder.path().join("bad.env"), "A=1\nB\n\nC=\"\n").unwrap();
    let cases: [(&[&str], i32, &[&str]); 7] = [
        (
            &["--env-var", "HELO_TEXT=x", "--env-var", "ZZZ=1"],
            2,
            &[
                "HELO_TEXT: did you mean 'HELLO_TEXT'?",
                "ZZZ: is not declared",
            ],
        ),
        (
            &["--env-var", "GREETING=x"],
            2,
            &["GREETING: it is read from the key 'HELLO_TEXT'"],
        ),
        (
            &["--env-var", "HELLO_TEXT"],
            2,
            &["no variable 'HELLO_TEXT'"],
        ),
        (&["--env-var", "=x"], 2, &["'' is no name of a variable"]),
        (&["--env-var", "SLACK_TOKEN=x"], 0, &[]),
        (
            &["--env-file", "bad.env"],
            2,
            &["line 2: there is no '='", "line 4: the value of C lacks"],
        ),
        (&["--env-file", "none.env"], 5, &["cannot open 'none.env'"]),
    ];
    for (flags, expected, lines) in cases {
        let (code, _, stderr) = said(folder.path(), flags);
        assert_eq!(code, expected, "{flags:?}: {stderr}");
        for line in lines {
            assert!(stderr.contains(line), "{flags:?}: {stderr}");
        }
    }
}

/// Values of secrets do not stand in what is printed, and the command that is printed works as it is.
#[test]
fn the_printed_command_names_what_the_store_does_not_keep() {
    let folder = tempfile::tempdir().unwrap();
    let script = "script \"Tell\"\nenv\n  PLACE = \"here\"\nsend \"Tell\" via \"slack\"\n  channel = \"#a\"\n  text = PLACE\n";
    std::fs::create_dir(folder.path().join("my flows")).unwrap();
    std::fs::write(folder.path().join("my flows/f.scriptum"), script).unwrap();
    std::fs::write(folder.path().join("my flows/my.env"), "UNUSED=1\n").unwrap();
    let args = [
        "run",
        "my flows/f.scriptum",
        "--data-dir",
        "my store",
        "--env-file",
        "my flows/my.env",
        "--env-var",
        "PLACE=there",
    ];
    // A token of the shell is not the script's to use.
    let output = scriptum(folder.path(), &args)
        .env("SLACK_TOKEN", "xoxb-of-the-shell")
        .output()
        .unwrap();
    let (code, stderr) = whole(&args, &output);
    assert_eq!(code, 22, "{stderr}");
    assert!(stderr.contains("TOOL_UNAVAILABLE"), "{stderr}");
    assert!(stderr.contains("--env-var SLACK_TOKEN"), "{stderr}");
    let flags = "--data-dir 'my store' --workspace 'my flows' --env-file 'my flows/my.env'";
    let command = format!("run --resume {} {flags}\n", thread_of(&stderr));
    assert!(stderr.contains(&command), "{command} {stderr}");

    let (_, command) = stderr.split_once("resume with the same input:").unwrap();
    let command = command.lines().next().unwrap().trim();
    let output = std::process::Command::new("sh")
        .args(["-c", command])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let (code, again) = whole(&[command], &output);
    assert_eq!(code, 22, "{command}: {again}");
    let thread = thread_of(&stderr);
    let args = ["run", "--resume", &thread, "--data-dir", "my store"];
    let args = [&args[..], &["--env-var", "PLACE=away"]].concat();
    let (code, again) = ended(folder.path(), &args);
    assert_eq!(code, 22, "{again}");
    assert!(
        again.contains("keeps the variables that it began with: PLACE"),
        "{again}"
    );
    let (code, stderr) = ended(folder.path(), &["run", "--resume", "thr_0"]);
    assert_eq!(code, 2, "{stderr}");
}
