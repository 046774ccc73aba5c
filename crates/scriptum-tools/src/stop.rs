//! How blocking work learns that nobody waits for it any more. A thread cannot be ended from
//! outside, so the work asks between its steps.

use std::io;

use scriptum_engine::{ToolError, ToolErrorKind};
use tokio_util::sync::CancellationToken;

/// Asked between two steps of blocking work.
#[derive(Debug, Clone)]
pub(crate) struct Stop(CancellationToken);

impl Stop {
    pub(crate) fn new(token: CancellationToken) -> Stop {
        Stop(token)
    }

    /// An error when the answer is no longer wanted.
    pub(crate) fn check(&self) -> Result<(), ToolError> {
        if self.0.is_cancelled() {
            Err(cancelled())
        } else {
            Ok(())
        }
    }
}

pub(crate) fn cancelled() -> ToolError {
    ToolError::new(
        ToolErrorKind::Cancelled,
        "CANCELLED",
        "the call was abandoned before it was done",
    )
}

/// Reads on only while the answer is wanted.
#[derive(Debug)]
pub(crate) struct StoppableReader<'a, R> {
    pub(crate) inner: R,
    pub(crate) stop: &'a Stop,
}

impl<R: io::Read> io::Read for StoppableReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stop
            .check()
            .map_err(|error| io::Error::other(error.message.to_string()))?;
        self.inner.read(buffer)
    }
}
