//! What SQLite takes for a turn, and for the cells of a long loop, with every commit flushed to the
//! disk. A turn is one that ends a step and begins the next: three entries, two cells, two steps.
//!
//! `cargo bench -p scriptum-store`

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement that is wrong about its own data should stop"
)]

use std::sync::Arc;

use divan::{Bencher, counter::ItemsCount};
use futures::future::join_all;
use scriptum_contract::Value;
use scriptum_engine::{
    ClaimNumber, ClaimScope, Commit, Committed, Incarnation, NewThread, ProgramHash, ProgramRow,
    StepChange, StepStatus, Store, ThreadId,
};
use scriptum_store::SqliteStore;
use scriptum_vm::{
    Entry, Event, FrameCell, FrameDelta, FrameKey, Notification, Record, Seq, Slot, Status,
    StepPath, Timestamp,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// Threads that run at one time.
const THREADS: u64 = 2_048;
/// Steps of each thread, after which its work begins anew at a later part of the journal.
const STEPS: u32 = 40;
/// Items of the long loop, and how many of them a commit holds.
const ITEMS: u32 = 100_000;
const ITEMS_A_COMMIT: u32 = 64;

/// A store with threads that one worker owns.
struct Bench {
    runtime: Runtime,
    store: Arc<SqliteStore>,
    me: Incarnation,
    turns: Vec<u64>,
    next: usize,
    _folder: TempDir,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(folder.path()).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let me = Incarnation("bench".into());
        runtime.block_on(own_threads(&store, &me));
        Bench {
            runtime,
            store,
            me,
            turns: vec![0; usize::try_from(THREADS).unwrap()],
            next: 0,
            _folder: folder,
        }
    }

    /// The next turn of the next thread.
    fn turn(&mut self) -> Commit {
        let thread = self.next % self.turns.len();
        self.next += 1;
        let turn = self.turns[thread];
        self.turns[thread] += 1;
        turn_of(ThreadId(thread as u128), turn)
    }

    fn batch(&mut self, size: usize) -> Vec<Commit> {
        (0..size).map(|_| self.turn()).collect()
    }

    fn commit(&self, batch: Vec<Commit>) {
        let committed = self.runtime.block_on(self.store.commit(&self.me, batch));
        assert!(committed.unwrap().iter().all(|it| *it == Committed::Done));
    }

    /// Many callers with one turn each.
    fn commit_apart(&self, batch: Vec<Commit>) {
        let committing = batch.into_iter().map(|turn| {
            let (store, me) = (Arc::clone(&self.store), self.me.clone());
            self.runtime
                .spawn(async move { store.commit(&me, vec![turn]).await })
        });
        let committed = self
            .runtime
            .block_on(join_all(committing.collect::<Vec<_>>()));
        let is_done =
            |it: Result<Result<Vec<Committed>, _>, _>| it.unwrap().unwrap() == [Committed::Done];
        assert!(committed.into_iter().all(is_done));
    }
}

async fn own_threads(store: &SqliteStore, me: &Incarnation) {
    let hash = ProgramHash("program".into());
    let program = ProgramRow {
        hash: hash.clone(),
        document: "{}".into(),
        pins: "[]".into(),
        source: "".into(),
    };
    store.put_program(program).await.unwrap();
    store.heartbeat(me, Timestamp(i64::MAX)).await.unwrap();
    let creating = (0..THREADS).map(|number| {
        store.create(NewThread {
            id: ThreadId(u128::from(number)),
            program: hash.clone(),
            script: "bench".into(),
            started: Notification::PauseAsked,
            at: Timestamp(0),
            request_id: None,
        })
    });
    for created in join_all(creating).await {
        created.unwrap();
    }
    let all = u32::try_from(THREADS).unwrap();
    let claims = store.claim(me, Timestamp(0), ClaimScope::All, all).await;
    assert_eq!(claims.unwrap().len() as u64, THREADS);
}

fn turn_of(thread: ThreadId, number: u64) -> Commit {
    let (first, at) = (number * 3 + 1, Timestamp(i64::try_from(number).unwrap()));
    let step = u32::try_from(number).unwrap() % STEPS;
    let path = |index: u32| StepPath::root().child(index);
    let is_first = step == 0;
    let returned = Notification::Returned {
        path: path(step),
        attempt: 1,
        output: Value::object([("text", Value::text(&"result ".repeat(25)))]),
    };
    let completed = Event::StepCompleted {
        path: path(step),
        attempt: 1,
        output: None,
        recovery: None,
    };
    let started = Event::StepStarted {
        path: path(step + 1),
        attempt: 1,
        label: Some("Search the web".into()),
        primitive: "execute".into(),
        tool: Some("native/web_search".into()),
        input: Value::object([("query", Value::text("what was found before"))]),
    };
    let records = [
        Record::Notification(returned),
        Record::Event(completed),
        Record::Event(started),
    ];
    let entries = (first..).zip(records).map(|(seq, record)| Entry {
        seq: Seq(seq),
        at,
        record,
    });
    let ended = StepChange::Ended {
        path: path(step),
        status: StepStatus::Completed,
        at,
        seq: Seq(first),
        error: None,
        recovery: None,
    };
    let started = |index| StepChange::Started {
        path: path(index),
        attempt: 1,
        at,
        seq: Seq(first + 2),
        label: Some("Search the web".into()),
        primitive: "execute".into(),
        tool: Some("native/web_search".into()),
    };
    let mut steps = vec![ended, started(step + 1)];
    if is_first {
        steps.insert(0, started(0));
    }
    let cell = |text: &str| Some(FrameCell(text.into()));
    let name: Arc<str> = format!("binding_{step}").into();
    let cells = [
        (FrameKey::root(Slot::Head), cell(&"head ".repeat(16))),
        (
            FrameKey::root(Slot::Binding(name)),
            cell(&"value ".repeat(25)),
        ),
    ];
    Commit {
        thread,
        claim: ClaimNumber(1),
        after: Seq(first - 1),
        entries: entries.collect(),
        frames: FrameDelta {
            dropped: Vec::new(),
            cells: cells.into(),
        },
        steps,
        blobs: Vec::new(),
        acks: Vec::new(),
        posts: Vec::new(),
        status: Status::Running,
        pause: None,
        wake_at: None,
        release: false,
        at,
        program: None,
    }
}

/// Turns of different threads, committed together.
#[divan::bench(args = [1, 64, 512], min_time = 3)]
fn turns_in_a_batch(bencher: Bencher<'_, '_>, size: usize) {
    let bench = std::cell::RefCell::new(Bench::new());
    bencher
        .counter(ItemsCount::new(size))
        .with_inputs(|| bench.borrow_mut().batch(size))
        .bench_local_values(|batch| bench.borrow().commit(batch));
}

/// Turns of different threads, each committed by its own caller at the same time.
#[divan::bench(args = [64, 512], min_time = 3)]
fn turns_of_many_callers(bencher: Bencher<'_, '_>, size: usize) {
    let bench = std::cell::RefCell::new(Bench::new());
    bencher
        .counter(ItemsCount::new(size))
        .with_inputs(|| bench.borrow_mut().batch(size))
        .bench_local_values(|batch| bench.borrow().commit_apart(batch));
}

/// The items of a long loop: each writes a result, and the end of the loop drops them all.
#[divan::bench(sample_count = 5)]
fn loop_of_100_000_items(bencher: Bencher<'_, '_>) {
    let bench = Bench::new();
    let seq = std::cell::Cell::new(1);
    bencher.counter(ItemsCount::new(ITEMS)).bench_local(|| {
        let path = StepPath::root().child(1);
        let empty = |number| Commit {
            frames: FrameDelta::default(),
            steps: Vec::new(),
            ..turn_of(ThreadId(0), number)
        };
        for first in (0..ITEMS).step_by(ITEMS_A_COMMIT as usize) {
            let items = first..(first + ITEMS_A_COMMIT).min(ITEMS);
            let result = |index| FrameKey {
                path: path.clone(),
                slot: Slot::Result(index),
            };
            let cell = || Some(FrameCell("{\"text\":\"one of many\"}".into()));
            let mut commit = empty(seq.get() - 1);
            seq.set(seq.get() + 1);
            commit.frames.cells = items.map(|it| (result(it), cell())).collect();
            bench.commit(vec![commit]);
        }
        let mut end = empty(seq.get() - 1);
        seq.set(seq.get() + 1);
        end.frames.dropped.push(path);
        bench.commit(vec![end]);
    });
}
