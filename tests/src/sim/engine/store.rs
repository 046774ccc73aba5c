//! The store as a node sees it: slow, now and then unreachable, and never clear about whether a request
//! that failed has happened.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt, future::pending, stream, stream::BoxStream};
use scriptum_contract::ValueHash;
use scriptum_engine::{
    Change, Claim, ClaimScope, Commit, Committed, Created, InboxItem, InboxNumber, Incarnation,
    NewThread, Page, ProgramHash, ProgramRow, StepRow, Store, StoreError, ThreadFilter, ThreadId,
    ThreadRow,
};
use scriptum_vm::{Entry, Frames, Notification, Seq, Status, StepPath, Timestamp};
use tokio::time::{Instant, sleep};

use super::{
    checks::{check_hidden, check_no_canary, check_parent_knows},
    rng::Rng,
    world::World,
};

/// What happens to one request.
enum Fault {
    None,
    Slow { before: Duration, after: Duration },
    Before,
    After,
    Late(Duration),
    Silent { happens: bool },
}

/// One node's way to the store.
pub(crate) struct FaultyStore {
    world: Arc<World>,
    rng: Mutex<Rng>,
    /// Until when nothing gets through.
    cut_until: Mutex<Option<Instant>>,
}

/// What there is to know of a commit when it is durable.
struct Written {
    thread: ThreadId,
    is_first: bool,
    ends: bool,
}

impl Written {
    fn of(commit: &Commit) -> Written {
        Written {
            thread: commit.thread,
            is_first: commit.after == Seq(0),
            ends: commit.status.is_ended(),
        }
    }

    fn check_parent(&self, world: &World) {
        if self.ends && check_parent_knows(world, self.thread) && self.is_first {
            world.marks.reach("sub-thread", "ended by its first commit");
        }
    }
}

fn shown(commit: &Commit) -> String {
    let (id, entries) = (commit.thread.0, commit.entries.len());
    let last = commit.entries.last().map_or(0, |entry| entry.seq.0);
    let release = if commit.release { ", release" } else { "" };
    format!("{id}: {entries} to {last}{release}")
}

/// True for the commit that shows that a thread cannot go on.
fn is_set_aside(commit: &Commit) -> bool {
    commit.status == Status::Paused && commit.entries.is_empty() && !commit.release
}

fn check_blobs(world: &World, commit: &Commit) {
    for blob in &commit.blobs {
        let written = std::str::from_utf8(&blob.bytes).unwrap();
        check_no_canary(world, "a large value has", written);
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("simulated".into())
}

impl FaultyStore {
    pub(crate) fn new(world: Arc<World>, rng: Rng) -> FaultyStore {
        FaultyStore {
            world,
            rng: Mutex::new(rng),
            cut_until: Mutex::new(None),
        }
    }

    /// Lets nothing through for a while.
    pub(crate) fn cut(&self, length: Duration) {
        *self.cut_until.lock().unwrap() = Some(Instant::now() + length);
    }

    fn is_cut(&self) -> bool {
        let until = *self.cut_until.lock().unwrap();
        let is_cut = until.is_some_and(|until| Instant::now() < until);
        !self.world.is_healed() && (is_cut || self.world.is_out())
    }

    fn draw(&self, writes: bool) -> Fault {
        if self.world.is_healed() {
            return Fault::None;
        }
        if self.is_cut() {
            return Fault::Before;
        }
        let weights = &self.world.weights;
        let mut rng = self.rng.lock().unwrap();
        if rng.permille(weights.fails_before) {
            return Fault::Before;
        }
        if writes && rng.permille(weights.fails_after) {
            return Fault::After;
        }
        if writes && rng.permille(weights.lands_late) {
            return Fault::Late(Duration::from_millis(rng.below(20_000)));
        }
        // A run without this trouble draws nothing for it.
        if weights.silent > 0 && rng.permille(weights.silent) {
            self.world.marks.reach("store", "never answered");
            let happens = rng.permille(500);
            return Fault::Silent { happens };
        }
        if rng.permille(weights.slow) {
            let before = Duration::from_millis(rng.below(500));
            let after = Duration::from_millis(rng.below(500));
            return Fault::Slow { before, after };
        }
        Fault::None
    }

    async fn read<T>(
        &self,
        request: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match self.draw(false) {
            Fault::None => request.await,
            Fault::Slow { before, after } => {
                sleep(before).await;
                let answer = request.await;
                sleep(after).await;
                answer
            }
            Fault::Before | Fault::After | Fault::Late(_) => Err(unavailable()),
            Fault::Silent { .. } => pending().await,
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        request: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.draw(true) {
            Fault::None => request.await,
            Fault::Slow { before, after } => {
                sleep(before).await;
                let answer = request.await;
                sleep(after).await;
                answer
            }
            Fault::After => {
                if request.await.is_ok() {
                    self.world
                        .marks
                        .reach(what, "happened and was reported lost");
                }
                Err(unavailable())
            }
            Fault::Late(length) => {
                let world = Arc::clone(&self.world);
                self.world.spawn(async move {
                    sleep(length).await;
                    if request.await.is_ok() {
                        world.marks.reach(what, "happened late");
                    }
                });
                Err(unavailable())
            }
            Fault::Before => Err(unavailable()),
            Fault::Silent { happens } => {
                if happens {
                    drop(request.await);
                }
                pending().await
            }
        }
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn put_program(&self, program: ProgramRow) -> Result<(), StoreError> {
        self.world.store.put_program(program).await
    }

    async fn program(&self, hash: &ProgramHash) -> Result<ProgramRow, StoreError> {
        self.read(self.world.store.program(hash)).await
    }

    async fn create(&self, new: NewThread) -> Result<Created, StoreError> {
        check_hidden(&self.world, "a new thread has", &new.started);
        let store = Arc::clone(&self.world.store);
        self.write("create", async move { store.create(new).await })
            .await
    }

    async fn begin(
        &self,
        me: &Incarnation,
        new: NewThread,
        first: Commit,
    ) -> Result<Created, StoreError> {
        check_hidden(&self.world, "a new thread has", &new.started);
        check_blobs(&self.world, &first);
        let (world, by, thread) = (Arc::clone(&self.world), me.clone(), new.id);
        let created = self
            .write("begin", async move {
                let told = shown(&first);
                let created = world.store.begin(&by, new, first).await?;
                world.tell(|| format!("{by} begins {told}: {created:?}"));
                if created == Created::New {
                    world.marks.reach("thread", "begun in memory");
                    world.note_owner(thread, &by);
                    world.note_landed(thread, &by);
                }
                Ok(created)
            })
            .await?;
        self.world.note_heard(thread, me);
        Ok(created)
    }

    async fn post(&self, to: ThreadId, n: Notification, at: Timestamp) -> Result<(), StoreError> {
        if matches!(
            n,
            Notification::Returned { .. } | Notification::Failed { .. }
        ) {
            self.world.marks.reach("answer", "handed over");
        }
        check_hidden(&self.world, "a post has", &n);
        let store = Arc::clone(&self.world.store);
        self.write("post", async move { store.post(to, n, at).await })
            .await
    }

    async fn heartbeat(&self, me: &Incarnation, until: Timestamp) -> Result<(), StoreError> {
        let (world, me) = (Arc::clone(&self.world), me.clone());
        self.write("heartbeat", async move {
            world.tell(|| format!("{me} lives until {}", until.0 % 100_000_000));
            world.store.heartbeat(&me, until).await
        })
        .await
    }

    async fn claim(
        &self,
        me: &Incarnation,
        now: Timestamp,
        scope: ClaimScope,
        max: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        let (world, by) = (Arc::clone(&self.world), me.clone());
        let claims = self
            .write("claim", async move {
                let me = by;
                let owners = world.owners();
                let claims = world.store.claim(&me, now, scope, max).await?;
                for claim in &claims {
                    let id = claim.thread.id;
                    if let Some(owner) = owners.get(&id) {
                        world.note_robbed(id, owner);
                    }
                    world.tell(|| format!("{me} claims {id}, orphaned {}", claim.orphaned));
                }
                if claims.is_empty() {
                    // Nothing happened, so nothing of it can be lost.
                    return Ok(claims);
                }
                if claims.iter().any(|claim| claim.orphaned) {
                    world.marks.reach("thread", "taken from a dead owner");
                }
                Ok(claims)
            })
            .await?;
        // Somebody else may have taken it again while the answer was on its way.
        let owners = self.world.owners();
        let is_mine = |claim: &&Claim| owners.get(&claim.thread.id) == Some(me);
        for claim in claims.iter().filter(is_mine) {
            self.world.note_owner(claim.thread.id, me);
            self.world.note_heard(claim.thread.id, me);
        }
        Ok(claims)
    }

    async fn inbox(&self, of: ThreadId, after: InboxNumber) -> Result<Vec<InboxItem>, StoreError> {
        self.read(self.world.store.inbox(of, after)).await
    }

    async fn commit(
        &self,
        me: &Incarnation,
        batch: Vec<Commit>,
    ) -> Result<Vec<Committed>, StoreError> {
        let (world, by) = (Arc::clone(&self.world), me.clone());
        for commit in &batch {
            check_blobs(&self.world, commit);
        }
        let threads: Vec<ThreadId> = batch.iter().map(|commit| commit.thread).collect();
        let written: Vec<Written> = batch.iter().map(Written::of).collect();
        let outcomes = self
            .write("commit", async move {
                let me = by;
                if batch
                    .iter()
                    .any(|commit| commit.release && commit.wake_at.is_some())
                {
                    world.marks.reach("thread", "waited outside of memory");
                }
                if batch.iter().any(|commit| !commit.blobs.is_empty()) {
                    world.marks.reach("large value", "stored");
                }
                let shows_fault = batch.iter().any(is_set_aside);
                let told: Vec<String> = batch.iter().map(shown).collect();
                let outcomes = world.store.commit(&me, batch).await?;
                world.tell(|| format!("{me} commits {told:?}: {outcomes:?}"));
                if outcomes.contains(&Committed::LostOwner) {
                    world.marks.reach("commit", "refused: owner lost");
                }
                if outcomes.contains(&Committed::Stale) {
                    world.marks.reach("commit", "refused: stale");
                }
                if shows_fault && outcomes.contains(&Committed::Done) {
                    world.marks.reach("thread", "set aside after a fault");
                }
                for (written, outcome) in written.iter().zip(&outcomes) {
                    if *outcome == Committed::Done {
                        world.note_owner(written.thread, &me);
                        world.note_landed(written.thread, &me);
                        written.check_parent(&world);
                    }
                }
                Ok(outcomes)
            })
            .await?;
        for thread in threads {
            self.world.note_heard(thread, me);
        }
        Ok(outcomes)
    }

    async fn journal(&self, of: ThreadId, after: Seq, max: u32) -> Result<Vec<Entry>, StoreError> {
        // Short pages, so that readers need many.
        self.read(self.world.store.journal(of, after, max.min(5)))
            .await
    }

    async fn frames(&self, of: ThreadId) -> Result<Frames, StoreError> {
        let weights = &self.world.weights;
        if !self.world.is_healed() && self.rng.lock().unwrap().permille(weights.damaged) {
            self.world.marks.reach("frames", "damaged on the way");
            return Err(StoreError::Corrupt("simulated".into()));
        }
        self.read(self.world.store.frames(of)).await
    }

    async fn steps(
        &self,
        of: ThreadId,
        under: &StepPath,
        page: Page<StepPath>,
    ) -> Result<Vec<StepRow>, StoreError> {
        self.read(self.world.store.steps(of, under, page)).await
    }

    async fn thread(&self, id: ThreadId) -> Result<ThreadRow, StoreError> {
        self.read(self.world.store.thread(id)).await
    }

    async fn threads(
        &self,
        filter: ThreadFilter,
        page: Page<ThreadId>,
    ) -> Result<Vec<ThreadRow>, StoreError> {
        self.read(self.world.store.threads(filter, page)).await
    }

    async fn value(&self, hash: &ValueHash) -> Result<Arc<[u8]>, StoreError> {
        self.read(self.world.store.value(hash)).await
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        let world = Arc::clone(&self.world);
        let mut rng = self.rng.lock().unwrap().split();
        let hints = self.world.store.changes();
        let faulty = hints.flat_map(move |change| {
            let weights = &world.weights;
            let times = if rng.permille(weights.hint_lost) {
                world.marks.reach("hint", "lost");
                0
            } else if rng.permille(weights.hint_doubled) {
                2
            } else {
                1
            };
            stream::iter(vec![change; times])
        });
        faulty.boxed()
    }
}
