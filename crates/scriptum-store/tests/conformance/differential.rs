//! Stores answer the same random requests in the same way, hints included, and hold the same in the
//! end. A seed decides everything; a difference names it.

use std::{fmt::Write, ops::Range, sync::Arc};

use futures::{FutureExt, StreamExt, stream::BoxStream};
use scriptum_engine::{
    Change, ClaimNumber, ClaimScope, Commit, InboxNumber, Incarnation, NewThread, Post,
    ProgramHash, ProgramRow, StepChange, StepStatus, Store, ThreadFilter, ThreadId,
};
use scriptum_vm::{
    FrameDelta, Notification, PauseReason, Recovery, Seq, Slot, Status, StepError, StepPath,
    Timestamp,
};

use crate::{
    backend::Backend,
    dump::dump,
    given::{
        MANY, blob, cell_key, cells, entries, hash, id, new_thread, page, path, program, started,
        step_skipped, step_started, turn, worker,
    },
};

/// Seeds of each run of the tests, in parts that run side by side.
pub(crate) const SEEDS: [Range<u64>; 4] = [0..50, 50..100, 100..150, 150..200];
const REQUESTS_A_SEED: usize = 60;
const THREADS: u64 = 5;
const WORKERS: &[&str] = &["a", "b", "c"];
const PATHS: &[&str] = &["0", "1", "1.0", "1.0.0", "1.239", "1.240", "10"];
const STATUSES: &[Status] = &[
    Status::Running,
    Status::Running,
    Status::Running,
    Status::Paused,
    Status::Paused,
    Status::Completed,
    Status::Failed,
    Status::Cancelled,
];

pub(crate) async fn stores_answer_alike(seeds: Range<u64>) {
    for seed in seeds {
        run(seed).await;
    }
}

/// A request to a store.
#[derive(Debug, Clone)]
enum Request {
    PutProgram(ProgramRow),
    Create(NewThread),
    Begin(Incarnation, NewThread, Box<Commit>),
    Post(ThreadId, Notification, Timestamp),
    Heartbeat(Incarnation, Timestamp),
    Claim(Incarnation, Timestamp, ClaimScope, u32),
    Commit(Incarnation, Vec<Commit>),
    Inbox(ThreadId, InboxNumber),
    Journal(ThreadId, Seq, u32),
    Steps(ThreadId, StepPath, Option<StepPath>, u32),
    Threads(ThreadFilter, Option<ThreadId>, u32),
}

/// The answer as text.
async fn answer(store: &Arc<dyn Store>, request: Request) -> String {
    match request {
        Request::PutProgram(program) => format!("{:?}", store.put_program(program).await),
        Request::Create(new) => format!("{:?}", store.create(new).await),
        Request::Begin(me, new, first) => format!("{:?}", store.begin(&me, new, *first).await),
        Request::Post(to, n, at) => format!("{:?}", store.post(to, n, at).await),
        Request::Heartbeat(me, until) => format!("{:?}", store.heartbeat(&me, until).await),
        Request::Claim(me, now, scope, max) => {
            format!("{:?}", store.claim(&me, now, scope, max).await)
        }
        Request::Commit(me, batch) => format!("{:?}", store.commit(&me, batch).await),
        Request::Inbox(of, after) => format!("{:?}", store.inbox(of, after).await),
        Request::Journal(of, after, max) => format!("{:?}", store.journal(of, after, max).await),
        Request::Steps(of, under, after, max) => {
            format!("{:?}", store.steps(of, &under, page(after, max)).await)
        }
        Request::Threads(filter, after, max) => {
            format!("{:?}", store.threads(filter, page(after, max)).await)
        }
    }
}

async fn run(seed: u64) {
    let opened: Vec<_> = Backend::ALL.iter().map(|it| (it, it.open())).collect();
    let mut hints: Vec<_> = opened.iter().map(|(_, it)| it.store.changes()).collect();
    let reference = &opened[0].1.store;
    let mut random = Random(seed);
    let mut log = String::new();
    for number in 0..REQUESTS_A_SEED {
        let request = match number {
            0 => Request::PutProgram(program(0)),
            _ => random.request(reference).await,
        };
        writeln!(log, "{request:?}").unwrap();
        let expected = answer(reference, request.clone()).await;
        let expected_hints = taken(&mut hints[0]);
        for (at, (backend, other)) in opened.iter().enumerate().skip(1) {
            let answered = answer(&other.store, request.clone()).await;
            let name = backend.name();
            assert_eq!(answered, expected, "{name}, seed {seed}:\n{log}");
            let hinted = taken(&mut hints[at]);
            assert_eq!(hinted, expected_hints, "{name}, seed {seed}:\n{log}");
        }
    }
    let threads: Vec<ThreadId> = (0..THREADS).map(id).collect();
    let expected = dump(reference, &threads).await;
    for (backend, other) in opened.iter().skip(1) {
        let (name, dumped) = (backend.name(), dump(&other.store, &threads).await);
        assert_eq!(dumped, expected, "{name}, seed {seed}:\n{log}");
        for content in PATHS {
            let hash = blob(content).hash;
            let value = other.store.value(&hash).await;
            let expected = reference.value(&hash).await;
            assert_eq!(value, expected, "{name}, seed {seed}:\n{log}");
        }
    }
}

fn taken(hints: &mut BoxStream<'static, Change>) -> Vec<Change> {
    std::iter::from_fn(|| hints.next().now_or_never().flatten()).collect()
}

/// The generator called `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }

    fn max(&mut self) -> u32 {
        self.below(6).try_into().unwrap()
    }

    fn time(&mut self) -> Timestamp {
        Timestamp(self.below(60).try_into().unwrap())
    }

    fn thread(&mut self) -> ThreadId {
        id(self.below(THREADS))
    }

    /// Mostly one that was put.
    fn program(&mut self) -> ProgramHash {
        hash(u64::from(self.one_in(6)))
    }

    fn worker(&mut self) -> Incarnation {
        worker(self.pick(WORKERS))
    }

    fn path(&mut self) -> StepPath {
        path(self.pick(PATHS))
    }

    async fn request(&mut self, reference: &Arc<dyn Store>) -> Request {
        match self.below(20) {
            0 => Request::PutProgram(program(1)),
            1 | 2 => Request::Create(self.new_thread()),
            3 => self.begin(reference).await,
            4 | 5 => Request::Post(self.thread(), self.notification(), self.time()),
            6 | 7 => Request::Heartbeat(self.worker(), self.time()),
            8..=10 => {
                let scope = if self.one_in(3) {
                    ClaimScope::Only(self.thread())
                } else {
                    ClaimScope::All
                };
                Request::Claim(self.worker(), self.time(), scope, self.max())
            }
            11..=15 => self.commit(reference).await,
            16 => Request::Inbox(self.thread(), InboxNumber(self.below(4))),
            17 => Request::Journal(self.thread(), Seq(self.below(12)), self.max()),
            18 => {
                let under = if self.one_in(3) {
                    StepPath::root()
                } else {
                    self.path()
                };
                let after = self.one_in(2).then(|| self.path());
                Request::Steps(self.thread(), under, after, self.max())
            }
            _ => {
                let filter = ThreadFilter {
                    status: self.one_in(2).then(|| self.pick(STATUSES)),
                    open_only: self.one_in(2),
                    owner: self.one_in(3).then(|| self.worker()),
                };
                let after = self.one_in(2).then(|| self.thread());
                Request::Threads(filter, after, self.max())
            }
        }
    }

    fn new_thread(&mut self) -> NewThread {
        let requests = ["", "r1", "r2"];
        NewThread {
            program: self.program(),
            started: self.notification(),
            at: self.time(),
            request_id: self.one_in(3).then(|| self.pick(&requests).into()),
            ..new_thread(self.below(THREADS))
        }
    }

    async fn begin(&mut self, reference: &Arc<dyn Store>) -> Request {
        let new = self.new_thread();
        let first = Commit {
            claim: ClaimNumber::FIRST,
            acks: Vec::new(),
            ..self.turn(reference, new.id, 1).await
        };
        Request::Begin(self.worker(), new, Box::new(first))
    }

    fn post(&mut self) -> Post {
        Post {
            to: self.thread(),
            notification: self.notification(),
        }
    }

    fn notification(&mut self) -> Notification {
        match self.below(3) {
            0 => started(),
            1 => Notification::PauseAsked,
            _ => Notification::TimerFired { path: self.path() },
        }
    }

    /// Mostly of the owner and behind the last entry.
    async fn commit(&mut self, reference: &Arc<dyn Store>) -> Request {
        let rows = reference.threads(ThreadFilter::default(), page(None, MANY));
        let rows = rows.await.unwrap();
        let owners: Vec<Incarnation> = rows.iter().filter_map(|row| row.owner.clone()).collect();
        let me = if owners.is_empty() || self.one_in(8) {
            self.worker()
        } else {
            self.pick(&owners)
        };
        let mut batch = Vec::new();
        for row in &rows {
            let is_mine = row.owner.as_ref() == Some(&me);
            if is_mine || self.one_in(4) {
                let last = row.last_seq.0;
                let first = if self.one_in(12) {
                    1 + self.below(last + 3)
                } else {
                    last + 1
                };
                let turn = self.turn(reference, row.id, first).await;
                let claim = ClaimNumber(row.claim.0.saturating_sub(u64::from(self.one_in(12))));
                batch.push(Commit { claim, ..turn });
            }
        }
        Request::Commit(me, batch)
    }

    async fn turn(&mut self, reference: &Arc<dyn Store>, thread: ThreadId, first: u64) -> Commit {
        let count = self.below(4);
        let mut steps = Vec::new();
        for _ in 0..self.below(4) {
            steps.push(self.step(reference, thread, &steps).await);
        }
        let mut turn = Commit {
            frames: self.frames(),
            steps,
            blobs: (0..self.below(2)).map(|_| blob(self.pick(PATHS))).collect(),
            acks: (0..self.below(3))
                .map(|_| InboxNumber(self.below(4)))
                .collect(),
            posts: (0..self.below(3) / 2).map(|_| self.post()).collect(),
            status: self.pick(STATUSES),
            pause: self.one_in(4).then_some(PauseReason::Operator),
            wake_at: self.one_in(3).then(|| self.time()),
            release: self.one_in(3),
            at: self.time(),
            program: self.one_in(10).then(|| self.program()),
            ..turn(thread, first, count)
        };
        if self.one_in(60) {
            turn.entries.extend(entries(first, 1));
        }
        turn
    }

    fn frames(&mut self) -> FrameDelta {
        let mut frames = FrameDelta::default();
        for _ in 0..self.below(4) {
            let slots = [
                Slot::Head,
                Slot::Result(self.max()),
                Slot::Binding("x".into()),
            ];
            let key = cell_key(self.pick(PATHS), self.pick(&slots));
            let cell = (!self.one_in(3)).then_some("[1,\"é\"]");
            if self.one_in(6) {
                frames.merge(FrameDelta {
                    dropped: vec![self.path()],
                    ..FrameDelta::default()
                });
            }
            frames.merge(cells([(key, cell)]));
        }
        frames
    }

    async fn step(
        &mut self,
        reference: &Arc<dyn Store>,
        thread: ThreadId,
        before: &[StepChange],
    ) -> StepChange {
        let at = self.pick(PATHS);
        let seq = self.below(20);
        let under = path(at);
        let kept = reference
            .steps(thread, &under, page(None, 1))
            .await
            .unwrap_or_default();
        let is_kept = kept.first().is_some_and(|row| row.path == under);
        let is_known = is_kept
            || before
                .iter()
                .any(|it| matches!(it, StepChange::Started { path, .. } if *path == under));
        match self.below(6) {
            0 => step_skipped(at, seq),
            1 | 2 => step_started(at, self.max(), seq),
            _ if !is_known && !self.one_in(20) => step_started(at, self.max(), seq),
            _ => StepChange::Ended {
                path: under,
                status: self.pick(&[StepStatus::Completed, StepStatus::Failed]),
                at: self.time(),
                seq: Seq(seq),
                error: self
                    .one_in(2)
                    .then(|| StepError::permanent("CODE", "what was in the way")),
                recovery: self.one_in(3).then_some(Recovery::Fallback),
            },
        }
    }
}
