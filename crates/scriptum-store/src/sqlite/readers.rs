//! A few connections that only read. A read runs on a thread where it may block, or at once where it
//! is asked for when it looks at a row or two: these take less time than to wake another thread. Each
//! sees the store as it was at one moment; it waits for no writer and holds none up.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use scriptum_engine::StoreError;
use tokio::{sync::Semaphore, task};

use super::{
    failure::{Failure, store_error},
    open::open_reader,
};

/// Reads at one time on threads of their own. SQLite reads from the system's page cache, so this is about processors.
const READERS_MAX: usize = 4;

/// The connections, opened when first needed.
#[derive(Debug)]
pub(super) struct Readers {
    permits: Semaphore,
    idle: Arc<Idle>,
}

#[derive(Debug)]
struct Idle {
    file: PathBuf,
    connections: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(file: &Path) -> Readers {
        Readers {
            permits: Semaphore::new(READERS_MAX),
            idle: Arc::new(Idle {
                file: file.to_owned(),
                connections: Mutex::new(Vec::new()),
            }),
        }
    }

    /// Runs `read` in a transaction of its own.
    pub(super) async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let stopped = |_| StoreError::Unavailable("the readers of the store have ended".into());
        let _permit = self.permits.acquire().await.map_err(stopped)?;
        let idle = Arc::clone(&self.idle);
        let reading = task::spawn_blocking(move || idle.read(read));
        reading
            .await
            .map_err(|error| StoreError::Unavailable(format!("a read did not end: {error}")))?
    }

    /// Runs `read`, one statement that looks at some rows by their keys, here and now.
    pub(super) fn look<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let connection = self.idle.take()?;
        let outcome = read(&connection);
        self.idle.connections().push(connection);
        Ok(outcome?)
    }
}

impl Idle {
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let connection = self.take()?;
        let transaction = connection
            .unchecked_transaction()
            .map_err(|error| store_error(&error))?;
        let outcome = read(&transaction);
        // Nothing was written, so nothing can be lost by rolling back.
        transaction.finish().map_err(|error| store_error(&error))?;
        self.connections().push(connection);
        Ok(outcome?)
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.connections().pop();
        match idle {
            Some(connection) => Ok(connection),
            None => open_reader(&self.file).map_err(|error| store_error(&error)),
        }
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Connections are pushed and popped whole, so a panic elsewhere spoils none.
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
