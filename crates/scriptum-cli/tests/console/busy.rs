//! A thread that is busy with itself, calls nothing and waits for nothing, can still be ended.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader},
    process::Command,
    time::{Duration, Instant},
};

use crate::command::{ended, scriptum, whole};

/// Loops that nobody waits for: to their end they take many minutes.
const SCRIPT: &str = "script \"Busy\"\neach i in range(0, 100000)\n  \
                      each j in range(0, 100000)\n    let x = i + j\n";

/// Whoever takes longer does not end, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(10);

#[test]
fn the_time_of_a_busy_thread_runs_out() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("busy.scriptum"), SCRIPT).unwrap();
    let start = Instant::now();
    let args = ["run", "busy.scriptum", "--quiet", "--timeout", "200ms"];
    let (code, stderr) = ended(folder.path(), &args);
    assert!(start.elapsed() < PATIENCE);
    assert_ne!(code, 0, "{stderr}");
    assert!(stderr.contains("THREAD_TIMEOUT"), "{stderr}");
}

#[test]
fn a_busy_thread_can_be_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("busy.scriptum"), SCRIPT).unwrap();
    let start = Instant::now();
    let args = ["run", "busy.scriptum"];
    let mut child = scriptum(folder.path(), &args).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // Its id, and the first line of progress: it is under way.
    assert_eq!(lines.by_ref().take(2).map(Result::unwrap).count(), 2);
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let last = lines.map(Result::unwrap).last();
    let (code, _) = whole(&args, &child.wait_with_output().unwrap());
    assert_eq!(code, 130);
    assert!(last.is_some_and(|it| it.contains("--resume")));
    assert!(start.elapsed() < PATIENCE);
}
