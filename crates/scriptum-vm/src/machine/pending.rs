//! What the outside owes a thread, read off its state.

use super::{
    cells::{Deadline, Progress},
    conversation,
    exec_ask::asked,
    exec_do::call_of,
    place,
    state::{ScopeKind, State},
};
use crate::{Asked, Effect, Status, StepPath, Timestamp, program::Program};

/// The open calls and timers. While the thread is held its timers rest.
pub(super) fn effects(program: &Program, state: &State) -> impl Iterator<Item = Effect> {
    let deadline = deadline(state).map(|due| Effect::Timer {
        path: StepPath::root(),
        due,
    });
    calls(program, state).chain(timers(state)).chain(deadline)
}

/// The open timers.
pub(super) fn timers(state: &State) -> impl Iterator<Item = Effect> {
    let (running, held) = (!is_held(state), state.thread.held);
    let timers = state.index.timers.iter().filter(move |_| running);
    // The time that somebody has for an answer goes on while the thread waits for it.
    let limits = state.index.limits.iter().filter(move |_| !held);
    timers.chain(limits).map(|(due, path)| Effect::Timer {
        path: path.clone(),
        due: *due,
    })
}

/// The open asks.
pub(super) fn asks(program: &Program, state: &State) -> impl Iterator<Item = Asked> {
    state.index.asks.iter().filter_map(|path| {
        let place = place::step_at(program, path)?;
        let head = &state.scope(place.scope.components()).head;
        match &head.step {
            Progress::Asking(asking) => Some(asked(&place, asking)),
            Progress::Ready
            | Progress::Again(_)
            | Progress::Calling(_)
            | Progress::Waiting(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Over => None,
        }
    })
}

/// The timer of the thread itself, which runs while an operator's pause takes effect.
fn deadline(state: &State) -> Option<Timestamp> {
    match state.thread.deadline {
        Some(Deadline::Due(due)) => Some(due),
        Some(Deadline::Left { .. }) | None => None,
    }
}

/// The earliest open timer.
pub(super) fn wake_at(state: &State) -> Option<Timestamp> {
    let step = state.index.timers.first().filter(|_| !is_held(state));
    let limit = state.index.limits.first().filter(|_| !state.thread.held);
    let due = [step, limit].into_iter().flatten().map(|(due, _)| *due);
    due.chain(deadline(state)).min()
}

fn calls(program: &Program, state: &State) -> impl Iterator<Item = Effect> {
    state.scopes.iter().filter_map(move |(path, scope)| {
        if scope.kind == ScopeKind::Cycle {
            return conversation::open_call(program, state, path).map(Effect::Call);
        }
        let Progress::Calling(calling) = &scope.head.step else {
            return None;
        };
        let place = place::step_at(program, &path.child(scope.head.at))?;
        call_of(&place, calling).map(Effect::Call)
    })
}

fn is_held(state: &State) -> bool {
    state.thread.held || state.thread.status == Status::Paused
}
