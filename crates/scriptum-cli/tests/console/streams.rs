//! Many items, some of which fail, through pipes, loops and lanes, interrupted again and again.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::Command,
};

use crate::command::{scriptum, thread_of};

/// Lines of the file: enough for the queues on the way to be full.
const LINES: u32 = 700;

/// Every third line is no query, so its step fails and is ignored.
const SCRIPT: &str = r#"script "Flow"
output
  good : integer
  bad : integer
  looped : integer
  last : text
import tools
  file_read from native
  json_query from native

do "Read" with file_read { path = "queries.txt" }
  ->> queries
pipe query from queries batch 7 parallel 3
  do "Ask" with json_query
    value = { n: query }
    query = query
    on error: ignore
    -> found
  emit
    query = query
    ok = found != null
  ->> asked
together
  "Piped":
    pipe answer from asked
      let ok = if answer.ok then answer.query else ""
      -> oks
  "Looped":
    each n in range(0, 300) parallel 20
      do "Ask as well" with json_query
        value = n
        query = if n % 4 == 0 then "$[" else "$"
        on error: ignore
        -> got
      emit
        is_there = got != null
      -> loops
emit "Done"
  good = count(filter(oks, ok => ok != ""))
  bad = count(filter(oks, ok => ok == ""))
  looped = count(filter(loops, it => it.is_there))
  last = last(oks) ?? ""
"#;

#[test]
fn an_interrupted_flow_ends_with_the_same_result() {
    let folder = tempfile::tempdir().unwrap();
    let line = |n| match n % 3 {
        0 => "$[".to_owned(),
        _ => format!("$.n{n}"),
    };
    let lines: Vec<String> = (1..=LINES).map(line).collect();
    std::fs::write(folder.path().join("queries.txt"), lines.join("\n")).unwrap();
    std::fs::write(folder.path().join("flow.scriptum"), SCRIPT).unwrap();
    let output = scriptum(folder.path(), &["run", "flow.scriptum"]).output();
    let expected = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(expected.contains("\"bad\": 233"), "{expected}");
    assert!(expected.contains("\"looped\": 225"), "{expected}");

    let mut args = vec!["run".to_owned(), "flow.scriptum".to_owned()];
    let moments = [3, 40, 150, 400, 900, 1_600, 2_500];
    for (interrupts, lines) in moments.into_iter().enumerate() {
        let (stderr, stdout) = interrupted(folder.path(), &args, lines);
        if !stdout.is_empty() {
            // It was faster than the signal.
            assert_eq!(stdout, expected);
            assert!(interrupts > 2, "only {interrupts} interrupts");
            return;
        }
        args = vec!["run".to_owned(), "--resume".to_owned(), thread_of(&stderr)];
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = scriptum(folder.path(), &args).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

/// Runs the command until it has said so much, then presses Ctrl-C.
fn interrupted(folder: &Path, args: &[String], lines: usize) -> (String, String) {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut child = scriptum(folder, &args).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    for _ in 0..lines {
        if stderr.read_line(&mut said).unwrap() == 0 {
            break;
        }
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .output();
    drop(kill.unwrap());
    stderr.read_to_string(&mut said).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().unwrap();
    assert!(code == 130 || code == 0, "{code}: {said}");
    (said, stdout)
}
