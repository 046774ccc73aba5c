//! Waits for a store that does not answer, and asks again. Only for reads and for writes that may
//! happen twice.

use std::time::Duration;

use crate::{
    StoreError,
    limits::{STORE_RETRY_MAX, STORE_RETRY_MIN, STORE_WAIT},
};

/// One question, with a deadline.
pub(crate) async fn in_time<T>(
    question: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(STORE_WAIT, question).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::Unavailable("no answer in time".into())),
    }
}

/// Asks until the store is there. Dropping the future ends it: whoever owns the task decides how long
/// to wait.
pub(crate) async fn until_available<T, F>(mut question: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pause = STORE_RETRY_MIN;
    loop {
        match in_time(question()).await {
            Err(StoreError::Unavailable(why)) => {
                tracing::debug!(%why, pause_ms = millis(pause), "store unavailable, asking again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(STORE_RETRY_MAX);
            }
            answer @ (Ok(_)
            | Err(
                StoreError::Conflict(_) | StoreError::NotFound(_) | StoreError::Corrupt(_),
            )) => {
                return answer;
            }
        }
    }
}

fn millis(pause: Duration) -> u64 {
    u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)
}
