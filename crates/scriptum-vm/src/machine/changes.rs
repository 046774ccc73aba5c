//! The changes of a turn: taken back when the turn is refused, written as cells when it succeeds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::Value;

use super::{
    cells::{self, Count, Head, Kept, LoopHead, RepeatHead, StreamHead, Thread},
    state::{Loop, Scope, State},
    stream_cells::Stream,
};
use crate::{FrameCell, FrameDelta, FrameKey, Slot, StepPath};

/// Finished iterations up to which a loop's cells are removed one by one: a range costs a store more
/// than a few rows do.
const RESULTS_REMOVED_SINGLY_MAX: usize = 16;

/// How to take a change back: what was there before.
#[derive(Debug)]
pub(super) enum Undo {
    Thread(Thread),
    Started,
    OpenedScope(StepPath),
    ClosedScope(StepPath, Box<Scope>),
    Head(StepPath, Head),
    Binding(StepPath, Arc<str>, Option<Value>),
    Last(StepPath, Option<Value>),
    OpenedLoop(StepPath),
    ClosedLoop(StepPath, Box<Loop>),
    LoopHead(StepPath, LoopHead),
    Result(StepPath, u32, Option<Value>),
    OpenedStream(StepPath),
    ClosedStream(StepPath, Box<Stream>),
    StreamHead(StepPath, StreamHead),
    Item(StepPath, u32, Option<Value>),
    Repeat(StepPath, Option<RepeatHead>),
    Event(u32, Option<Kept>),
    Count(StepPath, Option<Count>),
    Cleared(Box<State>),
}

impl State {
    /// Takes all changes of the turn back, latest first.
    pub(super) fn roll_back(&mut self) {
        while let Some(undo) = self.log.pop() {
            match undo {
                Undo::Thread(thread) => self.thread = thread,
                Undo::Started => self.started = None,
                Undo::OpenedScope(path) => _ = self.remove_scope(&path),
                Undo::ClosedScope(path, scope) => self.insert_scope(path, scope),
                Undo::Head(path, head) => _ = self.replace_head(&path, head),
                Undo::Binding(path, name, value) => {
                    self.replace_binding(&path, &name, value);
                }
                Undo::Last(path, value) => _ = self.replace_last(&path, value),
                Undo::OpenedLoop(path) => _ = self.remove_loop(&path),
                Undo::ClosedLoop(path, body) => self.insert_loop(path, *body),
                Undo::LoopHead(path, head) => _ = self.replace_loop_head(&path, head),
                Undo::Result(path, index, value) => {
                    self.replace_result(&path, index, value);
                }
                Undo::OpenedStream(path) => _ = self.remove_stream(&path),
                Undo::ClosedStream(path, stream) => self.insert_stream(path, *stream),
                Undo::StreamHead(path, head) => _ = self.replace_stream_head(&path, head),
                Undo::Item(path, index, item) => _ = self.replace_item(&path, index, item),
                Undo::Repeat(path, head) => _ = self.replace_repeat(&path, head),
                Undo::Event(number, event) => _ = self.replace_event(number, event),
                Undo::Count(path, count) => _ = self.replace_count(&path, count),
                Undo::Cleared(before) => {
                    let log = std::mem::take(&mut self.log);
                    *self = *before;
                    self.log = log;
                }
            }
        }
    }

    /// Ends the turn: the cells that it touched, as they are now.
    pub(super) fn commit(&mut self) -> FrameDelta {
        let mut touched = Touched {
            keys: Vec::with_capacity(self.log.len()),
            ..Touched::default()
        };
        for undo in self.log.drain(..) {
            touched.note(undo);
        }
        // Stable, so that of equal keys the first stays: it knows whether the cell was there before.
        touched.keys.sort_by(|(a, _), (b, _)| a.cmp(b));
        touched
            .keys
            .dedup_by(|(later, _), (first, _)| later == first);
        let mut cells = BTreeMap::new();
        for (key, existed) in touched.keys {
            let cell = self.cell(&key);
            if existed || cell.is_some() {
                cells.insert(key, cell);
            }
        }
        FrameDelta {
            cells,
            dropped: touched.dropped,
        }
    }

    /// The persisted form of one cell; `None` when there is none.
    pub(super) fn cell(&self, key: &FrameKey) -> Option<FrameCell> {
        let path = key.path.components();
        match &key.slot {
            Slot::Thread => Some(cells::write(&self.thread)),
            Slot::Started => self.started.as_deref().map(cells::write),
            Slot::Count(path) => self.counts.get(path).map(cells::write),
            Slot::Head => self.scopes.get(path).map(|scope| cells::write(&scope.head)),
            Slot::Last => self.scopes.get(path)?.last.as_ref().map(cells::write),
            Slot::Binding(name) => self.scopes.get(path)?.bindings.get(name).map(cells::write),
            Slot::Loop => self.loops.get(path).map(|body| cells::write(&body.head)),
            Slot::Repeat => self.repeats.get(path).map(cells::write),
            Slot::Event(number) => self.events.get(number).map(cells::write),
            Slot::Source => self.loops.get(path).map(|body| cells::write(&body.source)),
            Slot::Result(index) => {
                let result = self.loops.get(path)?.results.get(index)?;
                Some(cells::write(result))
            }
            Slot::Stream => {
                let stream = self.streams.get(path)?;
                Some(cells::write(&stream.head))
            }
            Slot::Item(index) => {
                let item = self.streams.get(path)?.items.get(index)?;
                Some(cells::write(item))
            }
        }
    }

    /// The keys of all cells.
    pub(super) fn keys(&self) -> Vec<FrameKey> {
        let mut keys = Vec::new();
        if self.thread != Thread::new() {
            keys.push(FrameKey::root(Slot::Thread));
        }
        if self.started.is_some() {
            keys.push(FrameKey::root(Slot::Started));
        }
        keys.extend(self.counts.keys().map(count_key));
        keys.extend(self.events.keys().copied().map(event_key));
        for (path, scope) in &self.scopes {
            keys.extend(scope_keys(path, scope));
        }
        for (path, body) in &self.loops {
            keys.extend(loop_keys(path, body));
        }
        for path in self.repeats.keys() {
            keys.push(FrameKey {
                path: path.clone(),
                slot: Slot::Repeat,
            });
        }
        for (path, stream) in &self.streams {
            keys.extend(stream_keys(path, stream));
        }
        keys
    }
}

/// The cells that a turn touched.
#[derive(Default)]
struct Touched {
    /// Each with whether it was there before the change.
    keys: Vec<(FrameKey, bool)>,
    dropped: Vec<StepPath>,
    /// Loops that began in this turn: nothing of them was stored.
    new_loops: BTreeSet<StepPath>,
}

impl Touched {
    fn note(&mut self, undo: Undo) {
        match undo {
            Undo::Thread(before) => {
                let existed = before != Thread::new();
                self.keys.push((FrameKey::root(Slot::Thread), existed));
            }
            Undo::Started => self.keys.push((FrameKey::root(Slot::Started), false)),
            Undo::OpenedScope(path) => self.push(path, Slot::Head, false),
            Undo::ClosedScope(path, scope) => self.was_there(scope_keys(&path, &scope)),
            Undo::Head(path, _) => self.push(path, Slot::Head, true),
            Undo::Binding(path, name, before) => {
                self.push(path, Slot::Binding(name), before.is_some());
            }
            Undo::Last(path, before) => self.push(path, Slot::Last, before.is_some()),
            Undo::OpenedLoop(path) => {
                self.new_loops.insert(path.clone());
                self.push(path.clone(), Slot::Loop, false);
                self.push(path, Slot::Source, false);
            }
            Undo::ClosedLoop(path, body) => self.closed_loop(path, &body),
            Undo::LoopHead(path, _) => self.push(path, Slot::Loop, true),
            Undo::Result(path, index, before) => {
                self.push(path, Slot::Result(index), before.is_some());
            }
            Undo::OpenedStream(path) => self.push(path, Slot::Stream, false),
            Undo::ClosedStream(path, stream) => self.was_there(stream_keys(&path, &stream)),
            Undo::StreamHead(path, _) => self.push(path, Slot::Stream, true),
            Undo::Item(path, index, before) => {
                self.push(path, Slot::Item(index), before.is_some());
            }
            Undo::Repeat(path, before) => self.push(path, Slot::Repeat, before.is_some()),
            Undo::Event(number, before) => {
                self.keys.push((event_key(number), before.is_some()));
            }
            Undo::Count(path, before) => {
                self.keys.push((count_key(&path), before.is_some()));
            }
            Undo::Cleared(before) => self.cleared(&before),
        }
    }

    fn push(&mut self, path: StepPath, slot: Slot, existed: bool) {
        self.keys.push((FrameKey { path, slot }, existed));
    }

    fn was_there(&mut self, keys: impl Iterator<Item = FrameKey>) {
        self.keys.extend(keys.map(|key| (key, true)));
    }

    fn closed_loop(&mut self, path: StepPath, body: &Loop) {
        if body.results.len() <= RESULTS_REMOVED_SINGLY_MAX || self.new_loops.contains(&path) {
            self.was_there(loop_keys(&path, body));
        } else {
            self.dropped.push(path);
        }
    }

    fn cleared(&mut self, before: &State) {
        self.keys.clear();
        self.dropped.clear();
        if before.started.is_some() {
            self.dropped.push(StepPath::root());
        }
        self.keys.push((FrameKey::root(Slot::Thread), true));
    }
}

fn count_key(path: &StepPath) -> FrameKey {
    FrameKey::root(Slot::Count(path.clone()))
}

fn event_key(number: u32) -> FrameKey {
    FrameKey::root(Slot::Event(number))
}

fn scope_keys<'s>(path: &'s StepPath, scope: &'s Scope) -> impl Iterator<Item = FrameKey> + 's {
    let slots = [Slot::Head]
        .into_iter()
        .chain(scope.last.is_some().then_some(Slot::Last))
        .chain(scope.bindings.keys().cloned().map(Slot::Binding));
    with_path(path, slots)
}

fn loop_keys<'l>(path: &'l StepPath, body: &'l Loop) -> impl Iterator<Item = FrameKey> + 'l {
    let results = body.results.keys().copied().map(Slot::Result);
    with_path(path, [Slot::Loop, Slot::Source].into_iter().chain(results))
}

fn stream_keys<'s>(path: &'s StepPath, stream: &'s Stream) -> impl Iterator<Item = FrameKey> + 's {
    let items = stream.items.keys().copied().map(Slot::Item);
    with_path(path, [Slot::Stream].into_iter().chain(items))
}

fn with_path<'p>(
    path: &'p StepPath,
    slots: impl Iterator<Item = Slot> + 'p,
) -> impl Iterator<Item = FrameKey> + 'p {
    slots.map(move |slot| FrameKey {
        path: path.clone(),
        slot,
    })
}
