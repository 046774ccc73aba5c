//! Asks on the terminal: shows a question with what may be answered, and takes a line as the answer.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use futures::{StreamExt as _, pin_mut};
use scriptum_contract::{Type, Value, coerce};
use scriptum_engine::Error;
use scriptum_vm::Asked;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Session, follow::interrupted};
use crate::{exit::Failure, ui::style};

/// The lines that somebody writes. One thread reads them all, as a read cannot be taken back.
#[derive(Debug)]
pub(super) struct Terminal {
    lines: UnboundedReceiver<String>,
}

/// How asking on the terminal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// There was an answer, or the thread went on by itself.
    Done,
    /// Nobody answers here: the input has ended.
    Nobody,
    /// Ctrl-C, or a request to terminate.
    Interrupted,
}

/// True when somebody can be asked here.
pub(super) fn is_possible(no_input: bool) -> bool {
    !no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

impl Terminal {
    pub(super) fn open() -> Terminal {
        let (write, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                if write.send(line).is_err() {
                    break;
                }
            }
        });
        Terminal { lines }
    }

    /// Puts the first open question, until an answer is taken or the thread goes on without one.
    pub(super) async fn ask(&mut self, session: &Session) -> Result<Asking, Failure> {
        let Some(ask) = session
            .engine
            .asks(session.thread)
            .await?
            .into_iter()
            .next()
        else {
            return Ok(Asking::Done);
        };
        show(&ask);
        let moved = session.engine.watch(session.thread, session.after);
        pin_mut!(moved);
        let interrupted = interrupted();
        pin_mut!(interrupted);
        let line = tokio::select! {
            biased;
            () = &mut interrupted => return Ok(Asking::Interrupted),
            line = self.lines.recv() => line,
            _ = moved.next() => return Ok(Asking::Done),
        };
        let Some(line) = line else {
            return Ok(Asking::Nobody);
        };
        let answer = answer(&ask, line.trim());
        let answered = session
            .engine
            .answer(
                session.thread,
                Some(&ask.path),
                Some((&ask).into()),
                answer,
                &super::who(),
            )
            .await;
        match answered {
            // What is wrong with an answer is among the events of the thread, and said with the question.
            Ok(()) | Err(Error::Conflict(_) | Error::Stale(_) | Error::Invalid(_)) => {
                Ok(Asking::Done)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn show(ask: &Asked) {
    for line in question(ask) {
        note!("{}", style::wait(&line));
    }
    let mut terminal = std::io::stderr();
    // A terminal that is gone has nobody to answer.
    let _ = write!(terminal, "> ").and_then(|()| terminal.flush());
}

/// What somebody has to know to answer, a line each.
pub(super) fn question(ask: &Asked) -> Vec<String> {
    let title = ask.label.as_deref().unwrap_or("ask");
    let mut lines = vec![format!("{title} (step {})", ask.path)];
    let prompt = plain(&ask.prompt);
    lines.extend(prompt.lines().map(|line| format!("  {line}")));
    if let Some(options) = ask.options.as_list() {
        let options: Vec<_> = options.iter().map(plain).collect();
        lines.push(format!("  one of: {}", options.join(", ")));
    } else if ask.answer != Type::Any {
        lines.push(format!("  an answer of the type {}", ask.answer));
    }
    if let Some(default) = &ask.default {
        lines.push(format!("  without an answer: {}", plain(default)));
    }
    if let Some(due) = ask.due {
        let now = scriptum_engine::Clock::now(&scriptum_engine::SystemClock);
        let left = style::duration(due.0.saturating_sub(now.0).max(0));
        lines.push(format!("  time for an answer: {left}"));
    }
    if let Some(refusal) = &ask.refusal {
        let left = ask.max_retries.saturating_sub(ask.wrong);
        lines.push(format!("  {refusal}; {left} more may be wrong"));
    }
    lines
}

/// What somebody wrote, as an answer: an empty line is the default, an option is written as it is shown,
/// and where any value is welcome, JSON is one.
fn answer(ask: &Asked, line: &str) -> Value {
    if let (Some(default), true) = (&ask.default, line.is_empty()) {
        return default.clone();
    }
    let mut options = ask.options.as_list().unwrap_or_default().iter();
    if let Some(option) = options.find(|option| plain(option) == line) {
        return option.clone();
    }
    let yes_or_no = match line.to_lowercase().as_str() {
        "yes" | "y" => Some(true),
        "no" | "n" => Some(false),
        _ => None,
    };
    match (&ask.answer, yes_or_no) {
        (Type::Boolean, Some(answer)) => Value::Bool(answer),
        (Type::Any, _) => Value::from_json(line).unwrap_or_else(|_| Value::text(line)),
        (ty, _) => coerce(&Value::text(line), ty),
    }
}

fn plain(value: &Value) -> String {
    match value.as_text() {
        Some(text) => text.to_owned(),
        None => value.to_json().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use scriptum_vm::StepPath;

    use super::*;

    fn ask(answer: Type, options: Value) -> Asked {
        Asked {
            path: StepPath::root().child(0),
            attempt: 1,
            label: None,
            prompt: Value::text("?"),
            answer,
            options,
            default: Some(Value::text("usual")),
            due: None,
            max_retries: 3,
            wrong: 0,
            refusal: None,
        }
    }

    #[test]
    fn lines_become_answers_of_the_type_that_is_asked_for() {
        let options = Value::list([Value::text("true"), Value::Int(2)]);
        for (ty, options, line, expected) in [
            (Type::Any, Value::Null, "[1]", Value::list([Value::Int(1)])),
            (Type::Any, Value::Null, "so so", Value::text("so so")),
            (Type::Any, options.clone(), "true", Value::text("true")),
            (Type::Any, options, "2", Value::Int(2)),
            (Type::text(), Value::Null, "12", Value::text("12")),
            (Type::number(), Value::Null, "1.5", Value::Float(1.5)),
            (Type::number(), Value::Null, "much", Value::text("much")),
            (Type::Boolean, Value::Null, "Yes", Value::Bool(true)),
            (Type::Boolean, Value::Null, "false", Value::Bool(false)),
            (Type::text(), Value::Null, "", Value::text("usual")),
        ] {
            assert_eq!(answer(&ask(ty, options), line), expected, "{line}");
        }
    }
}
