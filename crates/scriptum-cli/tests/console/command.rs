//! Running the command and looking at how it ended.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// The command in a folder, on the store of that folder.
pub(crate) fn scriptum(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scriptum"));
    command.args(args).current_dir(folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The exit code and stderr of a command that neither panicked nor was killed.
pub(crate) fn ended(folder: &Path, args: &[&str]) -> (i32, String) {
    whole(args, &scriptum(folder, args).output().unwrap())
}

/// The exit code and stderr of a process that neither panicked nor was killed.
pub(crate) fn whole(args: &[&str], output: &Output) -> (i32, String) {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    let code = output.status.code();
    (
        code.unwrap_or_else(|| panic!("{args:?} was killed: {}", output.status)),
        stderr,
    )
}

/// The thread id that a run names first.
pub(crate) fn thread_of(stderr: &str) -> String {
    let id = stderr.lines().find(|line| line.starts_with("thr_"));
    id.unwrap_or_else(|| panic!("no thread id in {stderr}"))
        .to_owned()
}
