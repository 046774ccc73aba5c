//! Opens the file, makes or migrates its tables, and says clearly why it can not.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

/// "Scrm" in the header of the file: what distinguishes a store from any other SQLite file.
const APPLICATION_ID: i32 = 0x5363_726d;
/// Each format, and what makes it from the one before. Only added to, never changed.
const MIGRATIONS: &[(u32, &str)] = &[(1, include_str!("../../migrations/sqlite/0001.sql"))];
/// The format that is written.
const FORMAT: u32 = 1;
/// How long a connection waits for another process's transaction; these take milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages that the writer keeps in memory, in KiB: the index pages of some thousand live threads.
const WRITER_CACHE_KIB: u32 = 64 * 1024;
/// Pages in the write-ahead log after which the writer moves them into the file: 32 MiB. Pages that
/// change often are then moved once instead of with every few commits.
const CHECKPOINT_PAGES: u32 = 8_000;
/// What the write-ahead log keeps on disk after it was moved, in bytes.
const LOG_KEPT_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// More than the number of statements in this crate, so that none is ever prepared twice.
const STATEMENTS_MAX: usize = 64;

/// Why a store cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A later version of Scriptum has been here.
    #[error(
        "{path} was written by a newer version of Scriptum: it has format {found}, and this version \
         reads up to format {known}"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The last format that is known.
        known: u32,
    },
    /// The file is something else.
    #[error("{path} is not a Scriptum store")]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{path} is damaged: {cause}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// The disk, its rights or another process are in the way.
    #[error("cannot open the store in {path}: {cause}")]
    Unavailable {
        /// The file or folder.
        path: PathBuf,
        /// What was in the way.
        cause: String,
    },
}

impl OpenError {
    pub(super) fn unavailable(path: &Path, cause: impl fmt::Display) -> OpenError {
        OpenError::Unavailable {
            path: path.to_owned(),
            cause: cause.to_string(),
        }
    }

    fn of_sqlite(path: &Path, error: &rusqlite::Error) -> OpenError {
        let path = path.to_owned();
        let cause = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotAStore { path },
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt { path, cause },
            Some(_) | None => OpenError::Unavailable { path, cause },
        }
    }
}

/// Opens the file for writing; makes it when there is none, migrates it when it is of an old format.
pub(super) fn open_writer(file: &Path) -> Result<Connection, OpenError> {
    let failed = |error: rusqlite::Error| OpenError::of_sqlite(file, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(file, flags).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        return Err(OpenError::unavailable(file, "the file is read-only"));
    }
    // Only a file that is known to be a store is touched.
    check_format(&connection, file)?;
    set_pragmas(&connection).map_err(failed)?;
    migrate(&mut connection, file)?;
    Ok(connection)
}

/// Opens the file, which a writer has opened before, for reading alone.
pub(super) fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    connect(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
}

fn connect(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// A commit is on the disk when it returns: the log is flushed with each (`FULL`), on macOS too.
fn set_pragmas(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_KEPT_BYTES_MAX)
}

/// The format of the file; 0 when it is new.
fn check_format(connection: &Connection, file: &Path) -> Result<u32, OpenError> {
    let failed = |error: rusqlite::Error| OpenError::of_sqlite(file, &error);
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let application_id = number("PRAGMA application_id").map_err(failed)?;
    let found = number("PRAGMA user_version").map_err(failed)?;
    let table_count = number("SELECT COUNT(*) FROM sqlite_schema").map_err(failed)?;
    let is_new = (application_id, found, table_count) == (0, 0, 0);
    let is_store = application_id == APPLICATION_ID && found > 0;
    let Some(format) = u32::try_from(found).ok().filter(|_| is_new || is_store) else {
        return Err(OpenError::NotAStore {
            path: file.to_owned(),
        });
    };
    if format > FORMAT {
        return Err(OpenError::Newer {
            path: file.to_owned(),
            found: format,
            known: FORMAT,
        });
    }
    Ok(format)
}

/// Brings the file to the last format, in one transaction: it is of the old format or of the new one.
fn migrate(connection: &mut Connection, file: &Path) -> Result<(), OpenError> {
    if check_format(connection, file)? == FORMAT {
        return Ok(());
    }
    let failed = |error: rusqlite::Error| OpenError::of_sqlite(file, &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another process may have migrated it while this one waited for the lock.
    let format = check_format(&transaction, file)?;
    let missing = MIGRATIONS.iter().filter(|(makes, _)| *makes > format);
    for (_, migration) in missing {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed)?;
    transaction
        .pragma_update(None, "user_version", FORMAT)
        .map_err(failed)?;
    transaction.commit().map_err(failed)
}
