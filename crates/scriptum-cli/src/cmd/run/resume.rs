//! Going on with a thread of the embedded store: a paused one, or one whose process died.

use std::sync::Arc;

use scriptum_contract::{Contract, Value, nearest};
use scriptum_engine::{Error, ProgramHash, ThreadId, ThreadRow, program_row};
use scriptum_vm::{
    PauseReason, Resume, Seen, Status, StepPath,
    program::{Body, Goal, Op, StepKind, Wait},
};

use super::{
    Session,
    again::Again,
    children,
    siblings::{runs_scripts, starts_threads},
};
use crate::{
    args::Run,
    cmd,
    environment::Environment,
    exit::{Code, Failure},
    input, local, out, source, tools,
    ui::Shown,
};

/// The thread as a session, with what the flags say done to it.
pub(super) async fn session(thread: &str, args: &Run, shown: Shown) -> Result<Session, Failure> {
    let thread: ThreadId = thread.parse().map_err(|error| {
        Failure::new(Code::InvalidArgument, format!("{error}"))
            .help("`scriptum run --list` shows the threads of the embedded store")
    })?;
    let workspace = local::workspace(args.workspace.as_deref(), args.file.as_deref());
    let environment = Arc::new(Environment::read(args)?);
    let engine = super::open(args, &workspace, &environment)?;
    let row = engine.thread(thread).await?;
    // A pause that cannot be read is one that a fault has made.
    let pause = match engine.paused(thread).await {
        Err(Error::Corrupt(_)) => None,
        pause => pause?,
    };
    check_same_program(args, &row)?;
    let change = change(args)?;
    let step = args.step.as_deref().map(str::parse::<StepPath>).transpose();
    let step = step.map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;
    let after = row.last_seq;
    let program = engine.program(&row.program).await?;
    let mut warnings = None;
    if !starts_threads(&program.body) {
        environment.check_named(&program.contract)?;
        warnings = kept_variables(&environment, &program.contract);
    }
    let file = args.file.as_deref();
    let file = file.filter(|_| runs_scripts(&program.body));
    let mut session = Session {
        engine,
        thread,
        after,
        again: Arc::new(Again::new(
            args,
            file,
            workspace,
            (&environment, &program.contract),
        )),
        warnings,
        shown,
        output: args.output,
        no_input: args.no_input,
        asks_first: false,
    };
    if let Some(value) = &args.value {
        let value = input::json(value, "--value")?;
        session
            .engine
            .answer(thread, step.as_ref(), None, value, &super::who())
            .await?;
        return Ok(session);
    }
    if let Some(event) = &args.event {
        let data = args.data.as_deref().map(|data| input::json(data, "--data"));
        let data = data.transpose()?.unwrap_or_default();
        session.warnings = session.warnings.or(unknown_event(event, &program.body));
        session.engine.send_event(thread, event, data).await?;
        return Ok(session);
    }
    let waits_for = pause.map(|pause| pause.reason);
    match row.status {
        Status::Paused if waits_for == Some(PauseReason::Ask) && change.is_none() => {
            // What waits for an answer goes on by itself only when its time is up.
            let now = scriptum_engine::Clock::now(&scriptum_engine::SystemClock);
            session.asks_first = row.wake_at.is_none_or(|due| now < due);
        }
        // Taken as an answer, the change would be a wrong one, and wrong ones are counted.
        Status::Paused if waits_for == Some(PauseReason::Ask) && step.is_none() => {
            let message = format!(
                "thread {thread} waits for an answer, so there is no failed step to change"
            );
            return Err(Failure::new(Code::FailedPrecondition, message)
                .help("answer with --value JSON, or name a failed step with --step PATH"));
        }
        Status::Paused => {
            // What goes on meanwhile is not what somebody meant.
            let pause = pause.filter(|_| step.is_none());
            let seen = pause.map(|pause| Seen::Pause(pause.number));
            session
                .engine
                .resume(thread, step, change.unwrap_or(Resume::Again), seen)
                .await?;
        }
        Status::Pending | Status::Running => {
            refuse_change(change.as_ref(), &row)?;
            children::wake(&session.engine, &row).await?;
        }
        Status::Completed | Status::Failed | Status::Cancelled => {
            refuse_change(change.as_ref(), &row)?;
        }
    }
    Ok(session)
}

/// Says so when variables are given that cannot change any more.
fn kept_variables(environment: &Environment, contract: &Contract) -> Option<String> {
    let kept = environment.kept(contract);
    if out::notes_are_json() || kept.is_empty() {
        return None;
    }
    let kept = kept.join(", ");
    Some(format!(
        "warning: the thread keeps the variables that it began with: {kept}"
    ))
}

/// Says so when no step waits for the event, which is kept all the same.
fn unknown_event(event: &str, body: &Body) -> Option<String> {
    let names = awaited(body)?;
    if out::notes_are_json() || names.iter().any(|name| **name == *event) {
        return None;
    }
    let meant = nearest(event, names.iter().map(|name| &**name));
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean '{meant}'?"));
    let said = format!("no step of the script waits for an event '{event}'{meant}");
    Some(format!("warning: {said}"))
}

/// The events that steps wait for; `None` when a name is computed.
fn awaited(body: &Body) -> Option<Vec<Arc<str>>> {
    let mut names = Vec::new();
    for step in &body.steps {
        if let StepKind::Wait(Wait {
            goal: Goal::Event { name, .. },
            ..
        }) = &step.kind
        {
            let Op::Literal(Value::Text(name)) = &name.root.op else {
                return None;
            };
            names.push(Arc::clone(name));
        }
        for body in step.kind.bodies() {
            names.extend(awaited(body)?);
        }
    }
    Some(names)
}

fn refuse_change(change: Option<&Resume>, row: &ThreadRow) -> Result<(), Failure> {
    if change.is_none() {
        return Ok(());
    }
    let message = format!(
        "thread {} is not paused, so there is nothing to change",
        row.id
    );
    Err(Failure::new(Code::FailedPrecondition, message)
        .help("leave out --override and --step-output to go on with it"))
}

/// What the flags change for the failed step.
fn change(args: &Run) -> Result<Option<Resume>, Failure> {
    let json = |text: &Option<String>, flag| -> Result<Option<Value>, Failure> {
        text.as_deref()
            .map(|text| input::json(text, flag))
            .transpose()
    };
    if let Some(value) = json(&args.override_input, "--override")? {
        return Ok(Some(Resume::Replace(value)));
    }
    Ok(json(&args.step_output, "--step-output")?.map(Resume::Output))
}

/// A file given with `--resume` must be what the thread began with.
fn check_same_program(args: &Run, row: &ThreadRow) -> Result<(), Failure> {
    let Some(file) = &args.file else {
        return Ok(());
    };
    let source = source::read(file)?;
    let compiled = cmd::without_errors(&source, &tools::catalog(&args.tools)?)?;
    let program = compiled
        .program
        .expect("a compilation without errors has a program");
    let pins = local::pinned(&compiled.tool_pins);
    let hash: ProgramHash = program_row(&program, &pins, &source.text).hash;
    if hash == row.program {
        return Ok(());
    }
    let message = format!(
        "'{}' has changed since thread {} began",
        source.name, row.id
    );
    Err(Failure::new(Code::FailedPrecondition, message)
        .help("leave out the file to go on with the script that the thread began with"))
}
