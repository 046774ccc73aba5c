//! Shows a thread while it runs, until it stands still or somebody presses Ctrl-C.

use futures::{StreamExt as _, pin_mut};
use scriptum_engine::{Error, ThreadId};
use scriptum_vm::{Entry, Event, Record, Seq, Status};

use super::{
    Session,
    children::{self, Children},
};
use crate::{exit::Failure, local::Running, ui::Progress};

/// Why the watching ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// The thread has ended or is paused.
    Stands,
    /// The thread waits for these sub-threads, which are paused, and for nothing that comes by itself.
    ChildrenPaused(Vec<ThreadId>),
    /// Ctrl-C, or a request to terminate.
    Interrupted,
}

pub(super) async fn until_it_stands(
    session: &mut Session,
    worker: &mut Running,
    progress: &mut Progress,
) -> Result<Ending, Failure> {
    let entries = session.engine.watch(session.thread, session.after);
    pin_mut!(entries);
    let interrupted = interrupted();
    pin_mut!(interrupted);
    let mut children = Children::default();
    let mut looks = children::looks();
    let mut was_paused = stands_at(session, session.after).await?;
    loop {
        tokio::select! {
            biased;
            () = &mut interrupted => return Ok(Ending::Interrupted),
            entry = entries.next() => match entry {
                None => {
                    children.look(session, progress).await?;
                    return Ok(Ending::Stands);
                }
                Some(Err(error)) => return Err(error.into()),
                Some(Ok(entry)) => {
                    children.hear(session, &entry, progress).await?;
                    progress.show(&entry);
                    session.after = entry.seq;
                    was_paused = pauses(&entry).unwrap_or(was_paused);
                    if was_paused && stands_at(session, entry.seq).await? {
                        return Ok(Ending::Stands);
                    }
                }
            },
            _ = looks.tick() => {
                if let Some(paused) = children.look(session, progress).await? {
                    return Ok(Ending::ChildrenPaused(paused));
                }
            }
            failure = worker.failed() => return Err(failure),
        }
    }
}

/// Whether the thread is paused behind the entry; `None`: as before it.
fn pauses(entry: &Entry) -> Option<bool> {
    match &entry.record {
        Record::Event(Event::ThreadPaused { .. }) => Some(true),
        Record::Event(Event::ThreadResumed) => Some(false),
        Record::Event(_) | Record::Notification(_) => None,
    }
}

/// True when nothing follows the entry as long as nobody does something: a wrong answer, or an event that
/// nothing waits for, leaves a paused thread paused. The journal of a resumed thread holds earlier pauses,
/// so only the present state tells.
async fn stands_at(session: &Session, seq: Seq) -> Result<bool, Error> {
    let row = session.engine.thread(session.thread).await?;
    Ok(row.status == Status::Paused && row.last_seq == seq)
}

#[cfg(unix)]
pub(super) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
pub(super) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
