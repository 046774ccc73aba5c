//! From arguments to a request that may be sent.

use std::time::Duration;

use reqwest::{
    Client, Method, Request, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use scriptum_contract::{Object, Value};
use scriptum_engine::ToolError;

use super::client::check_target;
use crate::{
    args::{Args, invalid},
    limits::HTTP_TIMEOUT_MAX,
    net::NetPolicy,
};

/// Headers that belong to the connection and that the client sets itself.
const HEADERS_OF_THE_CLIENT: [&str; 6] = [
    "connection",
    "content-length",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn build(
    client: &Client,
    policy: &NetPolicy,
    args: &Args<'_>,
) -> Result<Request, ToolError> {
    let url = address(args)?;
    check_target(policy, &url).map_err(|refusal| refusal.to_error())?;
    let method = args.text("method")?;
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| invalid(format!("'{method}' is no HTTP method")))?;
    let request = client.request(method, url).headers(headers(args)?);
    let request = match (args.value("json"), args.optional_text("body")?) {
        (Some(_), Some(_)) => {
            return Err(invalid(
                "'json' and 'body' are both given; a request has one body".to_owned(),
            ));
        }
        (Some(json), None) => {
            let json = json
                .to_json()
                .map_err(|error| invalid(format!("cannot write 'json': {error}")))?;
            request.body(json)
        }
        (None, Some(body)) => request.body(body.to_owned()),
        (None, None) => request,
    };
    request
        .build()
        .map_err(|error| invalid(format!("cannot build the request: {error}")))
}

fn address(args: &Args<'_>) -> Result<Url, ToolError> {
    let text = args.text("url")?;
    let mut url =
        Url::parse(text).map_err(|error| invalid(format!("'{text}' is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!(
            "'{text}' is no address for HTTP: it begins with {}:",
            url.scheme()
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(
            "the address has a user or password in it; send them in the header authorization"
                .to_owned(),
        ));
    }
    if let Some(query) = args.optional_object("query")? {
        add_query(&mut url, query)?;
    }
    Ok(url)
}

fn add_query(url: &mut Url, query: &Object) -> Result<(), ToolError> {
    let mut pairs = Vec::new();
    for (name, value) in query {
        let values = value.as_list().unwrap_or(std::slice::from_ref(value));
        for value in values {
            if let Some(text) = scalar("query", name, value)? {
                pairs.push((name, text));
            }
        }
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(())
}

fn headers(args: &Args<'_>) -> Result<HeaderMap, ToolError> {
    let mut headers = HeaderMap::new();
    if args.value("json").is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let Some(given) = args.optional_object("headers")? else {
        return Ok(headers);
    };
    for (name, value) in given {
        let Some(text) = scalar("headers", name, value)? else {
            continue;
        };
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid(format!("'{name}' is no name of a header")))?;
        if HEADERS_OF_THE_CLIENT.contains(&header.as_str()) {
            return Err(invalid(format!(
                "header '{name}' is set by the client and cannot be given"
            )));
        }
        // The value may be a secret, so it is not shown.
        let value = HeaderValue::from_str(&text).map_err(|_| {
            invalid(format!(
                "header '{name}' has a character that headers cannot carry"
            ))
        })?;
        headers.insert(header, value);
    }
    Ok(headers)
}

/// The text of a scalar; `None` for null.
fn scalar(argument: &str, name: &str, value: &Value) -> Result<Option<String>, ToolError> {
    match value {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(text.to_string())),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        Value::Int(number) => Ok(Some(number.to_string())),
        Value::Float(number) => Ok(Some(number.to_string())),
        Value::List(_) | Value::Object(_) | Value::Secret(_) | Value::Stored(_) => {
            Err(invalid(format!(
                "'{argument}.{name}' must be text, a number or a boolean, is {}",
                value.kind()
            )))
        }
    }
}

/// Time for the whole call.
pub(super) fn timeout(args: &Args<'_>) -> Result<Duration, ToolError> {
    let value = args.value("timeout").cloned().unwrap_or_default();
    let timeout = match &value {
        Value::Int(millis) => u64::try_from(*millis).ok().map(Duration::from_millis),
        Value::Text(text) => duration(text),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    };
    match timeout {
        Some(timeout) if !timeout.is_zero() && timeout <= HTTP_TIMEOUT_MAX => Ok(timeout),
        Some(_) => Err(invalid(format!(
            "'timeout' must be above 0 and at most {HTTP_TIMEOUT_MAX:?}"
        ))),
        None => Err(invalid(
            "'timeout' must be a duration such as \"5s\" or a number of milliseconds".to_owned(),
        )),
    }
}

/// Reads `500ms`, `30s`, `1m30s`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at(digits);
        let unit_length = behind
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_length);
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        let millis = number.parse::<u64>().ok()?.checked_mul(millis)?;
        total = total.checked_add(Duration::from_millis(millis))?;
        rest = behind;
    }
    (!text.is_empty()).then_some(total)
}
