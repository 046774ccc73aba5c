//! From the text of a document to what it describes.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Object, ToolOrigin, ToolSignature, Type, Value, check_fields};

use super::{
    Auth, CloudTool, DocumentFault, DocumentKind, McpServer, McpTransport, Method, RetryPolicy,
    ToolDocument, cloud_name, duration::duration_ms, keys::Keys, schema,
};
use crate::limits::{
    DOCUMENT_BYTES_MAX, DOCUMENT_RETRIES_MAX, TOOL_TIMEOUT_DEFAULT_MS, TOOL_TIMEOUT_MAX_MS,
};

/// The format of documents that is read.
const FORMAT: i64 = 1;

/// Keys that every document may have.
const KEYS: &[&str] = &["tool", "name", "version", "description", "kind", "tags"];

/// Keys of a cloud tool besides.
const CLOUD_KEYS: &[&str] = &[
    "endpoint",
    "method",
    "headers",
    "auth",
    "input",
    "output",
    "streaming",
    "idempotent",
    "timeout",
    "retry",
    "test_input",
];

/// Keys of a server besides.
const MCP_KEYS: &[&str] = &["endpoint", "command"];

/// Reads a document.
///
/// ```
/// let text = "
/// tool: 1
/// name: acme::geo::lookup
/// version: 1.2.0
/// description: Finds coordinates of an address.
/// kind: cloud
/// endpoint: https://geo.example.com/v1/lookup
/// input: {type: object, required: [address], properties: {address: {type: string}}}
/// ";
/// let document = scriptum_tools::read_tool_document(text).unwrap();
/// assert_eq!(document.signature().unwrap().name.to_string(), "acme::geo::lookup");
/// ```
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_tool_document(text: &str) -> Result<ToolDocument, Vec<DocumentFault>> {
    let whole = |message: String| {
        let pointer = String::new();
        vec![DocumentFault { pointer, message }]
    };
    if text.len() > DOCUMENT_BYTES_MAX {
        let limit_kib = DOCUMENT_BYTES_MAX >> 10;
        return Err(whole(format!("is larger than {limit_kib} KiB")));
    }
    let value: Value =
        serde_saphyr::from_str(text).map_err(|error| whole(format!("is no YAML: {error}")))?;
    let Some(object) = value.as_object() else {
        return Err(whole("must be a mapping".to_owned()));
    };
    let mut keys = Keys::new(object, "");
    let document = document(&mut keys);
    match document {
        Some(document) if keys.faults.is_empty() => Ok(document),
        Some(_) | None => Err(keys.faults),
    }
}

/// The document; `None`, once reported, when something that it needs is wrong.
fn document(keys: &mut Keys<'_>) -> Option<ToolDocument> {
    if keys
        .need("tool")
        .is_some_and(|it| *it != Value::Int(FORMAT))
    {
        keys.fault("tool", "must be 1, the format of this document");
    }
    let version = keys.needed_text("version");
    if version.as_deref().is_some_and(|it| !is_version(it)) {
        keys.fault("version", "must be a semantic version such as 1.2.0");
    }
    let tags = keys.texts("tags");
    let mut warnings = Vec::new();
    let kind = match keys.needed_text("kind").as_deref() {
        Some("cloud") => {
            keys.only(&[KEYS, CLOUD_KEYS].concat());
            let tool = cloud_tool(keys, &mut warnings);
            tool.map(|tool| DocumentKind::Cloud(Box::new(tool)))
        }
        Some("mcp") => {
            keys.only(&[KEYS, MCP_KEYS].concat());
            mcp_server(keys).map(DocumentKind::Mcp)
        }
        Some(_) => {
            keys.fault("kind", "must be cloud or mcp");
            None
        }
        None => None,
    };
    Some(ToolDocument {
        version: version?,
        tags,
        kind: kind?,
        warnings,
    })
}

fn cloud_tool(keys: &mut Keys<'_>, warnings: &mut Vec<DocumentFault>) -> Option<CloudTool> {
    let name = keys.needed_text("name");
    let full_name = name.as_deref().and_then(cloud_name);
    if name.is_some() && full_name.is_none() {
        keys.fault("name", "must have two parts or more, such as acme::lookup");
    }
    if name.is_some_and(|name| name.starts_with("ignite::")) {
        keys.fault("name", "names in ignite:: are those of built-in tools");
    }
    let doc = keys.needed_text("description");
    let input = keys.need("input");
    let shape = input.and_then(|input| schema::shape_of(input, "/input", warnings));
    if input.is_some() && shape.is_none() {
        keys.fault("input", "must be a schema of type object");
    }
    let output = keys.get("output");
    let output = output.map_or(Type::Any, |it| schema::type_of(it, "/output", warnings));
    let streaming = keys.boolean("streaming");
    // The schema is that of one item; collected, they are a list.
    let (output, item) = if streaming {
        (Type::list(output.clone()), Some(output))
    } else {
        (output, None)
    };
    let idempotent = keys.boolean("idempotent");
    let endpoint = endpoint(keys);
    let method = method(keys);
    let headers = headers(keys);
    let auth = auth(keys);
    let timeout_ms = timeout_ms(keys);
    let retry = keys.object("retry").map(|object| retry(keys, object));
    let signature = ToolSignature {
        name: full_name?,
        origin: ToolOrigin::Cloud,
        input: Some(Arc::new(shape?)),
        output,
        streaming,
        item,
        idempotent,
        doc: doc?.to_string(),
        example: String::new(),
    };
    let test_input = test_input(keys, &signature);
    Some(CloudTool {
        signature,
        endpoint: endpoint?,
        method,
        headers,
        auth,
        timeout_ms,
        retry,
        test_input,
    })
}

fn mcp_server(keys: &mut Keys<'_>) -> Option<McpServer> {
    let name = keys.needed_text("name");
    let is_name = |name: &str| {
        let allowed = |char: char| {
            char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_' || char == '-'
        };
        name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(allowed)
    };
    if name.as_deref().is_some_and(|name| !is_name(name)) {
        keys.fault("name", "must be small letters, digits, - and _");
    }
    let description = keys.needed_text("description");
    let command = keys.texts("command");
    let transport = match (keys.get("endpoint").is_some(), command.is_empty()) {
        (true, true) => endpoint(keys).map(McpTransport::Http),
        (false, false) => Some(McpTransport::Stdio(command)),
        (true, false) => {
            keys.fault(
                "command",
                "stands beside endpoint; a server has one of them",
            );
            None
        }
        (false, true) => {
            keys.fault("endpoint", "is missing");
            None
        }
    };
    Some(McpServer {
        name: name?,
        description: description?,
        transport: transport?,
    })
}

fn endpoint(keys: &mut Keys<'_>) -> Option<Arc<str>> {
    let endpoint = keys.needed_text("endpoint")?;
    let is_address = ["http://", "https://"]
        .iter()
        .any(|scheme| endpoint.starts_with(scheme) && endpoint.len() > scheme.len());
    if !is_address {
        keys.fault("endpoint", "must begin with https:// or http://");
    }
    Some(endpoint)
}

fn method(keys: &mut Keys<'_>) -> Method {
    match keys.text("method").as_deref() {
        Some("GET") => Method::Get,
        Some("PUT") => Method::Put,
        Some("PATCH") => Method::Patch,
        Some("DELETE") => Method::Delete,
        Some("POST") | None => Method::Post,
        Some(_) => {
            keys.fault("method", "must be GET, POST, PUT, PATCH or DELETE");
            Method::Post
        }
    }
}

fn headers(keys: &mut Keys<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let object = keys.object("headers");
    let mut headers = BTreeMap::new();
    for (name, value) in object.into_iter().flat_map(Object::iter) {
        match value {
            Value::Text(text) => {
                headers.insert(Arc::clone(name), Arc::clone(text));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => keys.fault(&format!("headers/{name}"), "must be a text"),
        }
    }
    headers
}

fn auth(keys: &mut Keys<'_>) -> Option<Auth> {
    let object = keys.object("auth")?;
    let mut inner = Keys::new(object, &keys.pointer_of("auth"));
    let auth = auth_of(&mut inner);
    keys.faults.append(&mut inner.faults);
    auth
}

fn auth_of(keys: &mut Keys<'_>) -> Option<Auth> {
    let kind = keys.needed_text("type")?;
    let env = keys.needed_text("env");
    match &*kind {
        "bearer" => {
            keys.only(&["type", "env"]);
            Some(Auth::Bearer { env: env? })
        }
        "header" | "query" => {
            keys.only(&["type", "env", "name"]);
            let name = keys.needed_text("name");
            let (name, env) = (name?, env?);
            Some(if &*kind == "header" {
                Auth::Header { name, env }
            } else {
                Auth::Query { name, env }
            })
        }
        "basic" => {
            keys.only(&["type", "env", "username_env"]);
            let username_env = keys.needed_text("username_env");
            Some(Auth::Basic {
                username_env: username_env?,
                env: env?,
            })
        }
        _ => {
            keys.fault("type", "must be bearer, header, query or basic");
            None
        }
    }
}

fn timeout_ms(keys: &mut Keys<'_>) -> u64 {
    let Some(text) = keys.text("timeout") else {
        return TOOL_TIMEOUT_DEFAULT_MS;
    };
    match duration_ms(&text) {
        Some(ms) if ms <= TOOL_TIMEOUT_MAX_MS => ms,
        Some(_) => {
            keys.fault("timeout", "must be at most 1h");
            TOOL_TIMEOUT_DEFAULT_MS
        }
        None => {
            keys.fault("timeout", "must be a duration such as 20s");
            TOOL_TIMEOUT_DEFAULT_MS
        }
    }
}

fn retry(keys: &mut Keys<'_>, object: &Object) -> RetryPolicy {
    let mut inner = Keys::new(object, &keys.pointer_of("retry"));
    inner.only(&[
        "max_attempts",
        "initial_backoff",
        "max_backoff",
        "on_status",
    ]);
    let policy = RetryPolicy {
        max_attempts: attempts(&mut inner),
        initial_backoff_ms: backoff_ms(&mut inner, "initial_backoff", 1_000),
        max_backoff_ms: backoff_ms(&mut inner, "max_backoff", 30_000),
        on_status: statuses(&mut inner),
    };
    keys.faults.append(&mut inner.faults);
    policy
}

fn attempts(keys: &mut Keys<'_>) -> u32 {
    let Some(value) = keys.need("max_attempts") else {
        return 1;
    };
    let attempts = value.as_integer().and_then(|it| u32::try_from(it).ok());
    match attempts {
        Some(attempts) if (1..=DOCUMENT_RETRIES_MAX).contains(&attempts) => attempts,
        Some(_) | None => {
            let message = format!("must be an integer from 1 to {DOCUMENT_RETRIES_MAX}");
            keys.fault("max_attempts", message);
            1
        }
    }
}

fn backoff_ms(keys: &mut Keys<'_>, key: &str, default: u64) -> u64 {
    let Some(text) = keys.text(key) else {
        return default;
    };
    let ms = duration_ms(&text);
    if ms.is_none() {
        keys.fault(key, "must be a duration such as 500ms");
    }
    ms.unwrap_or(default)
}

fn statuses(keys: &mut Keys<'_>) -> Vec<u16> {
    let Some(value) = keys.get("on_status") else {
        return Vec::new();
    };
    let status = |value: &Value| {
        let status = value.as_integer().and_then(|it| u16::try_from(it).ok());
        status.filter(|status| (100..=599).contains(status))
    };
    let items = value.as_list().unwrap_or_default();
    let statuses: Vec<u16> = items.iter().filter_map(status).collect();
    if value.as_list().is_none() || statuses.len() < items.len() {
        keys.fault("on_status", "must be a list of HTTP status codes");
    }
    statuses
}

/// The input to try the tool with, which must be one that the tool takes.
fn test_input(keys: &mut Keys<'_>, signature: &ToolSignature) -> Option<Value> {
    let input = keys.get("test_input")?;
    let shape = signature.input.as_ref()?;
    if let Err(violations) = check_fields(input, &shape.fields, shape.open) {
        for violation in violations {
            let key = format!("test_input{}", violation.pointer);
            keys.fault(&key, violation.message);
        }
    }
    Some(input.clone())
}

/// `major.minor.patch`, with an optional pre-release and build part.
fn is_version(version: &str) -> bool {
    let (version, build) = version.split_once('+').unwrap_or((version, "0"));
    let (core, pre_release) = version.split_once('-').unwrap_or((version, "0"));
    let is_number = |part: &str| {
        let is_plain = part == "0" || !part.starts_with('0');
        !part.is_empty() && is_plain && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_word = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(allowed)
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && [pre_release, build]
            .iter()
            .all(|part| part.split('.').all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "
tool: 1
name: acme::geo::lookup
version: 1.2.0
description: Finds coordinates of an address.
kind: cloud
endpoint: https://geo.example.com/v1/lookup/{country}
method: GET
headers: {Accept-Language: en}
auth: {type: header, name: X-Api-Key, env: GEO_API_KEY}
input:
  type: object
  required: [address]
  properties: {address: {type: string, minLength: 1}, country: {type: string}}
  additionalProperties: false
output:
  type: object
  properties: {lat: {type: number}, lon: {type: number}}
idempotent: true
timeout: 20s
retry: {max_attempts: 3, initial_backoff: 500ms, max_backoff: 10s, on_status: [429, 502]}
tags: [geo]
test_input: {address: Via Roma 1}
";

    #[test]
    fn a_whole_document_is_read() {
        let document = read_tool_document(WHOLE).unwrap();
        assert_eq!(document.warnings, []);
        let DocumentKind::Cloud(tool) = &document.kind else {
            panic!("the document is of kind cloud");
        };
        let input = tool.signature.input.as_ref().unwrap();
        assert_eq!(
            Type::Shape(Arc::clone(input)).to_string(),
            "{ address: text, country?: text }"
        );
        let output = "{ lat?: number, lon?: number, … }";
        assert_eq!(tool.signature.output.to_string(), output);
        assert_eq!((tool.method, tool.timeout_ms), (Method::Get, 20_000));
        assert_eq!(tool.retry.as_ref().unwrap().initial_backoff_ms, 500);
        assert!(tool.signature.idempotent && !tool.signature.streaming);
    }

    #[test]
    fn the_schema_of_a_streaming_tool_is_that_of_an_item() {
        let text = WHOLE.replace("idempotent: true", "streaming: true");
        let document = read_tool_document(&text).unwrap();
        let signature = document.signature().unwrap();
        let item = "{ lat?: number, lon?: number, … }";
        assert_eq!(signature.item.as_ref().unwrap().to_string(), item);
        assert_eq!(signature.output.to_string(), format!("list<{item}>"));
    }

    #[test]
    fn a_server_is_read() {
        let text = "{tool: 1, name: docs, version: 1.0.0, description: Docs., kind: mcp, command: [docs-server]}";
        let document = read_tool_document(text).unwrap();
        assert_eq!(document.signature(), None);
        let DocumentKind::Mcp(server) = document.kind else {
            panic!("the document is of kind mcp");
        };
        assert_eq!(server.origin(), ToolOrigin::Mcp("docs".into()));
    }

    /// A change of the whole document, with the pointers of what is wrong then.
    const WRONG: &[(&str, &str, &[&str])] = &[
        ("tool: 1", "tool: 2", &["/tool"]),
        ("version: 1.2.0", "version: 1.2", &["/version"]),
        ("name: acme::geo::lookup", "name: lookup", &["/name"]),
        ("acme::geo", "ignite::geo", &["/name"]),
        (
            "description:",
            "descripton:",
            &["/description", "/descripton"],
        ),
        ("kind: cloud", "kind: lambda", &["/kind"]),
        ("https://", "ftp://", &["/endpoint"]),
        ("method: GET", "method: FETCH", &["/method"]),
        ("Accept-Language: en", "Accept: 1", &["/headers/Accept"]),
        ("type: header", "type: magic", &["/auth/type"]),
        ("name: X-Api-Key, ", "", &["/auth/name"]),
        ("type: object", "type: string", &["/input"]),
        ("timeout: 20s", "timeout: soon", &["/timeout"]),
        ("timeout: 20s", "timeout: 2h", &["/timeout"]),
        (
            "max_attempts: 3",
            "max_attempts: 0",
            &["/retry/max_attempts"],
        ),
        ("[429, 502]", "[429, 9]", &["/retry/on_status"]),
        ("[geo]", "geo", &["/tags"]),
        (
            "address: Via Roma 1",
            "adress: x",
            &["/test_input/address", "/test_input/adress"],
        ),
        ("idempotent: true", "idempotent: maybe", &["/idempotent"]),
    ];

    #[test]
    fn everything_wrong_is_told_with_its_place() {
        for (old, new, expected) in WRONG {
            let text = WHOLE.replacen(old, new, 1);
            assert_ne!(text, WHOLE, "{old}");
            let faults = read_tool_document(&text).unwrap_err();
            let mut pointers: Vec<&str> = faults.iter().map(|it| it.pointer.as_str()).collect();
            pointers.sort_unstable();
            assert_eq!(pointers, *expected, "{new}: {faults:?}");
        }
        for text in ["", "[1]", "a: [", "1"] {
            assert!(read_tool_document(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keywords_that_no_type_says_are_warned_of() {
        let text = WHOLE.replacen("minLength: 1", "if: {minLength: 1}", 1);
        let warnings = read_tool_document(&text).unwrap().warnings;
        let pointers: Vec<&str> = warnings.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(pointers, ["/input/properties/address/if"]);
    }
}
