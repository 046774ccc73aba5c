//! The channels that messages are sent over, one file a channel.
//!
//! All of them are requests to a server, made by the tool `http_request`, so that its rules hold here
//! too: where connections may go, how long they may take. What they need to know of the one who sends
//! comes from the operator.

mod slack;
mod webhook;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use scriptum_contract::{ToolName, ToolSignature, Value, channels};
use scriptum_engine::{Sink, Tool, ToolCall, ToolError, ToolErrorKind, ToolSource};

use crate::{NativeOptions, NativeTools, NetPolicy};

/// The tool that makes requests.
const REQUEST: &str = "http_request";

/// Characters of an answer that an error shows.
const ANSWER_CHARS_MAX: usize = 300;

/// What the operator gives to channels.
#[derive(Clone)]
pub struct ChannelOptions {
    /// Where connections may go.
    pub net: NetPolicy,
    /// The token of a Slack app, `SLACK_TOKEN`.
    pub slack_token: Option<String>,
    /// The address of Slack's programming interface.
    pub slack_url: String,
}

impl std::fmt::Debug for ChannelOptions {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelOptions")
            .field("net", &self.net)
            .field("slack_url", &self.slack_url)
            .finish_non_exhaustive()
    }
}

impl ChannelOptions {
    /// Connections under this policy, and no credentials.
    pub fn new(net: NetPolicy) -> ChannelOptions {
        ChannelOptions {
            net,
            slack_token: None,
            slack_url: slack::URL.to_owned(),
        }
    }
}

/// The source of channels.
#[derive(Debug)]
pub struct Channels {
    shared: Arc<Shared>,
}

/// What all channels use.
#[derive(Debug)]
struct Shared {
    options: ChannelOptions,
    requests: NativeTools,
}

/// One channel.
struct Channel {
    signature: Arc<ToolSignature>,
    shared: Arc<Shared>,
}

impl Channels {
    /// The channels with these rights.
    pub fn new(options: ChannelOptions) -> Channels {
        let native = NativeOptions {
            // Requests read no files.
            workspace: Path::new("").to_owned(),
            net: options.net.clone(),
        };
        let requests = NativeTools::new(native);
        Channels {
            shared: Arc::new(Shared { options, requests }),
        }
    }
}

#[async_trait]
impl ToolSource for Channels {
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
        Ok(channels::ALL.clone())
    }

    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
        let channel = channels::find(name).map(|signature| Channel {
            signature: Arc::clone(signature),
            shared: Arc::clone(&self.shared),
        });
        Ok(channel.map(|channel| Arc::new(channel) as Arc<dyn Tool>))
    }
}

#[async_trait]
impl Tool for Channel {
    fn signature(&self) -> &Arc<ToolSignature> {
        &self.signature
    }

    async fn call(&self, call: ToolCall, out: &mut dyn Sink) -> Result<Value, ToolError> {
        match &*self.signature.name.0 {
            "webhook" => webhook::send(&self.shared, call, out).await,
            "slack" => slack::send(&self.shared, call, out).await,
            name => Err(not_configured(format!(
                "cannot send via {name}: this build has no connection to it; send via webhook to a \
                 service that has one"
            ))),
        }
    }
}

/// What sending over a channel fails with that the operator has not connected.
fn not_configured(message: impl Into<Arc<str>>) -> ToolError {
    ToolError::new(
        ToolErrorKind::NotConfigured,
        "CHANNEL_NOT_CONFIGURED",
        message,
    )
}

/// What a server answered.
struct Answer {
    status: i64,
    body: String,
    json: Value,
}

impl Shared {
    /// Posts JSON, and gives the answer when it is one of success.
    async fn post(
        &self,
        call: ToolCall,
        (url, headers, json): (&str, Value, Value),
        out: &mut dyn Sink,
    ) -> Result<Answer, ToolError> {
        let found = self.requests.find(&ToolName::new(REQUEST)).await?;
        let request = found.expect("the tool that makes requests is a native one");
        let args = Value::object([
            ("url", Value::text(url)),
            ("method", Value::text("POST")),
            ("headers", headers),
            ("json", json),
        ]);
        let output = request.call(ToolCall { args, ..call }, out).await?;
        let answer = Answer::read(&output);
        match answer.status {
            200..300 => Ok(answer),
            408 | 429 | 500.. => Err(answer.error(ToolErrorKind::Retryable)),
            _ => Err(answer.error(ToolErrorKind::Permanent)),
        }
    }
}

impl Answer {
    fn read(output: &Value) -> Answer {
        let field = |name: &str| output.as_object().and_then(|it| it.get(name)).cloned();
        Answer {
            status: field("status").and_then(|it| it.as_integer()).unwrap_or(0),
            body: field("body")
                .and_then(|body| body.as_text().map(str::to_owned))
                .unwrap_or_default(),
            json: field("json").unwrap_or_default(),
        }
    }

    fn error(&self, kind: ToolErrorKind) -> ToolError {
        let shown: String = self.body.chars().take(ANSWER_CHARS_MAX).collect();
        let message = format!(
            "the message was refused with status {}: {shown}",
            self.status
        );
        ToolError::new(kind, "MESSAGE_REFUSED", message)
    }
}

/// A field of a message, which was checked before.
fn field(args: &Value, name: &str) -> Value {
    let field = args.as_object().and_then(|args| args.get(name));
    field.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
