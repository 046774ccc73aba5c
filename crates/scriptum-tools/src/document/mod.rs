//! Tool documents: YAML texts that describe registered tools.
//!
//! A document says what a tool is called, what it takes and gives, and where it answers. Reading one
//! performs no IO and tells everything that is wrong with it at once. Who lists tools needs the
//! signature; who calls them needs the rest.

mod duration;
mod keys;
mod read;
mod schema;

use std::{collections::BTreeMap, fmt, sync::Arc};

use scriptum_contract::{ToolName, ToolOrigin, ToolSignature, Value};

pub use read::read_tool_document;

/// A tool or a server of tools, as its document describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDocument {
    /// Semantic version of the tool.
    pub version: Arc<str>,
    /// Words to find it by.
    pub tags: Vec<Arc<str>>,
    /// What it is.
    pub kind: DocumentKind,
    /// What of the document is not kept: parts of schemas that types cannot say.
    pub warnings: Vec<DocumentFault>,
}

impl ToolDocument {
    /// The signature of a cloud tool; the tools of a server are known to the server alone.
    pub fn signature(&self) -> Option<&ToolSignature> {
        match &self.kind {
            DocumentKind::Cloud(tool) => Some(&tool.signature),
            DocumentKind::Mcp(_) => None,
        }
    }
}

/// What a document describes.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentKind {
    /// One tool behind an HTTP endpoint.
    Cloud(Box<CloudTool>),
    /// A Model Context Protocol server.
    Mcp(McpServer),
}

/// A tool behind an HTTP endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudTool {
    /// What it takes and gives.
    pub signature: ToolSignature,
    /// Its address; `{field}` is filled from the input.
    pub endpoint: Arc<str>,
    /// The method of the request.
    pub method: Method,
    /// Fixed headers.
    pub headers: BTreeMap<Arc<str>, Arc<str>>,
    /// How requests are authenticated, if they are.
    pub auth: Option<Auth>,
    /// Longest time of one call, in milliseconds.
    pub timeout_ms: u64,
    /// How a call is repeated within one attempt, if it is.
    pub retry: Option<RetryPolicy>,
    /// An input to try the tool with.
    pub test_input: Option<Value>,
}

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as HTTP calls them")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// How requests are authenticated. The values are in the environment, under these keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer …`.
    Bearer {
        /// Key of the token.
        env: Arc<str>,
    },
    /// A header of its own.
    Header {
        /// Name of the header.
        name: Arc<str>,
        /// Key of its value.
        env: Arc<str>,
    },
    /// A parameter of the address.
    Query {
        /// Name of the parameter.
        name: Arc<str>,
        /// Key of its value.
        env: Arc<str>,
    },
    /// `Authorization: Basic …`.
    Basic {
        /// Key of the name.
        username_env: Arc<str>,
        /// Key of the password.
        env: Arc<str>,
    },
}

/// How a call is repeated within one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// All tries, the first one included.
    pub max_attempts: u32,
    /// Pause after the first try, in milliseconds.
    pub initial_backoff_ms: u64,
    /// Longest pause, in milliseconds.
    pub max_backoff_ms: u64,
    /// HTTP status codes after which it is tried again.
    pub on_status: Vec<u16>,
}

/// A Model Context Protocol server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServer {
    /// The name that scripts use: `mcp("name")`.
    pub name: Arc<str>,
    /// One line for people.
    pub description: Arc<str>,
    /// Where it answers.
    pub transport: McpTransport,
}

impl McpServer {
    /// Where its tools come from, in the words of the contract.
    pub fn origin(&self) -> ToolOrigin {
        ToolOrigin::Mcp(Arc::clone(&self.name))
    }
}

/// Where a Model Context Protocol server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum McpTransport {
    /// Streamable HTTP at this address.
    Http(Arc<str>),
    /// A program with its arguments, on its standard streams.
    Stdio(Vec<Arc<str>>),
}

/// Something in a document that is wrong, or that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFault {
    /// Where, as a JSON pointer into the document; empty for the whole of it.
    pub pointer: String,
    /// What, lower-case, without a full stop.
    pub message: String,
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// The name of a registered tool, when it is one: at least two parts of small letters, digits and
/// underscores.
fn cloud_name(name: &str) -> Option<ToolName> {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part
                .chars()
                .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
    };
    let is_name = name.contains("::") && name.split("::").all(is_part);
    is_name.then(|| ToolName::new(name))
}
