//! A clock in the time of the simulation, which jumps when it is told to.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use scriptum_engine::Clock;
use scriptum_vm::Timestamp;
use tokio::time::{Instant, sleep};

/// The beginning of every simulation.
const EPOCH_MS: i64 = 1_700_000_000_000;

/// Longest sleep before the clock is read again, so that jumps are noticed.
const SLEEP_MS_MAX: i64 = 1_000;

#[derive(Debug)]
pub(crate) struct SimClock {
    began: Instant,
    offset_ms: AtomicI64,
}

impl SimClock {
    pub(crate) fn new() -> SimClock {
        SimClock {
            began: Instant::now(),
            offset_ms: AtomicI64::new(0),
        }
    }

    /// Sets the clock forward, or back.
    pub(crate) fn jump(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
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
            let left_ms = (until.0 - self.now().0).min(SLEEP_MS_MAX);
            let Ok(left_ms @ 1..) = u64::try_from(left_ms) else {
                return;
            };
            sleep(Duration::from_millis(left_ms)).await;
        }
    }
}
