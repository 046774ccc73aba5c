//! What all parts of one simulated run share, and what an observer notes in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::FutureExt;
use scriptum_contract::Value;
use scriptum_engine::{
    Clock, InboxItem, InboxNumber, Incarnation, Page, StepRow, StepStatus, Store, StoreError,
    ThreadFilter, ThreadId, ThreadRow,
};
use scriptum_store::MemoryStore;
use scriptum_vm::{Entry, Event, Notification, Record, Seq, StepPath, Timestamp};
use tokio::{task::JoinSet, time::Instant};

use super::{clock::SimClock, marks::Marks, weights::Weights};

/// Prints what happens in a run, to look closer at one seed.
const TRACE_VARIABLE: &str = "SCRIPTUM_TRACE";

/// One run.
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<SimClock>,
    pub(crate) weights: Weights,
    pub(crate) marks: Marks,
    /// True when everything that happens is to be told.
    is_watched: bool,
    is_healed: AtomicBool,
    /// Until when the store refuses everybody.
    out_until: Mutex<Option<Instant>>,
    broken: Mutex<Vec<String>>,
    calls: Mutex<Calls>,
    /// Who lost a thread to somebody who believed him dead, and may not know it yet.
    robbed: Mutex<BTreeSet<(ThreadId, Incarnation)>>,
    /// Whose commit is durable without his knowing, so that calls which it ended may still begin.
    unheard: Mutex<BTreeSet<(ThreadId, Incarnation)>>,
    late: Mutex<JoinSet<()>>,
    /// The steps that threads were started for, once found out.
    origins: Mutex<BTreeMap<ThreadId, Option<Awaited>>>,
    /// Who asked the model last for an agent.
    thinkers: Mutex<BTreeMap<(ThreadId, StepPath), Incarnation>>,
}

/// The step that waits for a sub-thread.
#[derive(Debug, Clone)]
pub(crate) struct Awaited {
    pub(crate) parent: ThreadId,
    pub(crate) step: StepPath,
    pub(crate) attempt: u32,
}

/// What the tools saw.
#[derive(Default)]
struct Calls {
    /// How often a key was called, and with what.
    made: BTreeMap<String, (u32, Value)>,
    /// Calls under way, with their callers.
    active: BTreeMap<String, BTreeSet<Incarnation>>,
}

/// A call, as its tool knows it.
pub(crate) struct Seen<'a> {
    pub(crate) key: &'a str,
    pub(crate) args: &'a Value,
    pub(crate) by: &'a Incarnation,
    pub(crate) is_idempotent: bool,
}

/// A call under way; dropped when it ends or is abandoned.
pub(crate) struct Active {
    world: Arc<World>,
    key: String,
    by: Incarnation,
    /// How often this key was called, this time included.
    pub(crate) times: u32,
}

impl World {
    pub(crate) fn new(weights: Weights) -> World {
        World {
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(SimClock::new()),
            weights,
            marks: Marks::default(),
            is_watched: std::env::var_os(TRACE_VARIABLE).is_some(),
            is_healed: AtomicBool::new(false),
            out_until: Mutex::default(),
            broken: Mutex::default(),
            calls: Mutex::default(),
            robbed: Mutex::default(),
            unheard: Mutex::default(),
            late: Mutex::default(),
            origins: Mutex::default(),
            thinkers: Mutex::default(),
        }
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn heal(&self) {
        self.is_healed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_healed(&self) -> bool {
        self.is_healed.load(Ordering::Relaxed)
    }

    /// Lets the store refuse everybody for a while.
    pub(crate) fn refuse(&self, length: Duration) {
        *self.out_until.lock().unwrap() = Some(Instant::now() + length);
    }

    pub(crate) fn is_out(&self) -> bool {
        let until = *self.out_until.lock().unwrap();
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Says what happens, when somebody looks closer at one seed.
    pub(crate) fn tell(&self, what: impl FnOnce() -> String) {
        if self.is_watched {
            #[expect(clippy::print_stderr, reason = "somebody asked for it")]
            {
                eprintln!("{:>8} {}", self.clock.now().0 % 100_000_000, what());
            }
        }
    }

    /// Notes that an invariant does not hold.
    pub(crate) fn accuse(&self, what: String) {
        self.tell(|| format!("BROKEN {what}"));
        self.broken.lock().unwrap().push(what);
    }

    pub(crate) fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap().clone()
    }

    /// Runs something that outlives the node that began it.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.late.lock().unwrap().spawn(work);
    }

    /// Who owns which thread at the moment.
    pub(crate) fn owners(&self) -> BTreeMap<ThreadId, Incarnation> {
        let owner = |row: ThreadRow| Some((row.id, row.owner?));
        self.open_threads().into_iter().filter_map(owner).collect()
    }

    /// All threads, those included that others run.
    pub(crate) fn all_threads(&self) -> Vec<ThreadRow> {
        let page = Page {
            after: None,
            max: u32::MAX,
        };
        at_once(self.store.threads(ThreadFilter::default(), page)).unwrap_or_default()
    }

    /// Threads that have not ended.
    pub(crate) fn open_threads(&self) -> Vec<ThreadRow> {
        let filter = ThreadFilter {
            open_only: true,
            ..ThreadFilter::default()
        };
        let page = Page {
            after: None,
            max: u32::MAX,
        };
        at_once(self.store.threads(filter, page)).unwrap_or_default()
    }

    /// Notes that a thread was taken from its owner.
    pub(crate) fn note_robbed(&self, thread: ThreadId, from: &Incarnation) {
        self.robbed.lock().unwrap().insert((thread, from.clone()));
    }

    /// Notes that an owner heard that the thread is his, or showed that he knows.
    pub(crate) fn note_owner(&self, thread: ThreadId, who: &Incarnation) {
        self.robbed.lock().unwrap().remove(&(thread, who.clone()));
    }

    /// Notes that a turn of a thread is durable, of which its owner has not heard.
    pub(crate) fn note_landed(&self, thread: ThreadId, owner: &Incarnation) {
        self.unheard.lock().unwrap().insert((thread, owner.clone()));
    }

    /// Notes that an owner knows where his thread stands.
    pub(crate) fn note_heard(&self, thread: ThreadId, owner: &Incarnation) {
        self.unheard
            .lock()
            .unwrap()
            .remove(&(thread, owner.clone()));
    }

    /// Notes who asks the model for an agent.
    pub(crate) fn note_thinker(&self, agent: (ThreadId, StepPath), who: &Incarnation) {
        let before = self.thinkers.lock().unwrap().insert(agent, who.clone());
        if before.is_some_and(|before| before != *who) {
            self.marks.reach("agent", "went on with another node");
        }
    }

    fn has_not_heard(&self, thread: ThreadId, owner: &Incarnation) -> bool {
        let unheard = self.unheard.lock().unwrap();
        unheard.contains(&(thread, owner.clone()))
    }

    /// True when somebody else took the thread from this one, who may not know it yet.
    fn was_robbed(&self, thread: ThreadId, who: &Incarnation) -> bool {
        self.robbed.lock().unwrap().contains(&(thread, who.clone()))
    }

    pub(crate) fn journal(&self, thread: ThreadId) -> Vec<Entry> {
        let read = self.store.journal(thread, Seq(0), u32::MAX);
        at_once(read).unwrap_or_default()
    }

    pub(crate) fn inbox(&self, thread: ThreadId) -> Vec<InboxItem> {
        let read = self.store.inbox(thread, InboxNumber::default());
        at_once(read).unwrap_or_default()
    }

    /// The step that a thread was started for, if it is a sub-thread.
    pub(crate) fn awaited_by(&self, thread: ThreadId) -> Option<Awaited> {
        let mut origins = self.origins.lock().unwrap();
        let origin = origins.entry(thread);
        origin.or_insert_with(|| self.origin(thread)).clone()
    }

    /// What a thread is told of itself when it starts lies in its inbox, and then begins its journal.
    fn origin(&self, thread: ThreadId) -> Option<Awaited> {
        let first = at_once(self.store.journal(thread, Seq(0), 1)).unwrap_or_default();
        let begun = first.into_iter().find_map(|entry| match entry.record {
            Record::Notification(notification) => Some(notification),
            Record::Event(_) => None,
        });
        let posted = self.inbox(thread).into_iter().map(|item| item.notification);
        begun.into_iter().chain(posted).find_map(origin_in)
    }

    /// True while the step that a sub-thread was started for waits for it.
    pub(crate) fn still_waits(&self, by: &Awaited) -> bool {
        let page = Page {
            after: None,
            max: 1,
        };
        let parent = at_once(self.store.thread(by.parent));
        let steps = at_once(self.store.steps(by.parent, &by.step, page)).unwrap_or_default();
        let is_open = parent.is_ok_and(|parent| !parent.status.is_ended());
        let is_it = |step: &StepRow| step.path == by.step && step.attempt == by.attempt;
        let waits = |step: &StepRow| is_it(step) && step.status == StepStatus::Running;
        is_open && steps.first().is_some_and(waits)
    }

    /// A tool is called: everything that can be said against it is said now.
    pub(crate) fn begin_call(self: &Arc<World>, seen: &Seen<'_>) -> Active {
        let (thread, path) = parse_key(seen.key);
        let journal = self.journal(thread);
        // Who lost the thread without knowing calls what he asked for before; nobody listens to it.
        if !self.was_robbed(thread, seen.by) {
            if !self.has_not_heard(thread, seen.by) {
                self.check_open(&journal, &path, seen);
            }
            self.check_owner(thread, seen);
        }
        let times = self.check_key(&journal, thread, &path, seen);
        self.tell(|| format!("{} calls {} time {times}", seen.by, seen.key));
        let mut calls = self.calls.lock().unwrap();
        let active = calls.active.entry(seen.key.to_owned()).or_default();
        let others = active.iter().filter(|other| *other != seen.by);
        for other in others {
            if !self.was_robbed(thread, other) && !self.was_robbed(thread, seen.by) {
                let what = format!("{} and {other} call {} at once", seen.by, seen.key);
                self.accuse(what);
            }
        }
        if !active.insert(seen.by.clone()) {
            self.accuse(format!("{} calls {} twice at once", seen.by, seen.key));
        }
        Active {
            world: Arc::clone(self),
            key: seen.key.to_owned(),
            by: seen.by.clone(),
            times,
        }
    }

    /// The step has begun by what is durable, and has no result.
    fn check_open(&self, journal: &[Entry], path: &StepPath, seen: &Seen<'_>) {
        let last = journal.iter().rev().find_map(|entry| about(entry, path));
        match last {
            Some(Event::StepStarted { .. } | Event::StepRetrying { .. }) => {}
            Some(event) => self.accuse(format!("{} is called although {event:?}", seen.key)),
            None => self.accuse(format!("{} is called before it is durable", seen.key)),
        }
    }

    /// The caller owns the thread.
    fn check_owner(&self, thread: ThreadId, seen: &Seen<'_>) {
        let Ok(row) = at_once(self.store.thread(thread)) else {
            return self.accuse(format!("{} is called for no thread", seen.key));
        };
        if row.owner.as_ref() != Some(seen.by) {
            let what = format!("{} calls {}, owner is {:?}", seen.by, seen.key, row.owner);
            self.accuse(what);
        }
    }

    /// Equal keys mean equal calls, and only an unknown outcome lets a tool with effects see one twice.
    fn check_key(
        &self,
        journal: &[Entry],
        thread: ThreadId,
        path: &StepPath,
        seen: &Seen<'_>,
    ) -> u32 {
        let mut calls = self.calls.lock().unwrap();
        let made = calls.made.entry(seen.key.to_owned());
        let (times, first) = made.or_insert_with(|| (0, seen.args.clone()));
        *times += 1;
        if first != seen.args {
            let what = format!(
                "{} is called with {first:?}, then {:?}",
                seen.key, seen.args
            );
            self.accuse(what);
        }
        if *times > 1 {
            self.marks.reach("call", "made again under its key");
            let unknown = journal.iter().filter(|entry| is_unknown(entry, path));
            let is_excused = seen.is_idempotent || self.was_robbed(thread, seen.by);
            if !is_excused && unknown.count() + 1 < *times as usize {
                self.accuse(format!(
                    "{} is called again without being asked for",
                    seen.key
                ));
            }
        }
        *times
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.world
            .tell(|| format!("{} has done with {}", self.by, self.key));
        let mut calls = self.world.calls.lock().unwrap();
        if let Some(active) = calls.active.get_mut(&self.key) {
            active.remove(&self.by);
        }
    }
}

fn origin_in(notification: Notification) -> Option<Awaited> {
    let Notification::Started { thread, .. } = notification else {
        return None;
    };
    let parent = thread.as_object()?.get("parent")?.as_object()?;
    let text = |name: &str| parent.get(name).and_then(Value::as_text);
    let Some(Value::Int(attempt)) = parent.get("attempt") else {
        return None;
    };
    Some(Awaited {
        parent: text("thread_id")?.parse().ok()?,
        step: text("step_path")?.parse().ok()?,
        attempt: u32::try_from(*attempt).ok()?,
    })
}

/// What the memory store answers it answers at once.
pub(crate) fn at_once<T>(
    request: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let answer = request.now_or_never();
    answer.expect("the memory store never waits")
}

/// The thread and the step that a call is made for.
pub(crate) fn parse_key(key: &str) -> (ThreadId, StepPath) {
    let mut parts = key.split('/');
    let thread = parts.next().unwrap().parse().unwrap();
    let path = parts.next().unwrap().parse().unwrap();
    (thread, path)
}

/// The event of the entry, if it is one of this step.
fn about<'a>(entry: &'a Entry, step: &StepPath) -> Option<&'a Event> {
    let Record::Event(event) = &entry.record else {
        return None;
    };
    let path = match event {
        Event::StepStarted { path, .. }
        | Event::StepRetrying { path, .. }
        | Event::StepCompleted { path, .. }
        | Event::StepFailed { path, .. }
        | Event::StepSkipped { path, .. }
        | Event::AnswerRefused { path, .. } => Some(path),
        Event::InputAsked(asked) => Some(&asked.path),
        Event::Yielded { .. } | Event::ThreadPaused { .. } | Event::ThreadResumed => None,
        Event::ThreadCompleted { .. }
        | Event::ThreadFailed { .. }
        | Event::ThreadCancelled { .. } => return Some(event),
    };
    (path == Some(step)).then_some(event)
}

fn is_unknown(entry: &Entry, step: &StepPath) -> bool {
    match &entry.record {
        Record::Notification(Notification::Failed { path, error, .. }) => {
            path == step && matches!(&*error.code, "OUTCOME_UNKNOWN" | "TOOL_TIMEOUT")
        }
        Record::Notification(_) | Record::Event(_) => false,
    }
}

/// Now, for those who only look.
pub(crate) fn now(world: &World) -> Timestamp {
    world.clock.now()
}
