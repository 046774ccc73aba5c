//! The scripts that a `run` step can start, by name or as the text that a plan wrote.

use std::{collections::BTreeMap, fmt, sync::Arc};

use async_trait::async_trait;
use scriptum_contract::{ToolCatalog, Value};
use scriptum_vm::program::Program;

/// Finds and compiles scripts for sub-threads.
#[async_trait]
pub trait Scripts: Send + Sync {
    /// The stored script of that name, as it is now.
    async fn stored(&self, name: &str) -> Result<Script, ScriptError>;

    /// The script that a plan wrote.
    async fn planned(&self, source: &str) -> Result<Script, ScriptError>;
}

/// A script ready to be started.
#[derive(Debug, Clone)]
pub struct Script {
    /// What it does.
    pub program: Program,
    /// The signatures that it was compiled against.
    pub pins: ToolCatalog,
    /// Its text; empty when there was none.
    pub source: Arc<str>,
    /// Values of its declared environment variables by name in the script. Of secrets only their keys are
    /// kept.
    pub env: BTreeMap<Arc<str>, Value>,
}

/// Why a script cannot be started.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptError {
    /// The obstacle, upper snake case; shown in the details of the step error.
    pub code: Arc<str>,
    /// What was tried and what was in the way.
    pub message: Arc<str>,
}

impl ScriptError {
    /// An obstacle.
    pub fn new(code: &str, message: impl Into<Arc<str>>) -> ScriptError {
        ScriptError {
            code: code.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ScriptError {}

/// A node that knows no scripts.
#[derive(Debug)]
pub(crate) struct NoScripts;

#[async_trait]
impl Scripts for NoScripts {
    async fn stored(&self, name: &str) -> Result<Script, ScriptError> {
        let message = format!("there is no script '{name}': this node keeps none");
        Err(ScriptError::new("SCRIPT_NOT_FOUND", message))
    }

    async fn planned(&self, source: &str) -> Result<Script, ScriptError> {
        let _: &str = source;
        let message = "this node cannot compile scripts";
        Err(ScriptError::new("PLAN_INVALID", message))
    }
}
