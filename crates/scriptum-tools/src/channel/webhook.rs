//! `webhook`: posts the payload as JSON to an address. The key of the call goes along, so that the
//! receiver can tell a message that comes twice.

use scriptum_contract::Value;
use scriptum_engine::{Sink, ToolCall, ToolError};

use super::{Shared, field};

/// The header with the key of the call.
const KEY: &str = "idempotency-key";

pub(super) async fn send(
    shared: &Shared,
    call: ToolCall,
    out: &mut dyn Sink,
) -> Result<Value, ToolError> {
    let url = field(&call.args, "url");
    let url = url.as_text().unwrap_or_default();
    let headers = Value::object([(KEY, Value::text(&call.key))]);
    let payload = field(&call.args, "payload");
    let answer = shared
        .post(call.clone(), (url, headers, payload), out)
        .await?;
    Ok(Value::object([("status", Value::Int(answer.status))]))
}
