//! Sub-threads of one thread, and what a thread owes to the one that started it.

use std::sync::Arc;

use futures::FutureExt;
use scriptum_contract::Value;
use scriptum_vm::{Call, Status, Timestamp};
use tokio::time::timeout;

use super::{
    calls::{Answer, CallId},
    faults::Fault,
    state::Resident,
};
use crate::{
    Post,
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

    /// Ends the sub-threads that the machine does not wait for any more, with the commit by which that is
    /// so. Those that have ended already are not told.
    pub(super) fn end_children(&self, is_answered: bool) -> Vec<Post> {
        if self.children.is_empty() || is_answered {
            return Vec::new();
        }
        let pending = self.pending_calls();
        let gone = self.children.iter().filter(|(id, _)| !pending.contains(id));
        gone.map(|(_, child)| Post {
            to: *child,
            notification: children::not_waited_for(),
        })
        .collect()
    }

    /// Forgets the sub-threads that the machine does not wait for. The turn in which they ended is durable.
    pub(super) fn forget_children(&mut self) {
        if !self.children.is_empty() {
            let pending = self.pending_calls();
            self.children.retain(|id, _| pending.contains(id));
        }
    }

    /// A sub-thread does not outlive the step that waits for it. One that was made after that step had ended
    /// was told by nobody.
    pub(super) async fn heed_parent(&mut self) -> Result<(), Fault> {
        let Some(origin) = self.origin.clone() else {
            return Ok(());
        };
        let store = Arc::clone(&self.node.core.store);
        let looking = until_available(|| children::is_waited_for(&*store, &origin));
        self.is_orphan = !self.beside(looking).await?;
        Ok(())
    }
}
