//! Sub-threads of a thread that is followed: which there are, how each ends, and whether the thread
//! waits for nothing but paused ones.
//!
//! The engine runs them beside the thread. Here they are only looked at, again and again as long as
//! there are any; the steps of a sub-thread are its own and are not shown.

use std::collections::{BTreeMap, BTreeSet};

use scriptum_engine::{
    Clock as _, Engine, Error, Page, StepRow, StepStatus, SystemClock, ThreadId, ThreadRow,
};
use scriptum_vm::{Entry, Notification, Record, Status, StepPath};
use tokio::time::{Duration, Interval, MissedTickBehavior, interval};

use super::Session;
use crate::ui::{Progress, style};

/// How often sub-threads are looked at: a person does not notice it, and it costs a lookup each.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Rows read at once.
const PAGE: u32 = 1_000;

/// The sub-threads that are known.
#[derive(Debug, Default)]
pub(super) struct Children {
    /// Those that have not ended, with how they stood.
    open: BTreeMap<ThreadId, Status>,
    ended: BTreeSet<ThreadId>,
    /// Where all stood when something was still to happen: nothing has to be counted again.
    moving: Vec<ThreadRow>,
}

/// What the steps of a thread that are under way wait for.
#[derive(Debug, Default)]
struct Waits {
    /// Steps that wait for a sub-thread.
    runs: usize,
    /// True when some step waits for neither a sub-thread, nor a person, nor an event.
    works: bool,
}

pub(super) fn looks() -> Interval {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks
}

impl Children {
    /// A sub-thread may end before anybody looks: the answer that the thread gets tells of it.
    pub(super) async fn hear(
        &mut self,
        session: &Session,
        entry: &Entry,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let Some(id) = ended_in(entry).filter(|id| !self.ended.contains(id)) else {
            return Ok(());
        };
        // A tool may speak of threads, too, and of such as are not in this store.
        let row = match session.engine.thread(id).await {
            Ok(row) if row.status.is_ended() => row,
            Ok(_) | Err(Error::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        if self.open.remove(&id).is_none() {
            begins(&row, progress);
        }
        self.ended.insert(id);
        show(&row, Status::Running, progress);
        Ok(())
    }

    /// Shows what is new. The paused sub-threads when the thread goes on only if somebody resumes them.
    pub(super) async fn look(
        &mut self,
        session: &Session,
        progress: &mut Progress,
    ) -> Result<Option<Vec<ThreadId>>, Error> {
        let engine = &session.engine;
        for id in engine.sub_threads() {
            if !self.open.contains_key(&id) && !self.ended.contains(&id) {
                let row = engine.thread(id).await?;
                begins(&row, progress);
                wake(engine, &row).await?;
                self.open.insert(id, Status::Pending);
            }
        }
        let mut rows = Vec::new();
        for (id, known) in &mut self.open {
            let row = engine.thread(*id).await?;
            if row.status != *known {
                show(&row, *known, progress);
                *known = row.status;
            }
            if row.status.is_ended() {
                self.ended.insert(*id);
            } else {
                rows.push(row);
            }
        }
        self.open.retain(|_, status| !status.is_ended());
        self.stuck(session, rows).await
    }

    async fn stuck(
        &mut self,
        session: &Session,
        mut rows: Vec<ThreadRow>,
    ) -> Result<Option<Vec<ThreadId>>, Error> {
        let is_paused = |row: &&ThreadRow| row.status == Status::Paused;
        let paused: Vec<ThreadId> = rows.iter().filter(is_paused).map(|row| row.id).collect();
        if paused.is_empty() {
            return Ok(None);
        }
        let children = rows.len();
        rows.push(session.engine.thread(session.thread).await?);
        if rows == self.moving {
            return Ok(None);
        }
        let mut runs = 0;
        let mut works = false;
        for row in &rows {
            let waits = waits(&session.engine, row.id).await?;
            runs += waits.runs;
            works |= match row.status {
                Status::Paused => false,
                Status::Running => waits.works,
                Status::Pending | Status::Completed | Status::Failed | Status::Cancelled => true,
            };
        }
        // A step without an open sub-thread is about to get one, or has its answer.
        if works || children < runs {
            self.moving = rows;
            return Ok(None);
        }
        Ok(Some(paused))
    }
}

/// A thread that another process left while it waited for a sub-thread has nothing to do, and so nobody
/// here would learn of the sub-thread.
pub(super) async fn wake(engine: &Engine, row: &ThreadRow) -> Result<(), Error> {
    let now = SystemClock.now();
    if row.status != Status::Running || row.wake_at.is_some_and(|due| due <= now) {
        return Ok(());
    }
    match engine.wake(row.id).await {
        // It has ended meanwhile.
        Err(Error::Conflict(_)) => Ok(()),
        woken => woken,
    }
}

fn begins(row: &ThreadRow, progress: &mut Progress) {
    let line = format!("thread {} begins: {}", row.id, row.script);
    progress.note(&style::dim(&line));
}

/// The sub-thread that the answer to a `run` step names.
fn ended_in(entry: &Entry) -> Option<ThreadId> {
    let told = match &entry.record {
        Record::Notification(Notification::Returned { output, .. }) => output,
        Record::Notification(Notification::Failed { error, .. }) => &error.details,
        Record::Notification(_) | Record::Event(_) => return None,
    };
    let told = told.as_object()?;
    told.get("status")?;
    told.get("thread_id")?.as_text()?.parse().ok()
}

fn show(row: &ThreadRow, before: Status, progress: &mut Progress) {
    let (id, script) = (row.id, &row.script);
    let line = |what: &str| format!("thread {id} {what}: {script}");
    let line = match row.status {
        Status::Completed => style::good(&line("completed")),
        Status::Failed => style::bad(&line("failed")),
        Status::Cancelled => style::bad(&line("was cancelled")),
        Status::Paused => style::wait(&line("is paused")),
        Status::Pending | Status::Running if before == Status::Paused => line("goes on"),
        Status::Pending | Status::Running => return,
    };
    progress.note(&line);
}

async fn waits(engine: &Engine, thread: ThreadId) -> Result<Waits, Error> {
    let mut waits = Waits::default();
    // A step is counted when the next one under way does not lie inside it.
    let mut last: Option<StepRow> = None;
    let mut after = None;
    loop {
        let page = Page { after, max: PAGE };
        let rows = engine.steps(thread, &StepPath::root(), page).await?;
        let Some(end) = rows.last() else { break };
        after = Some(end.path.clone());
        let under_way = rows
            .into_iter()
            .filter(|row| row.status == StepStatus::Running);
        for row in under_way {
            if let Some(before) = last.take()
                && !row.path.is_under(&before.path)
            {
                waits.count(&before);
            }
            last = Some(row);
        }
    }
    if let Some(last) = &last {
        waits.count(last);
    }
    Ok(waits)
}

impl Waits {
    fn count(&mut self, step: &StepRow) {
        match &*step.primitive {
            "run" => self.runs += 1,
            "ask" => {}
            _ => self.works = true,
        }
    }
}
