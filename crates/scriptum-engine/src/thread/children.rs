//! Sub-threads of one thread, and what a thread owes to the one that started it.

use std::sync::Arc;

use futures::FutureExt;
use scriptum_contract::Value;
use scriptum_vm::Call;

use super::{
    calls::{Answer, CallId},
    faults::Fault,
    state::Resident,
};
use crate::{
    Commit, Post,
    children::{self, Parent},
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

    /// What other threads are told with a commit: sub-threads that nobody waits for any more, and the
    /// thread that waits for this one.
    pub(super) fn posts(&self, commit: &Commit, has_failed: bool) -> Vec<Post> {
        let mut posts = self.end_children(!has_failed && !commit.status.is_ended());
        if let (true, Some(origin)) = (commit.status.is_ended(), &self.origin) {
            let end = commit.entries.last();
            posts.extend(end.and_then(|end| children::report(self.id, origin, &end.record)));
        }
        posts
    }

    /// Ends the sub-threads that the machine does not wait for any more, with the commit by which that is
    /// so. Those that have ended already are not told.
    fn end_children(&self, is_answered: bool) -> Vec<Post> {
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
