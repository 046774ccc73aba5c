//! Sub-threads of one thread, and what a thread owes to the one that started it.

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt;
use scriptum_contract::Value;
use scriptum_vm::{Call, Status, StepPath, Timestamp};
use tokio::time::timeout;

use super::{
    calls::{Answer, CallId},
    faults::Fault,
    state::Resident,
};
use crate::{
    StoreError, ThreadId,
    children::{self, Parent},
    draft::Standing,
    limits::{CHILDREN_POLL_MS, STORE_WAIT},
    retry::until_available,
};

impl Resident {
    /// Starts a sub-thread, or goes on waiting for it.
    pub(super) fn start_child(&mut self, call: Call) {
        let id = CallId::of(&call);
        self.open.insert(id.clone(), self.cancelled.child_token());
        self.children
            .insert(id.clone(), children::id_of(self.id, &call));
        let core = Arc::clone(&self.node.core);
        let parent = self.as_parent();
        let start = async move {
            let outcome = children::start(&core, parent, &call).await?;
            Some(Answer::new(id, outcome))
        };
        self.starts.push(start.boxed());
    }

    fn as_parent(&self) -> Parent {
        Parent {
            id: self.id,
            depth: self.depth,
        }
    }

    /// Takes note of where the thread comes from.
    pub(super) fn note_lineage(&mut self, thread: Option<&Value>) {
        if let Some(thread) = thread {
            (self.origin, self.depth) = children::lineage(thread);
        }
    }

    /// True when the machine waits for sub-threads and for nothing else that is asked of the outside.
    pub(super) fn waits_for_children(&self) -> bool {
        let is_child = |call: &CallId| self.children.contains_key(call);
        !self.children.is_empty() && self.pending_calls().iter().all(is_child)
    }

    /// When the thread has to be looked at again although nothing was posted.
    pub(super) fn wake_at(&self, standing: &Standing, now: Timestamp) -> Option<Timestamp> {
        let waits = standing.status == Status::Running && !self.children.is_empty();
        let look = waits.then(|| Timestamp(now.0.saturating_add(CHILDREN_POLL_MS)));
        standing.wake_at.into_iter().chain(look).min()
    }

    /// Tells the thread that waits for this one of its end, which is durable.
    pub(super) async fn tell_parent(&mut self) {
        if let (true, Some(origin)) = (self.standing.status.is_ended(), self.origin.clone()) {
            let core = Arc::clone(&self.node.core);
            let id = self.id;
            // The thread must not be kept by a store that does not answer: the parent looks by itself.
            let report = timeout(STORE_WAIT, children::report(&core, id, &origin));
            drop(self.beside(report).await);
        }
    }

    /// Ends the sub-threads whose steps have ended without them. The turn in which they did is durable.
    pub(super) async fn cancel_children(&mut self, failed: &[StepPath]) {
        if self.children.is_empty() {
            return;
        }
        let pending = self.pending_calls();
        let gone = self.children.extract_if(.., |id, _| !pending.contains(id));
        let gone: Vec<ThreadId> = gone.map(|(_, child)| child).collect();
        let is_answered = failed.is_empty() && !self.standing.status.is_ended();
        if !is_answered {
            self.cancel_all(gone).await;
        }
    }

    /// Ends those of the sub-threads that the machine does not wait for.
    pub(super) async fn cancel_gone(&mut self, mut children: BTreeMap<CallId, ThreadId>) {
        children.retain(|id, _| !self.children.contains_key(id));
        self.cancel_all(children.into_values()).await;
    }

    pub(super) async fn cancel_all(&mut self, children: impl IntoIterator<Item = ThreadId>) {
        let core = Arc::clone(&self.node.core);
        let cancelling = async {
            for child in children {
                children::cancel(&core, child).await;
            }
        };
        self.beside(cancelling).await;
    }

    /// A sub-thread does not outlive its parent, even if that ended while nobody could tell.
    pub(super) async fn heed_parent(&mut self) -> Result<(), Fault> {
        let Some(parent) = self.origin.as_ref().map(|origin| origin.parent) else {
            return Ok(());
        };
        let store = Arc::clone(&self.node.core.store);
        let has_ended = match until_available(|| store.thread(parent)).await {
            Ok(row) => row.status.is_ended(),
            Err(StoreError::NotFound(_)) => true,
            Err(error) => return Err(Fault::Store(error)),
        };
        if has_ended {
            let core = Arc::clone(&self.node.core);
            children::cancel(&core, self.id).await;
        }
        Ok(())
    }
}
