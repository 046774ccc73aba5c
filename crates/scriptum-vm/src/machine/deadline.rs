//! How long a thread may run: time that it spends paused does not count.

use super::{
    Ignored, Refused,
    cells::{Deadline, Progress},
    run::Run,
};
use crate::{Effect, Event, StepError, StepPath, Timestamp};

/// What `on thread error` gets when the time of the thread is up.
const ERROR_BLOCK_MS: u64 = 60_000;
const THREAD_TIMEOUT: &str = "THREAD_TIMEOUT";
const CANCELLED: &str = "CANCELLED";

impl Run<'_> {
    /// The clock of the thread begins to run, or runs on after a pause.
    pub(super) fn run_clock(&mut self) {
        if let Some(Deadline::Left { ms }) = self.state.thread.deadline {
            self.set_deadline(ms);
        }
    }

    /// The clock of the thread stops.
    pub(super) fn stop_clock(&mut self) {
        if let Some(Deadline::Due(due)) = self.state.thread.deadline {
            let ms = u64::try_from(due.0.saturating_sub(self.at.0)).unwrap_or(0);
            self.state
                .change_thread(|thread| thread.deadline = Some(Deadline::Left { ms }));
        }
    }

    /// The timer of the thread itself fired.
    pub(super) fn thread_due(&mut self) -> Result<(), Refused> {
        let Some(Deadline::Due(due)) = self.state.thread.deadline else {
            return Err(Ignored::NoSuchTimer.into());
        };
        if due > self.at {
            return Err(Ignored::NotDue.into());
        }
        self.state.change_thread(|thread| {
            thread.deadline = None;
            thread.lifts = thread.lifts.saturating_add(u32::from(thread.held));
            thread.held = false;
        });
        if self.state.thread.failing.is_some() {
            self.end_failed(None);
            return Ok(());
        }
        let error = StepError::permanent(THREAD_TIMEOUT, "the time of the thread is up");
        self.fail_thread(error, None)?;
        if self.state.thread.failing.is_some() {
            self.set_deadline(ERROR_BLOCK_MS);
        }
        Ok(())
    }

    /// Records that the steps under way do not end by themselves any more, inner ones first.
    pub(super) fn cancel_steps(&mut self) {
        let under_way = self.under_way(&StepPath::root()).into_iter();
        let cancelled = under_way.map(|(path, attempt)| Event::StepFailed {
            path,
            attempt,
            error: StepError::permanent(CANCELLED, "the thread ended before the step did"),
            recovery: None,
        });
        self.events.extend(cancelled);
    }

    /// The steps under way at a path and below it, with their attempts, inner ones first.
    pub(super) fn under_way(&self, path: &StepPath) -> Vec<(StepPath, u32)> {
        let scopes = self.state.scopes.range(path.clone()..);
        let scopes = scopes
            .take_while(|(scope, _)| scope.is_under(path))
            .map(|(path, scope)| (path.child(scope.head.at), &scope.head.step));
        let streams = self.state.streams.range(path.clone()..);
        let streams = streams
            .take_while(|(stream, _)| stream.is_under(path))
            .map(|(path, stream)| (path.clone(), &stream.head.step));
        let mut all: Vec<_> = scopes
            .chain(streams)
            .filter_map(|(path, step)| Some((path, attempt(step)?)))
            .collect();
        all.sort_by(|(one, _), (other, _)| other.cmp(one));
        all
    }

    fn set_deadline(&mut self, ms: u64) {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        let due = Timestamp(self.at.0.saturating_add(ms));
        self.state
            .change_thread(|thread| thread.deadline = Some(Deadline::Due(due)));
        self.effects.push(Effect::Timer {
            path: StepPath::root(),
            due,
        });
    }
}

/// The attempt of a step that is under way.
fn attempt(step: &Progress) -> Option<u32> {
    match step {
        Progress::Calling(calling) => Some(calling.count.attempt),
        // The attempt that is counted here has not begun.
        Progress::Waiting(waiting) => Some(waiting.call.count.attempt.saturating_sub(1)),
        Progress::Asking(asking) => Some(asking.count.attempt),
        Progress::Sleeping(sleeping) => Some(sleeping.count.attempt),
        Progress::Listening(listening) => Some(listening.count.attempt),
        Progress::Inside { attempt } => Some(*attempt),
        Progress::Ready
        | Progress::Again(_)
        | Progress::Failed(_)
        | Progress::Draining(_)
        | Progress::Over => None,
    }
}
