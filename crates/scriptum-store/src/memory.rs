//! The store in memory: what a store does, said plainly. For tests, simulation and runs that nobody
//! needs to survive.
//!
//! Everything is ordered, so equal requests give equal answers. One lock guards the whole state and
//! is never held across an await.

mod due;
mod state;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use futures::stream::BoxStream;
use scriptum_contract::ValueHash;
use scriptum_engine::{
    Change, Claim, ClaimScope, Commit, Committed, Created, InboxItem, InboxNumber, Incarnation,
    NewThread, Page, ProgramHash, ProgramRow, StepRow, Store, StoreError, ThreadFilter, ThreadId,
    ThreadRow,
};
use scriptum_vm::{Entry, Frames, Notification, Seq, StepPath, Timestamp};

use crate::{check::no_program, hints::Hints};
use state::State;

/// A store whose content lives as long as it does.
pub struct MemoryStore {
    state: Mutex<State>,
    hints: Hints,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Default for MemoryStore {
    fn default() -> MemoryStore {
        MemoryStore::new()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore {
            state: Mutex::new(State::default()),
            hints: Hints::new(),
        }
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        // Half a change may lie behind the panic that poisoned the lock.
        self.state
            .lock()
            .map_err(|_| StoreError::Unavailable("a panic left the store half changed".into()))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn put_program(&self, program: ProgramRow) -> Result<(), StoreError> {
        self.state()?.put_program(program);
        Ok(())
    }

    async fn program(&self, hash: &ProgramHash) -> Result<ProgramRow, StoreError> {
        let state = self.state()?;
        let program = state.programs.get(hash).ok_or_else(|| no_program(hash))?;
        Ok(program.clone())
    }

    async fn create(&self, new: NewThread) -> Result<Created, StoreError> {
        let id = new.id;
        let created = self.state()?.create(new)?;
        if created == Created::New {
            self.hints.send(Change::Posted(id));
        }
        Ok(created)
    }

    async fn begin(
        &self,
        me: &Incarnation,
        new: NewThread,
        first: Commit,
    ) -> Result<Created, StoreError> {
        let (created, changes) = self.state()?.begin(me, new, first)?;
        for change in changes {
            self.hints.send(change);
        }
        Ok(created)
    }

    async fn post(&self, to: ThreadId, n: Notification, at: Timestamp) -> Result<(), StoreError> {
        self.state()?.post(to, n, at)?;
        self.hints.send(Change::Posted(to));
        Ok(())
    }

    async fn heartbeat(&self, me: &Incarnation, until: Timestamp) -> Result<(), StoreError> {
        self.state()?.workers.insert(me.clone(), until);
        Ok(())
    }

    async fn claim(
        &self,
        me: &Incarnation,
        now: Timestamp,
        scope: ClaimScope,
        max: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        self.state()?.claim(me, now, scope, max)
    }

    async fn inbox(&self, of: ThreadId, after: InboxNumber) -> Result<Vec<InboxItem>, StoreError> {
        Ok(self.state()?.thread(of)?.inbox_after(after))
    }

    async fn commit(
        &self,
        me: &Incarnation,
        batch: Vec<Commit>,
    ) -> Result<Vec<Committed>, StoreError> {
        let (committed, changes) = self.state()?.commit(me, batch)?;
        for change in changes {
            self.hints.send(change);
        }
        Ok(committed)
    }

    async fn journal(&self, of: ThreadId, after: Seq, max: u32) -> Result<Vec<Entry>, StoreError> {
        self.state()?.journal(of, after, max)
    }

    async fn frames(&self, of: ThreadId) -> Result<Frames, StoreError> {
        Ok(self.state()?.thread(of)?.frames.clone())
    }

    async fn steps(
        &self,
        of: ThreadId,
        under: &StepPath,
        page: Page<StepPath>,
    ) -> Result<Vec<StepRow>, StoreError> {
        Ok(self.state()?.thread(of)?.steps_under(under, &page))
    }

    async fn thread(&self, id: ThreadId) -> Result<ThreadRow, StoreError> {
        Ok(self.state()?.thread(id)?.row.clone())
    }

    async fn threads(
        &self,
        filter: ThreadFilter,
        page: Page<ThreadId>,
    ) -> Result<Vec<ThreadRow>, StoreError> {
        Ok(self.state()?.list(&filter, &page))
    }

    async fn value(&self, hash: &ValueHash) -> Result<Arc<[u8]>, StoreError> {
        let state = self.state()?;
        let bytes = state.values.get(hash);
        bytes
            .cloned()
            .ok_or_else(|| StoreError::NotFound(format!("value {hash}")))
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.hints.listen()
    }
}
