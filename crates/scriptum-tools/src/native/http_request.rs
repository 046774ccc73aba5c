//! `http_request`: one request to an HTTP server and its answer.

mod answer;
mod client;
mod request;

use std::time::Duration;

use futures::{FutureExt, future::BoxFuture};
use scriptum_contract::{Field, Type, Value};
use scriptum_engine::{ToolError, ToolErrorKind};

use super::{
    fields::{any_object, choice, defaulted, text_of},
    tool::{Context, Definition, Idempotence, Run},
};
use crate::args::Args;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Longest address, in characters; servers and proxies take hardly more.
const URL_CHARS_MAX: u32 = 8_000;

pub(super) const TOOL: Definition = Definition {
    name: "http_request",
    doc: "Makes an HTTP request and returns the answer.",
    input,
    output,
    idempotence: Idempotence::ByArguments("for `GET`, `HEAD` and `OPTIONS`", is_safe),
    example: r#"do "Fetch the page" with http_request
  url = "https://example.com/"
  on error: retry 2
  -> page"#,
    notes: "\
**An answer is a result, whatever its status.** 404, 429 and 500 come back in `status`; a script that
minds checks it. Errors are only what kept the answer from coming: those of kind *retryable* are worth
an `on error: retry`.

A JSON answer (by its content type) is also read into `json`; when it is no valid JSON, `json` is
null. A body that is no UTF-8 comes back as base64. Compressed answers are unpacked; at most 16 MiB
are taken, counted after unpacking.

Redirects are followed at most five times. When one leads to another host, the headers `authorization`
and `cookie` are not sent there.

**Addresses.** Over https every public address can be reached. Loopback, private, link-local and
reserved addresses are refused, and so are plain http and ports below 1024 other than 80 and 443,
until the operator allows the target (`--allow-net localhost`, `--allow-net 10.0.0.0/8`). A name is
judged by the addresses that it resolves to when the connection is made, at every redirect anew.
Proxy settings of the environment are not used.",
    errors: &[
        ("INVALID_ARGUMENT", "an argument is wrong in itself: address, header, timeout"),
        ("REFUSED", "the target is not allowed, at first or by a redirect"),
        ("NAME_NOT_RESOLVED", "retryable: the name has no address"),
        ("CONNECTION_FAILED", "retryable: nobody answers there"),
        ("CONNECTION_BROKEN", "the connection broke off; retryable unless the request may have had an effect"),
        ("TLS_FAILED", "the server's certificate or protocol is not accepted"),
        ("TIMED_OUT", "the answer was not complete in time"),
        ("TOO_MANY_REDIRECTS", "more than five redirects"),
        ("BODY_TOO_LARGE", "the answer has more than 16 MiB"),
    ],
    run: Run::Async(run),
};

fn input() -> Vec<Field> {
    vec![
        Field::required("url", text_of(1, URL_CHARS_MAX)).doc("Address, https or http."),
        defaulted("method", choice("Method", &METHODS), "GET").doc("What to do there."),
        Field::optional("headers", any_object())
            .doc("Headers by name; values are text or numbers."),
        Field::optional("query", any_object())
            .doc("Added to the address; a list repeats its name, null is left out."),
        Field::optional("json", Type::Any).doc("Body, sent as JSON."),
        Field::optional("body", Type::text()).doc("Body, sent as it is. Not together with `json`."),
        defaulted("timeout", Type::Any, "30s").doc(
            "Time for everything: a duration such as `\"5s\"` or milliseconds, at most 10 minutes.",
        ),
    ]
}

fn output() -> Vec<Field> {
    vec![
        Field::required("url", Type::text()).doc("The address that answered."),
        Field::required("status", Type::integer()).doc("Status code."),
        Field::required("headers", any_object())
            .doc("Headers of the answer, names in lower case, repeated ones joined by `, `."),
        Field::required("content_type", Type::text().optional())
            .doc("Header `content-type`; null without."),
        Field::required("body", Type::text()).doc("The body."),
        Field::required("body_encoding", super::fields::encoding()).doc("How `body` is written."),
        Field::required("size_bytes", Type::integer()).doc("Size of the body."),
        Field::required("json", Type::Any).doc("The body of a JSON answer as a value, else null."),
    ]
}

/// Methods that change nothing may be repeated.
fn is_safe(args: &Args<'_>) -> bool {
    args.text("method")
        .is_ok_and(|method| matches!(method, "GET" | "HEAD" | "OPTIONS"))
}

fn run<'a>(context: &'a Context, args: Args<'a>) -> BoxFuture<'a, Result<Value, ToolError>> {
    async move {
        let timeout = request::timeout(&args)?;
        let exchange = exchange(context, &args);
        match tokio::time::timeout(timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(timed_out(&args, timeout)),
        }
    }
    .boxed()
}

async fn exchange(context: &Context, args: &Args<'_>) -> Result<Value, ToolError> {
    let client = client::shared(context)?;
    let request = request::build(client, &context.net, args)?;
    let failed = |error: reqwest::Error| client::failed(&error, is_safe(args));
    let response = client.execute(request).await.map_err(failed)?;
    answer::read(response, &failed).await
}

fn timed_out(args: &Args<'_>, timeout: Duration) -> ToolError {
    let url = args.text("url").unwrap_or_default();
    ToolError::new(
        ToolErrorKind::TimedOut,
        "TIMED_OUT",
        format!("{url} did not answer completely within {timeout:?}"),
    )
}

#[cfg(test)]
mod tests;
