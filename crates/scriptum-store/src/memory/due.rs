//! Which threads somebody has to look at, kept sorted so that a claim looks at no other.

use std::collections::{BTreeMap, BTreeSet};

use scriptum_engine::{Incarnation, ThreadId};
use scriptum_vm::Timestamp;

use super::state::Thread;

/// Since when a thread is due, then which thread was made first.
type Since = (Timestamp, u64, ThreadId);

/// Threads that have not ended: those of an owner, and of the others those that wait for a claim.
#[derive(Default)]
pub(super) struct Due {
    /// Nobody's, with an inbox: since its oldest entry.
    posted: BTreeSet<Since>,
    /// Nobody's, with a wake-up: when its time comes.
    waking: BTreeSet<Since>,
    owned: BTreeMap<Incarnation, BTreeSet<(u64, ThreadId)>>,
}

impl Due {
    /// Takes note of a thread that was made or has changed.
    pub(super) fn add(&mut self, thread: &Thread) {
        let id = thread.row.id;
        if thread.row.status.is_ended() {
            return;
        }
        if let Some(owner) = &thread.row.owner {
            let of_owner = self.owned.entry(owner.clone()).or_default();
            of_owner.insert((thread.number, id));
            return;
        }
        if let Some(at) = thread.posted_at() {
            self.posted.insert((at, thread.number, id));
        }
        if let Some(at) = thread.row.wake_at {
            self.waking.insert((at, thread.number, id));
        }
    }

    /// Forgets a thread that is about to change.
    pub(super) fn remove(&mut self, thread: &Thread) {
        let id = thread.row.id;
        if let Some(at) = thread.posted_at() {
            self.posted.remove(&(at, thread.number, id));
        }
        if let Some(at) = thread.row.wake_at {
            self.waking.remove(&(at, thread.number, id));
        }
        if let Some(owner) = &thread.row.owner
            && let Some(of_owner) = self.owned.get_mut(owner)
        {
            of_owner.remove(&(thread.number, id));
            if of_owner.is_empty() {
                self.owned.remove(owner);
            }
        }
    }

    /// Threads whose owner is dead, the oldest thread first.
    pub(super) fn orphans(&self, is_dead: impl Fn(&Incarnation) -> bool) -> Vec<ThreadId> {
        let dead = self.owned.iter().filter(|(owner, _)| is_dead(owner));
        let orphans: BTreeSet<_> = dead.flat_map(|(_, threads)| threads).collect();
        orphans.into_iter().map(|(_, id)| *id).collect()
    }

    /// Threads of nobody that are due at `now`, at most `max`, those first that have waited longest.
    pub(super) fn waiting(&self, now: Timestamp, max: usize) -> Vec<ThreadId> {
        let posted = self.posted.iter().take(max);
        let waking = self.waking.iter().take_while(|(at, ..)| *at <= now);
        let mut since: Vec<&Since> = posted.chain(waking.take(max)).collect();
        since.sort_unstable();
        let mut seen = BTreeSet::new();
        since.retain(|(_, number, _)| seen.insert(*number));
        since.into_iter().take(max).map(|(.., id)| *id).collect()
    }
}
