//! One thread in memory, and the loop that is the whole protocol of the engine: apply what is ready,
//! commit what came of it, and only then start what was asked for.

mod birth;
mod calls;
mod children;
mod faults;
mod hand_over;
mod items;
mod state;

use std::sync::Arc;

use scriptum_vm::{Seq, Status, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    Claim, Committed, InboxNumber, Incarnation, StoreError, ThreadId, birth::Unborn,
    committer::Committer, draft::Draft, engine::Core, limits::IDLE_MS_MAX,
    worker::heartbeat::Lease,
};

use faults::Fault;
use state::Resident;

/// What all threads of one worker share.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) core: Arc<Core>,
    pub(crate) committer: Committer,
    pub(crate) me: Incarnation,
    pub(crate) lease: Arc<Lease>,
    /// Fires when the worker shall give its threads away.
    pub(crate) stop: CancellationToken,
}

/// Why a thread is not in memory any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It was given back, to be looked at again at that time, or when something is posted.
    Released(Option<Timestamp>),
    /// It belongs to somebody else.
    Lost,
    /// It was not made, at least not by this.
    Unborn,
    /// It could not be read at all; it stays ours, and is found again as a stray.
    Unread,
    /// It cannot go on; it stays ours, so that nobody else stumbles over it as well.
    Faulty(Known),
}

/// What was known of a thread that cannot go on. It is worth another try when there is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// The last inbox entry.
    pub(crate) inbox: InboxNumber,
    /// The last journal entry; `None` when that was lost with the thread. A commit that was given up may
    /// come late.
    pub(crate) last_seq: Option<Seq>,
}

/// A thread as a worker got it.
pub(crate) enum Source {
    /// Not made yet.
    Unborn(Unborn),
    /// Just claimed.
    Claimed(Box<Claim>),
    /// Ours by a claim whose answer was lost, or set aside before.
    Owned(ThreadId),
}

/// Runs a thread until it needs no memory, or is outdated: ours by a later claim.
pub(crate) async fn run(node: Node, source: Source, outdated: CancellationToken) -> Exit {
    let (mut thread, loaded) = match source {
        Source::Unborn(unborn) => {
            let mut thread = Resident::new(node, unborn.new_thread().id, outdated);
            let loaded = thread.conceive(unborn).await;
            (thread, loaded)
        }
        Source::Claimed(claim) => {
            let mut thread = Resident::new(node, claim.thread.id, outdated);
            let loaded = thread.install(*claim).await;
            (thread, loaded)
        }
        Source::Owned(id) => {
            let mut thread = Resident::new(node, id, outdated);
            let loaded = thread.reload().await;
            (thread, loaded)
        }
    };
    let mut round = loaded;
    loop {
        let again = match round {
            Ok(None) => thread.round().await,
            Ok(Some(exit)) => return exit,
            Err(fault) => thread.repair(fault).await,
        };
        round = again;
    }
}

impl Resident {
    /// One turn of the loop; `Some` ends it.
    async fn round(&mut self) -> Result<Option<Exit>, Fault> {
        let mut draft = Draft::new(self.standing);
        self.apply_ready(&mut draft).await?;
        self.settle_unsettled().await;
        let release = self.is_done(&draft)?;
        if release || self.is_misshown || !draft.is_empty() {
            match self.commit(draft, release).await {
                Ok(Committed::Done) if release => {
                    return Ok(Some(Exit::Released(self.standing.wake_at)));
                }
                Ok(Committed::Done) => {}
                Ok(Committed::LostOwner) => return Ok(Some(self.lost())),
                Ok(Committed::Stale) => return self.reload().await,
                Err(StoreError::Unavailable(_)) => {
                    self.back_off().await;
                    return self.reload().await;
                }
                Err(error) => return Err(Fault::Store(error)),
            }
        }
        self.wait().await;
        if self.outdated.is_cancelled() {
            return Ok(Some(Exit::Lost));
        }
        if self.node.stop.is_cancelled() {
            return Ok(Some(self.hand_over().await));
        }
        Ok(None)
    }

    /// True when nothing in memory is needed to go on.
    fn is_done(&self, draft: &Draft) -> Result<bool, Fault> {
        let standing = &draft.standing;
        if standing.status.is_ended() {
            return Ok(true);
        }
        if standing.unfinished || self.has_work() || !draft.calls.is_empty() {
            return Ok(false);
        }
        match (standing.wake_at, standing.status) {
            (Some(wake_at), _) => Ok(IDLE_MS_MAX < wake_at.0.saturating_sub(self.now(draft).0)),
            (None, Status::Paused) => Ok(true),
            (None, _) if self.waits_for_children() => Ok(true),
            (None, _) => Err(Fault::WaitsForNothing),
        }
    }
}
