//! The door: what servers and commands ask of a node. Whatever concerns a running thread goes through
//! its inbox, so every node can be asked, not only the one that runs the thread.

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures::Stream;
use scriptum_contract::{ToolCatalog, Value, check_fields};
use scriptum_vm::{
    Entry, Event, Notification, Pause, PauseReason, Record, Seq, Status, StepError, StepPath, Vm,
    program::Program,
};
use tokio::sync::broadcast;

use crate::{
    Clock, Created, Error, NewThread, Page, ProgramHash, Scripts, StepRow, StepStatus, Store,
    StoreError, ThreadFilter, ThreadId, ThreadRow,
    birth::{Brought, Doors},
    children::Family,
    hub::Hub,
    limits::{Limits, STEPS_PAGE},
    ports::script::NoScripts,
    programs::{Loaded, Programs},
    retry::in_time,
    toolbox::{Caller, Live, ToolBox},
    values::Values,
    watch,
};

/// A node: a store, tools and a clock, and everything that runs on them. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) core: Arc<Core>,
}

/// What workers, watchers and callers of one node share.
pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) programs: Programs,
    pub(crate) values: Arc<Values>,
    pub(crate) caller: Caller,
    pub(crate) hub: Hub,
    pub(crate) scripts: Arc<dyn Scripts>,
    pub(crate) family: Family,
    pub(crate) doors: Doors,
}

/// A thread to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Its id, made by the caller.
    pub id: ThreadId,
    /// What it runs; published before.
    pub program: ProgramHash,
    /// The inputs: an object. Defaults are filled in here.
    pub input: Value,
    /// Values of the declared environment variables by name in the script. Of secrets only their keys are
    /// kept, see [`Secrets`](crate::Secrets).
    pub env: BTreeMap<Arc<str>, Value>,
    /// Source of jitter and of `uuid()`.
    pub seed: u64,
    /// How long it may run, in milliseconds; time spent paused does not count.
    pub timeout_ms: Option<u64>,
    /// Starting again with the same id gives the first thread.
    pub request_id: Option<Arc<str>>,
}

/// Where a thread stands, with its result.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadResult {
    /// Where it stands.
    pub status: Status,
    /// Why it is paused.
    pub pause: Option<PauseReason>,
    /// The output, references to stored values replaced by what they stand for; `None` without one.
    pub output: Option<Value>,
    /// Why it failed, or why the step failed that it is paused at.
    pub error: Option<StepError>,
    /// The step that failed, where one is the cause.
    pub failed_step: Option<StepPath>,
}

/// What went into a step and what came out.
#[derive(Debug, Clone, PartialEq)]
pub struct StepValues {
    /// The resolved input of the last attempt; null for steps without one.
    pub input: Value,
    /// The output; `None` as long as there is none.
    pub output: Option<Value>,
}

/// An event that a step waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct AwaitedEvent {
    /// The step.
    pub path: StepPath,
    /// Name of the event.
    pub name: Arc<str>,
    /// When the step fails if it has not arrived; a timestamp in UTC.
    pub until: Option<Arc<str>>,
}

impl Core {
    /// Has a worker of this node begin the thread, or leaves it to whoever claims it.
    async fn make(&self, new: NewThread) -> Result<Created, StoreError> {
        let now = new.at;
        match in_time(async { Ok(self.doors.bring(new, now).await) }).await? {
            Brought::Made(made) => made,
            Brought::GivenBack(new) => in_time(self.store.create(*new)).await,
        }
    }
}

impl Engine {
    /// A node that runs nothing yet: see [`Worker`](crate::Worker). Must be called inside a runtime.
    pub fn new(
        store: Arc<dyn Store>,
        toolbox: ToolBox,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Engine {
        Engine::with_scripts(store, toolbox, clock, limits, Arc::new(NoScripts))
    }

    /// A node whose `run` steps find these scripts.
    pub fn with_scripts(
        store: Arc<dyn Store>,
        toolbox: ToolBox,
        clock: Arc<dyn Clock>,
        limits: Limits,
        scripts: Arc<dyn Scripts>,
    ) -> Engine {
        let values = Arc::new(Values::new(Arc::clone(&store)));
        let caller = Caller::new(toolbox, Arc::clone(&values), Arc::clone(&clock), limits);
        let core = Core {
            hub: Hub::new(store.changes()),
            programs: Programs::new(Arc::clone(&store)),
            store,
            clock,
            limits,
            values,
            caller,
            scripts,
            family: Family::default(),
            doors: Doors::default(),
        };
        Engine {
            core: Arc::new(core),
        }
    }

    /// Keeps a program and the signatures that it was compiled against. The same content gives the
    /// same hash.
    pub async fn publish(
        &self,
        program: &Program,
        pins: &ToolCatalog,
        source: &str,
    ) -> Result<ProgramHash, Error> {
        Ok(self.core.programs.publish(program, pins, source).await?)
    }

    /// Starts a thread. When this returns it is kept for ever, whatever happens to this node.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation when the input breaks the contract.
    pub async fn start(&self, start: Start) -> Result<Created, Error> {
        let loaded = self.core.programs.program(&start.program).await?;
        let program = &loaded.program;
        let input =
            check_fields(&start.input, &program.contract.inputs, false).map_err(Error::Invalid)?;
        let new = NewThread {
            id: start.id,
            script: Arc::clone(&program.title),
            started: Notification::Started {
                input,
                env: program.contract.references(start.env),
                seed: start.seed,
                thread: thread_value(start.id, program),
                timeout_ms: start.timeout_ms,
            },
            program: start.program,
            at: self.core.clock.now(),
            request_id: start.request_id,
        };
        Ok(self.core.make(new).await?)
    }

    /// Reports an event to a thread: the first of its steps that waits for it goes on with the value.
    /// When none does, the event is kept for the first one that will; beyond
    /// [`EVENTS_KEPT_MAX`](scriptum_vm::limits::EVENTS_KEPT_MAX) kept events a further one is lost.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the thread has ended.
    pub async fn send_event(
        &self,
        thread: ThreadId,
        name: &str,
        value: Value,
    ) -> Result<(), Error> {
        let row = self.thread(thread).await?;
        if row.status.is_ended() {
            return Err(Error::Conflict(format!("thread {thread} has ended")));
        }
        let name = name.into();
        self.post(thread, Notification::EventArrived { name, value })
            .await
    }

    /// The events that steps of a thread wait for, in the order of the steps.
    pub async fn awaited_events(&self, thread: ThreadId) -> Result<Vec<AwaitedEvent>, Error> {
        let mut awaited = Vec::new();
        let mut after = None;
        loop {
            let page = Page {
                after,
                max: STEPS_PAGE,
            };
            let rows = self.steps(thread, &StepPath::root(), page).await?;
            let Some(last) = rows.last() else {
                return Ok(awaited);
            };
            after = Some(last.path.clone());
            for row in rows.into_iter().filter(waits) {
                let input = self.step_values(thread, &row).await?.input;
                awaited.extend(awaited_event(row, &input));
            }
        }
    }

    /// Asks a thread to stop before its next step.
    pub async fn pause(&self, thread: ThreadId) -> Result<(), Error> {
        self.post(thread, Notification::PauseAsked).await
    }

    /// Asks a thread to end.
    pub async fn cancel(&self, thread: ThreadId, reason: &str) -> Result<(), Error> {
        let reason = reason.into();
        self.post(thread, Notification::CancelAsked { reason })
            .await
    }

    /// One thread.
    pub async fn thread(&self, id: ThreadId) -> Result<ThreadRow, Error> {
        Ok(in_time(self.core.store.thread(id)).await?)
    }

    /// What holds a thread up, as of one moment; `None` while nothing does, or a fault.
    pub async fn paused(&self, thread: ThreadId) -> Result<Option<Pause>, Error> {
        let row = self.thread(thread).await?;
        if row.status.is_ended() {
            return Ok(None);
        }
        Ok(self.machine(&row).await?.pause())
    }

    /// Threads, newest first.
    pub async fn threads(
        &self,
        filter: ThreadFilter,
        page: Page<ThreadId>,
    ) -> Result<Vec<ThreadRow>, Error> {
        Ok(in_time(self.core.store.threads(filter, page)).await?)
    }

    /// Steps at and below a path, in path order.
    pub async fn steps(
        &self,
        of: ThreadId,
        under: &StepPath,
        page: Page<StepPath>,
    ) -> Result<Vec<StepRow>, Error> {
        Ok(in_time(self.core.store.steps(of, under, page)).await?)
    }

    /// What went into a step and what came out, fully loaded.
    pub async fn step_values(&self, of: ThreadId, step: &StepRow) -> Result<StepValues, Error> {
        let input = match self.record_at(of, step.input_seq).await? {
            Some(Record::Event(Event::StepStarted { input, .. })) => input,
            Some(_) | None => Value::Null,
        };
        let output = match self.record_at(of, step.output_seq).await? {
            Some(record) => output_in(record),
            None => None,
        };
        Ok(StepValues {
            input: self.load(&input).await?,
            output: self.load_optional(output).await?,
        })
    }

    /// The journal behind `after`, entry by entry without gaps, as it grows; ends after the entry that
    /// ends the thread. A reader that stopped at an entry goes on with its number.
    pub fn watch(
        &self,
        thread: ThreadId,
        after: Seq,
    ) -> impl Stream<Item = Result<Entry, Error>> + Send + use<> {
        watch::watch(Arc::clone(&self.core), thread, after)
    }

    /// Waits until the thread has ended or is paused.
    pub async fn wait(&self, thread: ThreadId) -> Result<ThreadRow, Error> {
        watch::wait(&self.core, thread).await
    }

    /// Where the thread stands, with its output once it has ended.
    pub async fn result(&self, thread: ThreadId) -> Result<ThreadResult, Error> {
        let row = self.thread(thread).await?;
        let result = ThreadResult {
            status: row.status,
            pause: row.pause,
            output: None,
            error: None,
            failed_step: None,
        };
        match row.status {
            Status::Pending | Status::Running => Ok(result),
            Status::Paused => self.with_failed_step(thread, result).await,
            Status::Completed | Status::Failed | Status::Cancelled => {
                self.with_outcome(&row, result).await
            }
        }
    }

    /// The value with all references to stored values replaced by what they stand for.
    pub async fn load(&self, value: &Value) -> Result<Value, Error> {
        Ok(self.core.values.load(value).await?)
    }

    /// The program of that hash.
    pub async fn program(&self, hash: &ProgramHash) -> Result<Arc<Program>, Error> {
        let loaded = self.core.programs.program(hash).await?;
        Ok(Arc::clone(&loaded.program))
    }

    /// Lets a thread be looked at now and not when it meant to: what it waits for may have happened. It
    /// takes no notice of it otherwise.
    pub async fn wake(&self, thread: ThreadId) -> Result<(), Error> {
        let path = StepPath::root();
        self.post(thread, Notification::TimerFired { path }).await
    }

    /// Sub-threads that threads of this node wait for, by id.
    pub fn sub_threads(&self) -> Vec<ThreadId> {
        self.core.family.members()
    }

    /// What can be called at the moment.
    pub fn toolbox(&self) -> &ToolBox {
        self.core.caller.toolbox()
    }

    /// What running tools of this node tell, from now on.
    pub fn live(&self) -> broadcast::Receiver<Live> {
        self.core.caller.live().listen()
    }

    /// The machine of a thread that has not ended, as last committed.
    pub(crate) async fn machine(&self, row: &ThreadRow) -> Result<Vm, Error> {
        let frames = in_time(self.core.store.frames(row.id)).await?;
        let program = self.program(&row.program).await?;
        Vm::restore(program, frames).map_err(|error| Error::Corrupt(error.to_string()))
    }

    pub(crate) async fn post(
        &self,
        thread: ThreadId,
        notification: Notification,
    ) -> Result<(), Error> {
        let at = self.core.clock.now();
        Ok(in_time(self.core.store.post(thread, notification, at)).await?)
    }

    async fn record_at(&self, of: ThreadId, seq: Option<Seq>) -> Result<Option<Record>, Error> {
        let Some(seq) = seq else {
            return Ok(None);
        };
        let before = Seq(seq.0.saturating_sub(1));
        let entries = in_time(self.core.store.journal(of, before, 1)).await?;
        Ok(entries.into_iter().next().map(|entry| entry.record))
    }

    async fn load_optional(&self, value: Option<Value>) -> Result<Option<Value>, Error> {
        match value {
            Some(value) => Ok(Some(self.load(&value).await?)),
            None => Ok(None),
        }
    }

    /// The event that ends a thread is the last entry of its journal.
    async fn with_outcome(
        &self,
        row: &ThreadRow,
        result: ThreadResult,
    ) -> Result<ThreadResult, Error> {
        match self.record_at(row.id, Some(row.last_seq)).await? {
            Some(Record::Event(Event::ThreadCompleted { output })) => Ok(ThreadResult {
                output: Some(self.load(&output).await?),
                ..result
            }),
            Some(Record::Event(Event::ThreadFailed {
                error,
                path,
                output,
            })) => Ok(ThreadResult {
                output: self.load_optional(output).await?,
                error: Some(error),
                failed_step: path,
                ..result
            }),
            Some(Record::Event(Event::ThreadCancelled { .. })) => Ok(result),
            Some(_) | None => {
                let why = format!("journal of {} does not end with its end", row.id);
                Err(Error::Corrupt(why))
            }
        }
    }

    async fn with_failed_step(
        &self,
        thread: ThreadId,
        result: ThreadResult,
    ) -> Result<ThreadResult, Error> {
        let failed = watch::first_failed_step(&self.core, thread).await?;
        Ok(match failed {
            Some(step) => ThreadResult {
                error: step.error,
                failed_step: Some(step.path),
                ..result
            },
            None => result,
        })
    }
}

/// True for a step that waits for a time or an event.
pub(crate) fn waits(row: &StepRow) -> bool {
    row.status == StepStatus::Running && &*row.primitive == "wait"
}

/// What the input of a step that waits says of its event; `None` when it waits for a time.
fn awaited_event(row: StepRow, input: &Value) -> Option<AwaitedEvent> {
    let text = |key| {
        let value = input.as_object()?.get(key)?;
        value.as_text().map(Arc::from)
    };
    Some(AwaitedEvent {
        path: row.path,
        name: text("event")?,
        until: text("until"),
    })
}

/// What a script may know of its own thread.
fn thread_value(id: ThreadId, program: &Program) -> Value {
    let version = program.version.clone().map_or(Value::Null, Value::Text);
    Value::object([
        ("id", Value::text(&id.to_string())),
        ("script", Value::Text(Arc::clone(&program.title))),
        ("version", version),
    ])
}

/// The output stands in the event, or in the notification that the turn applied.
fn output_in(record: Record) -> Option<Value> {
    match record {
        Record::Event(Event::StepCompleted { output, .. }) => output,
        Record::Notification(Notification::Returned { output, .. }) => Some(output),
        Record::Event(_) | Record::Notification(_) => None,
    }
}

impl Core {
    pub(crate) async fn loaded(&self, hash: &ProgramHash) -> Result<Arc<Loaded>, StoreError> {
        self.programs.program(hash).await
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
