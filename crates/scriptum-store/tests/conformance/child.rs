//! This program as another process: it opens a store, works in it, and is killed.

use std::{
    io::{BufRead, BufReader, Lines, Read, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use scriptum_engine::{ClaimScope, Commit, Committed, InboxNumber, StepStatus, Store};
use scriptum_store::SqliteStore;
use scriptum_vm::{Slot, Status, Timestamp};

use crate::{
    backend::block_on,
    given::{LATE, cell_key, cells, step_ended, step_started, turn, worker},
};

/// The argument that makes this program a child; its task, the folder of the store, and the name of
/// its worker follow.
const CHILD: &str = "--child";

/// What a child does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Task {
    /// Opens the store.
    Open,
    /// Claims all that is due and holds it.
    Hold,
    /// Claims a thread and writes turns to it, and says so after each, without an end.
    Write,
    /// Claims threads one by one and completes them until none is due; says which.
    Complete,
}

impl Task {
    const ALL: [Task; 4] = [Task::Open, Task::Hold, Task::Write, Task::Complete];
}

/// Does what a child was asked for; false when this is no child.
pub(crate) fn run_if_asked() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [child, task, folder, name] = arguments.as_slice() else {
        return false;
    };
    let task = Task::ALL.into_iter().find(|it| format!("{it:?}") == *task);
    let Some(task) = task.filter(|_| child == CHILD) else {
        return false;
    };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(Path::new(folder)).unwrap());
    match task {
        Task::Open => {}
        Task::Hold => block_on(hold(&store, name)),
        Task::Write => block_on(write(&store, name)),
        Task::Complete => block_on(complete(&store, name)),
    }
    true
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

async fn hold(store: &Arc<dyn Store>, name: &str) {
    let me = worker(name);
    store.heartbeat(&me, Timestamp(0)).await.unwrap();
    let claims = store.claim(&me, Timestamp(0), ClaimScope::All, 9).await;
    say(&claims.unwrap().len().to_string());
    // Until the parent goes away or kills it.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

async fn write(store: &Arc<dyn Store>, name: &str) {
    let me = worker(name);
    store.heartbeat(&me, LATE).await.unwrap();
    let claims = store.claim(&me, Timestamp(0), ClaimScope::All, 1).await;
    let thread = claims.unwrap().remove(0).thread;
    for first in thread.last_seq.0.. {
        let next = first + 1;
        let step = next.to_string();
        let written = Commit {
            frames: cells([(cell_key("", Slot::Head), Some(&step))]),
            steps: vec![
                step_started(&step, 1, next),
                step_ended(&step, StepStatus::Completed, next),
            ],
            claim: thread.claim,
            ..turn(thread.id, next, 1)
        };
        let committed = store.commit(&me, vec![written]).await;
        assert_eq!(committed, Ok(vec![Committed::Done]));
        say(&step);
    }
}

async fn complete(store: &Arc<dyn Store>, name: &str) {
    let me = worker(name);
    store.heartbeat(&me, LATE).await.unwrap();
    loop {
        let claims = store.claim(&me, Timestamp(900), ClaimScope::All, 1).await;
        let Some(claim) = claims.unwrap().pop() else {
            return;
        };
        let thread = claim.thread.id;
        let completed = Commit {
            status: Status::Completed,
            acks: vec![InboxNumber(1)],
            ..turn(thread, 1, 1)
        };
        let committed = store.commit(&me, vec![completed]).await;
        assert_eq!(committed, Ok(vec![Committed::Done]));
        say(&thread.to_string());
    }
}

/// A running child, killed when dropped.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(task: Task, folder: &Path, name: &str) -> Running {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([CHILD, &format!("{task:?}")])
            .arg(folder)
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        Running {
            child,
            lines: BufReader::new(stdout).lines(),
        }
    }

    /// The next line that it says; `None` when it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        self.lines.next().map(Result::unwrap)
    }

    /// Kills it at once.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end; true when it did its task.
    pub(crate) fn succeeded(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
