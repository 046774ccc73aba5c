//! Why a request inside a transaction did not succeed, and what a driver's error means to a caller.

use rusqlite::{Error, ErrorCode};
use scriptum_engine::StoreError;

/// Why a request did not succeed.
#[derive(Debug)]
pub(super) enum Failure {
    /// It was refused before it wrote anything; the transaction is as good as before.
    Refused(StoreError),
    /// It may have written a part; the transaction has to be rolled back.
    Broken(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Broken(store_error(&error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Broken(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> StoreError {
        match failure {
            Failure::Refused(error) | Failure::Broken(error) => error,
        }
    }
}

/// What an error of the driver means to a caller of the store.
pub(super) fn store_error(error: &Error) -> StoreError {
    let is_broken_content = matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    );
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation,
        ) => StoreError::Corrupt(error.to_string()),
        Some(ErrorCode::TooBig) => StoreError::Conflict(error.to_string()),
        None if is_broken_content => StoreError::Corrupt(error.to_string()),
        Some(_) | None => StoreError::Unavailable(error.to_string()),
    }
}

/// True when another connection holds the lock that is needed.
pub(super) fn is_busy(error: &Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// A number as SQLite keeps it. Numbers count entries from 1, so none comes near the end.
pub(super) fn to_integer(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number)
        .map_err(|_| StoreError::Corrupt(format!("number {number} is out of range")))
}

/// A number that SQLite kept.
pub(super) fn from_integer(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number)
        .map_err(|_| StoreError::Corrupt(format!("number {number} is out of range")))
}
