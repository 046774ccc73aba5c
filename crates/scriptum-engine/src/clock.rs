//! The clock of the machine that this runs on: the one place of the engine that reads it.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use scriptum_vm::Timestamp;

use crate::Clock;

/// Longest sleep before the clock is read again, so that a clock that was set is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(10);

/// The system's clock. It may jump; nothing that must be right depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    async fn sleep_until(&self, until: Timestamp) {
        loop {
            let left_ms = until.0.saturating_sub(self.now().0);
            let Ok(left_ms @ 1..) = u64::try_from(left_ms) else {
                return;
            };
            tokio::time::sleep(Duration::from_millis(left_ms).min(SLEEP_MAX)).await;
        }
    }
}
