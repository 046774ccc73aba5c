//! What follows from the cells: which scopes can go on, which calls are open, which timers run.
//!
//! Kept beside the cells, so that no turn searches for it, and never stored.

use std::{collections::BTreeSet, sync::Arc};

use super::cells::{Head, LoopHead, Progress, RepeatHead, StreamHead};
use crate::{PauseReason, StepPath, Timestamp};

/// What follows from the cells.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Index {
    /// Scopes whose current step can begin.
    pub(super) ready: BTreeSet<StepPath>,
    /// Scopes whose steps are all done.
    pub(super) ended: BTreeSet<StepPath>,
    /// Steps in the background that can begin.
    pub(super) launched: BTreeSet<StepPath>,
    /// Steps whose call is open, and whose items, if it hands on some, can be taken in.
    pub(super) calls: u32,
    /// Steps and loops that go on when a time has come.
    pub(super) timers: BTreeSet<(Timestamp, StepPath)>,
    /// Asks that are open.
    pub(super) asks: BTreeSet<StepPath>,
    /// Steps that wait for an event, by its name.
    pub(super) listening: BTreeSet<(Arc<str>, StepPath)>,
    /// Steps that wait for somebody whose time will be up. These timers run while the thread is paused
    /// because of them.
    pub(super) limits: BTreeSet<(Timestamp, StepPath)>,
    /// Steps that failed.
    pub(super) failed: BTreeSet<StepPath>,
}

impl Index {
    pub(super) fn add(&mut self, path: &StepPath, head: &Head, len: u32) {
        match &head.step {
            Progress::Ready if head.at >= len => _ = self.ended.insert(path.clone()),
            Progress::Ready | Progress::Again(_) => _ = self.ready.insert(path.clone()),
            Progress::Calling(_) => self.calls += 1,
            Progress::Waiting(waiting) => {
                self.timers.insert((waiting.due, path.child(head.at)));
            }
            Progress::Asking(asking) => {
                let step = path.child(head.at);
                self.limits
                    .extend(asking.due.map(|due| (due, step.clone())));
                self.asks.insert(step);
            }
            Progress::Sleeping(sleeping) => {
                self.timers.insert((sleeping.due, path.child(head.at)));
            }
            Progress::Listening(listening) => {
                let step = path.child(head.at);
                self.listening
                    .insert((Arc::clone(&listening.event), step.clone()));
                self.limits.extend(listening.due.map(|due| (due, step)));
            }
            Progress::Failed(_) => _ = self.failed.insert(path.child(head.at)),
            Progress::Inside { .. } | Progress::Draining(_) | Progress::Over => {}
        }
    }

    pub(super) fn remove(&mut self, path: &StepPath, head: &Head, len: u32) {
        match &head.step {
            Progress::Ready if head.at >= len => _ = self.ended.remove(path),
            Progress::Ready | Progress::Again(_) => _ = self.ready.remove(path),
            Progress::Calling(_) => self.calls -= 1,
            Progress::Waiting(waiting) => {
                self.timers.remove(&(waiting.due, path.child(head.at)));
            }
            Progress::Asking(asking) => {
                let step = path.child(head.at);
                self.asks.remove(&step);
                if let Some(due) = asking.due {
                    self.limits.remove(&(due, step));
                }
            }
            Progress::Sleeping(sleeping) => {
                self.timers.remove(&(sleeping.due, path.child(head.at)));
            }
            Progress::Listening(listening) => {
                let step = path.child(head.at);
                if let Some(due) = listening.due {
                    self.limits.remove(&(due, step.clone()));
                }
                self.listening.remove(&(Arc::clone(&listening.event), step));
            }
            Progress::Failed(_) => _ = self.failed.remove(&path.child(head.at)),
            Progress::Inside { .. } | Progress::Draining(_) | Progress::Over => {}
        }
    }

    pub(super) fn add_stream(&mut self, path: &StepPath, head: &StreamHead) {
        match &head.step {
            Progress::Ready | Progress::Again(_) => _ = self.launched.insert(path.clone()),
            Progress::Calling(_) => self.calls += u32::from(head.room() > 0),
            Progress::Waiting(waiting) => _ = self.timers.insert((waiting.due, path.clone())),
            Progress::Failed(_) => _ = self.failed.insert(path.clone()),
            Progress::Asking(_)
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Draining(_)
            | Progress::Over => {}
        }
    }

    pub(super) fn remove_stream(&mut self, path: &StepPath, head: &StreamHead) {
        match &head.step {
            Progress::Ready | Progress::Again(_) => _ = self.launched.remove(path),
            Progress::Calling(_) => self.calls -= u32::from(head.room() > 0),
            Progress::Waiting(waiting) => {
                self.timers.remove(&(waiting.due, path.clone()));
            }
            Progress::Failed(_) => _ = self.failed.remove(path),
            Progress::Asking(_)
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Draining(_)
            | Progress::Over => {}
        }
    }

    pub(super) fn add_loop(&mut self, path: &StepPath, head: &LoopHead) {
        if let Some(due) = head.batch.and_then(|batch| batch.due) {
            self.timers.insert((due, path.clone()));
        }
    }

    pub(super) fn remove_loop(&mut self, path: &StepPath, head: &LoopHead) {
        if let Some(due) = head.batch.and_then(|batch| batch.due) {
            self.timers.remove(&(due, path.clone()));
        }
    }

    pub(super) fn add_repeat(&mut self, path: &StepPath, head: &RepeatHead) {
        self.timers.extend(head.due.map(|due| (due, path.clone())));
    }

    pub(super) fn remove_repeat(&mut self, path: &StepPath, head: &RepeatHead) {
        if let Some(due) = head.due {
            self.timers.remove(&(due, path.clone()));
        }
    }

    /// The first step that waits for somebody, and what for: what a thread is paused for when
    /// nothing else of it can run.
    pub(super) fn awaited(&self) -> Option<(PauseReason, &StepPath)> {
        let ask = self.asks.first().map(|path| (PauseReason::Ask, path));
        ask.or_else(|| {
            let events = self.listening.iter().map(|(_, path)| path);
            events.min().map(|path| (PauseReason::Wait, path))
        })
    }
}
