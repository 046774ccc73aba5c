//! Leaving what is under way: a body that ends, a jump, a loop that fails.
//!
//! What is left does not end by itself any more. Its steps are recorded as cancelled, what they asked of
//! the outside in this turn is not sent, and streams take the pipes with them that live on them.

use super::{
    cells::{Count, Progress},
    place::Place,
    run::Run,
    state::paths_under,
};
use crate::{Call, Effect, Event, StepError, StepPath};

impl Run<'_> {
    /// A body ends: what is left of its streams goes with it.
    pub(super) fn drop_streams_in(&mut self, scope: &StepPath) {
        for path in self.state.streams_in(scope) {
            self.drop_stream(&path);
        }
    }

    /// Takes a stream away, with all that is under way in it and in the pipes that take its items.
    pub(super) fn drop_stream(&mut self, path: &StepPath) {
        let mut next = Some(path.clone());
        while let Some(path) = next.take() {
            let Some(stream) = self.state.streams.get(&path) else {
                return;
            };
            next.clone_from(&stream.head.to);
            let from = self.state.loops.get(&path);
            let from = from.and_then(|body| body.head.from.clone());
            let count = count(&stream.head.step);
            self.cancel_under(&path);
            self.drop_under(&path);
            self.close_stream(&path);
            self.remember_left(&self.step_at(&path), count);
            if let Some(from) = from {
                self.drain(&from);
            }
        }
    }

    /// Records that what is under way at a path and below it does not end by itself.
    fn cancel_under(&mut self, path: &StepPath) {
        let under_way = self.under_way(path);
        self.cancelled(under_way);
    }

    /// As `cancel_under`, without the step at the path itself.
    pub(super) fn cancel_below(&mut self, path: &StepPath) {
        let mut under_way = self.under_way(path);
        under_way.retain(|(step, _)| step != path);
        self.cancelled(under_way);
    }

    fn cancelled(&mut self, under_way: Vec<(StepPath, u32)>) {
        let cancelled = under_way.into_iter().map(|(path, attempt)| {
            let message = "the step is left before it ended";
            Event::StepFailed {
                path,
                attempt,
                error: StepError::permanent("CANCELLED", message),
                recovery: None,
            }
        });
        self.events.extend(cancelled);
    }

    /// Takes everything away that lies below a path.
    pub(super) fn drop_under(&mut self, path: &StepPath) {
        let below = |mut paths: Vec<StepPath>| {
            paths.retain(|other| other != path);
            paths
        };
        let streams = below(paths_under(&self.state.streams, path));
        let scopes = below(paths_under(&self.state.scopes, path));
        let loops = below(paths_under(&self.state.loops, path));
        let repeats = paths_under(&self.state.repeats, path);
        for path in &streams {
            if let Some(stream) = self.state.streams.get(path) {
                let count = count(&stream.head.step);
                self.remember_left(&self.step_at(path), count);
            }
            self.state.close_stream(path);
        }
        for scope in scopes.iter().rev() {
            let head = &self.state.scope(scope.components()).head;
            if let Some(count) = count(&head.step) {
                let place = self.place(scope.clone(), head.at);
                self.remember_left(&place, Some(count));
            }
            self.state.close_scope(scope);
        }
        for path in &loops {
            self.state.close_loop(path);
        }
        for path in &repeats {
            self.state.set_repeat(path, None);
        }
        let outer = path.parent().zip(path.last());
        let runs_again = outer.is_some_and(|(scope, index)| {
            let scope = self.state.scopes.get(&scope);
            scope.is_some_and(|scope| scope.rerun.has(index))
        });
        if !runs_again {
            for scope in &scopes {
                self.forget_counts_under(scope);
            }
        }
    }

    /// Remembers how often a step ran that is left. What it asked of the outside in this turn is not
    /// wanted any more, and a call that was not made uses up no number.
    fn remember_left(&mut self, place: &Place<'_>, count: Option<Count>) {
        let Some(mut count) = count else {
            return;
        };
        self.effects.retain(|effect| match effect {
            Effect::Call(Call { path, .. }) if *path == place.path => {
                count.open = false;
                false
            }
            Effect::Timer { path, .. } => *path != place.path,
            Effect::Call(_) => true,
        });
        self.remember(place, count);
    }
}

/// How often a step in the background ran, while it does.
fn count(step: &Progress) -> Option<Count> {
    match step {
        Progress::Calling(calling) => Some(calling.count),
        // The attempt that is counted here has not begun.
        Progress::Waiting(waiting) => Some(Count {
            attempt: waiting.call.count.attempt.saturating_sub(1),
            ..waiting.call.count
        }),
        Progress::Inside { attempt } => Some(Count {
            attempt: *attempt,
            ..Count::default()
        }),
        Progress::Again(again) => Some(again.count),
        Progress::Failed(failed) => Some(failed.count),
        Progress::Asking(asking) => Some(asking.count),
        Progress::Sleeping(sleeping) => Some(sleeping.count),
        Progress::Listening(listening) => Some(listening.count),
        Progress::Ready | Progress::Draining(_) | Progress::Over => None,
    }
}
