//! What the outside owes a thread, read off its state.

use super::{
    cells::{Deadline, Progress},
    exec_do::call_of,
    place,
    state::State,
};
use crate::{Effect, Status, StepPath, Timestamp, program::Program};

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
    let running = !is_held(state);
    let timers = state.index.timers.iter().filter(move |_| running);
    timers.map(|(due, path)| Effect::Timer {
        path: path.clone(),
        due: *due,
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
    step.map(|(due, _)| *due)
        .into_iter()
        .chain(deadline(state))
        .min()
}

fn calls(program: &Program, state: &State) -> impl Iterator<Item = Effect> {
    state.scopes.iter().filter_map(move |(path, scope)| {
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
