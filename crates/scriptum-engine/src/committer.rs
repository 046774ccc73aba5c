//! Turns of many threads become one transaction: at once when the disk is idle, grouped while it is
//! busy. What is asked for while a batch is written becomes the next batch, so the size of a batch
//! follows the load and nothing ever waits for a batch to fill. A thread that is alone in memory writes its own
//! commits and wakes no other task for that.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::{
    Commit, Committed, Incarnation, Store, StoreError,
    limits::{COMMITS_PER_BATCH_MAX, STORE_WAIT},
};

/// Takes the commits of one worker. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Committer {
    store: Arc<dyn Store>,
    me: Incarnation,
    queue: mpsc::Sender<Request>,
    /// Places in the memory of the worker, and how many there are.
    slots: Arc<Semaphore>,
    slots_max: usize,
}

/// The other end: what the worker drives until all committers are gone.
pub(crate) struct CommitQueue(mpsc::Receiver<Request>);

struct Request {
    commit: Commit,
    done: oneshot::Sender<Result<Committed, StoreError>>,
}

impl Committer {
    /// Of a worker all of whose places are free.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        me: Incarnation,
        slots: Arc<Semaphore>,
    ) -> (Committer, CommitQueue) {
        let (queue, requests) = mpsc::channel(COMMITS_PER_BATCH_MAX);
        let committer = Committer {
            store,
            me,
            queue,
            slots_max: slots.available_permits(),
            slots,
        };
        (committer, CommitQueue(requests))
    }

    /// Returns when the commit is durable or refused. After an error nobody knows whether it is.
    pub(crate) async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        if self.is_for_one() {
            let outcomes = write(&*self.store, &self.me, vec![commit]).await?;
            return Ok(outcomes
                .into_iter()
                .next()
                .expect("a store answers each commit"));
        }
        self.join_batch(commit).await
    }

    /// True when there is one thread in memory at most, so that none can share a batch with it.
    fn is_for_one(&self) -> bool {
        self.slots_max <= self.slots.available_permits() + 1
    }

    async fn join_batch(&self, commit: Commit) -> Result<Committed, StoreError> {
        let gone = || StoreError::Unavailable("the worker is stopping".into());
        let (done, outcome) = oneshot::channel();
        let request = Request { commit, done };
        self.queue.send(request).await.map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

/// Writes batch after batch until all committers are gone.
pub(crate) async fn write_batches(
    store: Arc<dyn Store>,
    me: Incarnation,
    CommitQueue(mut requests): CommitQueue,
) {
    let mut waiting = Vec::with_capacity(COMMITS_PER_BATCH_MAX);
    // Counts the requests that are written one by one after a batch was refused.
    let mut wary: usize = 0;
    loop {
        let size_max = if wary > 0 { 1 } else { COMMITS_PER_BATCH_MAX };
        if requests.recv_many(&mut waiting, size_max).await == 0 {
            return;
        }
        let mut batch = Vec::with_capacity(waiting.len());
        let mut asking = Vec::with_capacity(waiting.len());
        for request in waiting.drain(..) {
            batch.push(request.commit);
            asking.push(request.done);
        }
        let outcomes = write(&*store, &me, batch).await;
        wary = match &outcomes {
            Ok(_) | Err(StoreError::Unavailable(_)) => wary.saturating_sub(1),
            Err(_) => COMMITS_PER_BATCH_MAX,
        };
        answer(asking, outcomes);
    }
}

async fn write(
    store: &dyn Store,
    me: &Incarnation,
    batch: Vec<Commit>,
) -> Result<Vec<Committed>, StoreError> {
    let size = batch.len();
    let late = |_| StoreError::Unavailable("no answer to a commit in time".into());
    let outcomes = tokio::time::timeout(STORE_WAIT, store.commit(me, batch))
        .await
        .map_err(late)??;
    assert_eq!(outcomes.len(), size, "a store answers each commit");
    Ok(outcomes)
}

/// What is wrong with a batch is wrong with one of its commits, and the others shall not suffer: all
/// are asked to come again, and then each is written by itself.
fn shared(error: StoreError, size: usize) -> StoreError {
    match error {
        StoreError::Conflict(_) | StoreError::NotFound(_) | StoreError::Corrupt(_) if size > 1 => {
            StoreError::Unavailable(format!("one of {size} commits was refused: {error}"))
        }
        error @ (StoreError::Unavailable(_)
        | StoreError::Conflict(_)
        | StoreError::NotFound(_)
        | StoreError::Corrupt(_)) => error,
    }
}

/// Who does not wait for the answer any more has given up the thread.
fn answer(
    asking: Vec<oneshot::Sender<Result<Committed, StoreError>>>,
    outcomes: Result<Vec<Committed>, StoreError>,
) {
    match outcomes {
        Ok(outcomes) => {
            for (done, outcome) in asking.into_iter().zip(outcomes) {
                drop(done.send(Ok(outcome)));
            }
        }
        Err(error) => {
            let error = shared(error, asking.len());
            for done in asking {
                drop(done.send(Err(error.clone())));
            }
        }
    }
}
