//! Messages to a server of a few lines on the loopback address.

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use super::*;

/// Answers each path in its own way; the answer of `/echo` is the request.
async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    format!("http://127.0.0.1:{port}")
}

async fn serve(mut stream: TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_complete(&request) {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the request ended early");
        request.extend_from_slice(&buffer[..read]);
    }
    let text = String::from_utf8(request).unwrap();
    let (status, body) = match text.split(' ').nth(1).unwrap() {
        "/hook" => {
            assert!(text.contains("idempotency-key: thr_0/0/1"), "{text}");
            assert!(text.ends_with(r#"{"done":true}"#), "{text}");
            ("200 OK", "")
        }
        "/busy" => ("503 Busy", "later"),
        "/gone" => ("410 Gone", "never"),
        "/slack" => {
            assert!(
                text.contains("authorization: Bearer secret-token"),
                "{text}"
            );
            assert!(
                text.ends_with(r##"{"channel":"#news","text":"hello"}"##),
                "{text}"
            );
            ("200 OK", r#"{"ok":true,"channel":"C1","ts":"1.2"}"#)
        }
        "/slack-busy" => ("200 OK", r#"{"ok":false,"error":"ratelimited"}"#),
        "/slack-no" => ("200 OK", r#"{"ok":false,"error":"channel_not_found"}"#),
        _ => ("404 Not Found", ""),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn options(slack_url: String) -> ChannelOptions {
    let allow = vec!["127.0.0.1".parse().unwrap()];
    ChannelOptions {
        slack_token: Some("secret-token".to_owned()),
        slack_url,
        ..ChannelOptions::new(NetPolicy {
            allow,
            ..NetPolicy::default()
        })
    }
}

struct NoSink;

#[async_trait]
impl Sink for NoSink {
    async fn item(&mut self, item: Value) {
        panic!("unexpected item {item:?}");
    }

    fn progress(&mut self, _done: u64, _total: Option<u64>) {}

    fn log(&mut self, _line: &str) {}
}

async fn send(options: ChannelOptions, channel: &str, args: &str) -> Result<String, ToolError> {
    let channels = Channels::new(options);
    let channel = channels
        .find(&ToolName::new(channel))
        .await
        .unwrap()
        .unwrap();
    let call = ToolCall {
        key: "thr_0/0/1".into(),
        args: Value::from_json(args).unwrap(),
        deadline: None,
        cancelled: CancellationToken::new(),
    };
    let output = channel.call(call, &mut NoSink).await?;
    Ok(output.to_json().unwrap())
}

#[tokio::test]
async fn a_webhook_gets_the_payload_and_the_key_of_the_call() {
    let server = start().await;
    for (path, expected) in [
        ("/hook", Ok(r#"{"status":200}"#)),
        ("/busy", Err((ToolErrorKind::Retryable, "later"))),
        ("/gone", Err((ToolErrorKind::Permanent, "never"))),
    ] {
        let args = format!(r#"{{"url":"{server}{path}","payload":{{"done":true}}}}"#);
        let sent = send(options(String::new()), "webhook", &args).await;
        match (sent, expected) {
            (Ok(output), Ok(expected)) => assert_eq!(output, expected),
            (Err(error), Err((kind, body))) => {
                assert_eq!(error.kind, kind, "{error}");
                assert!(error.message.contains(body), "{error}");
            }
            (sent, expected) => panic!("{path}: {sent:?} for {expected:?}"),
        }
    }
}

#[tokio::test]
async fn slack_gets_the_text_with_the_token_and_says_whether_it_took_it() {
    let server = start().await;
    let args = r##"{"channel":"#news","text":"hello"}"##;
    let sent = send(options(format!("{server}/slack")), "slack", args).await;
    assert_eq!(sent.unwrap(), r#"{"channel":"C1","ts":"1.2"}"#);
    for (path, kind) in [
        ("/slack-busy", ToolErrorKind::Retryable),
        ("/slack-no", ToolErrorKind::Permanent),
    ] {
        let error = send(options(format!("{server}{path}")), "slack", args).await;
        assert_eq!(error.unwrap_err().kind, kind, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_configured_says_so_and_addresses_are_judged() {
    let none = || ChannelOptions::new(NetPolicy::default());
    let email = r#"{"to":"a@example.com","subject":"s","body":"b"}"#;
    let slack = r##"{"channel":"#news","text":"hello"}"##;
    for (channel, args) in [("email", email), ("slack", slack)] {
        let error = send(none(), channel, args).await.unwrap_err();
        assert_eq!(error.kind, ToolErrorKind::NotConfigured, "{error}");
    }
    let local = r#"{"url":"http://127.0.0.1:1/","payload":1}"#;
    let error = send(none(), "webhook", local).await.unwrap_err();
    assert_eq!(error.kind, ToolErrorKind::Refused);
    assert!(!format!("{:?}", options(String::new())).contains("secret-token"));
}
