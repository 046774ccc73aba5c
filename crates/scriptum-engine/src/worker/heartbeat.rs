//! The promise to live. It is kept in the worker's own measure of time, so that a clock that jumps
//! neither shortens nor stretches it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use scriptum_vm::Timestamp;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    Incarnation, StoreError,
    engine::Core,
    limits::{HEARTBEAT, LEASE, STORE_RETRY_MAX},
    retry::{in_time, until_available},
};

/// The promise before the first claim: without it every thread would count as orphaned. Returns until
/// when it holds at least.
pub(super) async fn first(core: &Core, me: &Incarnation) -> Timestamp {
    let promised = lease_end(core);
    let promise = || core.store.heartbeat(me, lease_end(core));
    if let Err(error) = until_available(promise).await {
        tracing::error!(%error, "cannot announce a worker");
    }
    promised
}

/// How long the promise holds, as the one knows who gave it.
#[derive(Debug)]
pub(crate) struct Lease {
    until: Mutex<Instant>,
    /// Until when others take the worker for alive, by the clock of all.
    promised: Mutex<Timestamp>,
    lapsed: CancellationToken,
}

impl Lease {
    pub(super) fn new(promised: Timestamp) -> Lease {
        Lease {
            until: Mutex::new(Instant::now() + LEASE),
            promised: Mutex::new(promised),
            lapsed: CancellationToken::new(),
        }
    }

    /// False when the promise has run out, for good.
    pub(crate) fn holds(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until <= Instant::now() {
            self.lapsed.cancel();
        }
        !self.lapsed.is_cancelled()
    }

    /// Waits until the promise has run out.
    pub(super) async fn lapsed(&self) {
        self.lapsed.cancelled().await;
    }

    fn renew(&self, until: Instant, promised: Timestamp) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        *self.promised.lock().unwrap_or_else(PoisonError::into_inner) = promised;
    }

    /// True as long as others take the worker for alive, by the clock of all.
    pub(crate) fn is_promised(&self, now: Timestamp) -> bool {
        now < *self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Renews the promise if it has run out by the clock, which may have been set forward.
pub(super) async fn ensure(core: &Core, me: &Incarnation, lease: &Lease) -> Result<(), StoreError> {
    if lease.is_promised(core.clock.now()) {
        return Ok(());
    }
    renew(core, me, lease).await
}

/// Renews the promise as long as it holds.
pub(super) async fn keep(core: Arc<Core>, me: Incarnation, lease: Arc<Lease>) {
    while lease.holds() {
        match renew(&core, &me, &lease).await {
            Ok(()) => sleep(HEARTBEAT).await,
            Err(error) => {
                tracing::warn!(%error, "cannot renew the promise to live");
                sleep(STORE_RETRY_MAX).await;
            }
        }
    }
}

/// The promise taken back, so that nobody waits for it to run out. What was left behind is free now.
pub(super) async fn last(core: &Core, me: &Incarnation) {
    if let Err(error) = in_time(core.store.heartbeat(me, Timestamp(0))).await {
        tracing::warn!(%error, "cannot sign off a worker");
    }
}

async fn renew(core: &Core, me: &Incarnation, lease: &Lease) -> Result<(), StoreError> {
    let late = |_| StoreError::Unavailable("no answer to a heartbeat in time".into());
    let (asked_at, promised) = (Instant::now(), lease_end(core));
    let renewal = core.store.heartbeat(me, promised);
    timeout(HEARTBEAT, renewal).await.map_err(late)??;
    lease.renew(asked_at + LEASE, promised);
    Ok(())
}

/// Until when a promise holds that is given now.
fn lease_end(core: &Core) -> Timestamp {
    let lease_ms = i64::try_from(Duration::as_millis(&LEASE)).unwrap_or(i64::MAX);
    Timestamp(core.clock.now().0.saturating_add(lease_ms))
}
