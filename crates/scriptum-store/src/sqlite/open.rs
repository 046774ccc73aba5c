//! Opens the file, makes or migrates its tables, and says clearly why it can not.

use std::{
    fmt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};

/// "Scrm" in the header of the file: what distinguishes a store from any other SQLite file.
const APPLICATION_ID: i32 = 0x5363_726d;
/// Each format, and what makes it from the one before. Only added to, never changed.
const MIGRATIONS: &[(u32, &str)] = &[
    (1, include_str!("../../migrations/sqlite/0001.sql")),
    (2, include_str!("../../migrations/sqlite/0002.sql")),
    (3, include_str!("../../migrations/sqlite/0003.sql")),
];
/// The format that is written.
pub(super) const FORMAT: u32 = 3;
/// How long a connection waits for another process's transaction; these take milliseconds.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often opening is tried, and after what time again, while another process makes the file: SQLite
/// waits by itself for transactions, but not for the change to a write-ahead log. Five seconds.
const TRIES_MAX: u32 = 200;
const RETRY_AFTER: Duration = Duration::from_millis(25);
/// Pages that the writer keeps in memory, in KiB: the index pages of some hundred live threads, while the
/// others are still in the memory of the system. One long thread fills it, whatever it does.
const WRITER_CACHE_KIB: u32 = 16 * 1024;
/// Pages in the write-ahead log after which the writer moves them into the file: 8 MiB. Pages that
/// change often are then moved once instead of with every few commits. More would be of no use: as soon
/// as the log begins anew it is overwritten, and that is flushed in half the time of a log that grows.
const CHECKPOINT_PAGES: u32 = 2_000;
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
}

/// Opens the file for writing; makes it when there is none, migrates it when it is of an old format.
pub(super) fn open_writer(file: &Path) -> Result<Connection, OpenError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match try_open_writer(file) {
            Err(Attempt::Busy(_)) if tries < TRIES_MAX => thread::sleep(RETRY_AFTER),
            Err(Attempt::Busy(error) | Attempt::Failed(error)) => return Err(error),
            Ok(connection) => return Ok(connection),
        }
    }
}

/// Why one try to open the file failed.
enum Attempt {
    /// Another process is making or migrating it.
    Busy(OpenError),
    /// Something that time does not mend.
    Failed(OpenError),
}

impl Attempt {
    fn of_sqlite(file: &Path, error: &rusqlite::Error) -> Attempt {
        let path = file.to_owned();
        let cause = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Attempt::Busy(OpenError::Unavailable { path, cause })
            }
            Some(ErrorCode::NotADatabase) => Attempt::Failed(OpenError::NotAStore { path }),
            Some(ErrorCode::DatabaseCorrupt) => Attempt::Failed(OpenError::Corrupt { path, cause }),
            Some(_) | None => Attempt::Failed(OpenError::Unavailable { path, cause }),
        }
    }
}

fn try_open_writer(file: &Path) -> Result<Connection, Attempt> {
    let failed = |error: rusqlite::Error| Attempt::of_sqlite(file, &error);
    let unavailable = |cause: &str| Attempt::Failed(OpenError::unavailable(file, cause));
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(file, flags).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        return Err(unavailable("the file is read-only"));
    }
    // Only a file that is known to be a store is touched.
    let snapshot = connection.unchecked_transaction().map_err(failed)?;
    check_format(&snapshot, file)?;
    snapshot.finish().map_err(failed)?;
    if !use_log(&connection).map_err(failed)? {
        return Err(unavailable("a write-ahead log cannot be kept there"));
    }
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
    // Otherwise SQLite plans a statement anew with each value that it compares with the condition of a
    // partial index, which costs more than to run it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// False when the file system does not let processes share a log.
fn use_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| {
        let mode: String = row.get(0)?;
        Ok(mode.eq_ignore_ascii_case("wal"))
    })
}

/// A commit is on the disk when it returns: the log is flushed with each (`FULL`), on macOS too.
fn set_pragmas(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_KEPT_BYTES_MAX)
}

/// The format of the file; 0 when it is new. Asked inside a transaction, as another process may be
/// making the file.
fn check_format(snapshot: &Connection, file: &Path) -> Result<u32, Attempt> {
    let failed = |error: rusqlite::Error| Attempt::of_sqlite(file, &error);
    let path = file.to_owned();
    let number = |sql: &str| snapshot.query_row(sql, [], |row| row.get::<_, i32>(0));
    let application_id = number("PRAGMA application_id").map_err(failed)?;
    let found = number("PRAGMA user_version").map_err(failed)?;
    let table_count = number("SELECT COUNT(*) FROM sqlite_schema").map_err(failed)?;
    let is_new = (application_id, found, table_count) == (0, 0, 0);
    let is_store = application_id == APPLICATION_ID && found > 0;
    match u32::try_from(found) {
        Ok(found) if is_store && found > FORMAT => Err(Attempt::Failed(OpenError::Newer {
            path,
            found,
            known: FORMAT,
        })),
        Ok(found) if is_new || is_store => Ok(found),
        Ok(_) | Err(_) => Err(Attempt::Failed(OpenError::NotAStore { path })),
    }
}

/// Brings the file to the last format, in one transaction: it is of the old format or of the new one.
fn migrate(connection: &mut Connection, file: &Path) -> Result<(), Attempt> {
    let failed = |error: rusqlite::Error| Attempt::of_sqlite(file, &error);
    let found: u32 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(failed)?;
    if found == FORMAT {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another process may have migrated it while this one waited for the lock.
    let found = check_format(&transaction, file)?;
    let missing = MIGRATIONS.iter().filter(|(makes, _)| *makes > found);
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
