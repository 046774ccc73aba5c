//! Answers to asks. Whoever answers is told at once what is wrong with an answer; what counts is what
//! the thread makes of it, in the order in which answers arrive.

use scriptum_contract::{Reason, Value, Violation};
use scriptum_vm::{Asked, Notification, Resume, StepPath, Vm};

use crate::{Engine, Error, ThreadId};

/// What somebody saw of an ask who answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenAsk {
    /// Which execution of the step asked.
    pub attempt: u32,
    /// The wrong answers up to then. A wrong answer that comes twice names the same number and counts once.
    /// `None`: those that there are.
    pub wrong: Option<u32>,
}

impl From<&Asked> for SeenAsk {
    fn from(asked: &Asked) -> SeenAsk {
        SeenAsk {
            attempt: asked.attempt,
            wrong: Some(asked.wrong),
        }
    }
}

/// Who answers when nobody says it.
const BY_OPERATOR: &str = "operator";

/// Who answers with the default of an ask that nobody wants to wait for.
const BY_DEFAULT: &str = "default";

impl Engine {
    /// The open asks of a thread in path order, questions and options loaded.
    pub async fn asks(&self, thread: ThreadId) -> Result<Vec<Asked>, Error> {
        let row = self.thread(thread).await?;
        if row.status.is_ended() {
            return Ok(Vec::new());
        }
        let vm = self.machine(&row).await?;
        self.asks_of(&vm).await
    }

    async fn asks_of(&self, vm: &Vm) -> Result<Vec<Asked>, Error> {
        let mut asks: Vec<Asked> = vm.asks().collect();
        for ask in &mut asks {
            ask.prompt = self.load(&ask.prompt).await?;
            ask.options = self.load(&ask.options).await?;
        }
        Ok(asks)
    }

    /// Answers an open ask: the one at the path, else the only one. The answer may be an object that
    /// holds it as `value`, beside what else somebody wants to note. `seen` is what the caller saw of the
    /// ask; `None`: as it is now.
    ///
    /// # Errors
    /// [`Error::Conflict`] when no such ask is open, or several are and no path is given;
    /// [`Error::Stale`] when another attempt of it is open; [`Error::Invalid`] when the answer does not
    /// satisfy the ask. A wrong answer counts all the same: too many of them fail the step.
    pub async fn answer(
        &self,
        thread: ThreadId,
        path: Option<&StepPath>,
        seen: Option<SeenAsk>,
        value: Value,
        by: &str,
    ) -> Result<(), Error> {
        let mut ask = open_ask(self.asks(thread).await?, thread, path)?;
        if seen.is_some_and(|seen| seen.attempt != ask.attempt) {
            let why = format!("step {} of thread {thread} asks once more", ask.path);
            return Err(Error::Stale(why));
        }
        ask.wrong = seen.and_then(|seen| seen.wrong).unwrap_or(ask.wrong);
        self.answer_ask(thread, ask, value, by).await
    }

    async fn answer_ask(
        &self,
        thread: ThreadId,
        ask: Asked,
        value: Value,
        by: &str,
    ) -> Result<(), Error> {
        let violations = ask.violations(&value);
        let answered = Notification::Answered {
            path: ask.path,
            value,
            by: by.into(),
            attempt: Some(ask.attempt),
            wrong: Some(ask.wrong),
        };
        self.post(thread, answered).await?;
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(violations))
        }
    }

    /// A resume of a thread that waits for an answer: the input is the answer; without one, the default.
    pub(crate) async fn resume_ask(
        &self,
        thread: ThreadId,
        vm: &Vm,
        path: Option<&StepPath>,
        change: Resume,
    ) -> Result<(), Error> {
        let ask = open_ask(self.asks_of(vm).await?, thread, path)?;
        let default = match change {
            Resume::Replace(answer) => {
                return self.answer_ask(thread, ask, answer, BY_OPERATOR).await;
            }
            Resume::Again => ask.default.clone(),
            Resume::Merge(_) | Resume::Output(_) => None,
        };
        match default {
            Some(default) => {
                let default = self.load(&default).await?;
                self.answer_ask(thread, ask, default, BY_DEFAULT).await
            }
            None => Err(Error::Invalid(vec![Violation {
                pointer: String::new(),
                reason: Reason::Missing,
                message: "must be an answer, is missing".to_owned(),
            }])),
        }
    }
}

/// The ask at the path, else the only one.
fn open_ask(
    mut asks: Vec<Asked>,
    thread: ThreadId,
    path: Option<&StepPath>,
) -> Result<Asked, Error> {
    if let Some(path) = path {
        asks.retain(|ask| ask.path == *path);
    }
    match (asks.pop(), asks.is_empty(), path) {
        (Some(ask), true, _) => Ok(ask),
        (None, _, None) => Err(Error::Conflict(format!("thread {thread} asks for nothing"))),
        (None, _, Some(path)) => Err(Error::Conflict(format!(
            "step {path} of thread {thread} asks for nothing"
        ))),
        (Some(last), false, _) => {
            let paths = asks.iter().chain([&last]).map(|ask| ask.path.to_string());
            let paths: Vec<_> = paths.collect();
            Err(Error::Conflict(format!(
                "thread {thread} asks at several steps, name one of them: {}",
                paths.join(", ")
            )))
        }
    }
}
