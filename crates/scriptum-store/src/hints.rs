//! Tells whoever listens which threads changed and how. A listener that falls behind loses hints, which costs
//! it a delay and nothing else.

use futures::stream::{self, BoxStream, StreamExt};
use scriptum_engine::Change;
use tokio::sync::broadcast::{self, error::RecvError};

/// Hints that a listener may be behind before it loses the oldest: a burst of one full commit batch
/// and room for eight more.
const HINTS_BEHIND_MAX: usize = 4_096;

/// Sends hints to all listeners of one store.
#[derive(Debug, Clone)]
pub(crate) struct Hints(broadcast::Sender<Change>);

impl Hints {
    pub(crate) fn new() -> Hints {
        Hints(broadcast::Sender::new(HINTS_BEHIND_MAX))
    }

    pub(crate) fn send(&self, change: Change) {
        // The only error is that nobody listens, which is no error for a hint.
        let _ = self.0.send(change);
    }

    pub(crate) fn listen(&self) -> BoxStream<'static, Change> {
        stream::unfold(self.0.subscribe(), |mut hints| async move {
            loop {
                match hints.recv().await {
                    Ok(change) => return Some((change, hints)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        })
        .boxed()
    }
}
