//! What a run leaves behind: the result on stdout, the way on when there is one.

use std::sync::Arc;

use scriptum_contract::Value;
use scriptum_engine::{StepStatus, ThreadId, ThreadResult};
use scriptum_vm::{Asked, PauseReason, Status, StepError, StepPath};

use super::{Session, ask};
use crate::{
    exit::{Code, Failure},
    local, out,
    ui::{Shown, style},
};

/// Longest input of a failed step that is shown.
const INPUT_CHARS_MAX: usize = 400;

/// Prints where the thread stands and gives the exit code for it.
pub(super) async fn result(session: &Session) -> Result<Code, Failure> {
    let result = session.engine.result(session.thread).await?;
    match result.status {
        Status::Completed => {
            print_output(session, result.output.as_ref())?;
            Ok(Code::Success)
        }
        Status::Failed => {
            print_output(session, result.output.as_ref())?;
            Err(thread_failed(&result))
        }
        Status::Cancelled => {
            let message = "the thread was cancelled";
            Err(Failure::new(Code::ThreadCancelled, message))
        }
        Status::Paused => paused(session, &result, &session.command()).await,
        Status::Pending | Status::Running => Err(Failure::new(
            Code::Internal,
            "the thread stopped being followed while it runs",
        )),
    }
}

fn thread_failed(result: &ThreadResult) -> Failure {
    let Some(error) = &result.error else {
        return Failure::new(Code::ThreadFailed, "the thread failed");
    };
    let place = at_step(result.failed_step.as_ref(), error);
    let message = format!("the thread failed: {place}");
    Failure::new(Code::ThreadFailed, message).reason(&error.code)
}

/// The thread waits for paused sub-threads: each is shown as it would be by itself, and how to go on.
pub(super) async fn children_paused(
    session: &Session,
    children: &[ThreadId],
) -> Result<Code, Failure> {
    if session.shown == Shown::Events {
        return Ok(Code::ThreadPaused);
    }
    for child in children {
        let child = Session {
            engine: session.engine.clone(),
            thread: *child,
            again: Arc::clone(&session.again),
            warnings: None,
            ..*session
        };
        let row = child.engine.thread(child.thread).await?;
        let waits = format!(
            "waits for thread {}, which is paused: {}",
            row.id, row.script
        );
        note!("{}", style::wait(&waits));
        let result = child.engine.result(child.thread).await?;
        let command = session.again.command_for_child(child.thread);
        paused(&child, &result, &command).await?;
    }
    note!("then go on with:   {}", session.command());
    Ok(Code::ThreadPaused)
}

/// Says how to go on after Ctrl-C.
pub(super) async fn interrupted(session: &Session) -> Result<Code, Failure> {
    let row = session.engine.thread(session.thread).await?;
    if row.status.is_ended() || row.status == Status::Paused {
        return result(session).await;
    }
    if session.shown == Shown::Events {
        return Ok(Code::Interrupted);
    }
    note!(
        "{}",
        style::wait("interrupted; the thread is kept. Go on with:")
    );
    note!("  {}", session.command());
    Ok(Code::Interrupted)
}

/// A failure of the run itself, with the command that tries again.
pub(super) fn with_command(failure: Failure, session: &Session) -> Failure {
    failure.help(format!(
        "the thread is kept; go on with: {}",
        session.command()
    ))
}

async fn paused(session: &Session, result: &ThreadResult, command: &str) -> Result<Code, Failure> {
    if session.shown == Shown::Events {
        // The events say all of it.
        return Ok(Code::ThreadPaused);
    }
    match (result.pause, &result.error) {
        (Some(PauseReason::StepError), Some(error)) => {
            let place = at_step(result.failed_step.as_ref(), error);
            note!("{}", style::wait(&format!("paused: {place}")));
            show_violations(&error.details);
            show_input(session, result.failed_step.as_ref()).await?;
            note!("resume with the same input:   {command}");
            note!("with another input:           {command} --override JSON");
            note!("with an output of your own:   {command} --step-output JSON");
        }
        (Some(PauseReason::Ask), _) => show_asks(session, command).await?,
        (Some(PauseReason::Wait), _) => {
            for awaited in session.engine.awaited_events(session.thread).await? {
                let until = awaited
                    .until
                    .map_or_else(String::new, |it| format!(" until {it}"));
                let (path, name) = (&awaited.path, &awaited.name);
                let waits = format!("paused: step {path} waits for event \"{name}\"{until}");
                note!("{}", style::wait(&waits));
                let name = local::quoted(name);
                note!("deliver it with:   {command} --event {name} --data JSON");
            }
        }
        (Some(PauseReason::StepError | PauseReason::Operator) | None, _) => {
            note!("{}", style::wait("paused"));
            note!("resume with:   {command}");
        }
    }
    Ok(Code::ThreadPaused)
}

/// The open questions, each with the command that answers it.
async fn show_asks(session: &Session, command: &str) -> Result<(), Failure> {
    let asks = session.engine.asks(session.thread).await?;
    let is_only = asks.len() == 1;
    for ask in &asks {
        note!("{}", style::wait("paused: an answer is needed"));
        for line in ask::question(ask) {
            note!("{line}");
        }
        let step = if is_only {
            String::new()
        } else {
            format!(" --step {}", ask.path)
        };
        note!("answer with:   {command} --value {}{step}", example(ask));
    }
    Ok(())
}

/// An answer that fits, ready for a shell where the options tell one.
fn example(ask: &Asked) -> String {
    let first = ask.options.as_list().and_then(<[Value]>::first);
    let json = first.and_then(|option| option.to_json().ok());
    json.map_or_else(|| "JSON".to_owned(), |json| local::quoted(&json))
}

/// The details of a refused input name each violation.
fn show_violations(details: &Value) {
    let violations = details.as_object().and_then(|it| it.get("violations"));
    for violation in violations.and_then(Value::as_list).unwrap_or_default() {
        let text = |key| {
            violation
                .as_object()
                .and_then(|it| it.get(key))
                .and_then(Value::as_text)
        };
        if let (Some(pointer), Some(message)) = (text("pointer"), text("message")) {
            note!("  {pointer}: {message}");
        }
    }
}

async fn show_input(session: &Session, path: Option<&StepPath>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let page = scriptum_engine::Page {
        after: None,
        max: 1,
    };
    let rows = session.engine.steps(session.thread, path, page).await?;
    let failed = rows
        .into_iter()
        .find(|row| row.path == *path && row.status == StepStatus::Failed);
    let Some(row) = failed else { return Ok(()) };
    let values = session.engine.step_values(session.thread, &row).await?;
    if matches!(values.input, Value::Object(_)) {
        let json = values.input.to_json().unwrap_or_default();
        let shown: String = json.chars().take(INPUT_CHARS_MAX).collect();
        let more = if shown.len() < json.len() { "…" } else { "" };
        note!("  its input was {shown}{more}");
    }
    Ok(())
}

fn at_step(path: Option<&StepPath>, error: &StepError) -> String {
    match path {
        Some(path) => format!("step {path}: {error}"),
        None => error.to_string(),
    }
}

fn print_output(session: &Session, output: Option<&Value>) -> Result<(), Failure> {
    match output {
        Some(output) => out::value(output, session.output),
        None => Ok(()),
    }
}
