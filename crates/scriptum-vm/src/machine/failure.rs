//! What happens when a step fails, and how a thread ends in failure.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    cells::{Count, Failed, Failing, Progress},
    place::Place,
    run::{Execution, Need, Run},
};
use crate::{Event, Status, StepError, StepPath};

impl Run<'_> {
    /// An execution failed before it began: what it needs could not be computed.
    pub(super) fn not_begun(
        &mut self,
        execution: &Execution<'_>,
        error: StepError,
    ) -> Result<(), Need> {
        self.begin(execution, Value::Null)?;
        if execution.place.step.kind.on_error().is_some() {
            return self.do_not_begun(execution, error);
        }
        self.fail(&execution.place, execution.count, None, error);
        Ok(())
    }

    /// A step failed and its own clause does not help: others go on until nothing of the thread can.
    /// In `on thread error` the thread ends at once, with the error that led there.
    pub(super) fn fail(
        &mut self,
        place: &Place<'_>,
        count: Count,
        input: Option<Value>,
        error: StepError,
    ) {
        self.step_failed(place, count, error.clone());
        let ending = self
            .state
            .thread
            .failing
            .clone()
            .map(|first| (first, error.clone()));
        let failed = Progress::Failed(Box::new(Failed {
            count,
            input,
            error,
            ends: false,
        }));
        self.state.set_progress(place, failed);
        if let Some((first, second)) = ending {
            self.end_failed_twice(&first, &second, &place.path);
        }
    }

    /// A step failed in a way that ends the thread: at once, or in a lane when the others have ended.
    pub(super) fn fail_thread_at(
        &mut self,
        place: &Place<'_>,
        count: Count,
        error: StepError,
    ) -> Result<(), Need> {
        self.step_failed(place, count, error.clone());
        if self.state.thread.failing.is_none() && self.is_in_lane(&place.scope) {
            let failed = Failed {
                count: count.used_up(),
                input: None,
                error,
                ends: true,
            };
            let failed = Progress::Failed(Box::new(failed));
            self.state.set_step(&place.scope, failed);
            return Ok(());
        }
        self.fail_thread(error, Some((place, count.attempt)))
    }

    fn step_failed(&mut self, place: &Place<'_>, count: Count, error: StepError) {
        self.events.push(Event::StepFailed {
            path: place.path.clone(),
            attempt: count.attempt,
            error,
            recovery: None,
        });
    }

    /// Ends the thread in failure, by way of `on thread error` where there is one.
    pub(super) fn fail_thread(
        &mut self,
        error: StepError,
        step: Option<(&Place<'_>, u32)>,
    ) -> Result<(), Need> {
        let path = step.map(|(place, _)| place.path.clone());
        if let Some(failing) = self.state.thread.failing.clone() {
            self.end_failed_twice(&failing, &error, &path.unwrap_or_default());
            return Ok(());
        }
        if let Some(block) = &self.program.on_thread_error {
            return self.enter_error_block(block, error, step);
        }
        self.cancel_steps();
        let output = None;
        self.end_thread(
            Status::Failed,
            Event::ThreadFailed {
                error,
                path,
                output,
            },
        );
        Ok(())
    }

    /// The end of `on thread error`.
    pub(super) fn end_failed(&mut self, output: Option<Value>) {
        let failing = self.state.thread.failing.clone();
        let failing = failing.expect("the block runs because of an error");
        let Failing { error, path } = Arc::unwrap_or_clone(failing);
        self.cancel_steps();
        self.end_thread(
            Status::Failed,
            Event::ThreadFailed {
                error,
                path,
                output,
            },
        );
    }

    fn end_failed_twice(&mut self, failing: &Failing, second: &StepError, at: &StepPath) {
        self.cancel_steps();
        let error = StepError {
            details: self
                .values
                .keep(with_second(&failing.error.details, second, at)),
            ..failing.error.clone()
        };
        self.end_thread(
            Status::Failed,
            Event::ThreadFailed {
                error,
                path: failing.path.clone(),
                output: None,
            },
        );
    }
}

/// Details of an error with a note on the one that `on thread error` met.
fn with_second(details: &Value, second: &StepError, at: &StepPath) -> Value {
    let note = Value::object([
        ("code", Value::Text(Arc::clone(&second.code))),
        ("message", Value::Text(Arc::clone(&second.message))),
        ("step_path", Value::from(at.to_string())),
    ]);
    let mut entries: Vec<(Arc<str>, Value)> = match details {
        Value::Null => Vec::new(),
        Value::Object(object) => object.iter().cloned().collect(),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Secret(_)
        | Value::Stored(_) => vec![("details".into(), details.clone())],
    };
    entries.push(("on_thread_error".into(), note));
    Value::object(entries)
}
