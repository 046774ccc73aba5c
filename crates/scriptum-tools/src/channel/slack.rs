//! `slack`: posts a text to a channel, with the token of the operator's app.

use scriptum_contract::Value;
use scriptum_engine::{Sink, ToolCall, ToolError, ToolErrorKind};

use super::{Shared, field};

/// Where messages are posted.
pub(super) const URL: &str = "https://slack.com/api/chat.postMessage";

/// Errors after which trying again can help.
const PASSING: [&str; 4] = [
    "ratelimited",
    "rate_limited",
    "internal_error",
    "service_unavailable",
];

pub(super) async fn send(
    shared: &Shared,
    call: ToolCall,
    out: &mut dyn Sink,
) -> Result<Value, ToolError> {
    let Some(token) = &shared.options.slack_token else {
        return Err(super::not_configured(
            "cannot send via slack: there is no token; give SLACK_TOKEN in the environment of the run, \
             with --env-file FILE or --env-var SLACK_TOKEN",
        ));
    };
    let headers = Value::object([("authorization", Value::from(format!("Bearer {token}")))]);
    let message = Value::object([
        ("channel", field(&call.args, "channel")),
        ("text", field(&call.args, "text")),
    ]);
    let url = &shared.options.slack_url;
    let answer = shared.post(call, (url, headers, message), out).await?;
    // Slack says in the body whether it took the message.
    let is_taken = field(&answer.json, "ok") == Value::Bool(true);
    if is_taken {
        return Ok(Value::object([
            ("channel", field(&answer.json, "channel")),
            ("ts", field(&answer.json, "ts")),
        ]));
    }
    let error = field(&answer.json, "error");
    let error = error.as_text().unwrap_or("an answer that says nothing");
    let kind = if PASSING.contains(&error) {
        ToolErrorKind::Retryable
    } else {
        ToolErrorKind::Permanent
    };
    Err(ToolError::new(
        kind,
        "MESSAGE_REFUSED",
        format!("Slack refused the message: {error}"),
    ))
}
