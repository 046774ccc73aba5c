//! `wait`: goes on at a time, or when an event has arrived.
//!
//! A thread that only waits for a time is running and holds no memory; one that only waits for an event
//! is paused, because somebody has to do something. Events that arrive too early are kept, in their
//! order, for the first wait of their name.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    Ignored, Refused,
    backoff::later,
    cells::{Count, Kept, Listening, Progress, Sleeping},
    exec_each::{failed, shown, whole},
    place::Place,
    run::{Done, Execution, Run},
};
use crate::{
    Effect, PauseReason, Resume, Status, StepError, StepPath, Timestamp,
    builtins::{instant_ms, instant_text},
    eval::{EvalError, LIMIT_EXCEEDED},
    limits::EVENTS_KEPT_MAX,
    program::{Expr, Goal, Wait, duration_ms},
};

/// Code of the error of a wait for an event that took too long.
const WAIT_TIMEOUT: &str = "WAIT_TIMEOUT";

impl Run<'_> {
    pub(super) fn exec_wait(
        &mut self,
        execution: &Execution<'_>,
        wait: &Wait,
    ) -> Result<(), EvalError> {
        match &wait.goal {
            Goal::Duration(pause) => {
                let due = self.in_future(execution, pause, "wait")?;
                self.sleep_until(execution, due)
            }
            Goal::Time(time) => {
                let due = self.moment(execution, time)?;
                self.sleep_until(execution, due)
            }
            Goal::Event { name, timeout } => {
                let event = self.event_name(execution, name)?;
                let due = match timeout {
                    Some(timeout) => Some(self.in_future(execution, timeout, "timeout")?),
                    None => None,
                };
                self.listen(execution, event, due)
            }
        }
    }

    fn sleep_until(&mut self, execution: &Execution<'_>, due: Timestamp) -> Result<(), EvalError> {
        let until = until(due)?;
        self.begin(execution, Value::object([("until", until)]))?;
        if due <= self.at {
            self.time_over(&execution.place, execution.count);
            return Ok(());
        }
        let sleeping = Sleeping {
            count: execution.count,
            due,
        };
        self.ask_timer(&execution.place.path, due);
        let sleeping = Progress::Sleeping(Box::new(sleeping));
        self.state.set_step(&execution.place.scope, sleeping);
        Ok(())
    }

    fn listen(
        &mut self,
        execution: &Execution<'_>,
        event: Arc<str>,
        due: Option<Timestamp>,
    ) -> Result<(), EvalError> {
        let mut input = vec![("event", Value::Text(Arc::clone(&event)))];
        if let Some(due) = due {
            input.push(("until", until(due)?));
        }
        self.begin(execution, Value::object(input))?;
        let place = &execution.place;
        if let Some(value) = self.take_event(&event) {
            self.complete(place, execution.count, Done::with(value));
            return Ok(());
        }
        if let Some(due) = due {
            self.ask_timer(&place.path, due);
        }
        let listening = Listening {
            count: execution.count,
            event,
            due,
        };
        let listening = Progress::Listening(Box::new(listening));
        self.state.set_step(&place.scope, listening);
        Ok(())
    }

    /// The first event of that name that was kept.
    fn take_event(&mut self, name: &str) -> Option<Value> {
        let mut events = self.state.events.iter();
        let (number, event) = events.find(|(_, event)| *event.name == *name)?;
        let (number, value) = (*number, event.value.clone());
        self.state.set_event(number, None);
        Some(value)
    }

    /// An event arrived: the first wait for it goes on; without one it is kept, as long as there is room.
    pub(super) fn event_arrived(
        &mut self,
        name: &Arc<str>,
        value: Value,
    ) -> Result<Value, Refused> {
        if self.state.started.is_none() {
            return Err(Ignored::NotStarted.into());
        }
        let first = (Arc::clone(name), StepPath::root());
        let waiting = self.state.index.listening.range(first..).next();
        let waiting = waiting
            .filter(|(event, _)| event == name)
            .map(|(_, path)| path.clone());
        let value = self.values.keep(value);
        if let Some(path) = waiting {
            self.stir();
            self.heard(&path, value.clone());
        } else if self.state.events.len() < EVENTS_KEPT_MAX {
            let last = self.state.events.last_key_value();
            let number = last.map_or(0, |(number, _)| number + 1);
            let kept = Kept {
                name: Arc::clone(name),
                value: value.clone(),
            };
            self.state.set_event(number, Some(kept));
        }
        Ok(value)
    }

    /// A thread that was paused because nothing of it could run goes on. An operator's pause stays: an
    /// event is nobody's wish.
    fn stir(&mut self) {
        if self.state.thread.status == Status::Paused && !self.state.thread.held {
            self.wake();
        }
    }

    /// A step that waits for an event goes on with its data.
    fn heard(&mut self, path: &StepPath, value: Value) {
        let place = self.step_at(path);
        let step = &self.state.scope(place.scope.components()).head.step;
        let Progress::Listening(listening) = step else {
            unreachable!("the index of waiting steps names waiting steps");
        };
        let count = listening.count;
        self.complete(&place, count, Done::with(value));
    }

    /// The steps that wait for an event and that a resume means: the one that it names, else the only
    /// one, if that is what the thread is paused for.
    pub(super) fn listening_for(
        &self,
        path: Option<&StepPath>,
    ) -> Result<Option<StepPath>, Refused> {
        let mut waiting = self.state.index.listening.iter().map(|(_, path)| path);
        match path {
            Some(path) => Ok(waiting.find(|waiting| *waiting == path).cloned()),
            None if self.state.thread.pause == Some(PauseReason::Wait) => {
                let first = waiting.next().cloned();
                match waiting.next() {
                    Some(_) => Err(Ignored::SeveralWait.into()),
                    None => Ok(first),
                }
            }
            None => Ok(None),
        }
    }

    /// Somebody lets a step that waits for an event go on, with its data or without.
    pub(super) fn resume_listening(
        &mut self,
        path: &StepPath,
        change: Resume,
    ) -> Result<Resume, Refused> {
        let (value, change) = match change {
            Resume::Again => (Value::Null, Resume::Again),
            Resume::Replace(value) => {
                let value = self.values.keep(value);
                (value.clone(), Resume::Replace(value))
            }
            Resume::Merge(_) | Resume::Output(_) => return Err(Ignored::NoSuchChange.into()),
        };
        if self.state.thread.held || self.state.thread.status == Status::Paused {
            self.lift();
        }
        self.heard(path, value);
        Ok(change)
    }

    /// The time of a step that waits has come; `None` when no step of that path waits.
    pub(super) fn wait_due(&mut self, path: &StepPath) -> Option<Result<(), Refused>> {
        let (index, scope) = path.components().split_last()?;
        let head = &self.state.scopes.get(scope)?.head;
        if head.at != *index {
            return None;
        }
        let (count, due, event) = match &head.step {
            Progress::Sleeping(sleeping) => (sleeping.count, sleeping.due, None),
            Progress::Listening(listening) => {
                let event = Some(Arc::clone(&listening.event));
                (listening.count, listening.due?, event)
            }
            Progress::Ready
            | Progress::Again(_)
            | Progress::Calling(_)
            | Progress::Waiting(_)
            | Progress::Asking(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Draining(_)
            | Progress::Over => return None,
        };
        if let Err(refused) = self.check_due(due) {
            return Some(Err(refused));
        }
        let place = self.place(StepPath::from(scope), *index);
        match event {
            None => self.time_over(&place, count),
            Some(event) => {
                self.stir();
                let message = format!("the event \"{event}\" did not arrive in time");
                let error = StepError::permanent(WAIT_TIMEOUT, message);
                self.fail(&place, count, None, error);
            }
        }
        Some(Ok(()))
    }

    /// A wait for a time is over. It has no value of its own; a name that it binds is null.
    fn time_over(&mut self, place: &Place<'_>, count: Count) {
        let bound = place.step.kind.bound_name().is_some();
        let done = Done {
            output: Some(Value::Null),
            value: bound.then_some(Value::Null),
            recovery: None,
        };
        self.complete(place, count, done);
    }

    /// Asks for a timer; while the thread is held, it is asked for when it goes on.
    pub(super) fn ask_timer(&mut self, path: &StepPath, due: Timestamp) {
        if !self.state.thread.held {
            let path = path.clone();
            self.effects.push(Effect::Timer { path, due });
        }
    }

    /// When a length of time from now on is over.
    fn in_future(
        &mut self,
        execution: &Execution<'_>,
        expr: &Expr,
        clause: &str,
    ) -> Result<Timestamp, EvalError> {
        let pause_ms = self.length_ms(execution, expr, clause)?;
        Ok(later(self.at, pause_ms))
    }

    /// A length of time: milliseconds, or a duration in a text.
    pub(super) fn length_ms(
        &mut self,
        execution: &Execution<'_>,
        expr: &Expr,
        clause: &str,
    ) -> Result<u64, EvalError> {
        let value = self.open_value(execution, expr)?;
        let pause_ms = match value.as_text() {
            Some(text) => duration_ms(text),
            None => whole(&value).and_then(|number| u64::try_from(number).ok()),
        };
        pause_ms.ok_or_else(|| {
            let shown = shown(&value);
            failed(format!(
                "{clause} needs milliseconds or a duration such as 30s, {} is {shown}",
                expr.source
            ))
        })
    }

    /// A date, which means its first moment in UTC, or a timestamp.
    fn moment(&mut self, execution: &Execution<'_>, expr: &Expr) -> Result<Timestamp, EvalError> {
        let value = self.open_value(execution, expr)?;
        let at_ms = value.as_text().and_then(instant_ms);
        at_ms.map(Timestamp).ok_or_else(|| {
            let shown = shown(&value);
            failed(format!(
                "wait until needs a timestamp or a date, {} is {shown}",
                expr.source
            ))
        })
    }

    fn event_name(
        &mut self,
        execution: &Execution<'_>,
        expr: &Expr,
    ) -> Result<Arc<str>, EvalError> {
        let value = self.open_value(execution, expr)?;
        match value.as_text() {
            Some(name) if !name.is_empty() => Ok(name.into()),
            Some(_) | None => {
                let shown = shown(&value);
                Err(failed(format!(
                    "the name of an event is a text, {} is {shown}",
                    expr.source
                )))
            }
        }
    }
}

/// What the record shows as the time until which a step waits.
fn until(due: Timestamp) -> Result<Value, EvalError> {
    instant_text(due.0).map(Value::from).ok_or_else(|| {
        let message = "the wait would end behind the year 9999";
        EvalError::Failed(StepError::permanent(LIMIT_EXCEEDED, message))
    })
}
