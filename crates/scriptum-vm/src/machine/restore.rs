//! Reads frames back, and checks that they are those of a thread that runs this program.

use std::{collections::BTreeMap, fmt, sync::Arc};

use scriptum_contract::Value;
use serde::de::DeserializeOwned;

use super::{
    cells::{self, Head, LoopHead, Progress, RepeatHead, StreamHead, Thread},
    place::{Rerun, around, body_at, cycle_rerun, len, loop_of, step_at},
    state::{Loop, Scope, ScopeKind, State},
    stream_cells::Stream,
};
use crate::{
    FrameCell, FrameKey, Frames, Slot, Status, StepPath,
    program::{Body, OnError, Program, StepKind},
};

/// The frames are not those of a thread that runs this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreError {
    /// The cell that does not fit, or that is missing.
    pub key: FrameKey,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot restore the thread: cell {} {}",
            self.key, self.reason
        )
    }
}

impl std::error::Error for RestoreError {}

/// The cells, sorted by what they belong to.
#[derive(Default)]
struct Sorted {
    thread: Option<Thread>,
    heads: BTreeMap<StepPath, Head>,
    loops: BTreeMap<StepPath, LoopHead>,
    repeats: BTreeMap<StepPath, RepeatHead>,
    sources: BTreeMap<StepPath, Value>,
    results: Vec<(FrameKey, u32, Value)>,
    bindings: Vec<(FrameKey, Arc<str>, Value)>,
    lasts: Vec<(FrameKey, Value)>,
    streams: BTreeMap<StepPath, StreamHead>,
    items: Vec<(FrameKey, u32, Value)>,
}

/// The state that the frames describe.
pub(super) fn state(program: &Program, frames: Frames) -> Result<State, RestoreError> {
    let mut state = State::new();
    if frames.cells.is_empty() {
        return Ok(state);
    }
    let mut sorted = sort(&mut state, frames)?;
    let thread = sorted.thread.take();
    state.thread = thread.ok_or_else(|| at(&StepPath::root(), Slot::Thread, "is missing"))?;
    check_thread(&state, &sorted)?;
    for (path, head) in std::mem::take(&mut sorted.loops) {
        insert_loop(program, &mut state, path, head, &mut sorted.sources)?;
    }
    for (path, head) in std::mem::take(&mut sorted.repeats) {
        insert_repeat(program, &mut state, &path, head)?;
    }
    for (path, head) in std::mem::take(&mut sorted.heads) {
        insert_scope(program, &mut state, path, head)?;
    }
    for (path, head) in std::mem::take(&mut sorted.streams) {
        insert_stream(program, &mut state, path, head)?;
    }
    insert_values(&mut state, sorted)?;
    check_frames(program, &state)?;
    check_streams(&state)?;
    Ok(state)
}

fn sort(state: &mut State, frames: Frames) -> Result<Sorted, RestoreError> {
    let mut sorted = Sorted::default();
    for (key, cell) in frames.cells {
        match key.slot.clone() {
            Slot::Thread => sorted.thread = Some(read(&key, &cell)?),
            Slot::Started => state.started = Some(Arc::new(read(&key, &cell)?)),
            Slot::Count(path) => _ = state.counts.insert(path, read(&key, &cell)?),
            Slot::Head => {
                let head = read(&key, &cell)?;
                sorted.heads.insert(key.path, head);
            }
            Slot::Loop => {
                let head = read(&key, &cell)?;
                sorted.loops.insert(key.path, head);
            }
            Slot::Repeat => {
                let head = read(&key, &cell)?;
                sorted.repeats.insert(key.path, head);
            }
            Slot::Event(number) => _ = state.events.insert(number, read(&key, &cell)?),
            Slot::Source => {
                let source = read(&key, &cell)?;
                sorted.sources.insert(key.path, source);
            }
            Slot::Last => {
                let value = read(&key, &cell)?;
                sorted.lasts.push((key, value));
            }
            Slot::Binding(name) => {
                let value = read(&key, &cell)?;
                sorted.bindings.push((key, name, value));
            }
            Slot::Result(index) => {
                let value = read(&key, &cell)?;
                sorted.results.push((key, index, value));
            }
            Slot::Stream => {
                let head = read(&key, &cell)?;
                sorted.streams.insert(key.path, head);
            }
            Slot::Item(index) => {
                let value = read(&key, &cell)?;
                sorted.items.push((key, index, value));
            }
        }
    }
    Ok(sorted)
}

fn read<T: DeserializeOwned>(key: &FrameKey, cell: &FrameCell) -> Result<T, RestoreError> {
    cells::read(cell).map_err(|error| RestoreError {
        key: key.clone(),
        reason: format!("is unreadable: {error}"),
    })
}

fn check_thread(state: &State, sorted: &Sorted) -> Result<(), RestoreError> {
    let root = StepPath::root();
    let is_running = match state.thread.status {
        Status::Running | Status::Paused => true,
        Status::Pending | Status::Completed | Status::Failed | Status::Cancelled => false,
    };
    if is_running != state.started.is_some() {
        return Err(at(
            &root,
            Slot::Started,
            "does not fit the status of the thread",
        ));
    }
    if is_running != sorted.heads.contains_key(&root) {
        return Err(at(
            &root,
            Slot::Head,
            "does not fit the status of the thread",
        ));
    }
    Ok(())
}

fn insert_loop(
    program: &Program,
    state: &mut State,
    path: StepPath,
    head: LoopHead,
    sources: &mut BTreeMap<StepPath, Value>,
) -> Result<(), RestoreError> {
    let place = step_at(program, &path);
    let Some((variables, _)) = place.and_then(|place| loop_of(place.step)) else {
        return Err(at(&path, Slot::Loop, "lies below no loop of the program"));
    };
    let Some(source) = sources.remove(&path) else {
        return Err(at(&path, Slot::Source, "is missing"));
    };
    let body = Loop::new(variables, head, source);
    if body
        .items
        .as_ref()
        .is_some_and(|items| Some(items.len()) != body.head.total.map(|total| total as usize))
    {
        return Err(at(&path, Slot::Loop, "has another length than its list"));
    }
    state.insert_loop(path, body);
    Ok(())
}

fn insert_repeat(
    program: &Program,
    state: &mut State,
    path: &StepPath,
    head: RepeatHead,
) -> Result<(), RestoreError> {
    let place = step_at(program, path);
    let is_repeat = place.is_some_and(|it| matches!(it.step.kind, StepKind::Repeat(_)));
    if !is_repeat {
        let reason = "belongs to no repeat of the program";
        return Err(at(path, Slot::Repeat, reason));
    }
    if head.round >= head.max {
        return Err(at(path, Slot::Repeat, "makes more rounds than it may"));
    }
    state.replace_repeat(path, Some(head));
    Ok(())
}

fn insert_scope(
    program: &Program,
    state: &mut State,
    path: StepPath,
    head: Head,
) -> Result<(), RestoreError> {
    let Some((body, kind)) = body_at(program, path.components()) else {
        return Err(at(
            &path,
            Slot::Head,
            "lies below no loop or branch of the program",
        ));
    };
    if kind != ScopeKind::Cycle && head.at > len(body) {
        return Err(at(&path, Slot::Head, "stands behind the end of its body"));
    }
    let is_lost = match kind {
        ScopeKind::Iteration => !is_in_loop(state, &path),
        ScopeKind::Round => !is_in_repeat(state, &path),
        ScopeKind::Root
        | ScopeKind::OnThreadError
        | ScopeKind::Branch
        | ScopeKind::Lane
        | ScopeKind::Cycle => false,
    };
    if is_lost {
        return Err(at(
            &path,
            Slot::Head,
            "is an iteration of no loop under way",
        ));
    }
    let scope = Scope {
        head,
        ..Scope::new(kind, body, rerun(program, state, &path, (body, kind)))
    };
    state.insert_scope(path, Box::new(scope));
    Ok(())
}

/// The scopes around were inserted before: paths are ordered parents first.
fn rerun(
    program: &Program,
    state: &State,
    path: &StepPath,
    (body, kind): (&Body, ScopeKind),
) -> Rerun {
    let outer = around(path.components()).and_then(|outer| state.scopes.get(outer));
    let index = path.components().iter().rev().nth(1);
    let again = match (outer, index) {
        (Some(outer), Some(index)) => outer.rerun.has(*index),
        (Some(_) | None, _) => false,
    };
    let agent = || step_at(program, &path.parent()?).map(|place| place.step);
    match (kind, agent()) {
        (ScopeKind::Cycle, Some(agent)) => cycle_rerun(again, agent),
        (_, _) if again => Rerun::ALL,
        (_, _) => Rerun::of(body),
    }
}

fn is_in_loop(state: &State, iteration: &StepPath) -> bool {
    let Some((index, path)) = iteration.components().split_last() else {
        return false;
    };
    let body = state.loops.get(path);
    body.is_some_and(|body| body.head.total.is_none_or(|total| *index < total))
}

fn is_in_repeat(state: &State, round: &StepPath) -> bool {
    let Some((index, path)) = round.components().split_last() else {
        return false;
    };
    let head = state.repeats.get(path);
    head.is_some_and(|head| head.round == *index && head.due.is_none() && head.value.is_none())
}

fn insert_values(state: &mut State, sorted: Sorted) -> Result<(), RestoreError> {
    let lost = |key: FrameKey| RestoreError {
        key,
        reason: "belongs to nothing that is under way".to_owned(),
    };
    for (key, index, value) in sorted.results {
        let body = state.loops.get(&key.path);
        let is_inside = |body: &Loop| body.head.total.is_none_or(|total| index < total);
        if !body.is_some_and(is_inside) {
            return Err(lost(key));
        }
        state.replace_result(&key.path, index, Some(value));
    }
    for (key, name, value) in sorted.bindings {
        if !state.scopes.contains_key(&key.path) {
            return Err(lost(key));
        }
        state.replace_binding(&key.path, &name, Some(value));
    }
    for (key, value) in sorted.lasts {
        if !state.scopes.contains_key(&key.path) {
            return Err(lost(key));
        }
        state.replace_last(&key.path, Some(value));
    }
    for (key, index, item) in sorted.items {
        let head = state.streams.get(&key.path).map(|stream| &stream.head);
        if !head.is_some_and(|head| head.gone <= index && index < head.received) {
            return Err(lost(key));
        }
        state.replace_item(&key.path, index, Some(item));
    }
    match sorted.sources.into_keys().next() {
        Some(path) => Err(at(
            &path,
            Slot::Source,
            "belongs to nothing that is under way",
        )),
        None => Ok(()),
    }
}

/// Every frame hangs on the one above it: what is inside a step is there, and nothing else is.
fn check_frames(program: &Program, state: &State) -> Result<(), RestoreError> {
    let mut hanging = 0;
    for (path, scope) in &state.scopes {
        check_step(program, state, path, scope)?;
        hanging += frames_inside(program, state, path, scope);
    }
    let hangs_alone = |path: &StepPath, scope: &Scope| match scope.kind {
        ScopeKind::Branch | ScopeKind::Lane | ScopeKind::Round => true,
        ScopeKind::Cycle => path.last() == Some(0),
        ScopeKind::Root | ScopeKind::OnThreadError | ScopeKind::Iteration => false,
    };
    let scopes = state.scopes.iter();
    let scopes = scopes.filter(|(path, scope)| hangs_alone(path, scope));
    let loops = state.loops.keys();
    let loops = loops.filter(|path| !state.streams.contains_key(*path));
    if hanging != scopes.count() + loops.count() + state.repeats.len() {
        return Err(at(
            &StepPath::root(),
            Slot::Head,
            "has frames below it that hang on no step",
        ));
    }
    for (path, body) in &state.loops {
        let behind = body.results.keys().next_back().map_or(0, |last| last + 1);
        let total = body.head.total.unwrap_or(u32::MAX);
        let in_order = body.begun() <= total && behind <= body.begun();
        if !in_order {
            return Err(at(path, Slot::Loop, "began iterations that are missing"));
        }
    }
    Ok(())
}

/// How many frames hang on the current step of a scope: its branch, its lanes, its loop, its repeat
/// with the round.
fn frames_inside(program: &Program, state: &State, path: &StepPath, scope: &Scope) -> usize {
    let path = path.child(scope.head.at);
    let repeat = state.repeats.get(&path);
    if let Progress::Inside { .. } = scope.head.step {
        let round = repeat.map_or(0, |head| usize::from(head.due.is_none()));
        let place = step_at(program, &path);
        match place.as_ref().map(|place| &place.step.kind) {
            Some(StepKind::Together(together)) => together.lanes.len(),
            Some(_) | None => 1 + round,
        }
    } else {
        usize::from(repeat.is_some())
    }
}

fn check_step(
    program: &Program,
    state: &State,
    path: &StepPath,
    scope: &Scope,
) -> Result<(), RestoreError> {
    let place = step_at(program, &path.child(scope.head.at));
    let kind = place.as_ref().map(|place| &place.step.kind);
    let fits = match (&scope.head.step, kind) {
        (Progress::Ready, _) => true,
        (Progress::Over, _) => match scope.kind {
            ScopeKind::Root | ScopeKind::Cycle => true,
            ScopeKind::Lane => scope.head.at == scope.len,
            ScopeKind::OnThreadError
            | ScopeKind::Iteration
            | ScopeKind::Branch
            | ScopeKind::Round => false,
        },
        (Progress::Draining(_), _) => has_live_stream(state, path),
        (Progress::Again(_) | Progress::Failed(_), kind) => kind.is_some(),
        (Progress::Sleeping(_) | Progress::Listening(_), kind) => {
            matches!(kind, Some(StepKind::Wait(_)))
        }
        (Progress::Calling(_) | Progress::Waiting(_), Some(StepKind::Agent(_)))
            if scope.kind == ScopeKind::Cycle =>
        {
            true
        }
        (Progress::Inside { .. }, Some(StepKind::Agent(_))) => {
            let first = path.child(scope.head.at).child(0);
            scope.kind != ScopeKind::Cycle && state.scopes.contains_key(&first)
        }
        (Progress::Calling(calling), Some(kind)) => {
            calls(kind) || (calling.fallback.is_some() && falls_back(kind))
        }
        (Progress::Waiting(_), kind) => kind.is_some_and(|kind| kind.on_error().is_some()),
        (Progress::Asking(_), kind) => matches!(kind, Some(StepKind::Ask(_))),
        (Progress::Inside { .. }, Some(StepKind::Each(_) | StepKind::Pipe(_))) => {
            state.loops.contains_key(&path.child(scope.head.at))
        }
        (Progress::Inside { .. }, Some(StepKind::Decide(_))) => {
            has_one_branch(state, &path.child(scope.head.at))
        }
        (Progress::Inside { .. }, Some(StepKind::Together(together))) => {
            let path = path.child(scope.head.at);
            let mut lanes = (0u32..).zip(&together.lanes);
            lanes.all(|(lane, _)| state.scopes.contains_key(&path.child(lane)))
        }
        (Progress::Inside { .. }, Some(StepKind::Repeat(_))) => {
            let path = path.child(scope.head.at);
            let head = state.repeats.get(&path);
            head.is_some_and(|head| {
                let has_round = state.scopes.contains_key(&path.child(head.round));
                head.value.is_none() && has_round == head.due.is_none()
            })
        }
        (Progress::Inside { .. }, _) | (Progress::Calling(_), None) => false,
    };
    if fits {
        Ok(())
    } else {
        Err(at(
            path,
            Slot::Head,
            "says something of its step that does not fit the program",
        ))
    }
}

/// True for steps that make a call of their own.
fn calls(kind: &StepKind) -> bool {
    match kind {
        StepKind::Do(_) | StepKind::Plan(_) | StepKind::Run(_) | StepKind::Send(_) => true,
        StepKind::Decide(decide) => decide.model.is_some(),
        StepKind::Check(check) => check.test.callee().is_some(),
        StepKind::Let(_)
        | StepKind::Each(_)
        | StepKind::Together(_)
        | StepKind::Pipe(_)
        | StepKind::Repeat(_)
        | StepKind::Wait(_)
        | StepKind::Agent(_)
        | StepKind::Ask(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_) => false,
    }
}

fn falls_back(kind: &StepKind) -> bool {
    matches!(kind.on_error(), Some(OnError::Fallback { .. }))
}

/// True when a stream goes on in a body, or in one of those around it.
fn has_live_stream(state: &State, scope: &StepPath) -> bool {
    let mut scope = Some(scope.components());
    while let Some(path) = scope {
        let below = state.streams.range(StepPath::from(path)..);
        let mut in_body = below
            .take_while(|(stream, _)| stream.components().starts_with(path))
            .filter(|(stream, _)| stream.components().len() == path.len() + 1);
        if in_body.any(|(_, stream)| !stream.head.is_over()) {
            return true;
        }
        scope = around(path);
    }
    false
}

fn insert_stream(
    program: &Program,
    state: &mut State,
    path: StepPath,
    head: StreamHead,
) -> Result<(), RestoreError> {
    let place = step_at(program, &path);
    let kind = place.as_ref().map(|place| &place.step.kind);
    let has_loop = state.loops.contains_key(&path);
    let fits = kind.is_some_and(StepKind::is_stream)
        && match (&head.step, kind) {
            (Progress::Ready | Progress::Again(_) | Progress::Failed(_), _)
            | (Progress::Calling(_) | Progress::Waiting(_), Some(StepKind::Do(_))) => !has_loop,
            (Progress::Over, _) => true,
            (Progress::Inside { .. }, _) => has_loop,
            (
                Progress::Calling(_)
                | Progress::Waiting(_)
                | Progress::Asking(_)
                | Progress::Sleeping(_)
                | Progress::Listening(_)
                | Progress::Draining(_),
                _,
            ) => false,
        };
    let is_in_body = path
        .parent()
        .is_some_and(|scope| state.scopes.contains_key(&scope));
    if !fits || !is_in_body || head.gone > head.received {
        return Err(at(&path, Slot::Stream, "is no stream of the program"));
    }
    state.insert_stream(path, Stream::new(head));
    Ok(())
}

/// Streams and the pipes that take their items know of each other.
fn check_streams(state: &State) -> Result<(), RestoreError> {
    for (path, stream) in &state.streams {
        let to = stream.head.to.as_ref().and_then(|to| state.loops.get(to));
        let is_known = match &stream.head.to {
            Some(_) => to.is_some_and(|to| to.head.from.as_ref() == Some(path)),
            None => true,
        };
        if !is_known {
            return Err(at(path, Slot::Stream, "is taken by no pipe"));
        }
    }
    for (path, body) in &state.loops {
        let is_open = body.head.total.is_none();
        let from = body.head.from.as_ref();
        let from = from.and_then(|from| state.streams.get(from));
        if is_open && from.is_none_or(|from| from.head.to.as_ref() != Some(path)) {
            return Err(at(path, Slot::Loop, "has no end and takes no stream"));
        }
    }
    Ok(())
}

fn has_one_branch(state: &State, decide: &StepPath) -> bool {
    let below = state.scopes.range(decide.clone()..);
    let branches = below
        .map(|(path, _)| path)
        .take_while(|path| path.is_under(decide))
        .filter(|path| path.components().len() == decide.components().len() + 1);
    branches.count() == 1
}

fn at(path: &StepPath, slot: Slot, reason: &str) -> RestoreError {
    RestoreError {
        key: FrameKey {
            path: path.clone(),
            slot,
        },
        reason: reason.to_owned(),
    }
}
