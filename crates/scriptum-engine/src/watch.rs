//! Follows a thread from outside. The journal is read, hints only tell when; so nothing is missed,
//! whoever runs the thread and however slow the reader is.

use std::{collections::VecDeque, sync::Arc};

use futures::{Stream, stream};
use scriptum_vm::{Entry, Event, Record, Seq, Status, StepPath};

use crate::{
    Error, Page, StepRow, StepStatus, ThreadId, ThreadRow,
    engine::Core,
    hub::{Listener, Topic},
    limits::{STEPS_PAGE, WATCH_PAGE, WATCH_POLL},
    retry::{in_time, until_available},
};

struct Watcher {
    core: Arc<Core>,
    thread: ThreadId,
    /// The last entry handed out or buffered.
    after: Seq,
    buffered: VecDeque<Entry>,
    listener: Listener,
    ended: bool,
}

/// The journal behind `after` as it grows.
pub(crate) fn watch(
    core: Arc<Core>,
    thread: ThreadId,
    after: Seq,
) -> impl Stream<Item = Result<Entry, Error>> + Send + use<> {
    let listener = core.hub.listen(Topic::Journal(thread));
    let watcher = Watcher {
        core,
        thread,
        after,
        buffered: VecDeque::new(),
        listener,
        ended: false,
    };
    stream::try_unfold(watcher, Watcher::next)
}

impl Watcher {
    async fn next(mut self) -> Result<Option<(Entry, Watcher)>, Error> {
        loop {
            if let Some(entry) = self.buffered.pop_front() {
                return Ok(Some((entry, self)));
            }
            if self.ended {
                return Ok(None);
            }
            if !self.read().await? {
                heard_or_late(&self.listener).await;
            }
        }
    }

    /// False when there is nothing new.
    async fn read(&mut self) -> Result<bool, Error> {
        let store = &self.core.store;
        let entries =
            until_available(|| store.journal(self.thread, self.after, WATCH_PAGE)).await?;
        let Some(last) = entries.last() else {
            // A watcher that begins behind the end has nothing to wait for.
            let row = until_available(|| store.thread(self.thread)).await?;
            self.ended = row.status.is_ended() && row.last_seq <= self.after;
            return Ok(self.ended);
        };
        self.after = last.seq;
        self.ended = ends(&last.record);
        self.buffered.extend(entries);
        Ok(true)
    }
}

/// True for the entry behind which a journal never grows.
fn ends(record: &Record) -> bool {
    match record {
        Record::Notification(_) => false,
        Record::Event(event) => match event {
            Event::ThreadCompleted { .. }
            | Event::ThreadFailed { .. }
            | Event::ThreadCancelled { .. } => true,
            Event::StepStarted { .. }
            | Event::StepRetrying { .. }
            | Event::StepCompleted { .. }
            | Event::StepFailed { .. }
            | Event::StepSkipped { .. }
            | Event::InputAsked(_)
            | Event::AnswerRefused { .. }
            | Event::Yielded { .. }
            | Event::ThreadPaused { .. }
            | Event::ThreadResumed => false,
        },
    }
}

async fn heard_or_late(listener: &Listener) {
    // Being late is as good a reason to look as a hint.
    drop(tokio::time::timeout(WATCH_POLL, listener.heard()).await);
}

/// Waits until a thread has ended or is paused.
pub(crate) async fn wait(core: &Core, thread: ThreadId) -> Result<ThreadRow, Error> {
    let listener = core.hub.listen(Topic::Settled(thread));
    loop {
        let row = until_available(|| core.store.thread(thread)).await?;
        if row.status.is_ended() || row.status == Status::Paused {
            return Ok(row);
        }
        heard_or_late(&listener).await;
    }
}

/// The first step in path order whose last attempt failed and that nothing recovered.
pub(crate) async fn first_failed_step(
    core: &Core,
    thread: ThreadId,
) -> Result<Option<StepRow>, Error> {
    let mut after = None;
    loop {
        let page = Page {
            after: after.take(),
            max: STEPS_PAGE,
        };
        let rows = in_time(core.store.steps(thread, &StepPath::root(), page)).await?;
        let next = rows.last().map(|row| row.path.clone());
        let is_open = |row: &StepRow| row.status == StepStatus::Failed && row.recovery.is_none();
        if let Some(failed) = rows.into_iter().find(is_open) {
            return Ok(Some(failed));
        }
        if next.is_none() {
            return Ok(None);
        }
        after = next;
    }
}
