//! What tools answer in a fixture, a line each:
//!
//! ```text
//! echo: return args
//! echo: return {"message": "x"} ×2
//! 0.1.0: fail retryable "timeout" ×1
//! file_read: hang
//! file_write: lost
//! numbers: items [1, 2, 3] then fail permanent "gone" ×1
//! ```
//!
//! A line stands for a tool or for a step path; with `×n` for n calls, without for all further ones. `echo`
//! needs no line. `last-first` behind an answer lets the answers of one turn arrive in reverse order.

use std::collections::VecDeque;

use scriptum_contract::Value;
use scriptum_vm::{Call, StepError, play};

/// The answers of a fixture.
#[derive(Debug)]
pub(crate) struct Mocks {
    lines: VecDeque<Line>,
    /// True: of several open calls the last one is answered first.
    pub(crate) last_first: bool,
}

#[derive(Debug)]
struct Line {
    target: String,
    answer: Answer,
    /// `None`: as often as asked.
    left: Option<u32>,
}

#[derive(Debug, Clone)]
enum Answer {
    Args,
    Return(Value),
    Fail { retryable: bool, message: String },
    Items(Vec<Value>, Option<Box<Answer>>),
    Hang,
    Lost,
}

impl Mocks {
    pub(crate) fn parse(text: &str) -> Result<Mocks, String> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let lines: VecDeque<Line> = lines.map(line).collect::<Result<_, _>>()?;
        Ok(Mocks {
            lines,
            last_first: text.contains("last-first"),
        })
    }

    /// The answer to a call.
    pub(crate) fn answer(&mut self, call: &Call) -> play::Answer {
        let path = call.path.to_string();
        let tool: &str = &call.callee.name.0;
        let fits =
            |line: &&mut Line| (line.target == path || line.target == tool) && line.left != Some(0);
        let Some(line) = self.lines.iter_mut().find(fits) else {
            return play::Answer::Now(unmocked(call));
        };
        line.left = line.left.map(|left| left - 1);
        let answer = line.answer.clone();
        if let Answer::Items(items, then) = answer {
            let then = match then {
                Some(then) => then.result(call),
                None => Some(Ok(Value::Null)),
            };
            return play::Answer::Items { items, then };
        }
        match answer.result(call) {
            Some(result) => play::Answer::Now(result),
            None => play::Answer::Never,
        }
    }
}

impl Answer {
    /// The end of a call; `None`: it has none.
    fn result(self, call: &Call) -> Option<Result<Value, StepError>> {
        match self {
            Answer::Args => Some(Ok(call.args.clone())),
            Answer::Return(value) => Some(Ok(value)),
            Answer::Fail { retryable, message } => Some(Err(StepError {
                retryable,
                ..StepError::permanent("TOOL_FAILED", message)
            })),
            Answer::Items(items, _) => Some(Ok(Value::list(items))),
            Answer::Hang => None,
            Answer::Lost => Some(Err(StepError::permanent(
                "OUTCOME_UNKNOWN",
                "nobody knows what the tool did",
            ))),
        }
    }
}

fn unmocked(call: &Call) -> Result<Value, StepError> {
    if &*call.callee.name.0 == "echo" {
        return Ok(call.args.clone());
    }
    let message = format!("add `{}: return …` to the mock block", call.callee.name);
    Err(StepError::permanent("NOT_MOCKED", message))
}

fn line(line: &str) -> Result<Line, String> {
    let wrong = |what: &str| format!("mock line '{line}': {what}");
    let (target, answer) = line
        .split_once(": ")
        .ok_or_else(|| wrong("expected 'tool: answer'"))?;
    let answer = answer.trim().trim_end_matches("last-first").trim();
    let (answer, left) = match answer.rsplit_once(" ×") {
        Some((answer, times)) => (
            answer,
            Some(
                times
                    .parse()
                    .map_err(|_| wrong("expected a number behind ×"))?,
            ),
        ),
        None => (answer, None),
    };
    let answer = answer_of(answer).map_err(|what| wrong(&what))?;
    Ok(Line {
        target: target.trim().to_owned(),
        answer,
        left,
    })
}

fn answer_of(answer: &str) -> Result<Answer, String> {
    let value = |json: &str| Value::from_json(json).map_err(|error| error.to_string());
    Ok(match answer.split_once(' ') {
        Some(("items", rest)) => {
            let (items, then) = match rest.split_once(" then ") {
                Some((items, then)) => (items, Some(Box::new(answer_of(then)?))),
                None => (rest, None),
            };
            let items = value(items)?;
            let items = items.as_list().ok_or("items are a list")?;
            Answer::Items(items.to_vec(), then)
        }
        Some(("return", "args")) => Answer::Args,
        Some(("return", json)) => Answer::Return(value(json)?),
        Some(("fail", what)) => {
            let (kind, message) = what.split_once(' ').ok_or("expected a message")?;
            Answer::Fail {
                retryable: kind == "retryable",
                message: message.trim_matches('"').to_owned(),
            }
        }
        _ if answer == "hang" => Answer::Hang,
        _ if answer == "lost" => Answer::Lost,
        _ => return Err("expected return, fail, items, hang or lost".to_owned()),
    })
}
