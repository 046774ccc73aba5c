//! The capabilities of models where no provider is configured: every call says how to configure one.

use std::sync::Arc;

use async_trait::async_trait;
use scriptum_contract::{ToolName, ToolSignature, Value, capabilities};
use scriptum_engine::{Sink, Tool, ToolCall, ToolError, ToolErrorKind, ToolSource};

/// The source of capabilities that nobody provides.
#[derive(Debug, Clone, Copy)]
pub struct NoModels;

struct NoModel(Arc<ToolSignature>);

#[async_trait]
impl ToolSource for NoModels {
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
        Ok(capabilities::ALL.clone())
    }

    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
        let known = capabilities::find(name).map(Arc::clone);
        Ok(known.map(|signature| Arc::new(NoModel(signature)) as Arc<dyn Tool>))
    }
}

#[async_trait]
impl Tool for NoModel {
    fn signature(&self) -> &Arc<ToolSignature> {
        &self.0
    }

    async fn call(&self, _call: ToolCall, _out: &mut dyn Sink) -> Result<Value, ToolError> {
        let name = &self.0.name;
        Err(not_configured(name))
    }
}

/// What a call of a capability fails with that nobody provides, with the ways on.
pub fn not_configured(capability: &ToolName) -> ToolError {
    let message = format!(
        "no provider of models is connected, so nobody answers '{capability}'; \
         give the output with --step-output, or play the script with `scriptum test`"
    );
    ToolError::new(
        ToolErrorKind::NotConfigured,
        "MODEL_NOT_CONFIGURED",
        message,
    )
}
