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
        let under_way = self.state.scopes.iter().rev().filter_map(|(path, scope)| {
            let attempt = match &scope.head.step {
                Progress::Calling(calling) => calling.count.attempt,
                // The attempt that is counted here has not begun.
                Progress::Waiting(waiting) => waiting.call.count.attempt.saturating_sub(1),
                Progress::Asking(asking) => asking.count.attempt,
                Progress::Sleeping(sleeping) => sleeping.count.attempt,
                Progress::Listening(listening) => listening.count.attempt,
                Progress::Inside { attempt } => *attempt,
                Progress::Ready | Progress::Again(_) | Progress::Failed(_) | Progress::Over => {
                    return None;
                }
            };
            Some((path.child(scope.head.at), attempt))
        });
        let cancelled = under_way.map(|(path, attempt)| Event::StepFailed {
            path,
            attempt,
            error: StepError::permanent(CANCELLED, "the thread ended before the step did"),
            recovery: None,
        });
        self.events.extend(cancelled);
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
