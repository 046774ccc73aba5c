//! `do`: calls a tool, and what becomes of the calls of all steps.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    Ignored, Refused,
    backoff::{due, later, mix_path},
    cells::{Calling, Count, Progress, Waiting},
    model::with_schema,
    place::{self, Place},
    run::{Done, Execution, Need, Run},
};
use crate::{
    Call, Effect, Event, Recovery, StepError, StepPath, Timestamp,
    eval::{EXPRESSION_FAILED, EvalError},
    program::{Do, OnError, StepKind},
};

/// Codes of errors after which it is not known whether the tool did its work, or known that it never
/// got the call: the next call has the same idempotency key.
const UNANSWERED: [&str; 5] = [
    "OUTCOME_UNKNOWN",
    "TOOL_TIMEOUT",
    "TOOL_UNAVAILABLE",
    "TOOL_INPUT_INVALID",
    "TOOL_REFUSED",
];

/// True for an error that is the same at every try: the input does not fit or cannot be computed, the
/// operator does not allow the call, or has not connected what the tool works with.
fn is_same_at_every_try(error: &StepError) -> bool {
    match &*error.code {
        "TOOL_INPUT_INVALID" | "TOOL_REFUSED" | EXPRESSION_FAILED => true,
        "TOOL_UNAVAILABLE" => !error.retryable,
        _ => false,
    }
}

/// True when the call that failed used up its number.
pub(super) fn was_answered(error: &StepError) -> bool {
    !UNANSWERED.contains(&&*error.code)
}

/// What is known of an attempt that failed.
pub(super) struct Attempt {
    pub(super) count: Count,
    pub(super) tries: u32,
    pub(super) input: Option<Value>,
    /// True when it was the fallback that failed.
    pub(super) fallback: bool,
    /// True when a notification told of the error, and not the machine found it.
    pub(super) reported: bool,
}

impl<'r> Run<'r> {
    pub(super) fn exec_do(
        &mut self,
        execution: &Execution<'_>,
        call: &Do,
    ) -> Result<(), EvalError> {
        let input = self.input(execution, &call.inputs)?;
        self.begin_call(execution, input)?;
        Ok(())
    }

    /// Records that an execution began, and makes its call.
    pub(super) fn begin_call(
        &mut self,
        execution: &Execution<'_>,
        input: Value,
    ) -> Result<(), Need> {
        self.begin(execution, input.clone())?;
        let calling = Calling {
            count: execution.count,
            tries: 0,
            input: Some(input),
            fallback: None,
        };
        self.call(&execution.place, calling);
        Ok(())
    }

    /// The inputs of a step could not be computed.
    pub(super) fn do_not_begun(
        &mut self,
        execution: &Execution<'_>,
        error: StepError,
    ) -> Result<(), Need> {
        let attempt = Attempt {
            count: execution.count,
            tries: 0,
            input: None,
            fallback: false,
            reported: false,
        };
        self.attempt_failed(&execution.place, attempt, error)
    }

    /// An open call gave a result.
    pub(super) fn returned(
        &mut self,
        path: &StepPath,
        attempt: u32,
        output: Value,
    ) -> Result<Value, Refused> {
        let (place, calling) = self.open_call(path, attempt)?;
        if self.is_cycle(&place.scope) {
            return self.child_returned(&place, calling, output);
        }
        if self.state.streams.contains_key(path) {
            return self.items_returned(&place, calling, output);
        }
        let kept = self.values.keep(output.clone());
        match &place.step.kind {
            StepKind::Do(call) if calling.fallback.is_none() => match &call.returns {
                Some(wanted) => self.checked_answer(&place, calling, wanted, output)?,
                None => self.call_done(&place, &calling, kept.clone()),
            },
            StepKind::Decide(decide) => self.branch_named(&place, calling, decide, &output)?,
            StepKind::Check(check) => self.question_answered(&place, calling, check, &output)?,
            StepKind::Send(_) => self.complete(&place, calling.count, Done::default()),
            StepKind::Run(_) if calling.fallback.is_none() => {
                self.run_finished(&place, &calling, &output)?;
            }
            StepKind::Do(_)
            | StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_)
            | StepKind::Agent(_)
            | StepKind::Ask(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_) => self.call_done(&place, &calling, kept.clone()),
        }
        Ok(kept)
    }

    /// A call gave the value of its step.
    pub(super) fn call_done(&mut self, place: &Place<'_>, calling: &Calling, value: Value) {
        let done = Done {
            output: None,
            value: Some(value),
            recovery: calling.fallback.is_some().then_some(Recovery::Fallback),
        };
        self.complete(place, calling.count, done);
    }

    /// A call was answered, and the answer is of no use.
    pub(super) fn answer_failed(
        &mut self,
        place: &Place<'_>,
        calling: Calling,
        error: StepError,
    ) -> Result<(), Need> {
        let attempt = Attempt {
            count: calling.count.used_up(),
            tries: calling.tries,
            input: calling.input,
            fallback: false,
            reported: false,
        };
        self.attempt_failed(place, attempt, error)
    }

    fn items_returned(
        &mut self,
        place: &Place<'_>,
        calling: Calling,
        output: Value,
    ) -> Result<Value, Refused> {
        let shown = Value::clone(&output);
        match self.stream_returned(place, &calling, output) {
            Ok(output) => Ok(output),
            Err(error) => {
                let attempt = Attempt {
                    count: calling.count.used_up(),
                    tries: calling.tries,
                    fallback: calling.fallback.is_some(),
                    input: calling.input,
                    reported: false,
                };
                self.attempt_failed(place, attempt, error)?;
                Ok(shown)
            }
        }
    }

    /// An open call failed.
    pub(super) fn call_failed(
        &mut self,
        path: &StepPath,
        attempt: u32,
        mut error: StepError,
    ) -> Result<StepError, Refused> {
        let (place, calling) = self.open_call(path, attempt)?;
        error.details = self.values.keep(error.details);
        if self.is_cycle(&place.scope) {
            self.child_call_failed(&place, calling, error.clone())?;
            return Ok(error);
        }
        // What follows a fallback is a call of the step's own tool again, under a number of its own.
        let fallback = calling.fallback.is_some();
        let count = if fallback || was_answered(&error) {
            calling.count.used_up()
        } else {
            calling.count
        };
        let attempt = Attempt {
            count,
            tries: calling.tries,
            input: calling.input,
            fallback,
            reported: true,
        };
        self.attempt_failed(&place, attempt, error.clone())?;
        Ok(error)
    }

    /// The time of a call to be made has come.
    pub(super) fn call_due(&mut self, place: &Place<'_>, waiting: Waiting) -> Result<(), Need> {
        if self.is_cycle(&place.scope) {
            self.child_due(place, waiting);
            return Ok(());
        }
        let Waiting { call, fallback, .. } = waiting;
        if fallback {
            return self.call_fallback(place, call);
        }
        if let StepKind::Ask(ask) = &place.step.kind {
            return self.ask_again(place, ask, call);
        }
        let input = call.input.clone().unwrap_or_default();
        self.begin_with(place, call.count.attempt, place::tool(place.step), input)?;
        self.call(place, call);
        Ok(())
    }

    /// The step and the call that an answer belongs to.
    fn open_call(&self, path: &StepPath, attempt: u32) -> Result<(Place<'r>, Calling), Refused> {
        match self.state.progress(path) {
            Some(Progress::Calling(calling)) if calling.count.attempt == attempt => {
                Ok((self.step_at(path), Calling::clone(calling)))
            }
            Some(_) | None => Err(Ignored::NoSuchCall.into()),
        }
    }

    pub(super) fn attempt_failed(
        &mut self,
        place: &Place<'_>,
        failed: Attempt,
        error: StepError,
    ) -> Result<(), Need> {
        match on_error(place) {
            Some(OnError::Retry { max, every_ms })
                if failed.tries < *max && !is_same_at_every_try(&error) =>
            {
                self.retry(place, failed, error, *every_ms);
                Ok(())
            }
            Some(OnError::Fallback { .. }) if !failed.fallback => {
                self.fall_back(place, failed, error)
            }
            Some(OnError::Ignore) => {
                self.ignore(place, failed.count, error);
                Ok(())
            }
            Some(OnError::Retry { .. } | OnError::Fallback { .. }) | None => {
                self.fail(place, failed.count, failed.input, error);
                Ok(())
            }
        }
    }

    fn retry(
        &mut self,
        place: &Place<'_>,
        failed: Attempt,
        error: StepError,
        every_ms: Option<u64>,
    ) {
        let attempt = failed.count.attempt + 1;
        let due = match every_ms {
            Some(pause_ms) => later(self.at, pause_ms),
            None => due(self.at, failed.tries, self.draw(&place.path, attempt)),
        };
        self.will_retry(place, &failed, error, due);
        let call = Calling {
            count: failed.count.next(),
            tries: failed.tries + 1,
            input: failed.input,
            fallback: None,
        };
        let waiting = Waiting {
            call,
            due,
            fallback: false,
        };
        self.wait(place, waiting);
    }

    fn fall_back(
        &mut self,
        place: &Place<'_>,
        failed: Attempt,
        error: StepError,
    ) -> Result<(), Need> {
        let due = self.at;
        self.will_retry(place, &failed, error, due);
        let call = Calling {
            // The other tool's call does not take over the number of an unanswered one.
            count: failed.count.used_up().next(),
            tries: failed.tries,
            input: failed.input,
            fallback: None,
        };
        if self.state.thread.held {
            let waiting = Waiting {
                call,
                due,
                fallback: true,
            };
            self.wait(place, waiting);
            return Ok(());
        }
        self.call_fallback(place, call)
    }

    fn call_fallback(&mut self, place: &Place<'_>, mut call: Calling) -> Result<(), Need> {
        let Some(OnError::Fallback { callee, inputs }) = on_error(place) else {
            return Ok(());
        };
        let tool = Some(Arc::clone(&callee.name.0));
        let attempt = call.count.attempt;
        match self.computed(place, attempt, inputs, &Value::Null) {
            Ok(input) => {
                self.begin_with(place, attempt, tool, input.clone())?;
                call.fallback = Some(input);
                self.call(place, call);
                Ok(())
            }
            Err(EvalError::Need(stored)) => Err(Need(stored)),
            Err(EvalError::Failed(error)) => {
                self.begin_with(place, attempt, tool, Value::Null)?;
                self.fail(place, call.count, call.input, error);
                Ok(())
            }
        }
    }

    fn ignore(&mut self, place: &Place<'_>, count: Count, error: StepError) {
        self.events.push(Event::StepFailed {
            path: place.path.clone(),
            attempt: count.attempt,
            error,
            recovery: Some(Recovery::Ignore),
        });
        self.go_behind(place, count, Some(Value::Null));
    }

    fn will_retry(
        &mut self,
        place: &Place<'_>,
        failed: &Attempt,
        error: StepError,
        due: Timestamp,
    ) {
        self.events.push(Event::StepRetrying {
            path: place.path.clone(),
            attempt: failed.count.attempt + 1,
            due,
            error: (!failed.reported).then_some(error),
        });
    }

    /// Waits for the time of a call; while the thread is held, no timer is asked for.
    fn wait(&mut self, place: &Place<'_>, waiting: Waiting) {
        if !self.state.thread.held {
            self.effects.push(Effect::Timer {
                path: place.path.clone(),
                due: waiting.due,
            });
        }
        let waiting = Progress::Waiting(Box::new(waiting));
        self.state.set_progress(place, waiting);
    }

    fn call(&mut self, place: &Place<'_>, mut calling: Calling) {
        calling.count = calling.count.called();
        let stream = self.state.streams.get(&place.path);
        let received = stream.map(|stream| stream.head.received);
        if let Some(call) = call_of(place, &calling, received) {
            self.effects.push(Effect::Call(call));
        }
        let calling = Progress::Calling(Box::new(calling));
        self.state.set_progress(place, calling);
    }

    fn draw(&self, path: &StepPath, attempt: u32) -> u64 {
        let started = self.state.started.as_deref();
        let seed = started.map_or(0, |started| started.seed);
        mix_path(seed, path.components(), u64::from(attempt))
    }
}

/// What is asked of the outside for an open call.
pub(super) fn call_of(
    place: &Place<'_>,
    calling: &Calling,
    items_from: Option<u32>,
) -> Option<Call> {
    let (callee, args) = match (&calling.fallback, on_error(place)) {
        (Some(args), Some(OnError::Fallback { callee, .. })) => (callee, Some(args)),
        (Some(_) | None, _) => (place::callee(place.step)?, calling.input.as_ref()),
    };
    let args = args.cloned().unwrap_or_default();
    let args = match &calling.fallback {
        Some(_) => args,
        None => with_schema(place.step, args),
    };
    Some(Call {
        path: place.path.clone(),
        attempt: calling.count.attempt,
        number: calling.count.calls + 1,
        callee: callee.clone(),
        args,
        items_from,
    })
}

fn on_error<'p>(place: &Place<'p>) -> Option<&'p OnError> {
    place.step.kind.on_error()
}
