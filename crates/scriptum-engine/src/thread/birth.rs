//! How a thread comes into being in memory, before anything of it is written.

use std::sync::Arc;

use scriptum_vm::{Frames, Seq, Status};

use super::{Exit, faults::Fault, state::Resident};
use crate::{
    ClaimNumber, Commit, Committed, Created, StoreError, ThreadRow, birth::Unborn, retry::in_time,
};

impl Resident {
    /// Begins a thread of which nothing is written.
    pub(super) async fn conceive(&mut self, unborn: Unborn) -> Result<Option<Exit>, Fault> {
        let new = unborn.new_thread();
        let row = ThreadRow {
            id: new.id,
            program: new.program.clone(),
            script: Arc::clone(&new.script),
            status: Status::Pending,
            pause: None,
            created_at: new.at,
            updated_at: new.at,
            wake_at: None,
            owner: Some(self.node.me.clone()),
            claim: ClaimNumber::FIRST,
            last_seq: Seq(0),
        };
        self.claim = Some(row.claim);
        self.started = Some(new.started.clone());
        self.unborn = Some(unborn);
        self.is_made = false;
        self.restore(row, Frames::default(), Vec::new()).await?;
        Ok(None)
    }

    /// Makes the thread. After an error nobody knows whether it was made; only the store can tell.
    pub(super) async fn begin(
        &mut self,
        unborn: Unborn,
        first: Commit,
    ) -> Result<Committed, StoreError> {
        let (new, tell) = unborn.make();
        let node = self.node.clone();
        let made = in_time(node.core.store.begin(&node.me, new, first));
        let made = self.beside(made).await;
        let outcome = match &made {
            Ok(Created::New) => Ok(Committed::Done),
            Err(StoreError::Unavailable(why)) => Err(StoreError::Unavailable(why.clone())),
            Ok(Created::Existing(_)) | Err(_) => Ok(Committed::LostOwner),
        };
        self.is_made = outcome == Ok(Committed::Done);
        tell(made);
        outcome
    }

    /// What became of a thread that is not ours.
    pub(super) fn lost(&self) -> Exit {
        if self.is_made {
            Exit::Lost
        } else {
            Exit::Unborn
        }
    }

    /// Why the thread cannot be read. One that nobody knew to be made was not made.
    pub(super) fn unread(&self, fault: Fault) -> Result<Option<Exit>, Fault> {
        let is_missing = matches!(&fault, Fault::Store(StoreError::NotFound(_)));
        if is_missing && !self.is_made {
            Ok(Some(Exit::Lost))
        } else {
            Err(fault)
        }
    }
}
