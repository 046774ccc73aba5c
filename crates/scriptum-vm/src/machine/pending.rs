//! What the outside owes a thread, read off its state.

use super::{
    cells::{Deadline, Progress},
    conversation,
    exec_ask::asked,
    exec_do::call_of,
    place,
    state::{ScopeKind, State},
};
use crate::{Asked, Effect, StepPath, Timestamp, program::Program};

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
    let running = !state.thread.held;
    // The time that somebody has for an answer or an event goes on while the thread waits for it; other
    // timers do not run while it is paused.
    let timers = state.index.timers.iter().chain(&state.index.limits);
    timers
        .filter(move |_| running)
        .map(|(due, path)| Effect::Timer {
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
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Draining(_)
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
    let timers = state.index.timers.first().into_iter();
    let timers = timers.chain(state.index.limits.first());
    let running = timers.filter(|_| !state.thread.held);
    running.map(|(due, _)| *due).chain(deadline(state)).min()
}

/// How many items an open call may hand in; `None` when no such call is open.
pub(super) fn items_wanted(state: &State, path: &StepPath, attempt: u32) -> Option<u32> {
    let head = &state.streams.get(path)?.head;
    let Progress::Calling(calling) = &head.step else {
        return None;
    };
    (calling.count.attempt == attempt).then(|| head.room())
}

fn calls(program: &Program, state: &State) -> impl Iterator<Item = Effect> {
    let background = state.streams.iter().filter_map(move |(path, stream)| {
        let Progress::Calling(calling) = &stream.head.step else {
            return None;
        };
        let place = place::step_at(program, path)?;
        call_of(&place, calling, Some(stream.head.received)).map(Effect::Call)
    });
    background.chain(calls_of_scopes(program, state))
}

fn calls_of_scopes(program: &Program, state: &State) -> impl Iterator<Item = Effect> {
    state.scopes.iter().filter_map(move |(path, scope)| {
        if scope.kind == ScopeKind::Cycle {
            return conversation::open_call(program, state, path).map(Effect::Call);
        }
        let Progress::Calling(calling) = &scope.head.step else {
            return None;
        };
        let place = place::step_at(program, &path.child(scope.head.at))?;
        call_of(&place, calling, None).map(Effect::Call)
    })
}
