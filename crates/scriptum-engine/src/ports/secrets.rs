//! Where the bytes of secrets come from.

use std::fmt;

use async_trait::async_trait;
use scriptum_contract::SecretBytes;

/// The environment that secrets stand in.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret of that key as it is now; `None` when there is none. Asked at each call, so that a
    /// secret that was changed takes effect in threads that live for long.
    async fn find(&self, key: &str) -> Result<Option<SecretBytes>, SecretsError>;
}

/// The environment cannot be read at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsError(pub String);

impl fmt::Display for SecretsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SecretsError {}

/// A node that keeps no secrets.
#[derive(Debug)]
pub(crate) struct NoSecrets;

#[async_trait]
impl Secrets for NoSecrets {
    async fn find(&self, _key: &str) -> Result<Option<SecretBytes>, SecretsError> {
        Ok(None)
    }
}
