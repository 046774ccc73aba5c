//! Requests to a server of a few lines on the loopback address.

use std::io::Write;

use scriptum_contract::Value;
use scriptum_engine::{ToolCall, ToolErrorKind};
use scriptum_vm::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::{
    NetPolicy,
    testing::{Bench, code},
};

/// First byte of a connection with TLS.
const TLS_HANDSHAKE: u8 = 22;

/// A server that answers each path in its own way.
struct Server {
    port: u16,
}

impl Server {
    async fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, port));
            }
        });
        Server { port }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Answers one request and closes.
async fn serve(mut stream: TcpStream, port: u16) {
    let request = read_request(&mut stream).await;
    let target = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let path = target.split('?').next().unwrap_or_default();
    let redirect = |to: &str| {
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
    };
    let answer = match path {
        "/echo" => ok("text/plain", &[], request.as_bytes()),
        "/json" => ok("application/problem+json; charset=utf-8", &[], b"{\"a\":[1,null]}"),
        "/broken-json" => ok("application/json", &[], b"{\"a\":"),
        "/stored" => ok("application/json", &[], b"{\"$stored\":[\"x\",1]}"),
        "/bytes" => ok("application/octet-stream", &[], b"\xff\x00"),
        "/bomb" => ok("text/plain", &["content-encoding: gzip"], &bomb()),
        "/busy" => b"HTTP/1.1 503 Busy\r\nretry-after: 1\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 4\r\n\r\nbusy".to_vec(),
        "/loop" => redirect("/loop"),
        "/to-echo" => redirect("/echo?from=here"),
        "/to-other-loopback" => redirect(&format!("http://127.0.0.2:{port}/echo")),
        "/to-private" => redirect("http://10.0.0.1/"),
        "/to-name" => redirect(&format!("http://localhost:{port}/echo")),
        "/to-file" => redirect("file:///etc/passwd"),
        "/cut" => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec(),
        "/silent" => return std::future::pending().await,
        "/slow" => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegin";
            stream.write_all(head).await.unwrap();
            return std::future::pending().await;
        }
        "/endless" => {
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head).await.unwrap();
            let chunk = [b"10000\r\n".as_slice(), &vec![b'x'; 0x10000], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {}
            return;
        }
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    };
    // The client may have gone away; that is what some tests are about.
    let _: std::io::Result<()> = stream.write_all(&answer).await;
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        request.extend_from_slice(&buffer[..read]);
        if request.first() == Some(&TLS_HANDSHAKE) {
            return String::new();
        }
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(read > 0, "the request ended early: {text}");
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return text;
        }
    }
}

fn ok(content_type: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let headers = [headers, &[""]].concat().join("\r\n");
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [answer.as_bytes(), body].concat()
}

/// Some 64 KiB that unpack to 64 MiB.
fn bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1024 * 1024];
    (0..64).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.finish().unwrap()
}

fn bench(allow: &[&str]) -> Bench {
    Bench::with_net(NetPolicy {
        allow: allow.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..NetPolicy::default()
    })
}

/// Calls with a url and further arguments.
async fn fetch(bench: &Bench, url: &str, more: &str) -> Value {
    let args = format!(r#"{{"url":"{url}"{more}}}"#);
    let output = bench.call("http_request", &args).await.unwrap();
    Value::from_json(&output).unwrap()
}

async fn error(bench: &Bench, url: &str, more: &str) -> scriptum_engine::ToolError {
    let args = format!(r#"{{"url":"{url}"{more}}}"#);
    bench.error("http_request", &args).await
}

fn field<'v>(output: &'v Value, name: &str) -> &'v Value {
    output.as_object().unwrap().get(name).unwrap()
}

fn text<'v>(output: &'v Value, name: &str) -> &'v str {
    field(output, name).as_text().unwrap()
}

#[tokio::test]
async fn a_request_carries_what_it_is_given() {
    let server = Server::start().await;
    let bench = bench(&["127.0.0.1"]);
    let output = fetch(
        &bench,
        &server.url("/echo?a=1"),
        r#","method":"POST","query":{"b":[2,"x y"],"c":null,"d":true},
            "headers":{"X-Number":5,"Accept":"text/plain"},"json":{"k":["✓"]}"#,
    )
    .await;
    let sent = text(&output, "body");
    assert!(
        sent.starts_with("POST /echo?a=1&b=2&b=x+y&d=true HTTP/1.1\r\n"),
        "{sent}"
    );
    for expected in [
        "x-number: 5\r\n",
        "accept: text/plain\r\n",
        "content-type: application/json\r\n",
        "user-agent: scriptum/",
        "\r\n\r\n{\"k\":[\"✓\"]}",
    ] {
        assert!(sent.contains(expected), "{expected} is not in {sent}");
    }
    let output = fetch(
        &bench,
        &server.url("/echo"),
        r#","method":"PUT","body":"as it is""#,
    )
    .await;
    assert!(text(&output, "body").ends_with("\r\n\r\nas it is"));
}

#[tokio::test]
async fn answers_come_back_whatever_their_status_and_type() {
    let server = Server::start().await;
    let bench = bench(&["127.0.0.1"]);
    let output = fetch(&bench, &server.url("/json"), "").await;
    assert_eq!(
        field(&output, "json").to_json().unwrap(),
        r#"{"a":[1,null]}"#
    );
    assert_eq!(
        text(&output, "content_type"),
        "application/problem+json; charset=utf-8"
    );

    let output = fetch(&bench, &server.url("/broken-json"), "").await;
    assert_eq!(field(&output, "json"), &Value::Null);
    assert_eq!(text(&output, "body"), "{\"a\":");

    let output = fetch(&bench, &server.url("/stored"), "").await;
    assert_eq!(
        field(&output, "json").to_json().unwrap(),
        r#"{"$stored":["x",1]}"#
    );

    let output = fetch(&bench, &server.url("/bytes"), "").await;
    assert_eq!(
        (text(&output, "body"), text(&output, "body_encoding")),
        ("/wA=", "base64")
    );

    let output = fetch(&bench, &server.url("/busy"), "").await;
    assert_eq!(field(&output, "status"), &Value::Int(503));
    assert_eq!(text(field(&output, "headers"), "x-a"), "1, 2");
    assert_eq!(field(&output, "content_type"), &Value::Null);

    let output = fetch(&bench, &server.url("/none"), r#","method":"HEAD""#).await;
    assert_eq!(field(&output, "status"), &Value::Int(404));
}

#[tokio::test]
async fn redirects_are_followed_as_far_as_they_may() {
    let server = Server::start().await;
    let bench = bench(&["127.0.0.1"]);
    let output = fetch(&bench, &server.url("/to-echo"), "").await;
    assert_eq!(text(&output, "url"), server.url("/echo?from=here"));
    for (path, expected) in [
        ("/loop", "TOO_MANY_REDIRECTS"),
        ("/to-other-loopback", "REFUSED"),
        ("/to-private", "REFUSED"),
        ("/to-name", "REFUSED"),
    ] {
        let error = error(&bench, &server.url(path), "").await;
        assert_eq!(code(&error), expected, "{path}: {error}");
    }
    // A redirect to something else than HTTP is not followed; either way the file is not read.
    let args = format!(r#"{{"url":"{}"}}"#, server.url("/to-file"));
    if let Ok(output) = bench.call("http_request", &args).await {
        assert!(output.contains(r#""status":302"#), "{output}");
    }
}

#[tokio::test]
async fn what_the_operator_did_not_allow_is_refused_before_a_connection_is_made() {
    let server = Server::start().await;
    let port = server.port;
    let closed = bench(&[]);
    for (url, why) in [
        (server.url("/echo"), "127.0.0.1 is a loopback address"),
        (format!("https://localhost:{port}/"), "a loopback address"),
        (
            format!("https://[::1]:{port}/"),
            "::1 is a loopback address",
        ),
        (
            format!("https://[::ffff:127.0.0.1]:{port}/"),
            "127.0.0.1 is a loopback address",
        ),
        (
            format!("https://0x7f.1:{port}/"),
            "127.0.0.1 is a loopback address",
        ),
        (
            format!("https://2130706433:{port}/"),
            "127.0.0.1 is a loopback address",
        ),
        (
            "https://169.254.169.254/latest/meta-data".to_owned(),
            "a link-local address",
        ),
        (
            "http://example.com/".to_owned(),
            "plain http is not allowed",
        ),
        (
            "https://example.com:22/".to_owned(),
            "port 22 is not allowed",
        ),
    ] {
        let error = error(&closed, &url, "").await;
        assert_eq!(error.kind, ToolErrorKind::Refused, "{url}: {error}");
        assert!(error.message.contains(why), "{url}: {error}");
        assert!(error.message.contains("--allow-net"), "{url}: {error}");
    }
    let by_name = bench(&["localhost"]);
    let output = fetch(&by_name, &format!("http://localhost:{port}/json"), "").await;
    assert_eq!(field(&output, "status"), &Value::Int(200));
    assert_eq!(
        code(&error(&by_name, &server.url("/json"), "").await),
        "REFUSED"
    );
}

#[tokio::test]
async fn bodies_have_a_limit_after_unpacking() {
    let server = Server::start().await;
    let bench = bench(&["127.0.0.1"]);
    for path in ["/bomb", "/endless"] {
        let error = error(&bench, &server.url(path), "").await;
        assert_eq!(code(&error), "BODY_TOO_LARGE", "{path}: {error}");
    }
}

#[tokio::test]
async fn servers_that_are_slow_silent_or_gone_are_errors() {
    let server = Server::start().await;
    let bench = bench(&["127.0.0.1", "nowhere.invalid"]);
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://127.0.0.1:{}/", unused.local_addr().unwrap().port());
    drop(unused);
    let short = r#","timeout":"100ms""#;
    let post = r#","method":"POST""#;
    for (url, more, expected, kind) in [
        (
            server.url("/silent"),
            short,
            "TIMED_OUT",
            ToolErrorKind::TimedOut,
        ),
        (
            server.url("/slow"),
            r#","timeout":100"#,
            "TIMED_OUT",
            ToolErrorKind::TimedOut,
        ),
        (nobody, "", "CONNECTION_FAILED", ToolErrorKind::Retryable),
        (
            server.url("/cut"),
            "",
            "CONNECTION_BROKEN",
            ToolErrorKind::Retryable,
        ),
        (
            server.url("/cut"),
            post,
            "CONNECTION_BROKEN",
            ToolErrorKind::Permanent,
        ),
        (
            "http://nowhere.invalid/".to_owned(),
            "",
            "NAME_NOT_RESOLVED",
            ToolErrorKind::Retryable,
        ),
    ] {
        let error = error(&bench, &url, more).await;
        assert_eq!(
            (code(&error), error.kind),
            (expected, kind),
            "{url}: {error}"
        );
    }
    let https = server.url("/").replace("http:", "https:");
    let error = error(&bench, &https, "").await;
    assert_eq!(code(&error), "TLS_FAILED", "{error}");
}

#[tokio::test]
async fn a_call_that_is_cancelled_or_past_its_deadline_ends_at_once() {
    let server = Server::start().await;
    let bench = bench(&["127.0.0.1"]);
    let call = |deadline, cancelled| ToolCall {
        key: "thr_0/0/1".into(),
        args: Value::object([("url", Value::from(server.url("/silent")))]),
        deadline,
        cancelled,
    };
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let ended = bench.make("http_request", call(None, cancelled)).await;
    assert_eq!(ended.unwrap_err().kind, ToolErrorKind::Cancelled);
    let past = Some(Timestamp(0));
    let ended = bench
        .make("http_request", call(past, CancellationToken::new()))
        .await;
    assert_eq!(ended.unwrap_err().kind, ToolErrorKind::TimedOut);
}

#[tokio::test]
async fn arguments_that_make_no_request_are_errors() {
    let bench = bench(&[]);
    let url = "https://example.com/";
    for (url, more, expected) in [
        (
            "not an address",
            "",
            "'not an address' is no address: relative URL without a base",
        ),
        (
            "ftp://example.com/",
            "",
            "'ftp://example.com/' is no address for HTTP: it begins with ftp:",
        ),
        (
            "https://me:secret@example.com/",
            "",
            "the address has a user or password in it; send them in the header authorization",
        ),
        (
            url,
            r#","json":1,"body":"x""#,
            "'json' and 'body' are both given; a request has one body",
        ),
        (
            url,
            r#","headers":{"a b":"c"}"#,
            "'a b' is no name of a header",
        ),
        (
            url,
            r#","headers":{"a":"b\nc"}"#,
            "header 'a' has a character that headers cannot carry",
        ),
        (
            url,
            r#","headers":{"Host":"x"}"#,
            "header 'Host' is set by the client and cannot be given",
        ),
        (
            url,
            r#","headers":{"a":{}}"#,
            "'headers.a' must be text, a number or a boolean, is object",
        ),
        (
            url,
            r#","timeout":"soon""#,
            "'timeout' must be a duration such as \"5s\" or a number of milliseconds",
        ),
        (
            url,
            r#","timeout":"1h""#,
            "'timeout' must be above 0 and at most 600s",
        ),
        (
            url,
            r#","timeout":0"#,
            "'timeout' must be above 0 and at most 600s",
        ),
    ] {
        let error = error(&bench, url, more).await;
        assert_eq!(error.to_string(), format!("INVALID_ARGUMENT: {expected}"));
    }
}

#[tokio::test]
async fn only_methods_that_change_nothing_are_idempotent() {
    let bench = bench(&[]);
    let tool = bench.find("http_request").await;
    for (method, expected) in [
        ("GET", true),
        ("HEAD", true),
        ("POST", false),
        ("DELETE", false),
    ] {
        let args = Value::object([("method", Value::text(method))]);
        assert_eq!(tool.is_idempotent(&args), expected, "{method}");
    }
    assert!(tool.is_idempotent(&Value::object([("url", Value::text("https://a.b"))])));
    assert!(!tool.signature().idempotent);
}
