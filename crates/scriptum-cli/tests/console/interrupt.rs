//! Ctrl-C, and readers that go away.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use crate::{
    command::{ended, scriptum, thread_of},
    counter::Counter,
};

const ITEMS: usize = 6;

/// The command that is printed is executed as it is, by a shell.
#[test]
fn an_interrupted_run_goes_on_by_the_printed_command() {
    let server = Counter::start(ITEMS, false);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("my scripts")).unwrap();
    let file = "my scripts/f.scriptum";
    std::fs::write(folder.path().join(file), server.script(ITEMS)).unwrap();
    let args = ["run", file, "--allow-net", "127.0.0.1/32"];
    let child = scriptum(folder.path(), &args).spawn().unwrap();
    server.wait_for_a_call();
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    server.open();
    let command = stderr.lines().last().unwrap().trim();
    assert!(command.contains(&thread_of(&stderr)), "{command}");
    let shell = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let again = String::from_utf8_lossy(&shell.stderr);
    assert!(shell.status.success(), "{command}: {again}");
    let result = String::from_utf8(shell.stdout).unwrap();
    assert!(
        (0..ITEMS).all(|item| result.contains(&format!("\"item {item}\""))),
        "{result}"
    );
    // Requests are made again when Ctrl-C hid their answers, the others once.
    let calls = server.calls();
    assert!(
        calls.iter().all(|count| (1..=2).contains(count)),
        "{calls:?}"
    );
}

/// Sessions of a paused thread: the new input, or the output that it is given.
#[test]
fn a_paused_thread_takes_another_input_or_an_output() {
    let folder = tempfile::tempdir().unwrap();
    let script = "script \"Read\"\noutput\n  text : any\nimport tools\n  file_read from native\n\
                  do \"Read\" with file_read\n  path = \"missing.txt\"\n  -> note\nemit\n  text = note\n";
    std::fs::write(folder.path().join("r.scriptum"), script).unwrap();
    std::fs::write(folder.path().join("there.txt"), "it is there").unwrap();
    let changes = [
        ("--override", r#"{"path": "there.txt"}"#, "it is there"),
        (
            "--step-output",
            r#"{"path": "missing.txt", "content": "from an operator", "encoding": "text", "size_bytes": 16}"#,
            "from an operator",
        ),
    ];
    for (flag, value, expected) in changes {
        let (code, stderr) = ended(folder.path(), &["run", "r.scriptum"]);
        assert_eq!(code, 22, "{stderr}");
        let thread = thread_of(&stderr);
        let args = ["run", "--resume", &thread, flag, value];
        let output = scriptum(folder.path(), &args).output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stdout.contains(expected), "{flag}: {stdout} {stderr}");
        assert_eq!(output.status.code(), Some(0));
        let (code, stderr) = ended(folder.path(), &args);
        assert_eq!(code, 11, "an ended thread takes no change: {stderr}");
    }
}

/// `scriptum … | head -1`, of results and of progress.
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let junk = format!("script \"Junk\"\n{}", "let x = unknown\n".repeat(2_000));
    std::fs::write(folder.path().join("junk.scriptum"), junk).unwrap();
    let mut child = scriptum(folder.path(), &["check", "junk.scriptum", "-o", "json"])
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::with_capacity(1, child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");

    let hello = "script \"Hello\"\noutput\n  said : text\nemit\n  said = \"hello\"\n";
    std::fs::write(folder.path().join("hello.scriptum"), hello).unwrap();
    let mut child = scriptum(folder.path(), &["run", "hello.scriptum"])
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("hello"));
}
