//! Scripts that run scripts beside them: how they end, pause, fail to begin and survive a kill.
#![cfg(unix)]

use std::{path::Path, process::Command};

use crate::{
    command::{ended, scriptum, thread_of, whole},
    counter::Counter,
};

const PARENT: &str = "script \"Parent\"\noutput\n  total : integer\n\
                      run \"sum\" { a = 1, b = 2 }\n  -> sum\nemit \"Done\"\n  total = sum.total\n";
const SUM: &str = "script \"Sum\"\ninput\n  a : integer\n  b : integer\noutput\n  total : integer\n\
                   emit \"Done\"\n  total = a + b\n";
const READER: &str = "script \"Reader\"\noutput\n  text : text\nimport tools\n  \
                      file_read from native\ndo \"Read\" with file_read\n  path = \"note.txt\"\n  \
                      -> note\nemit \"Done\"\n  text = note.content\n";
const STOP: &str = "script \"Stop\"\noutput\n  text : text\nrun reader -> read\nemit \"Done\"\n  \
                    text = read.text\n";
const NET: [&str; 2] = ["--allow-net", "127.0.0.1/32"];

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Exit code, stdout and stderr.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = scriptum(folder, args).output().unwrap();
    let (code, stderr) = whole(args, &output);
    let stdout = String::from_utf8(output.stdout).unwrap();
    (code, stdout, stderr)
}

/// The command that a line of stderr gives behind these words, as a shell runs it.
fn shell(folder: &Path, stderr: &str, before: &str) -> (i32, String, String) {
    let line = stderr.lines().find_map(|line| line.strip_prefix(before));
    let command = line.unwrap_or_else(|| panic!("no '{before}' in {stderr}"));
    let output = Command::new("sh")
        .args(["-c", command.trim()])
        .current_dir(folder)
        .output()
        .unwrap();
    let (code, stderr) = whole(&[command], &output);
    (code, String::from_utf8(output.stdout).unwrap(), stderr)
}

#[test]
fn a_script_runs_the_one_beside_it() {
    let folder = folder(&[("parent.scriptum", PARENT), ("sum.scriptum", SUM)]);
    let (code, stdout, stderr) = run(folder.path(), &["run", "parent.scriptum"]);
    assert_eq!(
        (code, stdout.as_str()),
        (0, "{\n  \"total\": 3\n}\n"),
        "{stderr}"
    );
    let thread = |what: &str| {
        let lines = stderr
            .lines()
            .filter(|line| line.starts_with("thread thr_"));
        lines.filter(|line| line.ends_with(what)).count()
    };
    assert_eq!(
        (thread(" begins: Sum"), thread(" completed: Sum")),
        (1, 1),
        "{stderr}"
    );
    let (_, list, _) = run(folder.path(), &["run", "--list"]);
    assert_eq!(list.matches("completed").count(), 2, "{list}");
}

const BROKEN: &str = "script \"Broken\"\nlet x = unknown\n";

/// What a script beside takes is known before anything runs.
#[test]
fn what_surely_cannot_begin_is_refused() {
    let cases = [
        ("run \"summ\" { a = 1, b = 2 }", "there is no script `summ`"),
        (
            "run \"elsewhere\"",
            "there are `broken`, `parent` and `sum`",
        ),
        ("run \"../sum\" { a = 1, b = 2 }", "`../sum` is a file"),
        ("run \"sum.scriptum\" { a = 1, b = 2 }", "run \"sum\""),
        ("run \"sum\" { a = \"x\" }", "needs the input `b`"),
        (
            "run \"sum\" { a = 1, b = 2 }\n  -> sum\nlet x = upper(sum.total)",
            "this is an integer",
        ),
    ];
    for (step, expected) in cases {
        let script = format!("script \"P\"\n{step}\n");
        let files = [
            ("parent.scriptum", script.as_str()),
            ("sum.scriptum", SUM),
            ("broken.scriptum", BROKEN),
        ];
        let folder = folder(&files);
        let (code, stdout, _) = run(folder.path(), &["check", "parent.scriptum"]);
        assert_eq!(code, 1, "{step}: {stdout}");
        assert!(stdout.contains(expected), "{step}: {stdout}");
        let (code, _, stderr) = run(folder.path(), &["run", "parent.scriptum"]);
        assert_eq!(code, 1, "{step}: {stderr}");
    }
}

#[test]
fn check_mends_the_name_of_a_script() {
    let files = [
        ("p.scriptum", "script \"P\"\nrun \"./q.scriptum\"\n"),
        ("q.scriptum", "script \"Q\"\nlet x = 1\n"),
    ];
    let folder = folder(&files);
    let (code, stdout, _) = run(folder.path(), &["check", "--fix", "p.scriptum"]);
    assert_eq!((code, stdout.as_str()), (0, ""));
    let text = std::fs::read_to_string(folder.path().join("p.scriptum")).unwrap();
    assert_eq!(text, "script \"P\"\nrun \"q\"\n");
}

#[test]
fn what_cannot_begin_pauses_the_parent_and_says_why() {
    let cases = [
        ("run \"broken\"", "line 2: nothing here has the name"),
        ("run \"above\"", "there is no script `missing`"),
        (
            "run \"sum\" { a = parse_json(\"null\"), b = 2 }",
            "/a: must be integer, is null",
        ),
    ];
    for (step, expected) in cases {
        let script = format!("script \"P\"\n{step}\n");
        let files = [
            ("parent.scriptum", script.as_str()),
            ("sum.scriptum", SUM),
            ("broken.scriptum", BROKEN),
            ("above.scriptum", "script \"A\"\nrun \"missing\"\n"),
        ];
        let folder = folder(&files);
        let (code, _, stderr) = run(folder.path(), &["run", "parent.scriptum"]);
        assert_eq!(code, 22, "{step}: {stderr}");
        assert!(stderr.contains("SUBTHREAD_FAILED"), "{step}: {stderr}");
        assert!(stderr.contains(expected), "{step}: {stderr}");
    }
}

/// Without the file nobody knows where the scripts are; the printed command names it.
#[test]
fn the_printed_command_says_where_the_scripts_are() {
    let read = "import tools\n  file_read from native\n\
                do \"Read\" with file_read\n  path = \"note.txt\"\nrun";
    let parent = PARENT.replacen("run", read, 1);
    let folder = folder(&[("parent.scriptum", &parent), ("sum.scriptum", SUM)]);
    let (code, _, stderr) = run(folder.path(), &["run", "parent.scriptum"]);
    assert_eq!(code, 22, "{stderr}");
    std::fs::write(folder.path().join("note.txt"), "go on").unwrap();
    let (code, again) = ended(folder.path(), &["run", "--resume", &thread_of(&stderr)]);
    assert_eq!(code, 22, "{again}");
    assert!(again.contains("run FILE --resume THREAD"), "{again}");
    let before = "resume with the same input:";
    let (code, stdout, stderr) = shell(folder.path(), &stderr, before);
    assert_eq!((code, stdout.contains('3')), (0, true), "{stderr}");
}

#[test]
fn a_parent_does_not_wait_for_a_paused_child() {
    let folder = folder(&[("stop.scriptum", STOP), ("reader.scriptum", READER)]);
    let (code, _, stderr) = run(folder.path(), &["run", "stop.scriptum"]);
    assert_eq!(code, 22, "{stderr}");
    let parent = thread_of(&stderr);
    let (_, listed, _) = run(folder.path(), &["run", "--list", "-o", "wide"]);
    let line_with = |part: &str| listed.lines().find(|line| line.contains(part)).unwrap();
    let child = line_with("paused (error)").split(' ').next().unwrap();
    let blocked = line_with(" blocked ");
    assert!(blocked.starts_with(&parent), "{listed}");
    assert!(
        blocked.ends_with(&format!("blocked by {child}")),
        "{listed}"
    );
    let (code, again) = ended(
        folder.path(),
        &["run", "stop.scriptum", "--resume", &parent],
    );
    assert_eq!(code, 22, "{again}");
    std::fs::write(folder.path().join("note.txt"), "found").unwrap();
    let (code, stdout, child) = shell(folder.path(), &again, "resume with the same input:");
    assert_eq!((code, stdout.contains("found")), (0, true), "{child}");
    assert_ne!(thread_of(&child), parent);
    let (code, stdout, last) = shell(folder.path(), &again, "then go on with:");
    assert_eq!((code, stdout.contains("found")), (0, true), "{last}");
    assert_eq!(thread_of(&last), parent);
}

/// The process dies, or is interrupted, while the sub-thread waits for an answer.
#[test]
fn a_child_is_started_once() {
    for signal in ["-KILL", "-INT"] {
        let server = Counter::start(1, false);
        let folder = folder(&[("child.scriptum", &server.script(1))]);
        let parent = "script \"P\"\noutput\n  bodies : any\nrun \"child\" -> got\n\
                      emit \"Done\"\n  bodies = got.bodies\n";
        std::fs::write(folder.path().join("p.scriptum"), parent).unwrap();
        let args = ["run", "p.scriptum", NET[0], NET[1]];
        let child = scriptum(folder.path(), &args).spawn().unwrap();
        server.wait_for_a_call();
        let id = child.id().to_string();
        let kill = Command::new("kill").args([signal, &id]).status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let expected = if signal == "-INT" { Some(130) } else { None };
        assert_eq!(output.status.code(), expected, "{stderr}");
        server.open();
        let thread = thread_of(&stderr);
        let args = ["run", "--resume", &thread, NET[0], NET[1]];
        let (code, stdout, again) = run(folder.path(), &args);
        assert_eq!(
            (code, stdout.contains("item 0")),
            (0, true),
            "{signal}: {again}"
        );
        let (_, list, _) = run(folder.path(), &["run", "--list"]);
        assert_eq!(list.matches("completed").count(), 2, "{list}");
        assert_eq!(list.lines().count(), 3, "{list}");
    }
}

/// The sub-thread ends failed; so does the step of the parent.
#[test]
fn a_child_that_fails_fails_the_step() {
    let fails = "script \"Fails\"\ncheck \"No\" 1 == 2\n  on fail: fail \"never\"\n";
    let parent = "script \"P\"\noutput\n  why : text\nrun fails -> got\n  on error: ignore\n\
                  emit \"Done\"\n  why = got?.status ?? \"nothing\"\n";
    let folder = folder(&[("p.scriptum", parent), ("fails.scriptum", fails)]);
    let (code, stdout, stderr) = run(folder.path(), &["run", "p.scriptum"]);
    assert_eq!((code, stdout.contains("nothing")), (0, true), "{stderr}");
    assert!(stderr.contains("failed: Fails"), "{stderr}");
}
