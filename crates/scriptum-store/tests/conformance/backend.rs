//! The stores, each made empty for one test.

use std::{path::Path, sync::Arc};

use scriptum_engine::Store;
use scriptum_store::{MemoryStore, SqliteStore};
use tempfile::TempDir;

/// Which store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Backend {
    Memory,
    Sqlite,
}

/// A store, and the folder that goes with it.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    _folder: Option<TempDir>,
}

impl Backend {
    pub(crate) const ALL: &'static [Backend] = &[Backend::Memory, Backend::Sqlite];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Backend::Memory => "memory",
            Backend::Sqlite => "sqlite",
        }
    }

    pub(crate) fn open(self) -> Opened {
        match self {
            Backend::Memory => Opened {
                store: Arc::new(MemoryStore::new()),
                _folder: None,
            },
            Backend::Sqlite => {
                let folder = folder();
                Opened {
                    store: Arc::new(SqliteStore::open(folder.path()).unwrap()),
                    _folder: Some(folder),
                }
            }
        }
    }
}

/// An empty folder, in memory where the system has such a place: nothing here is about the disk.
pub(crate) fn folder() -> TempDir {
    let in_memory = Path::new("/dev/shm");
    if in_memory.is_dir() {
        tempfile::tempdir_in(in_memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// Runs a test to its end.
pub(crate) fn block_on<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(test)
}
