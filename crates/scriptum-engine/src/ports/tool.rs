//! Everything that a step can call: native, cloud, MCP, model, channel.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use scriptum_contract::{ToolName, ToolSignature, Value};
use scriptum_vm::Timestamp;
use tokio_util::sync::CancellationToken;

/// Something that a step can call.
#[async_trait]
pub trait Tool: Send + Sync {
    /// What it takes and gives.
    fn signature(&self) -> &Arc<ToolSignature>;

    /// True when this very call may be made again after a crash hid its outcome. By default what the
    /// signature says; a tool may look at the arguments.
    fn is_idempotent(&self, args: &Value) -> bool {
        let _: &Value = args;
        self.signature().idempotent
    }

    /// Calls it. Arguments satisfy the signature; the result is checked by the caller. Dropping the
    /// future abandons the call.
    async fn call(&self, call: ToolCall, out: &mut dyn Sink) -> Result<Value, ToolError>;
}

/// A place that tools come from.
#[async_trait]
pub trait ToolSource: Send + Sync {
    /// All signatures.
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError>;

    /// The tool of that name; `None` when there is none.
    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError>;
}

/// One call.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// The same for every try of the same call: `<thread>/<path>/<number>`.
    pub key: Arc<str>,
    /// The arguments: an object.
    pub args: Value,
    /// When the caller gives up.
    pub deadline: Option<Timestamp>,
    /// Fires when the answer is no longer wanted.
    pub cancelled: CancellationToken,
}

/// Takes what a tool hands out while it works.
#[async_trait]
pub trait Sink: Send {
    /// True when the items are wanted one by one. The tool then hands them to [`Sink::item`], and what
    /// it returns counts for nothing.
    fn wants_items(&self) -> bool {
        false
    }

    /// One item of a stream; waits while the reader is slow.
    async fn item(&mut self, item: Value);

    /// How far it is: done of total, in whatever unit. Live only, never journalled.
    fn progress(&mut self, done: u64, total: Option<u64>);

    /// A line for people. Live only, never journalled.
    fn log(&mut self, line: &str);
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolError {
    /// What the caller can do.
    pub kind: ToolErrorKind,
    /// The tool's own code, upper snake case; shown in the details of the step error.
    pub code: Arc<str>,
    /// What was tried and what was in the way.
    pub message: Arc<str>,
    /// Further data; null without.
    pub details: Value,
}

/// What the caller of a failed tool can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolErrorKind {
    /// Try again later.
    Retryable,
    /// Change the input, or the world.
    Permanent,
    /// Nothing: the call was abandoned.
    Cancelled,
    /// Ask the operator for the right.
    Refused,
    /// Ask the operator to connect what the tool works with; it was not asked to do anything.
    NotConfigured,
    /// Nothing for now: the time limit passed and the outcome is unknown.
    TimedOut,
}

impl ToolError {
    /// An error that trying again does not mend.
    pub fn permanent(code: &str, message: impl Into<Arc<str>>) -> ToolError {
        ToolError::new(ToolErrorKind::Permanent, code, message)
    }

    /// An error that trying again may mend.
    pub fn retryable(code: &str, message: impl Into<Arc<str>>) -> ToolError {
        ToolError::new(ToolErrorKind::Retryable, code, message)
    }

    /// An error of that kind.
    pub fn new(kind: ToolErrorKind, code: &str, message: impl Into<Arc<str>>) -> ToolError {
        ToolError {
            kind,
            code: code.into(),
            message: message.into(),
            details: Value::Null,
        }
    }

    /// The same error with further data.
    #[must_use]
    pub fn with(self, details: Value) -> ToolError {
        ToolError { details, ..self }
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ToolError {}
