//! The native tools: one file a tool, one row a tool in [`ALL`].

mod csv_parse;
mod echo;
mod fields;
mod file_glob;
mod file_list;
mod file_read;
mod file_write;
mod grep;
mod http_request;
mod json_query;
mod tool;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use scriptum_contract::{ToolName, ToolSignature};
use scriptum_engine::{Tool, ToolError, ToolSource};

use crate::net::NetPolicy;
use tool::{Context, NativeTool};
pub(crate) use tool::{Definition, Idempotence};

/// Every native tool, in the order of reference pages.
pub(crate) const ALL: &[&Definition] = &[
    &echo::TOOL,
    &file_read::TOOL,
    &file_write::TOOL,
    &file_list::TOOL,
    &file_glob::TOOL,
    &grep::TOOL,
    &http_request::TOOL,
    &json_query::TOOL,
    &csv_parse::TOOL,
];

/// What the operator grants to native tools.
#[derive(Debug, Clone)]
pub struct NativeOptions {
    /// The folder that file tools see. It need not exist before a file tool is called.
    pub workspace: PathBuf,
    /// Where network tools may connect to.
    pub net: NetPolicy,
}

impl NativeOptions {
    /// Files of that folder, public addresses over https.
    pub fn in_workspace(workspace: impl Into<PathBuf>) -> NativeOptions {
        NativeOptions {
            workspace: workspace.into(),
            net: NetPolicy::default(),
        }
    }
}

/// The source of native tools.
#[derive(Debug)]
pub struct NativeTools {
    tools: BTreeMap<ToolName, Arc<NativeTool>>,
}

impl NativeTools {
    /// The native tools with these rights. The workspace is opened here, once: a folder that takes
    /// its name later is not the workspace. If that does not work, each file tool says so when it is
    /// called.
    pub fn new(options: NativeOptions) -> NativeTools {
        let context = Arc::new(Context::new(options));
        let tools = ALL.iter().map(|definition| {
            let tool = NativeTool::new(definition, Arc::clone(&context));
            (ToolName::new(definition.name), Arc::new(tool))
        });
        NativeTools {
            tools: tools.collect(),
        }
    }
}

#[async_trait]
impl ToolSource for NativeTools {
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
        let signatures = self.tools.values().map(|tool| Arc::clone(tool.signature()));
        Ok(signatures.collect())
    }

    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
        let found = self.tools.get(name).map(Arc::clone);
        Ok(found.map(|tool| tool as Arc<dyn Tool>))
    }
}

/// The signatures of all native tools, for catalogues. Performs no IO.
pub fn signatures() -> Vec<ToolSignature> {
    ALL.iter()
        .map(|definition| definition.signature())
        .collect()
}
