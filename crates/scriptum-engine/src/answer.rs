//! Answers to asks. Whoever answers is told at once what is wrong with an answer; what counts is what
//! the thread makes of it, in the order in which answers arrive.

use scriptum_contract::{Reason, Value, Violation};
use scriptum_vm::{Asked, Notification, PauseReason, Resume, StepPath, Vm};

use crate::{Engine, Error, ThreadId, retry::in_time};

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
        let frames = in_time(self.core.store.frames(thread)).await?;
        let program = self.program(&row.program).await?;
        let vm = Vm::restore(program, frames).map_err(|error| Error::Corrupt(error.to_string()))?;
        let mut asks: Vec<Asked> = vm.asks().collect();
        for ask in &mut asks {
            ask.prompt = self.load(&ask.prompt).await?;
            ask.options = self.load(&ask.options).await?;
        }
        Ok(asks)
    }

    /// Answers an open ask: the one at the path, else the only one. The answer may be an object that
    /// holds it as `value`, beside what else somebody wants to note.
    ///
    /// # Errors
    /// [`Error::Conflict`] when no such ask is open, or several are and no path is given;
    /// [`Error::Invalid`] when the answer does not satisfy the ask. A wrong answer counts all the same:
    /// too many of them fail the step.
    pub async fn answer(
        &self,
        thread: ThreadId,
        path: Option<&StepPath>,
        value: Value,
        by: &str,
    ) -> Result<(), Error> {
        let ask = self.open_ask(thread, path).await?;
        let violations = ask.violations(&value);
        let answered = Notification::Answered {
            path: ask.path,
            value,
            by: by.into(),
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
        path: Option<&StepPath>,
        change: Resume,
    ) -> Result<(), Error> {
        let default = match change {
            Resume::Replace(answer) => {
                return self.answer(thread, path, answer, BY_OPERATOR).await;
            }
            Resume::Again => self.open_ask(thread, path).await?.default,
            Resume::Merge(_) | Resume::Output(_) => None,
        };
        match default {
            Some(default) => {
                let default = self.load(&default).await?;
                self.answer(thread, path, default, BY_DEFAULT).await
            }
            None => Err(Error::Invalid(vec![Violation {
                pointer: String::new(),
                reason: Reason::Missing,
                message: "must be an answer, is missing".to_owned(),
            }])),
        }
    }

    /// True when a resume is meant for an ask.
    pub(crate) async fn is_for_ask(
        &self,
        thread: ThreadId,
        pause: Option<PauseReason>,
        path: Option<&StepPath>,
    ) -> Result<bool, Error> {
        match path {
            None => Ok(pause == Some(PauseReason::Ask)),
            Some(path) => {
                let asks = self.asks(thread).await?;
                Ok(asks.iter().any(|ask| ask.path == *path))
            }
        }
    }

    async fn open_ask(&self, thread: ThreadId, path: Option<&StepPath>) -> Result<Asked, Error> {
        let mut asks = self.asks(thread).await?;
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
}
