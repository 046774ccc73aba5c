//! Lets a thread go on after a pause, with or without a change.

use scriptum_contract::{Object, Value};

use super::{
    Ignored, Refused,
    cells::{Again, Count, Failed, Given, Progress},
    pending,
    place::Place,
    run::{Done, Run},
    state::State,
};
use crate::{Event, PauseReason, Recovery, Resume, Seen, Status, StepPath, program::StepKind};

impl<'r> Run<'r> {
    /// Lifts an operator's pause, and lets failed steps run again: the one that is meant, or all of
    /// them when the thread is paused because of them, a change going to the first.
    pub(super) fn resumed(
        &mut self,
        path: Option<&StepPath>,
        change: Resume,
    ) -> Result<Resume, Refused> {
        if let Some(listening) = self.listening_for(path)? {
            return self.resume_listening(&listening, change);
        }
        let thread = &self.state.thread;
        if !thread.held && thread.status != Status::Paused {
            return Err(Ignored::NotPaused.into());
        }
        let failed = match path {
            Some(path) if self.state.index.failed.contains(path) => vec![path.clone()],
            Some(_) => return Err(Ignored::NotFailed.into()),
            None if thread.pause == Some(PauseReason::StepError) => {
                self.state.index.failed.iter().cloned().collect()
            }
            None => Vec::new(),
        };
        let is_emit = |path: &StepPath| matches!(self.step_at(path).step.kind, StepKind::Emit(_));
        let of_emit = failed.first().is_some_and(is_emit);
        let change = self.kept_change(change, of_emit);
        self.lift();
        match failed.split_first() {
            Some((first, others)) => {
                self.run_again(first, change.clone())?;
                for path in others {
                    self.run_again(path, Resume::Again)?;
                }
            }
            None if change == Resume::Again => {}
            None => return Err(Ignored::NotFailed.into()),
        }
        Ok(change)
    }

    /// Lets a paused thread go on, because something happened that it waits for.
    pub(super) fn wake(&mut self) {
        let thread = &self.state.thread;
        if thread.held || thread.status == Status::Paused {
            self.lift();
        }
    }

    /// Nothing is held any more: loops fill up, timers are asked for again.
    pub(super) fn lift(&mut self) {
        let started = self.state.started.is_some();
        self.state.change_thread(|thread| {
            thread.held = false;
            thread.pause = None;
            thread.lifts = thread.lifts.saturating_add(1);
            if started {
                thread.status = Status::Running;
            }
        });
        self.run_clock();
        self.events.push(Event::ThreadResumed);
        let loops: Vec<_> = self.state.loops.keys().cloned().collect();
        self.advancing.extend(loops);
        self.effects.extend(pending::timers(self.state));
    }

    /// What an `emit` is given stays an object, as its fields are looked at one by one.
    fn kept_change(&mut self, change: Resume, of_emit: bool) -> Resume {
        let mut fields = |value: Value| match value.as_object() {
            Some(object) => Value::Object(self.values.keep_fields(object)),
            None => value,
        };
        match change {
            Resume::Again => Resume::Again,
            Resume::Replace(input) => Resume::Replace(fields(input)),
            Resume::Merge(parts) => Resume::Merge(fields(parts)),
            Resume::Output(output) if of_emit => Resume::Output(fields(output)),
            Resume::Output(output) => Resume::Output(self.values.keep(output)),
        }
    }

    fn run_again(&mut self, path: &StepPath, change: Resume) -> Result<(), Refused> {
        let place = self.step_at(path);
        let Some(Progress::Failed(failed)) = self.state.progress(path) else {
            return Err(Ignored::NotFailed.into());
        };
        let failed = Failed::clone(failed);
        match change {
            Resume::Again => {
                let given = failed.input.map_or(Given::Nothing, Given::Whole);
                self.again(&place, failed.count, given);
            }
            Resume::Replace(Value::Object(input)) if self.has_inputs(&place) => {
                let count = failed.count.used_up();
                self.again(&place, count, Given::Whole(Value::Object(input)));
            }
            Resume::Merge(Value::Object(parts)) if self.has_inputs(&place) => {
                let count = failed.count.used_up();
                let given = match failed.input.as_ref().and_then(Value::as_object) {
                    Some(input) => Given::Whole(Value::Object(merged(input, &parts))),
                    None => Given::Parts(Value::Object(parts)),
                };
                self.again(&place, count, given);
            }
            Resume::Output(output) => self.output_given(&place, &failed, output)?,
            Resume::Replace(_) | Resume::Merge(_) => return Err(Ignored::NoSuchChange.into()),
        }
        Ok(())
    }

    fn again(&mut self, place: &Place<'_>, count: Count, given: Given) {
        let again = Progress::Again(Box::new(Again { count, given }));
        self.state.set_progress(place, again);
    }

    fn output_given(
        &mut self,
        place: &Place<'r>,
        failed: &Failed,
        output: Value,
    ) -> Result<(), Refused> {
        if self.state.streams.contains_key(&place.path) {
            return self.stream_given(place, failed, output);
        }
        match (&place.step.kind, &output) {
            (StepKind::Agent(_), _) if self.is_cycle(&place.scope) => {
                self.child_given(place, failed, output)?;
            }
            (StepKind::Run(_), Value::Object(_) | Value::Stored(_)) => {
                let done = self.run_given(output);
                self.complete(place, failed.count, done);
            }
            (
                StepKind::Do(_)
                | StepKind::Let(_)
                | StepKind::Decide(_)
                | StepKind::Repeat(_)
                | StepKind::Wait(_)
                | StepKind::Agent(_),
                _,
            )
            | (StepKind::Each(_) | StepKind::Pipe(_), Value::List(_) | Value::Stored(_))
            | (
                StepKind::Ask(_) | StepKind::Plan(_) | StepKind::Together(_),
                Value::Object(_) | Value::Stored(_),
            ) => {
                if self.state.repeats.contains_key(&place.path) {
                    self.state.set_repeat(&place.path, None);
                }
                let done = Done {
                    recovery: Some(Recovery::Operator),
                    ..Done::with(output)
                };
                self.complete(place, failed.count, done);
            }
            (StepKind::Check(_), Value::Bool(answer)) => {
                self.again(place, failed.count, Given::Answer(*answer));
            }
            (StepKind::Send(_), _) => {
                let done = Done {
                    output: Some(output),
                    recovery: Some(Recovery::Operator),
                    ..Done::default()
                };
                self.complete(place, failed.count, done);
            }
            (StepKind::Emit(_) | StepKind::Yield(_), Value::Object(_)) => {
                self.again(place, failed.count, Given::Whole(output));
            }
            (
                StepKind::Each(_)
                | StepKind::Check(_)
                | StepKind::Together(_)
                | StepKind::Pipe(_)
                | StepKind::Ask(_)
                | StepKind::Plan(_)
                | StepKind::Run(_)
                | StepKind::Emit(_)
                | StepKind::Yield(_),
                _,
            ) => return Err(Ignored::NoSuchChange.into()),
        }
        Ok(())
    }

    fn has_inputs(&self, place: &Place<'_>) -> bool {
        match &place.step.kind {
            StepKind::Do(_)
            | StepKind::Ask(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Send(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_) => true,
            StepKind::Decide(decide) => decide.model.is_some(),
            StepKind::Check(check) => check.test.callee().is_some(),
            // What a model is told follows from the cycles before it.
            StepKind::Agent(_) => !self.is_cycle(&place.scope) || place.index > 0,
            StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_) => false,
        }
    }
}

impl State {
    /// True when what somebody saw who wants to resume is over.
    pub(super) fn is_over(&self, path: Option<&StepPath>, seen: Seen) -> bool {
        match seen {
            Seen::Pause(number) => number != self.thread.lifts,
            Seen::Attempt(attempt) => path.and_then(|path| self.attempt(path)) != Some(attempt),
        }
    }

    /// The attempt of a step that failed, asks, or waits for an event.
    pub(super) fn attempt(&self, path: &StepPath) -> Option<u32> {
        match self.progress(path)? {
            Progress::Failed(failed) => Some(failed.count.attempt),
            Progress::Listening(listening) => Some(listening.count.attempt),
            Progress::Asking(asking) => Some(asking.count.attempt),
            Progress::Ready
            | Progress::Again(_)
            | Progress::Calling(_)
            | Progress::Waiting(_)
            | Progress::Sleeping(_)
            | Progress::Inside { .. }
            | Progress::Draining(_)
            | Progress::Over => None,
        }
    }
}

fn merged(input: &Object, parts: &Object) -> Object {
    input.iter().chain(parts).cloned().collect()
}
