//! Running the command, and killing it after so many lines of progress.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A script and the store that it runs on.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) file: PathBuf,
    pub(crate) data_dir: PathBuf,
}

impl Script {
    pub(crate) fn write(folder: &Path, name: &str, text: &str) -> Script {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        Script {
            file,
            data_dir: folder.join("store"),
        }
    }

    /// The scripts of a folder, each with a store below another one.
    pub(crate) fn all_in(folder: &Path, stores: &Path) -> Vec<Script> {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let scripts = entries.filter(|path| path.extension().is_some_and(|it| it == "scriptum"));
        let mut scripts: Vec<_> = scripts
            .map(|file| Script {
                data_dir: stores.join(file.file_stem().unwrap()),
                file,
            })
            .collect();
        scripts.sort_by(|a, b| a.file.cmp(&b.file));
        scripts
    }

    fn command(&self, thread: Option<&str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scriptum"));
        command
            .arg("run")
            .arg(&self.file)
            .arg("--data-dir")
            .arg(&self.data_dir);
        command.args(["--allow-net", "127.0.0.1/32"]);
        if let Some(thread) = thread {
            command.args(["--resume", thread]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// How a run ended that was to be killed.
#[derive(Debug)]
pub(crate) struct Killed {
    /// The thread; `None` when the process died before it was made.
    pub(crate) thread: Option<String>,
    /// True when the process ended before the kill.
    pub(crate) ended: bool,
}

/// Runs, and kills the process with SIGKILL after so many lines of progress.
pub(crate) fn run_until_killed(script: &Script, thread: Option<&str>, lines: u64) -> Killed {
    let mut child = script.command(thread).spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut seen = thread.map(str::to_owned);
    for _ in 0..lines {
        let Some(Ok(line)) = progress.next() else {
            break;
        };
        if line.starts_with("thr_") {
            seen = Some(line);
        }
    }
    let ended = kill(&mut child);
    Killed {
        thread: seen,
        ended,
    }
}

/// Runs to the end and gives the output; the thread must complete.
pub(crate) fn run_to_the_end(script: &Script, thread: Option<&str>) -> String {
    let output = script.command(thread).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} {thread:?}: {stderr}",
        script.file.display()
    );
    String::from_utf8(output.stdout).unwrap()
}

/// True when the process had completed before.
fn kill(child: &mut Child) -> bool {
    // SIGKILL; a process that has ended already is no fault here.
    let _: std::io::Result<()> = child.kill();
    let status = child.wait().unwrap();
    let mut output = Vec::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_end(&mut output)
        .unwrap();
    status.success()
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Splitmix64: one seed decides all moments.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
