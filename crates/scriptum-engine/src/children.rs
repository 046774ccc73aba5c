//! Sub-threads: a `run` step starts one and waits for its end.
//!
//! A parent that waits needs no memory: the commit that ends the sub-thread tells it. That the sub-thread is
//! durable before its parent leaves the memory is what makes this enough.
//!
//! The id of a sub-thread follows from its parent, the step and the number of the call. So whoever runs
//! the parent, after however many crashes, finds the thread that was made before instead of making a
//! second one. A sub-thread ends with the step that waits for it: the commit that ends the step tells it,
//! and one that is made too late finds out when somebody takes it up.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use scriptum_contract::{Object, Value, Violation, check_fields};
use scriptum_vm::{
    Call, Effect, Event, Notification, Record, Seq, Status, StepError, StepPath,
    program::{Program, runner},
};
use sha2::{Digest, Sha256};

use crate::{
    Engine, Error, NewThread, Page, Post, Script, ScriptError, StepRow, StepStatus, Store,
    StoreError, ThreadId, ThreadRow, engine::Core, limits::SUBTHREAD_DEPTH_MAX,
    retry::until_available,
};

/// Code of the error of a step whose sub-thread did not end well, or was never made.
const SUBTHREAD_FAILED: &str = "SUBTHREAD_FAILED";
/// Bits of a thread id behind its time of creation.
const RANDOM_BITS: u32 = 80;

/// A thread that starts others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) id: ThreadId,
    /// How many threads lie above it.
    pub(crate) depth: u32,
}

/// Sub-threads that threads of this node wait for. A worker that runs a single thread runs them too.
#[derive(Default)]
pub(crate) struct Family(Mutex<BTreeSet<ThreadId>>);

impl Family {
    /// The threads, in the order of their ids.
    pub(crate) fn members(&self) -> Vec<ThreadId> {
        self.with(|members| members.iter().copied().collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeSet<ThreadId>) -> T) -> T {
        // Nobody panics while holding the lock, and the set would be whole even so.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.members()).finish()
    }
}

/// True for the call of a `run` step.
pub(crate) fn is_sub_thread(call: &Call) -> bool {
    call.callee == *runner()
}

/// The id of the thread that a call stands for. It lies beside its parent in lists by time.
pub(crate) fn id_of(parent: ThreadId, call: &Call) -> ThreadId {
    let digest = Sha256::digest(key(parent, call).as_bytes());
    let random = digest
        .iter()
        .take(RANDOM_BITS as usize / 8)
        .fold(0u128, |bits, byte| (bits << 8) | u128::from(*byte));
    ThreadId((parent.0 >> RANDOM_BITS << RANDOM_BITS) | random)
}

fn key(parent: ThreadId, call: &Call) -> String {
    format!("run/{parent}/{}/{}", call.path, call.number)
}

/// The step that waits for a sub-thread.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    pub(crate) parent: ThreadId,
    step: StepPath,
    attempt: u32,
}

/// Where a thread comes from, in what it knows of itself, and how many threads lie above it.
pub(crate) fn lineage(thread: &Value) -> (Option<Origin>, u32) {
    let field = |of: &Value, name: &str| of.as_object().and_then(|of| of.get(name)).cloned();
    let number = |value: Option<Value>| match value {
        Some(Value::Int(number)) => u32::try_from(number).unwrap_or(0),
        Some(_) | None => 0,
    };
    let parent = field(thread, "parent").unwrap_or_default();
    let text = |name: &str| field(&parent, name);
    let origin = || {
        Some(Origin {
            parent: text("thread_id")?.as_text()?.parse().ok()?,
            step: text("step_path")?.as_text()?.parse().ok()?,
            attempt: number(text("attempt")),
        })
    };
    (origin(), number(field(thread, "depth")))
}

impl Engine {
    /// The paused sub-thread that holds a thread up, the innermost one where they lie in each other; `None`
    /// when the thread does not wait for sub-threads alone, or none of them is paused.
    pub async fn blocked_by(&self, row: &ThreadRow) -> Result<Option<ThreadId>, Error> {
        let mut looked_at = vec![row.clone()];
        for _ in 0..=SUBTHREAD_DEPTH_MAX {
            let mut inner = Vec::new();
            for row in &looked_at {
                for child in self.waited_for(row).await? {
                    if child.status == Status::Paused {
                        return Ok(Some(child.id));
                    }
                    inner.push(child);
                }
            }
            looked_at = inner;
        }
        Ok(None)
    }

    /// The sub-threads that a thread waits for. One that has other work is in somebody's memory.
    async fn waited_for(&self, row: &ThreadRow) -> Result<Vec<ThreadRow>, Error> {
        if row.status != Status::Running || row.owner.is_some() {
            return Ok(Vec::new());
        }
        let vm = self.machine(row).await?;
        let mut children = Vec::new();
        for call in vm.pending().filter_map(sub_thread) {
            match self.thread(id_of(row.id, &call)).await {
                Ok(child) => children.push(child),
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(children)
    }
}

fn sub_thread(effect: Effect) -> Option<Call> {
    match effect {
        Effect::Call(call) => Some(call).filter(is_sub_thread),
        Effect::Timer { .. } => None,
    }
}

/// Starts the thread that a call stands for, unless it is there. `None`: it is under way, and its end
/// will be posted.
pub(crate) async fn start(
    core: &Arc<Core>,
    parent: Parent,
    call: &Call,
) -> Option<Result<Value, StepError>> {
    let id = id_of(parent.id, call);
    match until_available(|| core.store.thread(id)).await {
        Ok(row) if row.status.is_ended() => return Some(outcome_of(core, &row).await),
        Ok(_) => {}
        Err(StoreError::NotFound(_)) => {
            if let Err(error) = create(core, parent, call, id).await {
                return Some(Err(error));
            }
        }
        Err(error) => return Some(Err(broken(id, &error))),
    }
    core.family.with(|members| members.insert(id));
    core.hub.tell_due();
    None
}

/// What the step that waits for a sub-thread is told by the commit that ends it; `None` when the journal
/// entry is not such an end.
pub(crate) fn report(child: ThreadId, origin: &Origin, end: &Record) -> Option<Post> {
    let Origin {
        parent,
        step: path,
        attempt,
    } = origin.clone();
    let notification = match outcome(child, end)? {
        Ok(output) => Notification::Returned {
            path,
            attempt,
            output,
        },
        Err(error) => Notification::Failed {
            path,
            attempt,
            error,
        },
    };
    Some(Post {
        to: parent,
        notification,
    })
}

/// Forgets a sub-thread that has ended.
pub(crate) fn leave(core: &Core, child: ThreadId) {
    core.family.with(|members| members.remove(&child));
}

/// What a sub-thread is told when nobody waits for it any more. One that is not there yet learns of it
/// when somebody takes it up.
pub(crate) fn not_waited_for() -> Notification {
    let reason = "its parent does not wait for it any more".into();
    Notification::CancelAsked { reason }
}

/// True while the step that started a sub-thread waits for it.
pub(crate) async fn is_waited_for(store: &dyn Store, origin: &Origin) -> Result<bool, StoreError> {
    let page = Page {
        after: None,
        max: 1,
    };
    let row = match store.thread(origin.parent).await {
        Err(StoreError::NotFound(_)) => return Ok(false),
        row => row?,
    };
    if row.status.is_ended() {
        return Ok(false);
    }
    let steps = store.steps(origin.parent, &origin.step, page).await?;
    let is_it = |step: &StepRow| step.path == origin.step && step.attempt == origin.attempt;
    let step = steps.first().filter(|step| is_it(step));
    Ok(step.is_some_and(|step| step.status == StepStatus::Running))
}

async fn create(core: &Core, parent: Parent, call: &Call, id: ThreadId) -> Result<(), StepError> {
    if parent.depth >= SUBTHREAD_DEPTH_MAX {
        let message = format!("sub-threads lie more than {SUBTHREAD_DEPTH_MAX} deep in each other");
        return Err(StepError::permanent("LIMIT_EXCEEDED", message));
    }
    let args = until_available(|| core.values.load(&call.args)).await;
    let args = args.map_err(|error| broken(id, &error))?;
    let args = args
        .as_object()
        .cloned()
        .unwrap_or_else(|| Object::from_iter([]));
    let script = script(core, &args).await.map_err(|error| unknown(&error))?;
    let Script {
        program,
        pins,
        source,
        env,
    } = script;
    let input = args.get("input").cloned().unwrap_or_default();
    let input = check_fields(&input, &program.contract.inputs, false)
        .map_err(|violations| refused(&program, &violations))?;
    let publish = || core.programs.publish(&program, &pins, &source);
    let hash = until_available(publish).await;
    let hash = hash.map_err(|error| broken(id, &error))?;
    let new = NewThread {
        id,
        script: Arc::clone(&program.title),
        started: Notification::Started {
            input,
            env: program.contract.references(env),
            seed: seed(id),
            thread: thread_value(id, parent, call, &program),
            timeout_ms: None,
        },
        program: hash,
        at: core.clock.now(),
        request_id: Some(key(parent.id, call).into()),
    };
    let created = until_available(|| core.store.create(new.clone())).await;
    created.map(drop).map_err(|error| broken(id, &error))
}

async fn script(core: &Core, args: &Object) -> Result<Script, ScriptError> {
    let text = |name: &str| args.get(name).and_then(Value::as_text);
    match (text("script"), text("plan")) {
        (Some(name), _) => core.scripts.stored(name).await,
        (None, Some(source)) => core.scripts.planned(source).await,
        (None, None) => {
            let message = "the step names no script";
            Err(ScriptError::new("SCRIPT_NOT_FOUND", message))
        }
    }
}

/// Follows from the id, so that a thread that is made again is made alike.
fn seed(id: ThreadId) -> u64 {
    u64::try_from(id.0 & u128::from(u64::MAX)).unwrap_or_default()
}

/// What the script may know of its own thread.
fn thread_value(id: ThreadId, parent: Parent, call: &Call, program: &Program) -> Value {
    let from = Value::object([
        ("thread_id", Value::text(&parent.id.to_string())),
        ("step_path", Value::text(&call.path.to_string())),
        ("attempt", Value::Int(i64::from(call.attempt))),
    ]);
    let version = program.version.clone().map_or(Value::Null, Value::Text);
    Value::object([
        ("id", Value::text(&id.to_string())),
        ("script", Value::Text(Arc::clone(&program.title))),
        ("version", version),
        ("parent", from),
        ("depth", Value::Int(i64::from(parent.depth) + 1)),
    ])
}

/// What the step gets from a thread that has ended.
async fn outcome_of(core: &Core, row: &ThreadRow) -> Result<Value, StepError> {
    let before = Seq(row.last_seq.0.saturating_sub(1));
    let read = until_available(|| core.store.journal(row.id, before, 1)).await;
    let entries = read.map_err(|error| broken(row.id, &error))?;
    let end = entries
        .first()
        .and_then(|entry| outcome(row.id, &entry.record));
    end.unwrap_or_else(|| Err(broken(row.id, &"its journal does not end with its end")))
}

/// What the step gets from a thread that ends with this record. Large values stay references: they are
/// kept once for all threads.
fn outcome(id: ThreadId, end: &Record) -> Option<Result<Value, StepError>> {
    let Record::Event(end) = end else {
        return None;
    };
    match end {
        Event::ThreadCompleted { output } => Some(Ok(Value::object([
            ("output", output.clone()),
            ("status", Value::text("COMPLETED")),
            ("thread_id", Value::text(&id.to_string())),
        ]))),
        Event::ThreadFailed {
            error,
            path: _,
            output,
        } => Some(Err(ended_badly(id, Some(error), output.as_ref()))),
        Event::ThreadCancelled { .. } => Some(Err(ended_badly(id, None, None))),
        Event::StepStarted { .. }
        | Event::StepRetrying { .. }
        | Event::StepCompleted { .. }
        | Event::StepFailed { .. }
        | Event::StepSkipped { .. }
        | Event::InputAsked(_)
        | Event::AnswerRefused { .. }
        | Event::Yielded { .. }
        | Event::ThreadPaused { .. }
        | Event::ThreadResumed => None,
    }
}

/// Why the step fails whose sub-thread failed, or was cancelled when there is no error.
fn ended_badly(id: ThreadId, error: Option<&StepError>, output: Option<&Value>) -> StepError {
    let (word, message) = match error {
        Some(error) => ("FAILED", format!("sub-thread {id} failed: {error}")),
        None => ("CANCELLED", format!("sub-thread {id} was cancelled")),
    };
    let mut details = BTreeMap::from([
        (Arc::from("thread_id"), Value::text(&id.to_string())),
        ("status".into(), Value::text(word)),
    ]);
    if let Some(error) = error {
        let error = [("code", &error.code), ("message", &error.message)];
        let error = Value::object(error.map(|(name, text)| (name, Value::Text(Arc::clone(text)))));
        details.insert("error".into(), error);
    }
    if let Some(output) = output {
        details.insert("output".into(), output.clone());
    }
    StepError {
        details: Value::object(details),
        ..StepError::permanent(SUBTHREAD_FAILED, message)
    }
}

fn unknown(error: &ScriptError) -> StepError {
    let message = format!("cannot start a sub-thread: {}", error.message);
    StepError {
        details: Value::object([("code", Value::Text(Arc::clone(&error.code)))]),
        ..StepError::permanent(SUBTHREAD_FAILED, message)
    }
}

fn refused(program: &Program, violations: &[Violation]) -> StepError {
    let first = violations
        .first()
        .map_or_else(String::new, |it| format!(": {} {}", it.pointer, it.message));
    let listed = violations.iter().map(|it| {
        Value::object([
            ("pointer", Value::text(&it.pointer)),
            ("message", Value::text(&it.message)),
        ])
    });
    let details = Value::object([
        ("code", Value::text("INPUT_INVALID")),
        ("violations", Value::list(listed)),
    ]);
    let message = format!("script '{}' does not take its input{first}", program.title);
    StepError {
        details,
        ..StepError::permanent(SUBTHREAD_FAILED, message)
    }
}

fn broken(id: ThreadId, error: &dyn fmt::Display) -> StepError {
    let message = format!("cannot follow sub-thread {id}: {error}");
    StepError::permanent("INTERNAL_ERROR", message)
}
