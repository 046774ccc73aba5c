//! From a response to the output, taking no more bytes than allowed.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Response,
    header::{CONTENT_TYPE, HeaderMap},
};
use scriptum_contract::Value;
use scriptum_engine::ToolError;

use crate::{limits::HTTP_BODY_BYTES_MAX, native::fields::count};

pub(super) async fn read(
    mut response: Response,
    failed: &(dyn Fn(reqwest::Error) -> ToolError + Sync),
) -> Result<Value, ToolError> {
    let url = response.url().to_string();
    let status = response.status().as_u16();
    let headers = headers(response.headers());
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > HTTP_BODY_BYTES_MAX {
            return Err(ToolError::permanent(
                "BODY_TOO_LARGE",
                format!("the answer of {url} has more than {HTTP_BODY_BYTES_MAX} bytes"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    let json = if content_type.as_deref().is_some_and(is_json) {
        // An answer that lies about its type is still an answer.
        Value::from_json_slice(&body).unwrap_or(Value::Null)
    } else {
        Value::Null
    };
    let size_bytes = count(body.len());
    let (body, body_encoding) = match String::from_utf8(body) {
        Ok(text) => (text, "text"),
        Err(error) => (BASE64_STANDARD.encode(error.as_bytes()), "base64"),
    };
    Ok(Value::object([
        ("url", Value::from(url)),
        ("status", Value::Int(status.into())),
        ("headers", headers),
        (
            "content_type",
            content_type.map_or(Value::Null, Value::from),
        ),
        ("body", Value::from(body)),
        ("body_encoding", Value::text(body_encoding)),
        ("size_bytes", size_bytes),
        ("json", json),
    ]))
}

fn headers(headers: &HeaderMap) -> Value {
    Value::object(headers.keys().map(|name| {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        (name.as_str(), Value::from(values.join(", ")))
    }))
}

/// `application/json`, `text/json` and everything that ends in `+json`.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}
