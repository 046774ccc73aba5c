//! Time as an argument, so that a simulation can own it.

use async_trait::async_trait;
use scriptum_vm::Timestamp;

/// Tells the time and waits for it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns when `now` has reached `until`, at once when it has already.
    async fn sleep_until(&self, until: Timestamp);
}
