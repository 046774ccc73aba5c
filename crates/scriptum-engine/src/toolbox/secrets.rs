//! The only place where secrets are opened: for the time of one call, and for whom may have them.

use scriptum_contract::{Mask, SecretsByKey, ToolOrigin, Value, open_secrets, secret_keys};
use scriptum_vm::{
    StepError,
    program::{Callee, planner},
};

use super::{ToolBox, failure};

impl ToolBox {
    /// The arguments with the bytes of their secrets, and the mask that hides them in what comes back.
    pub(super) async fn opened(
        &self,
        callee: &Callee,
        args: Value,
    ) -> Result<(Value, Mask), StepError> {
        let keys = secret_keys(&args);
        if keys.is_empty() {
            return Ok((args, Mask::default()));
        }
        if is_model(callee) {
            return Err(failure::secret_for_model(callee, &keys));
        }
        let mut secrets = SecretsByKey::new();
        for key in keys {
            match self.secrets.find(&key).await {
                Ok(Some(bytes)) => {
                    secrets.insert(key, bytes);
                }
                Ok(None) => return Err(failure::secret_missing(callee, &key)),
                Err(error) => return Err(failure::secret_unreachable(callee, &key, &error)),
            }
        }
        open_secrets(&args, &secrets).map_err(|key| failure::secret_missing(callee, &key))
    }
}

/// True for what hands its input to a model: providers keep what they are told.
fn is_model(callee: &Callee) -> bool {
    callee.origin == ToolOrigin::Model || callee == planner()
}

/// The outcome of a call without the secrets that it was given.
pub(super) fn masked(mask: &Mask, outcome: Result<Value, StepError>) -> Result<Value, StepError> {
    if mask.is_empty() {
        return outcome;
    }
    match outcome {
        Ok(output) => Ok(mask.value(output)),
        Err(error) => Err(error.masked(mask)),
    }
}
