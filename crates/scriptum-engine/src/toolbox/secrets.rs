//! The only place where secrets are opened: for the time of one call, and for whom may have them.

use std::sync::Arc;

use scriptum_contract::{
    Contract, Mask, SecretsByKey, ToolOrigin, ToolSignature, Value, close_secrets, open_secrets,
    secret_keys,
};
use scriptum_vm::{
    StepError,
    program::{Callee, planner},
};

use super::{ToolBox, failure};
use crate::SecretsError;

impl ToolBox {
    /// The arguments with the bytes of their secrets, and the mask that hides them in what comes back.
    pub(super) async fn opened(
        &self,
        callee: &Callee,
        args: &Value,
    ) -> Result<(Value, Mask), StepError> {
        let keys = secret_keys(args);
        if keys.is_empty() {
            return Ok((args.clone(), Mask::default()));
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
        open_secrets(args, &secrets).map_err(|key| failure::secret_missing(callee, &key))
    }
}

impl ToolBox {
    /// A value that somebody gives to a thread, with the keys of the thread's secrets in the place of their
    /// bytes: it is going to be stored.
    pub(crate) async fn closed(
        &self,
        contract: &Contract,
        value: Value,
    ) -> Result<Value, SecretsError> {
        let mut secrets = SecretsByKey::new();
        for declared in contract.env.iter().filter(|declared| declared.secret) {
            if let Some(bytes) = self.secrets.find(&declared.key).await? {
                secrets.insert(Arc::clone(&declared.key), bytes);
            }
        }
        if secrets.is_empty() {
            return Ok(value);
        }
        Ok(close_secrets(&value, &secrets))
    }
}

/// True for what hands its input to a model: providers keep what they are told.
fn is_model(callee: &Callee) -> bool {
    callee.origin == ToolOrigin::Model || callee == planner()
}

/// As [`super::checked_args`]. An error quotes what is wrong, and may cut a secret into pieces that no mask
/// knows, so it speaks of the arguments as the script has them.
pub(super) fn checked_args(
    callee: &Callee,
    signature: &ToolSignature,
    (opened, closed): (Value, &Value),
    mask: &Mask,
) -> Result<Value, StepError> {
    super::checked_args(callee, signature, opened).map_err(|error| {
        if mask.is_empty() {
            return error;
        }
        match super::checked_args(callee, signature, closed.clone()) {
            Ok(_) => failure::input_secret_invalid(callee),
            Err(error) => error,
        }
    })
}

/// As [`super::checked_output`], without the secrets that the tool was given. An error speaks of what is
/// left without them.
pub(super) fn checked_output(
    callee: &Callee,
    signature: &ToolSignature,
    output: Value,
    mask: &Mask,
) -> Result<Value, StepError> {
    if mask.is_empty() {
        return super::checked_output(callee, signature, output);
    }
    let is_right = super::checked_output(callee, signature, output.clone()).is_ok();
    let shown = mask.value(output);
    if is_right {
        return Ok(shown);
    }
    match super::checked_output(callee, signature, shown) {
        Ok(_) => Err(failure::output_secret_invalid(callee)),
        Err(error) => Err(error),
    }
}

/// The error without the secrets that the tool was given.
pub(super) fn masked(error: StepError, mask: &Mask) -> StepError {
    if mask.is_empty() {
        error
    } else {
        error.masked(mask)
    }
}
