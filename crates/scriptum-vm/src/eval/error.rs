//! What stops an evaluation, and the words for it.

use std::{mem, sync::Arc};

use scriptum_contract::StoredValue;

use crate::StepError;

/// Code of a failure that the expression or its operands caused.
pub const EXPRESSION_FAILED: &str = "EXPRESSION_FAILED";

/// Code of a failure that a limit caused.
pub const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";

/// What stops an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum EvalError {
    /// The content of these stored values is needed; evaluate again when they are loaded.
    /// Distinct, in the order in which they were met.
    Need(Vec<Arc<StoredValue>>),
    /// The expression has no value: [`EXPRESSION_FAILED`] or [`LIMIT_EXCEEDED`].
    Failed(StepError),
}

/// The same inside of an evaluation: a pointer, since every node returns a value or this.
#[derive(Debug)]
pub(crate) struct Stop(Box<EvalError>);

impl Stop {
    pub(crate) fn need(stored: Vec<Arc<StoredValue>>) -> Stop {
        Stop(Box::new(EvalError::Need(stored)))
    }

    pub(crate) fn failed(error: StepError) -> Stop {
        Stop(Box::new(EvalError::Failed(error)))
    }

    /// The same error, asking also for these values if it asks for any.
    pub(crate) fn and(mut self, more: impl FnOnce() -> Vec<Arc<StoredValue>>) -> Stop {
        if let EvalError::Need(stored) = &mut *self.0 {
            stored.extend(more());
        }
        self
    }
}

impl From<Stop> for EvalError {
    fn from(stop: Stop) -> EvalError {
        *stop.0
    }
}

/// Collects what several evaluations need, so that it is asked for at once.
#[derive(Debug, Default)]
pub(crate) struct Needs(Vec<Arc<StoredValue>>);

impl Needs {
    /// The value of an evaluation; none when it needs something, which is kept. A failure ends the
    /// evaluations, unless one before it needs something: then it is met again, if it still happens, when
    /// that is there.
    pub(crate) fn value<T>(&mut self, result: Result<T, Stop>) -> Result<Option<T>, Stop> {
        let stop = match result {
            Ok(value) => return Ok(Some(value)),
            Err(stop) => stop,
        };
        match *stop.0 {
            EvalError::Need(more) => {
                self.0.extend(more);
                Ok(None)
            }
            EvalError::Failed(error) if self.0.is_empty() => Err(Stop::failed(error)),
            EvalError::Failed(_) => Err(Stop::need(mem::take(&mut self.0))),
        }
    }

    /// Asks for what was kept.
    pub(crate) fn end(self) -> Result<(), Stop> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.stop())
        }
    }

    pub(crate) fn stop(self) -> Stop {
        Stop::need(self.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The expression cannot be computed from these operands.
pub(crate) fn failed(message: impl Into<Arc<str>>) -> Stop {
    Stop::failed(StepError::permanent(EXPRESSION_FAILED, message))
}

/// A limit was met.
pub(crate) fn limit(message: impl Into<Arc<str>>) -> Stop {
    Stop::failed(StepError::permanent(LIMIT_EXCEEDED, message))
}
