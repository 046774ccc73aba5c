//! The step errors that a call can end in: one function a code.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::{ToolOrigin, Value, Violation};
use scriptum_vm::{
    StepError,
    program::{Callee, planner},
};

use crate::{SecretsError, StoreError, ToolError, ToolErrorKind};

/// Nobody offers the tool.
pub(super) fn missing(callee: &Callee) -> StepError {
    error(
        "TOOL_UNAVAILABLE",
        false,
        format!("tool '{}' is not there", callee.name),
    )
}

/// Whoever offers the tool cannot be reached.
pub(super) fn unreachable(callee: &Callee, cause: &ToolError) -> StepError {
    let message = format!(
        "tool '{}' cannot be reached: {}",
        callee.name, cause.message
    );
    error("TOOL_UNAVAILABLE", true, message)
}

/// A secret among the arguments is not in the environment, or not any more.
pub fn secret_missing(callee: &Callee, key: &str) -> StepError {
    let message = format!(
        "cannot call tool '{}': secret '{key}' has no value in the environment",
        callee.name
    );
    error("ENV_MISSING", false, message)
}

/// The environment cannot be read.
pub(super) fn secret_unreachable(callee: &Callee, key: &str, cause: &SecretsError) -> StepError {
    let message = format!(
        "cannot call tool '{}': secret '{key}' cannot be read: {cause}",
        callee.name
    );
    error("TOOL_UNAVAILABLE", true, message)
}

/// A model is told no secrets.
pub(super) fn secret_for_model(callee: &Callee, keys: &BTreeSet<Arc<str>>) -> StepError {
    let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
    let message = format!(
        "'{}' is not told secrets: its input holds {}",
        callee.name,
        keys.join(", ")
    );
    error("TOOL_REFUSED", false, message)
}

/// A large value among the arguments cannot be had.
pub(super) fn unloaded(callee: &Callee, cause: &StoreError) -> StepError {
    let message = format!("cannot load the input of tool '{}': {cause}", callee.name);
    error("INTERNAL_ERROR", false, message)
}

/// The arguments break the signature.
pub(super) fn input_invalid(callee: &Callee, broken: &[Violation]) -> StepError {
    violated(
        "TOOL_INPUT_INVALID",
        callee,
        "does not take its input",
        broken,
    )
}

/// The result breaks the signature.
pub(super) fn output_invalid(callee: &Callee, broken: &[Violation]) -> StepError {
    violated(
        "TOOL_OUTPUT_INVALID",
        callee,
        "gave another output than it says",
        broken,
    )
}

/// A secret among the arguments breaks the signature.
pub(super) fn input_secret_invalid(callee: &Callee) -> StepError {
    let what = "does not take its input: a secret in it breaks a rule";
    let message = format!("tool '{}' {what}", callee.name);
    error("TOOL_INPUT_INVALID", false, message)
}

/// The result breaks the signature where it holds a secret.
pub(super) fn output_secret_invalid(callee: &Callee) -> StepError {
    let what = "gave another output than it says: a secret in it breaks a rule";
    let message = format!("tool '{}' {what}", callee.name);
    error("TOOL_OUTPUT_INVALID", false, message)
}

/// The call was given up; what it did is unknown.
pub fn timed_out(callee: &Callee, limit_ms: u64) -> StepError {
    let message = format!("tool '{}' did not answer within {limit_ms} ms", callee.name);
    error("TOOL_TIMEOUT", true, message)
}

/// The thread does not want the answer any more.
pub(super) fn cancelled(callee: &Callee) -> StepError {
    let message = format!("the call of tool '{}' was abandoned", callee.name);
    error("CANCELLED", false, message)
}

/// The call broke off inside the tool.
pub(super) fn panicked(callee: &Callee, said: &str) -> StepError {
    let message = format!("tool '{}' broke off: {said}", callee.name);
    let details = Value::object([("code", Value::text("PANICKED"))]);
    StepError {
        details,
        ..error("TOOL_FAILED", false, message)
    }
}

/// The owner of the call died, and the tool must not be called twice.
pub fn outcome_unknown(callee: &Callee) -> StepError {
    let message = format!(
        "the node died while tool '{}' was called, and nobody knows what it did",
        callee.name
    );
    error("OUTCOME_UNKNOWN", true, message)
}

/// The tool said why it failed.
pub(super) fn failed(callee: &Callee, cause: &ToolError) -> StepError {
    let (code, retryable) = match cause.kind {
        ToolErrorKind::Retryable => (failure_code(callee, cause), true),
        ToolErrorKind::Permanent => (failure_code(callee, cause), false),
        ToolErrorKind::Cancelled => ("CANCELLED", false),
        ToolErrorKind::Refused => ("TOOL_REFUSED", false),
        ToolErrorKind::NotConfigured => ("TOOL_UNAVAILABLE", false),
        ToolErrorKind::TimedOut => ("TOOL_TIMEOUT", true),
    };
    StepError {
        details: details(cause),
        ..error(code, retryable, Arc::clone(&cause.message))
    }
}

fn failure_code(callee: &Callee, cause: &ToolError) -> &'static str {
    if callee == planner() {
        return match &*cause.code {
            "PLAN_INVALID" => "PLAN_INVALID",
            _ => "MODEL_FAILED",
        };
    }
    match callee.origin {
        ToolOrigin::Model => "MODEL_FAILED",
        ToolOrigin::Native | ToolOrigin::Cloud | ToolOrigin::Mcp(_) | ToolOrigin::Channel => {
            "TOOL_FAILED"
        }
    }
}

/// The tool's own code, beside what it adds.
fn details(cause: &ToolError) -> Value {
    let code = [(Arc::from("code"), Value::Text(Arc::clone(&cause.code)))];
    match &cause.details {
        Value::Null => Value::object(code),
        Value::Object(further) => {
            let further = further.iter().filter(|(key, _)| &**key != "code").cloned();
            Value::object(code.into_iter().chain(further))
        }
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Secret(_)
        | Value::Stored(_) => {
            let further = [(Arc::from("details"), cause.details.clone())];
            Value::object(code.into_iter().chain(further))
        }
    }
}

fn violated(code: &str, callee: &Callee, what: &str, broken: &[Violation]) -> StepError {
    let line = |violation: &Violation| match violation.pointer.as_str() {
        "" => violation.message.clone(),
        pointer => format!("{pointer} {}", violation.message),
    };
    let lines: Vec<String> = broken.iter().map(line).collect();
    let message = format!("tool '{}' {what}: {}", callee.name, lines.join("; "));
    let details = Value::object([("violations", Value::list(broken.iter().map(shown)))]);
    StepError {
        details,
        ..error(code, false, message)
    }
}

fn shown(violation: &Violation) -> Value {
    Value::object([
        ("pointer", Value::text(&violation.pointer)),
        ("reason", Value::text(violation.reason.as_str())),
        ("message", Value::text(&violation.message)),
    ])
}

fn error(code: &str, retryable: bool, message: impl Into<Arc<str>>) -> StepError {
    StepError {
        retryable,
        ..StepError::permanent(code, message)
    }
}
