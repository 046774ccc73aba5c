//! Tells at once that another process of this machine is dead, whatever its heartbeat promised.
//!
//! Each incarnation has a file `workers/<name>.lock` beside the store, and its process holds an
//! exclusive lock on it. The system drops the lock when the process ends, in whatever way. Who finds
//! the lock free therefore knows that the worker is gone; who finds it held knows that its process is
//! still there. Where there is no file, and for workers of this very store, the heartbeat decides.

use std::{
    collections::HashMap,
    fmt::Write,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use scriptum_engine::Incarnation;

use super::open::OpenError;

/// What a lock says about a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Its process holds the lock.
    Lives,
    /// Its process is gone.
    Died,
    /// There is no lock, or it is this store's own.
    Unknown,
}

/// The locks of one store.
#[derive(Debug)]
pub(super) struct Locks {
    folder: PathBuf,
    /// Those of this store's workers; locked as long as the file is open.
    held: HashMap<Incarnation, File>,
}

impl Locks {
    /// Locks in a folder, which is made where it is missing.
    pub(super) fn open(folder: &Path) -> Result<Locks, OpenError> {
        fs::create_dir_all(folder).map_err(|cause| OpenError::unavailable(folder, cause))?;
        Ok(Locks {
            folder: folder.to_owned(),
            held: HashMap::new(),
        })
    }

    /// Holds the lock of a worker of this store from now on. Without it, which is logged, others go
    /// by its heartbeat.
    pub(super) fn hold(&mut self, worker: &Incarnation) {
        if self.held.contains_key(worker) {
            return;
        }
        match self.lock(worker) {
            Ok(file) => {
                self.held.insert(worker.clone(), file);
            }
            Err(error) => tracing::warn!(%worker, %error, "cannot lock the file of a worker"),
        }
    }

    /// Locks the file before it has its name, so that nobody finds it free.
    fn lock(&self, worker: &Incarnation) -> io::Result<File> {
        let path = self.path(worker);
        let unnamed = path.with_extension("new");
        let file = File::create(&unnamed)?;
        file.try_lock()?;
        fs::rename(&unnamed, &path)?;
        Ok(file)
    }

    /// What the lock of another worker says.
    pub(super) fn sign(&self, worker: &Incarnation) -> Sign {
        if self.held.contains_key(worker) {
            return Sign::Unknown;
        }
        let Ok(file) = File::open(self.path(worker)) else {
            return Sign::Unknown;
        };
        match file.try_lock() {
            Ok(()) => Sign::Died,
            Err(TryLockError::WouldBlock) => Sign::Lives,
            Err(TryLockError::Error(_)) => Sign::Unknown,
        }
    }

    /// Forgets a worker that was found dead: its file goes, and the lock if it is this store's own.
    pub(super) fn forget(&mut self, worker: &Incarnation) {
        self.held.remove(worker);
        match fs::remove_file(self.path(worker)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%worker, %error, "cannot remove the lock file of a dead worker");
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// Names may hold what file names must not: all but letters, digits and hyphens is written as
    /// underscore and hexadecimal code.
    fn path(&self, worker: &Incarnation) -> PathBuf {
        let mut name = String::with_capacity(worker.0.len() + ".lock".len());
        for byte in worker.0.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' {
                name.push(char::from(byte));
            } else {
                write!(name, "_{byte:02x}").expect("a string takes all that is written");
            }
        }
        name.push_str(".lock");
        self.folder.join(name)
    }
}
