//! How a run and its findings are written in a fixture.

use std::{collections::BTreeMap, fmt::Write as _};

use scriptum_contract::{Type, Value, Violation};
use scriptum_vm::program::{Body, Program};
use scriptum_vm::{
    Asked, Entry, Event, Notification, Record, Recovery, StepError, StepPath, Timestamp,
};

/// Lines that `events tail` shows.
const TAIL_LINES: usize = 6;

/// The events of a journal, one a line; `tail` shows only the last ones.
pub(crate) fn events(entries: &[Entry], args: &str) -> String {
    let mut returned = None;
    let mut lines = Vec::new();
    for entry in entries {
        match &entry.record {
            Record::Notification(Notification::Returned { output, .. }) => returned = Some(output),
            Record::Notification(_) => returned = None,
            Record::Event(event) => lines.push(event_line(event, returned, entry.at)),
        }
    }
    let shown = if args == "tail" {
        lines.len().saturating_sub(TAIL_LINES)
    } else {
        0
    };
    let mut text = String::new();
    if shown > 0 {
        let _ = writeln!(text, "… {shown} more above");
    }
    for line in lines.iter().skip(shown) {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn event_line(event: &Event, returned: Option<&Value>, at: Timestamp) -> String {
    match event {
        Event::StepStarted {
            path,
            attempt,
            label,
            primitive,
            tool,
            input,
        } => {
            let mut line = format!("{path} start {}", tool.as_ref().unwrap_or(primitive));
            if let Some(label) = label {
                let _ = write!(line, " \"{label}\"");
            }
            if *attempt > 1 {
                let _ = write!(line, " #{attempt}");
            }
            if !matches!(input, Value::Null) {
                let _ = write!(line, " {}", json(input));
            }
            line
        }
        Event::StepRetrying {
            path,
            attempt,
            due,
            error,
        } => {
            let pause = due.0 - at.0;
            let why = error
                .as_ref()
                .map(|it| format!(": {}", error_text(it)))
                .unwrap_or_default();
            format!("{path} retry #{attempt} in {pause}ms{why}")
        }
        Event::StepCompleted {
            path,
            output,
            recovery,
            ..
        } => {
            let output = output.as_ref().or(returned).map_or_else(String::new, json);
            format!("{path} done{} {output}", recovery_text(*recovery))
        }
        Event::StepFailed {
            path,
            error,
            recovery,
            ..
        } => {
            format!(
                "{path} fail{} {}",
                recovery_text(*recovery),
                error_text(error)
            )
        }
        Event::StepSkipped {
            path,
            label,
            primitive,
        } => {
            let label = label
                .as_ref()
                .map(|it| format!(" \"{it}\""))
                .unwrap_or_default();
            format!("{path} skip {primitive}{label}")
        }
        Event::InputAsked(asked) => asked_line(asked, at),
        Event::AnswerRefused {
            path,
            wrong,
            reason,
            ..
        } => format!("{path} refused #{wrong}: {reason}"),
        Event::Yielded {
            path,
            index,
            label,
            value,
        } => {
            let label = label
                .as_ref()
                .map(|it| format!(" \"{it}\""))
                .unwrap_or_default();
            format!("{path} yield{label} #{index} {}", json(value))
        }
        Event::ThreadPaused { reason, path } => {
            let at = path
                .as_ref()
                .map(|it| format!(" at {it}"))
                .unwrap_or_default();
            format!("thread paused: {reason:?}{at}")
        }
        Event::ThreadResumed => "thread resumed".to_owned(),
        Event::ThreadCompleted { output } => format!("thread completed {}", json(output)),
        Event::ThreadFailed {
            error,
            path,
            output,
        } => {
            let at = path
                .as_ref()
                .map(|it| format!(" at {it}"))
                .unwrap_or_default();
            let output = output
                .as_ref()
                .map(|it| format!(" {}", json(it)))
                .unwrap_or_default();
            format!("thread failed{at}: {}{output}", error_text(error))
        }
        Event::ThreadCancelled { reason } => format!("thread cancelled: {reason}"),
    }
}

fn asked_line(asked: &Asked, at: Timestamp) -> String {
    let mut line = format!("{} asks {}", asked.path, json(&asked.prompt));
    if asked.answer != Type::Any {
        let _ = write!(line, " for {}", asked.answer);
    }
    if asked.options != Value::Null {
        let _ = write!(line, " of {}", json(&asked.options));
    }
    if let Some(default) = &asked.default {
        let _ = write!(line, " else {}", json(default));
    }
    if let Some(due) = asked.due {
        let _ = write!(line, " within {}ms", due.0 - at.0);
    }
    line
}

/// The last state of each step, in path order.
pub(crate) fn steps(entries: &[Entry]) -> String {
    let mut rows: BTreeMap<StepPath, (u32, &str)> = BTreeMap::new();
    for entry in entries {
        let Record::Event(event) = &entry.record else {
            continue;
        };
        let (path, attempt, state) = match event {
            Event::StepStarted { path, attempt, .. } => (path, Some(*attempt), "running"),
            Event::StepCompleted { path, .. } => (path, None, "completed"),
            Event::StepFailed { path, .. } => (path, None, "failed"),
            Event::StepSkipped { path, .. } => (path, None, "skipped"),
            Event::StepRetrying { .. }
            | Event::InputAsked(_)
            | Event::AnswerRefused { .. }
            | Event::Yielded { .. }
            | Event::ThreadPaused { .. }
            | Event::ThreadResumed
            | Event::ThreadCompleted { .. }
            | Event::ThreadFailed { .. }
            | Event::ThreadCancelled { .. } => continue,
        };
        let row = rows.entry(path.clone()).or_insert((0, state));
        *row = (attempt.unwrap_or(row.0), state);
    }
    rows.iter()
        .fold(String::new(), |mut text, (path, (attempt, state))| {
            let _ = writeln!(text, "{path} {state} #{attempt}");
            text
        })
}

/// Violations, one a line.
pub(crate) fn violations(violations: &[Violation]) -> String {
    violations.iter().fold(String::new(), |mut text, it| {
        let _ = writeln!(
            text,
            "{} {}: {}",
            it.reason.as_str(),
            it.pointer,
            it.message
        );
        text
    })
}

fn error_text(error: &StepError) -> String {
    let retryable = if error.retryable { " (retryable)" } else { "" };
    format!("{error}{retryable}")
}

fn recovery_text(recovery: Option<Recovery>) -> &'static str {
    match recovery {
        None => "",
        Some(Recovery::Fallback) => " by fallback",
        Some(Recovery::Ignore) => " ignored",
        Some(Recovery::Operator) => " by operator",
    }
}

/// JSON, or what a value that lies in the store is.
fn json(value: &Value) -> String {
    value.to_json().unwrap_or_else(|_| format!("{value:?}"))
}

/// The steps of a program by path, with the names that they bind.
pub(crate) fn bindings(program: &Program) -> String {
    let mut text = String::new();
    bindings_of(&program.body, "", &mut text);
    text
}

fn bindings_of(body: &Body, scope: &str, text: &mut String) {
    for (index, step) in body.steps.iter().enumerate() {
        let path = format!("{scope}{index}");
        let _ = write!(text, "{path} {}", step.kind.primitive());
        let arrow = if step.kind.is_stream() { "->>" } else { "->" };
        match step.kind.bound_name() {
            Some(name) => _ = writeln!(text, " {arrow} {name}"),
            None => text.push('\n'),
        }
        let is_loop = step.kind.bodies().count() == 1 && step.kind.primitive() != "branch";
        for (inner, body) in step.kind.bodies().enumerate() {
            let inner = if is_loop {
                "*".to_owned()
            } else {
                inner.to_string()
            };
            bindings_of(body, &format!("{path}.{inner}."), text);
        }
    }
}
