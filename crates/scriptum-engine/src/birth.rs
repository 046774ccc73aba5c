//! A new thread begins in the memory of a worker of this node that has room for it, and the commit of
//! its first turns makes it: one transaction in place of three, as nobody has to claim it and its inputs
//! need no inbox. Where no worker here has room, the thread is made for whoever claims it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use scriptum_vm::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{
    ClaimScope, Created, NewThread, StoreError, ThreadId, limits::BIRTHS_WAITING_MAX,
    worker::heartbeat::Lease,
};

/// A thread that nothing is written of yet, on its way to a worker.
pub(crate) struct Birth {
    unborn: Unborn,
    /// Its place among those that the worker holds in memory.
    slot: OwnedSemaphorePermit,
}

/// A thread that nothing is written of yet. Dropped, it is given back: nothing will be.
pub(crate) struct Unborn(Option<(Box<NewThread>, oneshot::Sender<Brought>)>);

/// What became of a new thread that was brought to a worker.
pub(crate) enum Brought {
    /// It was begun, or refused, or nobody knows.
    Made(Result<Created, StoreError>),
    /// Nothing was written of it.
    GivenBack(Box<NewThread>),
}

/// Where a worker takes births.
struct Door {
    scope: ClaimScope,
    lease: Arc<Lease>,
    slots: Arc<Semaphore>,
    births: mpsc::Sender<Birth>,
}

/// The doors of all workers of a node.
#[derive(Default)]
pub(crate) struct Doors(Arc<Mutex<Vec<Arc<Door>>>>);

/// Keeps a door open until it is dropped.
pub(crate) struct OpenDoor {
    door: Arc<Door>,
    doors: Arc<Mutex<Vec<Arc<Door>>>>,
}

impl Doors {
    /// Opens the door of a worker, which has `slots` for threads in memory.
    pub(crate) fn open(
        &self,
        scope: ClaimScope,
        lease: Arc<Lease>,
        slots: Arc<Semaphore>,
    ) -> (OpenDoor, mpsc::Receiver<Birth>) {
        let (births, arriving) = mpsc::channel(BIRTHS_WAITING_MAX);
        let door = Arc::new(Door {
            scope,
            lease,
            slots,
            births,
        });
        with(&self.0).push(Arc::clone(&door));
        let doors = Arc::clone(&self.0);
        (OpenDoor { door, doors }, arriving)
    }

    /// Has a thread begun by a worker of this node; gives it back if none has room for it.
    pub(crate) async fn bring(&self, new: NewThread, now: Timestamp) -> Brought {
        match self.hand_over(new, now) {
            Ok(answered) => answered.await.unwrap_or_else(|_| {
                let gone = StoreError::Unavailable("the worker has ended".into());
                Brought::Made(Err(gone))
            }),
            Err(new) => Brought::GivenBack(new),
        }
    }

    fn hand_over(
        &self,
        new: NewThread,
        now: Timestamp,
    ) -> Result<oneshot::Receiver<Brought>, Box<NewThread>> {
        let place = |door: &Arc<Door>| door.place(new.id, now);
        let place = with(&self.0).iter().find_map(place);
        let new = Box::new(new);
        let Some((slot, birth)) = place else {
            return Err(new);
        };
        let (answer, answered) = oneshot::channel();
        let unborn = Unborn(Some((new, answer)));
        birth.send(Birth { unborn, slot });
        Ok(answered)
    }
}

impl Door {
    /// A place in the memory of the worker and one in the queue before it, if there is either.
    fn place(
        &self,
        id: ThreadId,
        now: Timestamp,
    ) -> Option<(OwnedSemaphorePermit, mpsc::OwnedPermit<Birth>)> {
        let is_for = match self.scope {
            ClaimScope::All => true,
            ClaimScope::Only(only) => only == id,
        };
        // Others would take the thread of a worker that is not known to live.
        if !is_for || !self.lease.holds() || !self.lease.is_promised(now) {
            return None;
        }
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let birth = self.births.clone().try_reserve_owned().ok()?;
        Some((slot, birth))
    }
}

impl Birth {
    pub(crate) fn id(&self) -> ThreadId {
        self.unborn.new_thread().id
    }

    /// Takes its place.
    pub(crate) fn enter(self) -> (Unborn, OwnedSemaphorePermit) {
        (self.unborn, self.slot)
    }
}

impl Unborn {
    pub(crate) fn new_thread(&self) -> &NewThread {
        let (new, _) = self.0.as_ref().expect(WHOLE);
        new
    }

    /// The thread, and how to tell what became of it.
    pub(crate) fn make(mut self) -> (NewThread, impl FnOnce(Result<Created, StoreError>)) {
        let (new, answer) = self.0.take().expect(WHOLE);
        (*new, |made| drop(answer.send(Brought::Made(made))))
    }
}

const WHOLE: &str = "only what is made or dropped is empty";

impl Drop for Unborn {
    fn drop(&mut self) {
        if let Some((new, answer)) = self.0.take() {
            // Who started it may have gone away.
            drop(answer.send(Brought::GivenBack(new)));
        }
    }
}

impl Drop for OpenDoor {
    fn drop(&mut self) {
        with(&self.doors).retain(|door| !Arc::ptr_eq(door, &self.door));
    }
}

fn with(doors: &Mutex<Vec<Arc<Door>>>) -> MutexGuard<'_, Vec<Arc<Door>>> {
    // Doors are added and removed whole, so a panic elsewhere spoils none.
    doors.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Birth")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
