//! Going on with a thread of the embedded store: a paused one, or one whose process died.

use std::sync::Arc;

use scriptum_contract::Value;
use scriptum_engine::{Error, ProgramHash, ThreadId, ThreadRow, program_row};
use scriptum_vm::{PauseReason, Resume, Seen, Status, StepPath};

use super::{
    Session,
    again::Again,
    children, hints,
    siblings::{runs_scripts, starts_threads},
};
use crate::{
    args::Run,
    cmd,
    environment::Environment,
    exit::{Code, Failure},
    input, local, source, tools,
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
    check_same_program(args, &row)?;
    let program = engine.program(&row.program).await?;
    let mut warnings = None;
    if !starts_threads(&program.body) {
        environment.check_named(&program.contract)?;
        warnings = hints::kept_variables(&environment, &program.contract);
    }
    let file = args.file.as_deref();
    let file = file.filter(|_| runs_scripts(&program.body));
    let mut session = Session {
        engine,
        thread,
        after: row.last_seq,
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
    if let Some(event) = &args.event {
        let hint = hints::unknown_event(event, &program.body);
        session.warnings = session.warnings.or(hint);
    }
    take_up(&mut session, args, &row).await?;
    Ok(session)
}

/// Does what the flags say.
async fn take_up(session: &mut Session, args: &Run, row: &ThreadRow) -> Result<(), Failure> {
    let change = change(args)?;
    let step = args.step.as_deref().map(str::parse::<StepPath>).transpose();
    let step = step.map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;
    let (engine, thread) = (&session.engine, session.thread);
    if let Some(value) = &args.value {
        let value = input::json(value, "--value")?;
        let who = super::who();
        engine
            .answer(thread, step.as_ref(), None, value, &who)
            .await?;
        return Ok(());
    }
    if let Some(event) = &args.event {
        let data = args.data.as_deref().map(|data| input::json(data, "--data"));
        let data = data.transpose()?.unwrap_or_default();
        engine.send_event(thread, event, data).await?;
        return Ok(());
    }
    match row.status {
        Status::Paused => lift_pause(session, row, step, change).await,
        Status::Pending | Status::Running => {
            refuse_change(change.as_ref(), row)?;
            Ok(children::wake(engine, row).await?)
        }
        Status::Completed | Status::Failed | Status::Cancelled => {
            refuse_change(change.as_ref(), row)
        }
    }
}

async fn lift_pause(
    session: &mut Session,
    row: &ThreadRow,
    step: Option<StepPath>,
    change: Option<Resume>,
) -> Result<(), Failure> {
    let (engine, thread) = (&session.engine, session.thread);
    // A pause that cannot be read is one that a fault has made.
    let pause = match engine.paused(thread).await {
        Err(Error::Corrupt(_)) => None,
        pause => pause?,
    };
    let asks = pause.is_some_and(|pause| pause.reason == PauseReason::Ask);
    if asks && change.is_none() {
        // What waits for an answer goes on by itself only when its time is up.
        let now = scriptum_engine::Clock::now(&scriptum_engine::SystemClock);
        session.asks_first = row.wake_at.is_none_or(|due| now < due);
        return Ok(());
    }
    if asks && step.is_none() {
        // Taken as an answer, the change would be a wrong one, and wrong ones are counted.
        let message =
            format!("thread {thread} waits for an answer, so there is no failed step to change");
        return Err(Failure::new(Code::FailedPrecondition, message)
            .help("answer with --value JSON, or name a failed step with --step PATH"));
    }
    // What goes on meanwhile is not what somebody meant.
    let pause = pause.filter(|_| step.is_none());
    let seen = pause.map(|pause| Seen::Pause(pause.number));
    let change = change.unwrap_or(Resume::Again);
    Ok(engine.resume(thread, step, change, seen).await?)
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
