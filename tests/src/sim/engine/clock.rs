//! A clock in the time of the simulation, which jumps when it is told to.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use scriptum_engine::Clock;
use scriptum_vm::Timestamp;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

/// The beginning of every simulation.
const EPOCH_MS: i64 = 1_700_000_000_000;

#[derive(Debug)]
pub(crate) struct SimClock {
    began: Instant,
    offset_ms: AtomicI64,
    jumped: Notify,
}

impl SimClock {
    pub(crate) fn new() -> SimClock {
        SimClock {
            began: Instant::now(),
            offset_ms: AtomicI64::new(0),
            jumped: Notify::new(),
        }
    }

    /// Sets the clock forward, or back.
    pub(crate) fn jump(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
        self.jumped.notify_waiters();
    }
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let since_ms = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        Timestamp(EPOCH_MS + since_ms + self.offset_ms.load(Ordering::Relaxed))
    }

    async fn sleep_until(&self, until: Timestamp) {
        loop {
            let jumped = self.jumped.notified();
            let Ok(left_ms @ 1..) = u64::try_from(until.0 - self.now().0) else {
                return;
            };
            // Whether the time is up shows at the next look, after a jump as well.
            drop(timeout(Duration::from_millis(left_ms), jumped).await);
        }
    }
}
