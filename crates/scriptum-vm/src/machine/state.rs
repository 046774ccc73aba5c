//! The state of a thread in typed form: the only place where it changes.
//!
//! Every change goes through a method here, which notes how to take it back. A refused turn is so
//! undone in the time that it took, and a turn that succeeds knows which cells it touched; both are in
//! `changes`. What follows from the cells (which scopes can go on, which calls are open, which timers
//! run) is kept beside them in [`Index`]. Streams have a file of their own, `stream_cells`.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use scriptum_contract::Value;

use super::{
    cells::{Count, Head, Kept, LoopHead, Progress, RepeatHead, Started, Thread},
    changes::Undo,
    index::Index,
    place::{Rerun, len},
    stream_cells::Stream,
};
use crate::{Frames, StepPath, program::Body};

/// Everything that a thread is between two turns.
#[derive(Debug)]
pub(super) struct State {
    pub(super) thread: Thread,
    pub(super) started: Option<Arc<Started>>,
    /// Boxed, as they come and go with every iteration.
    pub(super) scopes: BTreeMap<StepPath, Box<Scope>>,
    pub(super) loops: BTreeMap<StepPath, Loop>,
    pub(super) repeats: BTreeMap<StepPath, RepeatHead>,
    /// Events that arrived before anything waited for them, in their order.
    pub(super) events: BTreeMap<u32, Kept>,
    /// Steps in the background, and what waits of their streams.
    pub(super) streams: BTreeMap<StepPath, Stream>,
    pub(super) counts: BTreeMap<StepPath, Count>,
    pub(super) index: Index,
    /// The changes of the current turn, oldest first.
    pub(super) log: Vec<Undo>,
}

/// A body under way.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    /// Number of steps of the body.
    pub(super) len: u32,
    /// Which steps a jump can run again; follows from the program.
    pub(super) rerun: Rerun,
    pub(super) head: Head,
    pub(super) bindings: BTreeMap<Arc<str>, Value>,
    /// The value of the last child that has one.
    pub(super) last: Option<Value>,
}

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// The thread.
    Root,
    /// The block `on thread error`.
    OnThreadError,
    /// An iteration of a loop: names bound in it end with it.
    Iteration,
    /// A branch of a decide: names bound in it belong to the scope around it.
    Branch,
    /// A turn of an agent's model, with the calls that it asks for. Which they are is not known
    /// beforehand; its cells keep what was said.
    Cycle,
    /// A lane of a together: names bound in it belong to it until all lanes have ended.
    Lane,
    /// A round of a repeat: names bound in it belong to the scope around it.
    Round,
}

impl Scope {
    /// A body that begins.
    pub(super) fn new(kind: ScopeKind, body: &Body, rerun: Rerun) -> Scope {
        Scope {
            kind,
            len: match kind {
                // The agent decides when it is over.
                ScopeKind::Cycle => u32::MAX,
                ScopeKind::Root
                | ScopeKind::OnThreadError
                | ScopeKind::Iteration
                | ScopeKind::Branch
                | ScopeKind::Lane
                | ScopeKind::Round => len(body),
            },
            rerun,
            head: Head::first(),
            bindings: BTreeMap::new(),
            last: None,
        }
    }
}

/// A loop under way.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) head: LoopHead,
    /// Name of the element; follows from the program.
    pub(super) item: Arc<str>,
    /// Name of the position; follows from the program.
    pub(super) index: Option<Arc<str>>,
    /// The list, or the reference to it.
    pub(super) source: Value,
    /// The list itself, once somebody looked into it. Not part of the state.
    pub(super) items: Option<Arc<[Value]>>,
    /// Values of finished iterations by index, as far as they are kept.
    pub(super) results: BTreeMap<u32, Value>,
    /// Number of iterations under way.
    pub(super) live: u32,
    /// Of a loop in groups: the number of iterations under way in each group that has some.
    pub(super) groups: BTreeMap<u32, u32>,
}

/// What the body of a loop can name.
#[derive(Debug)]
pub(super) struct Variables {
    pub(super) item: Arc<str>,
    pub(super) index: Option<Arc<str>>,
}

impl Loop {
    /// A loop that begins.
    pub(super) fn new(variables: Variables, head: LoopHead, source: Value) -> Loop {
        Loop {
            head,
            item: variables.item,
            index: variables.index,
            items: items_of(&source),
            source,
            results: BTreeMap::new(),
            live: 0,
            groups: BTreeMap::new(),
        }
    }

    /// Number of finished iterations.
    pub(super) fn finished(&self) -> u32 {
        let kept = u32::try_from(self.results.len());
        self.head.gone + kept.expect("a loop has fewer than 2^32 iterations")
    }

    /// Iterations begin in order, so those that began are the finished and the live ones.
    pub(super) fn begun(&self) -> u32 {
        self.finished() + self.live
    }

    /// True when every element was gone over.
    pub(super) fn is_over(&self) -> bool {
        self.head.total == Some(self.finished())
    }

    /// How many further iterations, or groups of them, may run at once.
    pub(super) fn room(&self) -> u32 {
        let taken = match self.head.group {
            Some(_) => u32::try_from(self.groups.len()).unwrap_or(u32::MAX),
            None => self.live,
        };
        self.head.parallel.saturating_sub(taken)
    }

    fn iteration_begins(&mut self, index: u32) {
        self.live += 1;
        if let Some(group) = self.head.group {
            *self.groups.entry(index / group).or_default() += 1;
        }
    }

    fn iteration_ends(&mut self, index: u32) {
        self.live -= 1;
        let Some(group) = self.head.group else {
            return;
        };
        if let Entry::Occupied(mut left) = self.groups.entry(index / group) {
            *left.get_mut() -= 1;
            if *left.get() == 0 {
                left.remove();
            }
        }
    }
}

/// The elements of a list, shared.
pub(super) fn items_of(value: &Value) -> Option<Arc<[Value]>> {
    match value {
        Value::List(items) => Some(Arc::clone(items)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

impl State {
    /// A thread before `Started`.
    pub(super) fn new() -> State {
        State {
            thread: Thread::new(),
            started: None,
            scopes: BTreeMap::new(),
            loops: BTreeMap::new(),
            repeats: BTreeMap::new(),
            events: BTreeMap::new(),
            streams: BTreeMap::new(),
            counts: BTreeMap::new(),
            index: Index::default(),
            log: Vec::new(),
        }
    }

    /// The scope at a path that the index or a caller knows to be live.
    pub(super) fn scope(&self, path: &[u32]) -> &Scope {
        self.scopes
            .get(path)
            .expect("a scope under way has a frame")
    }

    /// The loop at a path that is known to be under way.
    pub(super) fn loop_at(&self, path: &[u32]) -> &Loop {
        self.loops.get(path).expect("a loop under way has a frame")
    }

    /// Changes what is known of the thread itself.
    pub(super) fn change_thread(&mut self, change: impl FnOnce(&mut Thread)) {
        let before = self.thread.clone();
        change(&mut self.thread);
        if self.thread != before {
            self.log.push(Undo::Thread(before));
        }
    }

    /// Sets what the thread was started with.
    pub(super) fn start(&mut self, started: Started) {
        self.started = Some(Arc::new(started));
        self.log.push(Undo::Started);
    }

    /// Lets a body begin.
    pub(super) fn open_scope(&mut self, path: StepPath, scope: Scope) {
        self.insert_scope(path.clone(), Box::new(scope));
        self.log.push(Undo::OpenedScope(path));
    }

    /// Takes a body away, with its bindings.
    pub(super) fn close_scope(&mut self, path: &StepPath) {
        let scope = self.remove_scope(path);
        self.log.push(Undo::ClosedScope(path.clone(), scope));
    }

    /// Moves the cursor of a scope.
    pub(super) fn set_head(&mut self, path: &StepPath, head: Head) {
        let before = self.replace_head(path, head);
        self.log.push(Undo::Head(path.clone(), before));
    }

    /// Says what the current step of a scope is doing.
    pub(super) fn set_step(&mut self, path: &StepPath, step: Progress) {
        let head = &self.scope(path.components()).head;
        let head = Head {
            at: head.at,
            step,
            rounds: head.rounds.clone(),
        };
        self.set_head(path, head);
    }

    /// Binds a name in a scope.
    pub(super) fn bind(&mut self, path: &StepPath, name: &Arc<str>, value: Value) {
        let before = self.replace_binding(path, name, Some(value));
        self.log
            .push(Undo::Binding(path.clone(), Arc::clone(name), before));
    }

    /// Takes a name away in a scope, if it is bound there.
    pub(super) fn unbind(&mut self, path: &StepPath, name: &Arc<str>) {
        let before = self.replace_binding(path, name, None);
        if before.is_some() {
            self.log
                .push(Undo::Binding(path.clone(), Arc::clone(name), before));
        }
    }

    /// Takes the value of a finished iteration.
    pub(super) fn take_result(&mut self, path: &StepPath, index: u32) -> Option<Value> {
        let value = self.replace_result(path, index, None)?;
        self.log
            .push(Undo::Result(path.clone(), index, Some(value.clone())));
        Some(value)
    }

    /// Sets the value of the last child of a scope that has one.
    pub(super) fn set_last(&mut self, path: &StepPath, value: Value) {
        let before = self.replace_last(path, Some(value));
        self.log.push(Undo::Last(path.clone(), before));
    }

    /// Lets a loop begin.
    pub(super) fn open_loop(&mut self, path: StepPath, body: Loop) {
        self.insert_loop(path.clone(), body);
        self.log.push(Undo::OpenedLoop(path));
    }

    /// Takes a loop away, with its results.
    pub(super) fn close_loop(&mut self, path: &StepPath) {
        let body = self.remove_loop(path);
        self.log
            .push(Undo::ClosedLoop(path.clone(), Box::new(body)));
    }

    /// Changes the shape of a loop.
    pub(super) fn set_loop_head(&mut self, path: &StepPath, head: LoopHead) {
        let before = self.replace_loop_head(path, head);
        self.log.push(Undo::LoopHead(path.clone(), before));
    }

    /// Keeps the value of a finished iteration.
    pub(super) fn add_result(&mut self, path: &StepPath, index: u32, value: Value) {
        let before = self.replace_result(path, index, Some(value));
        self.log.push(Undo::Result(path.clone(), index, before));
    }

    /// Says where a repeat stands; `None`: it is over.
    pub(super) fn set_repeat(&mut self, path: &StepPath, head: Option<RepeatHead>) {
        let before = self.replace_repeat(path, head);
        self.log.push(Undo::Repeat(path.clone(), before));
    }

    /// Keeps an event for later, or takes it away.
    pub(super) fn set_event(&mut self, number: u32, event: Option<Kept>) {
        let before = self.replace_event(number, event);
        self.log.push(Undo::Event(number, before));
    }

    /// Remembers how often a step ran.
    pub(super) fn set_count(&mut self, path: &StepPath, count: Option<Count>) {
        let before = self.replace_count(path, count);
        self.log.push(Undo::Count(path.clone(), before));
    }

    /// Keeps nothing but the thread itself.
    pub(super) fn clear(&mut self) {
        let empty = State {
            thread: self.thread.clone(),
            log: std::mem::take(&mut self.log),
            ..State::new()
        };
        let before = std::mem::replace(self, empty);
        self.log.push(Undo::Cleared(Box::new(before)));
    }
}

/// The keys at a path and below it: a contiguous range, as paths are ordered parents first.
pub(super) fn paths_under<V>(map: &BTreeMap<StepPath, V>, path: &StepPath) -> Vec<StepPath> {
    let keys = map.range(path.clone()..).map(|(key, _)| key);
    keys.take_while(|key| key.is_under(path)).cloned().collect()
}

/// The changes themselves; each keeps the index right, forwards and backwards.
impl State {
    pub(super) fn insert_scope(&mut self, path: StepPath, scope: Box<Scope>) {
        self.index.add(&path, &scope.head, scope.len);
        if scope.kind == ScopeKind::Iteration {
            let (body, index) = self.loop_around(&path);
            body.iteration_begins(index);
        }
        self.scopes.insert(path, scope);
    }

    #[expect(
        clippy::unnecessary_box_returns,
        reason = "the box goes back as it is when the turn is taken back"
    )]
    pub(super) fn remove_scope(&mut self, path: &StepPath) -> Box<Scope> {
        let scope = self
            .scopes
            .remove(path)
            .expect("a scope under way has a frame");
        self.index.remove(path, &scope.head, scope.len);
        if scope.kind == ScopeKind::Iteration {
            let (body, index) = self.loop_around(path);
            body.iteration_ends(index);
        }
        scope
    }

    fn loop_around(&mut self, iteration: &StepPath) -> (&mut Loop, u32) {
        let components = iteration.components();
        let (index, path) = components
            .split_last()
            .expect("an iteration lies below its loop");
        let body = self.loops.get_mut(path);
        (body.expect("an iteration under way has a loop"), *index)
    }

    pub(super) fn replace_head(&mut self, path: &StepPath, head: Head) -> Head {
        let scope = self
            .scopes
            .get_mut(path)
            .expect("a scope under way has a frame");
        self.index.remove(path, &scope.head, scope.len);
        self.index.add(path, &head, scope.len);
        std::mem::replace(&mut scope.head, head)
    }

    pub(super) fn replace_binding(
        &mut self,
        path: &StepPath,
        name: &Arc<str>,
        value: Option<Value>,
    ) -> Option<Value> {
        let scope = self
            .scopes
            .get_mut(path)
            .expect("names are bound in a live scope");
        match value {
            Some(value) => scope.bindings.insert(Arc::clone(name), value),
            None => scope.bindings.remove(name),
        }
    }

    pub(super) fn replace_last(&mut self, path: &StepPath, value: Option<Value>) -> Option<Value> {
        let scope = self
            .scopes
            .get_mut(path)
            .expect("a child's value belongs to a live scope");
        std::mem::replace(&mut scope.last, value)
    }

    pub(super) fn insert_loop(&mut self, path: StepPath, body: Loop) {
        self.index.add_loop(&path, &body.head);
        self.loops.insert(path, body);
    }

    pub(super) fn remove_loop(&mut self, path: &StepPath) -> Loop {
        let body = self
            .loops
            .remove(path)
            .expect("a loop under way has a frame");
        self.index.remove_loop(path, &body.head);
        body
    }

    pub(super) fn replace_loop_head(&mut self, path: &StepPath, head: LoopHead) -> LoopHead {
        let body = self
            .loops
            .get_mut(path)
            .expect("a loop under way has a frame");
        self.index.remove_loop(path, &body.head);
        self.index.add_loop(path, &head);
        std::mem::replace(&mut body.head, head)
    }

    pub(super) fn replace_result(
        &mut self,
        path: &StepPath,
        index: u32,
        value: Option<Value>,
    ) -> Option<Value> {
        let body = self
            .loops
            .get_mut(path)
            .expect("a result belongs to a loop under way");
        match value {
            Some(value) => body.results.insert(index, value),
            None => body.results.remove(&index),
        }
    }

    pub(super) fn replace_repeat(
        &mut self,
        path: &StepPath,
        head: Option<RepeatHead>,
    ) -> Option<RepeatHead> {
        let before = match head {
            Some(head) => {
                self.index.add_repeat(path, &head);
                self.repeats.insert(path.clone(), head)
            }
            None => self.repeats.remove(path),
        };
        if let Some(before) = &before {
            let still = self.repeats.get(path).and_then(|head| head.due);
            if before.due != still {
                self.index.remove_repeat(path, before);
            }
        }
        before
    }

    pub(super) fn replace_event(&mut self, number: u32, event: Option<Kept>) -> Option<Kept> {
        match event {
            Some(event) => self.events.insert(number, event),
            None => self.events.remove(&number),
        }
    }

    pub(super) fn replace_count(&mut self, path: &StepPath, count: Option<Count>) -> Option<Count> {
        match count {
            Some(count) => self.counts.insert(path.clone(), count),
            None => self.counts.remove(path),
        }
    }

    /// The persisted form of everything.
    pub(super) fn frames(&self) -> Frames {
        let cells = self.keys().into_iter().filter_map(|key| {
            let cell = self.cell(&key)?;
            Some((key, cell))
        });
        Frames {
            cells: cells.collect(),
        }
    }
}
