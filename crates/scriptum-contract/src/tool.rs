//! What can be called, and how: signatures as plain data. The compiler sees tools only like this.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Contract, Shape, Type, capabilities, channels};

/// The full name of a tool: `echo`, or namespaced as `ignite::public::chunk_text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToolName(pub Arc<str>);

impl ToolName {
    /// The name as it is written.
    pub fn new(name: &str) -> ToolName {
        ToolName(name.into())
    }

    /// The part behind the last `::`.
    pub fn last_segment(&self) -> &str {
        self.0.rsplit("::").next().unwrap_or(&self.0)
    }
}

impl std::fmt::Display for ToolName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a tool comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolOrigin {
    /// Built in.
    Native,
    /// Registered with the service.
    Cloud,
    /// A Model Context Protocol server of that name.
    Mcp(Arc<str>),
    /// One of the five model capabilities.
    Model,
    /// A channel of `send`.
    Channel,
}

/// What a tool takes and gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSignature {
    /// Full name.
    pub name: ToolName,
    /// Where it comes from.
    pub origin: ToolOrigin,
    /// Arguments; an open shape takes further ones. `None`: the tool takes anything.
    pub input: Option<Arc<Shape>>,
    /// What it returns.
    pub output: Type,
    /// True: it can hand items on as they come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub streaming: bool,
    /// What the items are that it hands on; `None`: anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Type>,
    /// True: a call whose outcome is unknown may be made again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
    /// One line for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// A step that shows its use, as source text; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
}

/// All signatures that a compilation may use, by origin and name, and the scripts that a `run` may name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolCatalog {
    signatures: BTreeMap<ToolOrigin, BTreeMap<ToolName, Arc<ToolSignature>>>,
    scripts: Option<BTreeMap<Arc<str>, Option<Arc<Contract>>>>,
}

/// What is known of a script that a `run` names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KnownScript<'c> {
    /// Nobody said which scripts there are.
    Anything,
    /// There is none of that name.
    Missing,
    /// It is there; what it takes and gives is not known.
    There,
    /// It takes and gives this.
    Is(&'c Arc<Contract>),
}

impl ToolCatalog {
    /// A catalogue of these; of two with the same origin and name the later one stays.
    pub fn new(signatures: impl IntoIterator<Item = ToolSignature>) -> ToolCatalog {
        let mut catalog = ToolCatalog::default();
        for signature in signatures {
            let of_origin = catalog
                .signatures
                .entry(signature.origin.clone())
                .or_default();
            of_origin.insert(signature.name.clone(), Arc::new(signature));
        }
        catalog
    }

    /// The same catalogue with all scripts that a `run` may name, and what each takes and gives as far as
    /// that is known.
    #[must_use]
    pub fn with_scripts(
        self,
        scripts: impl IntoIterator<Item = (Arc<str>, Option<Contract>)>,
    ) -> ToolCatalog {
        let scripts = scripts.into_iter();
        let scripts = scripts.map(|(name, contract)| (name, contract.map(Arc::new)));
        ToolCatalog {
            scripts: Some(scripts.collect()),
            ..self
        }
    }

    /// What is known of the script of that name.
    pub fn script(&self, name: &str) -> KnownScript<'_> {
        match self.scripts.as_ref().map(|scripts| scripts.get(name)) {
            None => KnownScript::Anything,
            Some(None) => KnownScript::Missing,
            Some(Some(None)) => KnownScript::There,
            Some(Some(Some(contract))) => KnownScript::Is(contract),
        }
    }

    /// The names of the scripts that are known, in order.
    pub fn script_names(&self) -> impl Iterator<Item = &str> {
        self.scripts
            .iter()
            .flat_map(BTreeMap::keys)
            .map(|name| &**name)
    }

    /// The signature of that origin and name. Capabilities of models and channels are always there; a
    /// catalogue that holds its own signature of one is believed.
    pub fn find(&self, origin: &ToolOrigin, name: &ToolName) -> Option<&Arc<ToolSignature>> {
        let known = self.signatures.get(origin).and_then(|of| of.get(name));
        match origin {
            ToolOrigin::Model => known.or_else(|| capabilities::find(name)),
            ToolOrigin::Channel => known.or_else(|| channels::find(name)),
            ToolOrigin::Native | ToolOrigin::Cloud | ToolOrigin::Mcp(_) => known,
        }
    }

    /// The names of the servers that have tools.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.signatures.keys().filter_map(|origin| match origin {
            ToolOrigin::Mcp(server) => Some(&**server),
            ToolOrigin::Native | ToolOrigin::Cloud | ToolOrigin::Model | ToolOrigin::Channel => {
                None
            }
        })
    }

    /// All signatures of an origin, by name.
    pub fn of(&self, origin: &ToolOrigin) -> impl Iterator<Item = &Arc<ToolSignature>> {
        self.signatures
            .get(origin)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// All signatures, by origin and name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<ToolSignature>> {
        self.signatures.values().flat_map(BTreeMap::values)
    }
}
