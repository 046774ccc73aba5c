//! How a thread comes into being in memory, before anything of it is written.

use std::sync::Arc;

use scriptum_vm::{Frames, Seq, Status};

use super::{Exit, faults::Fault, state::Resident};
use crate::{ClaimNumber, Commit, Committed, Created, ThreadRow, birth::Unborn, retry::in_time};

impl Resident {
    /// Begins a thread of which nothing is written.
    pub(super) async fn conceive(&mut self, unborn: Unborn) -> Result<Option<Exit>, Fault> {
        let new = &unborn.new;
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
        self.restore(row, Frames::default(), Vec::new()).await?;
        Ok(None)
    }

    /// Makes the thread. When nobody knows whether it was made, it is not ours here: if it was, it is found
    /// as a stray.
    pub(super) async fn begin(&mut self, unborn: Unborn, first: Commit) -> Committed {
        let (new, tell) = unborn.make();
        let node = self.node.clone();
        let made = in_time(node.core.store.begin(&node.me, new, first));
        let made = self.beside(made).await;
        let outcome = match made {
            Ok(Created::New) => Committed::Done,
            Ok(Created::Existing(_)) | Err(_) => Committed::LostOwner,
        };
        tell(made);
        outcome
    }
}
