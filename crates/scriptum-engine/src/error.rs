//! What can go wrong at the engine's door, by what the caller can do about it.

use scriptum_contract::Violation;

use crate::StoreError;

/// Why the engine could not do it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Trying again can help.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// The state of the thread forbids it.
    #[error("{0}")]
    Conflict(String),
    /// What the caller decided on is over: look again and decide again.
    #[error("{0}")]
    Stale(String),
    /// There is no such thing.
    #[error("{0} not found")]
    NotFound(String),
    /// The values given break rules of the contract.
    #[error("{}", violations(.0))]
    Invalid(Vec<Violation>),
    /// What is stored cannot be read; an operator has to look.
    #[error("store corrupt: {0}")]
    Corrupt(String),
}

fn violations(broken: &[Violation]) -> String {
    let line = |violation: &Violation| format!("{} {}", violation.pointer, violation.message);
    let lines: Vec<_> = broken.iter().map(line).collect();
    lines.join("; ")
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        match error {
            StoreError::Unavailable(why) => Error::Unavailable(why),
            StoreError::Conflict(why) => Error::Conflict(why),
            StoreError::NotFound(what) => Error::NotFound(what),
            StoreError::Corrupt(why) => Error::Corrupt(why),
        }
    }
}
