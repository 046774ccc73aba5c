//! The state of a thread in typed form: the only place where it changes.
//!
//! Every change goes through a method here, which notes how to take it back. A refused turn is so
//! undone in the time that it took, and a turn that succeeds knows which cells it touched; both are in
//! `changes`. What follows from the cells (which scopes can go on, which calls are open, which timers
//! run) is kept beside them in [`Index`], so that no turn searches for it.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use scriptum_contract::Value;

use super::{
    cells::{Count, Head, Kept, LoopHead, Progress, RepeatHead, Started, StreamHead, Thread},
    changes::Undo,
    place::{Rerun, len},
};
use crate::{Frames, PauseReason, StepPath, Timestamp, program::Body};

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

/// A step in the background.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) head: StreamHead,
    /// Items of a call that wait to be taken. Those of a loop are its results.
    pub(super) items: BTreeMap<u32, Value>,
}

impl Stream {
    /// A step that goes to the background.
    pub(super) fn new(head: StreamHead) -> Stream {
        Stream {
            head,
            items: BTreeMap::new(),
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
    fn add(&mut self, path: &StepPath, head: &Head, len: u32) {
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

    fn remove(&mut self, path: &StepPath, head: &Head, len: u32) {
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

    fn add_stream(&mut self, path: &StepPath, head: &StreamHead) {
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

    fn remove_stream(&mut self, path: &StepPath, head: &StreamHead) {
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

    fn add_loop(&mut self, path: &StepPath, head: &LoopHead) {
        if let Some(due) = head.batch.and_then(|batch| batch.due) {
            self.timers.insert((due, path.clone()));
        }
    }

    fn remove_loop(&mut self, path: &StepPath, head: &LoopHead) {
        if let Some(due) = head.batch.and_then(|batch| batch.due) {
            self.timers.remove(&(due, path.clone()));
        }
    }

    fn add_repeat(&mut self, path: &StepPath, head: &RepeatHead) {
        self.timers.extend(head.due.map(|due| (due, path.clone())));
    }

    fn remove_repeat(&mut self, path: &StepPath, head: &RepeatHead) {
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

    /// Lets a step go to the background.
    pub(super) fn open_stream(&mut self, path: StepPath, stream: Stream) {
        self.insert_stream(path.clone(), stream);
        self.log.push(Undo::OpenedStream(path));
    }

    /// Takes a step in the background away, with the items that wait.
    pub(super) fn close_stream(&mut self, path: &StepPath) {
        if let Some(stream) = self.remove_stream(path) {
            self.log
                .push(Undo::ClosedStream(path.clone(), Box::new(stream)));
        }
    }

    /// Says how far a stream is, and what its step is doing.
    pub(super) fn set_stream_head(&mut self, path: &StepPath, head: StreamHead) {
        if let Some(before) = self.replace_stream_head(path, head) {
            self.log.push(Undo::StreamHead(path.clone(), before));
        }
    }

    /// Lets an item wait.
    pub(super) fn put_item(&mut self, path: &StepPath, index: u32, item: Value) {
        let before = self.replace_item(path, index, Some(item));
        self.log.push(Undo::Item(path.clone(), index, before));
    }

    /// Takes an item that waits.
    pub(super) fn take_item(&mut self, path: &StepPath, index: u32) -> Option<Value> {
        let item = self.replace_item(path, index, None)?;
        self.log
            .push(Undo::Item(path.clone(), index, Some(item.clone())));
        Some(item)
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

    pub(super) fn insert_stream(&mut self, path: StepPath, stream: Stream) {
        self.index.add_stream(&path, &stream.head);
        self.streams.insert(path, stream);
    }

    pub(super) fn remove_stream(&mut self, path: &StepPath) -> Option<Stream> {
        let stream = self.streams.remove(path)?;
        self.index.remove_stream(path, &stream.head);
        Some(stream)
    }

    pub(super) fn replace_stream_head(
        &mut self,
        path: &StepPath,
        head: StreamHead,
    ) -> Option<StreamHead> {
        let stream = self.streams.get_mut(path)?;
        self.index.remove_stream(path, &stream.head);
        self.index.add_stream(path, &head);
        Some(std::mem::replace(&mut stream.head, head))
    }

    pub(super) fn replace_item(
        &mut self,
        path: &StepPath,
        index: u32,
        item: Option<Value>,
    ) -> Option<Value> {
        let stream = self.streams.get_mut(path)?;
        match item {
            Some(item) => stream.items.insert(index, item),
            None => stream.items.remove(&index),
        }
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
