//! Gives a thread away in good order: the calls under way may end, and what they answered is posted
//! instead of applied, so that nothing new begins here and nothing learned is lost.

use std::sync::Arc;

use futures::StreamExt;
use tokio::time::{Duration, Instant, sleep_until, timeout};

use super::{Exit, state::Resident};
use crate::{Committed, draft::Draft, limits::STORE_WAIT, retry::until_available};

impl Resident {
    pub(super) async fn hand_over(&mut self) -> Exit {
        self.finish_calls().await;
        self.post_answers().await;
        let mut standing = self.standing;
        standing.wake_at = Some(self.node.core.clock.now());
        match self.commit(Draft::new(standing), true).await {
            Ok(Committed::Done) => Exit::Released(standing.wake_at),
            // Not ours any more, or ours until the worker has declared itself dead.
            Ok(Committed::LostOwner | Committed::Stale) | Err(_) => Exit::Lost,
        }
    }

    /// Waits for the calls under way, then abandons those that are left.
    pub(super) async fn finish_calls(&mut self) {
        // A stream goes on with its next owner, from the last item that is durable.
        for id in self.ports.keys() {
            if let Some(cancelled) = self.open.get(id) {
                cancelled.cancel();
            }
        }
        let grace = Duration::from_millis(self.node.core.limits.stop_grace_ms);
        let end = Instant::now() + grace;
        while !self.running.is_empty() {
            tokio::select! {
                biased;
                Some(answer) = self.running.next() => self.answers.push_back(answer),
                () = sleep_until(end) => break,
            }
        }
        self.cancelled.cancel();
        self.running.clear();
    }

    pub(super) async fn post_answers(&mut self) {
        let (id, core) = (self.id, Arc::clone(&self.node.core));
        let mut answers = std::mem::take(&mut self.answers);
        answers.retain(|answer| !answer.is_item() && !self.ports.contains_key(&answer.id));
        let posting = async {
            for answer in answers {
                let post = || {
                    let now = core.clock.now();
                    core.store.post(id, answer.notification.clone(), now)
                };
                // Refused when the thread has ended: nobody wants the answer then.
                drop(until_available(post).await);
            }
        };
        if timeout(STORE_WAIT, posting).await.is_err() {
            tracing::warn!(thread = %id, "cannot post what calls answered");
        }
    }
}
