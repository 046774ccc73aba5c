//! Lets paused threads go on, and says at once what is wrong with what an operator gives to a failed
//! step. What counts is what the thread makes of it: a request that names a pause which is over by then
//! changes nothing.

use scriptum_contract::{
    Field, Object, ToolName, ToolSignature, Value, Violation, check, check_fields, masked_places,
};
use scriptum_vm::{Notification, Pause, PauseReason, Resume, Seen, Status, StepPath, Vm};

use crate::{
    Engine, Error, Page, StepRow, StepStatus, ThreadId, ThreadRow, engine::waits, programs::Loaded,
    watch,
};

impl Engine {
    /// Lets a paused thread go on. Where it waits for an answer, a new input is the answer, and no change
    /// means its default. `seen` is what the caller decided on; `None`: what holds the thread up now.
    ///
    /// A thread that a fault of this system holds up is tried again.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is not paused, [`Error::Stale`] when what was seen is over,
    /// [`Error::Invalid`] when a value given does not fit the step's tool or ask.
    pub async fn resume(
        &self,
        thread: ThreadId,
        path: Option<StepPath>,
        change: Resume,
        seen: Option<Seen>,
    ) -> Result<(), Error> {
        let row = self.thread(thread).await?;
        if row.status != Status::Paused {
            return Err(Error::Conflict(format!("thread {thread} is not paused")));
        }
        // All that is decided here is decided on one state.
        let vm = match self.machine(&row).await {
            Ok(vm) => vm,
            Err(Error::Corrupt(_)) => return self.wake(thread).await,
            Err(error) => return Err(error),
        };
        let path = path.as_ref();
        if seen.is_some_and(|seen| vm.is_over(path, seen)) {
            let why = format!("thread {thread} has gone on since the caller looked");
            return Err(Error::Stale(why));
        }
        let Some(pause) = vm.pause() else {
            return self.wake(thread).await;
        };
        if is_for_ask(&vm, pause, path) {
            return self.resume_ask(thread, &vm, path, change).await;
        }
        self.check_meant(&row, pause, path, &change).await?;
        let change = self.closed(&row, change).await?;
        let now = match path {
            Some(path) => vm.resumable(path).map(Seen::Attempt),
            None => Some(Seen::Pause(pause.number)),
        };
        let resumed = Notification::Resumed {
            path: path.cloned(),
            change,
            seen: seen.or(now),
        };
        self.post(thread, resumed).await
    }

    /// The change as it may be stored: without the bytes of secrets.
    async fn closed(&self, row: &ThreadRow, change: Resume) -> Result<Resume, Error> {
        let loaded = self.core.programs.program(&row.program).await?;
        let contract = &loaded.program.contract;
        let closed = async |value: Value| {
            let closed = self.toolbox().closed(contract, value).await;
            closed.map_err(|error| Error::Unavailable(error.to_string()))
        };
        Ok(match change {
            Resume::Again => Resume::Again,
            Resume::Replace(input) => Resume::Replace(closed(input).await?),
            Resume::Merge(parts) => Resume::Merge(closed(parts).await?),
            Resume::Output(output) => Resume::Output(closed(output).await?),
        })
    }

    /// Refuses at once what the machine would pass over: a step that takes no resume, or not this one.
    async fn check_meant(
        &self,
        row: &ThreadRow,
        pause: Pause,
        path: Option<&StepPath>,
        change: &Resume,
    ) -> Result<(), Error> {
        let is_waiting = match path {
            None => pause.reason == PauseReason::Wait,
            Some(path) => {
                let step = self.step(row.id, path).await?;
                let Some(step) = step else {
                    return Err(Error::NotFound(format!("step {path}")));
                };
                let is_failed = step.status == StepStatus::Failed && step.recovery.is_none();
                if !is_failed && !waits(&step) {
                    let why = format!("step {path} neither failed nor waits for an event");
                    return Err(Error::Conflict(why));
                }
                !is_failed
            }
        };
        if is_waiting {
            self.check_wait(row.id, path, change).await
        } else {
            self.check_change(row, path, change).await
        }
    }

    /// A step that waits for an event goes on with its data, or without.
    async fn check_wait(
        &self,
        thread: ThreadId,
        path: Option<&StepPath>,
        change: &Resume,
    ) -> Result<(), Error> {
        let awaited = self.awaited_events(thread).await?;
        if path.is_none() && awaited.len() > 1 {
            let paths: Vec<_> = awaited.iter().map(|it| it.path.to_string()).collect();
            let why = format!(
                "several steps wait for events: name one of {}",
                paths.join(", ")
            );
            return Err(Error::Conflict(why));
        }
        match change {
            Resume::Again | Resume::Replace(_) => Ok(()),
            Resume::Merge(_) | Resume::Output(_) => Err(Error::Conflict(
                "a step that waits for an event takes the event's data and no output".into(),
            )),
        }
    }

    /// Checks what a resume gives against the signature of the step's tool, so that a wrong value is
    /// refused at once instead of failing the step again.
    async fn check_change(
        &self,
        row: &ThreadRow,
        path: Option<&StepPath>,
        change: &Resume,
    ) -> Result<(), Error> {
        if let Resume::Replace(given) | Resume::Merge(given) = change {
            refused(masked_places(given)).map_err(Error::Invalid)?;
        }
        if matches!(change, Resume::Again) {
            return Ok(());
        }
        let step = match path {
            Some(path) => self.step(row.id, path).await?,
            None => watch::first_failed_step(&self.core, row.id).await?,
        };
        let Some(step) = step else {
            return Err(Error::NotFound("failed step".into()));
        };
        let loaded = self.core.programs.program(&row.program).await?;
        check_change(&loaded, &step, change).map_err(Error::Invalid)
    }

    async fn step(&self, of: ThreadId, path: &StepPath) -> Result<Option<StepRow>, Error> {
        let page = Page {
            after: None,
            max: 1,
        };
        let rows = self.steps(of, path, page).await?;
        Ok(rows.into_iter().find(|row| row.path == *path))
    }
}

/// True when a resume is meant for an ask.
fn is_for_ask(vm: &Vm, pause: Pause, path: Option<&StepPath>) -> bool {
    match path {
        None => pause.reason == PauseReason::Ask,
        Some(path) => vm.asks().any(|ask| ask.path == *path),
    }
}

/// Checks the value against the signature of the step's tool; a step without a known one takes any.
fn check_change(loaded: &Loaded, step: &StepRow, change: &Resume) -> Result<(), Vec<Violation>> {
    let Some(signature) = signature(loaded, step) else {
        return Ok(());
    };
    match change {
        Resume::Again => Ok(()),
        Resume::Replace(input) => check_input(signature, input),
        Resume::Merge(part) => check_part(signature, part),
        Resume::Output(output) => refused(check(output, &signature.output)),
    }
}

fn signature<'a>(loaded: &'a Loaded, step: &StepRow) -> Option<&'a ToolSignature> {
    let name = ToolName(step.tool.clone()?);
    let import = loaded.program.tools.iter().find(|tool| tool.name == name)?;
    let signature = loaded.pins.find(&import.origin, &import.name)?;
    Some(signature)
}

fn check_input(signature: &ToolSignature, input: &Value) -> Result<(), Vec<Violation>> {
    match &signature.input {
        Some(shape) => check_fields(input, &shape.fields, shape.open).map(drop),
        None => Ok(()),
    }
}

/// Only what is given is checked: the rest of the input stays as it was.
fn check_part(signature: &ToolSignature, part: &Value) -> Result<(), Vec<Violation>> {
    let (Some(shape), Some(given)) = (&signature.input, part.as_object()) else {
        return check_input(signature, part);
    };
    let is_given = |field: &&Field| given.get(&field.name).is_some();
    let fields: Vec<Field> = shape.fields.iter().filter(is_given).cloned().collect();
    check_fields(&Value::Object(Object::clone(given)), &fields, shape.open).map(drop)
}

fn refused(violations: Vec<Violation>) -> Result<(), Vec<Violation>> {
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations)
    }
}
