//! One life of one worker: it says that it lives, takes over threads that are due, and keeps each in
//! memory as long as that is of use. All its tasks are its own and end with it.

pub(crate) mod heartbeat;
mod wakes;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::AssertUnwindSafe,
    sync::Arc,
};

use futures::FutureExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::{self, AbortHandle, JoinSet},
    time::{Duration, Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    ClaimScope, Engine, InboxNumber, Incarnation, Page, StoreError, ThreadFilter, ThreadId,
    birth::{Birth, OpenDoor},
    committer::{Committer, write_batches},
    engine::Core,
    hub::{Listener, Topic},
    limits::{CLAIM_POLL, FAULTY_THREADS_MAX, STEPS_PAGE, STORE_WAIT, STRAYS_POLL},
    retry::in_time,
    thread::{self, Exit, Known, Node, Source},
};
use heartbeat::Lease;
use wakes::Wakes;

/// Runs threads of an engine's store.
pub struct Worker {
    core: Arc<Core>,
    me: Incarnation,
    scope: ClaimScope,
}

/// Why a worker ended although nobody told it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// It could not say in time that it lives, so others may have taken its threads over. It has
    /// dropped them all; go on with a new incarnation.
    #[error("worker could not renew its promise to live in time")]
    Lapsed,
}

/// The task of a live thread.
struct Task {
    abort: AbortHandle,
    /// Tells it that the thread is ours by a later claim.
    outdated: CancellationToken,
    /// Fires when nothing of the task is left.
    gone: CancellationToken,
}

/// A task that ended, its thread, and why.
type Ended = (task::Id, (ThreadId, Exit));

/// What a worker holds while it runs.
struct Running {
    core: Arc<Core>,
    me: Incarnation,
    scope: ClaimScope,
    node: Node,
    tasks: JoinSet<(ThreadId, Exit)>,
    live: BTreeMap<ThreadId, Task>,
    /// Places for threads in memory.
    slots: Arc<Semaphore>,
    /// Threads that shall begin here.
    births: mpsc::Receiver<Birth>,
    /// Live threads that a claim brought again: they gave themselves back just before, or will learn that
    /// they were taken away meanwhile. They are looked at once more when they are gone.
    reclaimed: BTreeSet<ThreadId>,
    /// Threads that cannot go on.
    faulty: BTreeMap<ThreadId, Known>,
    wakes: Wakes,
    due: Listener,
    /// True when there may be a due thread.
    is_hungry: bool,
    /// When to look for due threads although no hint told of one.
    poll_at: Instant,
    /// When to look for threads that a claim made ours without our hearing of it.
    strays_at: Instant,
}

impl Worker {
    /// A worker that has not begun. The incarnation must never have been used before.
    pub fn new(engine: &Engine, me: Incarnation, scope: ClaimScope) -> Worker {
        let core = Arc::clone(&engine.core);
        Worker { core, me, scope }
    }

    /// Runs until `stop` fires; then lets calls under way end, gives all threads back and returns.
    /// Dropping the future is a crash: others take over when the promise to live has run out.
    ///
    /// # Errors
    /// [`WorkerError::Lapsed`].
    pub async fn run(self, stop: CancellationToken) -> Result<(), WorkerError> {
        let Worker { core, me, scope } = self;
        let slots = Arc::new(Semaphore::new(core.limits.threads_live_max as usize));
        let store = Arc::clone(&core.store);
        let (committer, queue) = Committer::new(store, me.clone(), Arc::clone(&slots));
        let mut service = JoinSet::new();
        service.spawn(write_batches(Arc::clone(&core.store), me.clone(), queue));
        let promised = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            promised = heartbeat::first(&core, &me) => promised,
        };
        let lease = Arc::new(Lease::new(promised));
        service.spawn(heartbeat::keep(
            Arc::clone(&core),
            me.clone(),
            Arc::clone(&lease),
        ));
        let node = Node {
            core: Arc::clone(&core),
            committer,
            me: me.clone(),
            lease: Arc::clone(&lease),
            stop: stop.clone(),
        };
        let (door, births) = core
            .doors
            .open(scope, Arc::clone(&lease), Arc::clone(&slots));
        let mut running = Running {
            due: core.hub.listen(Topic::Due),
            core,
            me,
            scope,
            node,
            tasks: JoinSet::new(),
            live: BTreeMap::new(),
            slots,
            births,
            reclaimed: BTreeSet::new(),
            faulty: BTreeMap::new(),
            wakes: Wakes::default(),
            is_hungry: true,
            poll_at: Instant::now() + CLAIM_POLL,
            strays_at: Instant::now() + STRAYS_POLL,
        };
        tokio::select! {
            biased;
            () = lease.lapsed() => return Err(WorkerError::Lapsed),
            // Without one of its tasks the worker cannot go on.
            _ = service.join_next() => return Err(WorkerError::Lapsed),
            () = running.work(&stop, door) => {}
        }
        service.shutdown().await;
        heartbeat::last(&running.core, &running.me).await;
        Ok(())
    }
}

impl Running {
    async fn work(&mut self, stop: &CancellationToken, door: OpenDoor) {
        while !stop.is_cancelled() {
            self.poll().await;
            if self.is_hungry && self.free() > 0 {
                self.claim().await;
            }
            self.wait(stop).await;
        }
        drop(door);
        self.births.close();
        while let Ok(birth) = self.births.try_recv() {
            drop(birth);
        }
        self.join_all().await;
    }

    /// Looks by itself from time to time, however much there is to do here: no hint tells of what other
    /// processes post and leave behind.
    async fn poll(&mut self) {
        if self.poll_at <= Instant::now() {
            self.poll_at = Instant::now() + CLAIM_POLL;
            self.is_hungry = true;
            self.look_after().await;
        }
    }

    /// Waits until there is a reason to claim.
    async fn wait(&mut self, stop: &CancellationToken) {
        if self.is_hungry && self.free() > 0 {
            return;
        }
        let poll_at = self.poll_at;
        let wake_at = self.wakes.next();
        let core = Arc::clone(&self.core);
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            Some(joined) = self.tasks.join_next_with_id() => self.note_end(joined.ok()),
            Some(birth) = self.births.recv() => self.bear(birth),
            () = self.due.heard() => self.is_hungry = true,
            () = sleep_until(poll_at) => {}
            () = core.clock.sleep_until(wake_at.unwrap_or_default()), if wake_at.is_some() => {
                self.wakes.drop_until(core.clock.now());
                self.is_hungry = true;
            }
        }
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            self.note_end(joined.ok());
        }
        while let Ok(birth) = self.births.try_recv() {
            self.bear(birth);
        }
    }

    fn free(&self) -> u32 {
        u32::try_from(self.slots.available_permits()).unwrap_or(u32::MAX)
    }

    /// Begins a new thread. Of one that is here already, the store has to say that.
    fn bear(&mut self, birth: Birth) {
        let id = birth.id();
        if self.live.contains_key(&id) {
            return;
        }
        let (unborn, slot) = birth.enter();
        self.spawn(id, Source::Unborn(unborn), Some(slot));
    }

    /// Nobody whose promise to live has run out by the clock claims before it has given another: after the
    /// clock was set forward, all would take the threads of all others, over and over.
    async fn claim(&mut self) {
        if let Err(error) = heartbeat::ensure(&self.core, &self.me, &self.node.lease).await {
            tracing::warn!(%error, "cannot renew the promise to live before claiming");
            self.is_hungry = false;
            return;
        }
        if let ClaimScope::Only(root) = self.scope {
            let family = self.core.family.members();
            for id in std::iter::once(root).chain(family) {
                self.claim_in(ClaimScope::Only(id)).await;
            }
            return;
        }
        self.claim_in(self.scope).await;
    }

    async fn claim_in(&mut self, scope: ClaimScope) {
        // What is begun here meanwhile needs places, too.
        let max = self.free().div_ceil(2);
        let slots = Arc::clone(&self.slots).try_acquire_many_owned(max).ok();
        let Some(mut slots) = slots.filter(|_| max > 0) else {
            self.is_hungry = true;
            return;
        };
        let now = self.core.clock.now();
        match in_time(self.core.store.claim(&self.me, now, scope, max)).await {
            Ok(claims) => {
                self.is_hungry = u32::try_from(claims.len()).is_ok_and(|taken| taken == max);
                for claim in claims {
                    let id = claim.thread.id;
                    match self.live.get(&id) {
                        Some(live) if !claim.orphaned => {
                            live.outdated.cancel();
                            self.reclaimed.insert(id);
                        }
                        Some(_) | None => {
                            let source = Source::Claimed(Box::new(claim));
                            self.spawn(id, source, slots.split(1));
                        }
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot claim threads");
                self.is_hungry = false;
                // Threads may be ours all the same.
                self.strays_at = Instant::now();
            }
        }
    }

    /// Keeps a thread in memory, in a place if there is one left. One that is there already was somebody
    /// else's meanwhile: what is known of it here is of no use.
    fn spawn(&mut self, id: ThreadId, source: Source, slot: Option<OwnedSemaphorePermit>) {
        if !matches!(source, Source::Unborn(_)) {
            self.faulty.remove(&id);
        }
        let before = self.live.remove(&id);
        // At once: it may be about to make calls that have ended meanwhile.
        if let Some(before) = &before {
            before.abort.abort();
        }
        let (node, gone) = (self.node.clone(), CancellationToken::new());
        let outdated = CancellationToken::new();
        let running = thread::run(node, source, outdated.clone());
        let tell_gone = gone.clone().drop_guard();
        // Boxed, as it is moved several times on its way to where it runs.
        let abort = self.tasks.spawn(Box::pin(async move {
            let _tell_gone = tell_gone;
            // Free as soon as the thread is gone, for one that somebody starts when he hears of its end.
            let _slot = slot;
            if let Some(before) = before {
                before.gone.cancelled().await;
            }
            let exit = AssertUnwindSafe(running)
                .catch_unwind()
                .await
                .unwrap_or_else(|_| {
                    tracing::error!(thread = %id, "the engine broke off over a thread");
                    Exit::Faulty(Known {
                        inbox: InboxNumber(u64::MAX),
                        last_seq: None,
                    })
                });
            (id, exit)
        }));
        let task = Task {
            abort,
            outdated,
            gone,
        };
        self.live.insert(id, task);
    }

    /// Keeps a thread in memory that is ours already, even if there is no place left.
    fn spawn_owned(&mut self, id: ThreadId) {
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok();
        self.spawn(id, Source::Owned(id), slot);
    }

    /// Those that did not end were outdated and were aborted: nobody waits for them.
    fn note_end(&mut self, ended: Option<Ended>) {
        let Some((task, (id, exit))) = ended else {
            return;
        };
        if self
            .live
            .get(&id)
            .is_none_or(|live| live.abort.id() != task)
        {
            return;
        }
        self.live.remove(&id);
        if self.reclaimed.remove(&id) {
            return self.spawn_owned(id);
        }
        match exit {
            Exit::Released(wake_at) => self.wakes.add(wake_at),
            // By whom, it cannot tell: a claim of ours whose answer was lost may be the reason.
            Exit::Lost => self.strays_at = Instant::now(),
            Exit::Unborn | Exit::Unread => {}
            Exit::Faulty(known) if self.faulty.len() < FAULTY_THREADS_MAX => {
                self.faulty.insert(id, known);
            }
            Exit::Faulty(_) => {
                tracing::error!(thread = %id, "too many faulty threads, this one is tried without being asked for");
            }
        }
    }

    /// What no hint tells of: news of faulty threads, and threads that are ours without our knowing.
    async fn look_after(&mut self) {
        for (id, known) in self.faulty.clone() {
            match self.has_more(id, known).await {
                Ok(true) => self.spawn_owned(id),
                // The engine broke off before it was made.
                Err(StoreError::NotFound(_)) => drop(self.faulty.remove(&id)),
                Ok(false) | Err(_) => {}
            }
        }
        if self.strays_at <= Instant::now() {
            self.adopt_strays().await;
        }
    }

    /// True when there is more of a faulty thread than it knew.
    async fn has_more(&self, id: ThreadId, known: Known) -> Result<bool, StoreError> {
        let posted = in_time(self.core.store.inbox(id, known.inbox)).await?;
        let row = in_time(self.core.store.thread(id)).await?;
        let has_moved = known.last_seq.is_some_and(|seq| seq != row.last_seq);
        Ok(!posted.is_empty() || has_moved)
    }

    async fn adopt_strays(&mut self) {
        match self.strays().await {
            Ok(strays) => {
                self.strays_at = Instant::now() + STRAYS_POLL;
                for id in strays {
                    self.spawn_owned(id);
                }
            }
            Err(error) => tracing::warn!(%error, "cannot look for claimed threads"),
        }
    }

    /// Threads that are ours and neither live nor faulty.
    async fn strays(&self) -> Result<Vec<ThreadId>, StoreError> {
        let filter = ThreadFilter {
            open_only: true,
            owner: Some(self.me.clone()),
            status: None,
        };
        let mut strays = Vec::new();
        let mut after = None;
        loop {
            let page = Page {
                after,
                max: STEPS_PAGE,
            };
            let rows = in_time(self.core.store.threads(filter.clone(), page)).await?;
            let Some(last) = rows.last() else {
                return Ok(strays);
            };
            after = Some(last.id);
            let is_stray =
                |id: &ThreadId| !self.live.contains_key(id) && !self.faulty.contains_key(id);
            strays.extend(rows.iter().map(|row| row.id).filter(is_stray));
        }
    }

    /// Threads give themselves back when they see that the worker stops.
    async fn join_all(&mut self) {
        let grace = Duration::from_millis(self.core.limits.stop_grace_ms) + STORE_WAIT;
        let joining = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(grace, joining).await.is_err() {
            tracing::warn!("threads were left behind; another worker takes them over");
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("me", &self.me)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
