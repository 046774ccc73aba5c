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

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use scriptum_contract::{ToolName, ToolSignature};
use scriptum_engine::{Tool, ToolError, ToolSource};

use crate::net::{InvalidNetRule, NetPolicy};
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
    /// Files of that folder; public addresses over https, and what the rules allow besides
    /// (`localhost`, `10.0.0.0/8`).
    ///
    /// # Errors
    /// When a rule is neither a name nor a range of addresses.
    pub fn new(workspace: &Path, allow_net: &[String]) -> Result<NativeOptions, InvalidNetRule> {
        let allow: Result<_, _> = allow_net.iter().map(|rule| rule.parse()).collect();
        Ok(NativeOptions {
            workspace: workspace.to_owned(),
            net: NetPolicy {
                allow: allow?,
                ..NetPolicy::default()
            },
        })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_source_lists_and_finds_what_catalogues_know() {
        let tools = NativeTools::new(NativeOptions::new(Path::new("none"), &[]).unwrap());
        let known: BTreeSet<ToolName> = signatures().into_iter().map(|tool| tool.name).collect();
        let listed: BTreeSet<ToolName> = tools
            .list()
            .await
            .unwrap()
            .iter()
            .map(|tool| tool.name.clone())
            .collect();
        assert_eq!(known, listed);
        assert_eq!(known.len(), ALL.len());
        for name in &known {
            assert!(tools.find(name).await.unwrap().is_some(), "{name}");
        }
        let unknown = tools.find(&ToolName::new("shell_exec")).await.unwrap();
        assert!(unknown.is_none());
    }

    #[tokio::test]
    async fn a_workspace_that_is_not_there_is_the_error_of_each_file_tool() {
        let bench = Bench::new();
        std::fs::remove_dir_all(bench.root()).unwrap();
        let gone = NativeTools::new(NativeOptions::new(bench.root(), &[]).unwrap());
        let bench = Bench::of(gone);
        for (tool, args) in [
            ("file_read", r#"{"path":"a"}"#),
            ("file_write", r#"{"path":"a","content":""}"#),
            ("file_list", "{}"),
            ("file_glob", r#"{"pattern":"*"}"#),
            ("grep", r#"{"pattern":"a"}"#),
        ] {
            let error = bench.error(tool, args).await;
            assert_eq!(&*error.code, "WORKSPACE_UNAVAILABLE", "{tool}: {error}");
        }
        assert!(bench.call("echo", r#"{"message":1}"#).await.is_ok());
    }

    #[test]
    fn defaults_satisfy_the_fields_they_stand_in() {
        for signature in signatures() {
            let input = signature.input.unwrap();
            for field in &input.fields {
                let default = field.default.iter();
                let violations =
                    default.flat_map(|value| scriptum_contract::check(value, &field.ty));
                assert_eq!(violations.count(), 0, "{} {}", signature.name, field.name);
            }
        }
    }
}
