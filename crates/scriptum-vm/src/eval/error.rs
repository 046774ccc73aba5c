//! What stops an evaluation, and the words for it.

use std::sync::Arc;

use scriptum_contract::StoredValue;

use crate::StepError;

/// Code of a failure that the expression or its operands caused.
pub const EXPRESSION_FAILED: &str = "EXPRESSION_FAILED";

/// Code of a failure that a limit caused.
pub const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";

/// What stops an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum EvalError {
    /// The content of these stored values is needed; evaluate again when they are loaded.
    /// Distinct, in the order in which they were met.
    Need(Vec<Arc<StoredValue>>),
    /// The expression has no value: [`EXPRESSION_FAILED`] or [`LIMIT_EXCEEDED`].
    Failed(StepError),
}

/// The expression cannot be computed from these operands.
pub(crate) fn failed(message: impl Into<Arc<str>>) -> EvalError {
    EvalError::Failed(StepError::permanent(EXPRESSION_FAILED, message))
}

/// A limit was met.
pub(crate) fn limit(message: impl Into<Arc<str>>) -> EvalError {
    EvalError::Failed(StepError::permanent(LIMIT_EXCEEDED, message))
}
