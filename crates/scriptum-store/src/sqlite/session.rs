//! The writer's connection and what it remembers between transactions.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use scriptum_engine::{Incarnation, ProgramHash, StoreError, ThreadId};

use super::{
    failure::{is_busy, store_error},
    liveness::Locks,
    writer::Uncommitted,
};

/// Keys of threads that are remembered; all are forgotten when there are more. Some 64 bytes each.
const THREAD_KEYS_MAX: usize = 65_536;

/// Keys of programs that are remembered; all are forgotten when there are more. Some 100 bytes each.
const PROGRAM_KEYS_MAX: usize = 4_096;

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";
const THREAD_KEY: &str = "SELECT thread FROM threads WHERE id = ?1";
const PROGRAM_KEY: &str = "SELECT program FROM programs WHERE hash = ?1";
const WORKER_KEY: &str = "SELECT worker FROM workers WHERE name = ?1";

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flush {
    /// It survives this process, and the machine only with a later commit.
    Later,
    /// It survives the machine.
    Now,
}

/// Numbers the transactions of a session that wrote something, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u64);

/// The last transaction that is known to be on the disk, with all before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Durable(Arc<AtomicU64>);

impl Durable {
    pub(super) fn covers(&self, mark: Mark) -> bool {
        mark.0 <= self.0.load(Ordering::SeqCst)
    }
}

/// The writer's connection. Keys never change and are never used twice, so they can be remembered
/// although other processes write too; what can change is read again in each transaction.
#[derive(Debug)]
pub(super) struct Session {
    connection: Connection,
    pub(super) locks: Locks,
    thread_keys: HashMap<ThreadId, i64>,
    program_keys: HashMap<ProgramHash, i64>,
    worker_keys: HashMap<Incarnation, i64>,
    /// How the connection commits at the moment; it is opened with synchronous=FULL.
    flush: Flush,
    /// The last transaction that wrote something.
    last: Mark,
    durable: Durable,
}

impl Session {
    pub(super) fn new(connection: Connection, locks: Locks) -> Session {
        Session {
            connection,
            locks,
            thread_keys: HashMap::new(),
            program_keys: HashMap::new(),
            worker_keys: HashMap::new(),
            flush: Flush::Now,
            last: Mark(0),
            durable: Durable::default(),
        }
    }

    /// Tells what is on the disk.
    pub(super) fn durable(&self) -> Durable {
        self.durable.clone()
    }

    /// The present transaction, if it writes anything.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.last.0 + 1)
    }

    /// The connection, for functions that only read.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A statement, prepared the first time only.
    pub(super) fn statement(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }

    /// Runs `work` in a transaction that is committed when this returns `Ok`, and durable if it is
    /// flushed. A later transaction that is flushed makes the earlier ones durable with it. It begins
    /// within `wait`, the time that another process is given to end its own, or not at all.
    pub(super) fn transact(
        &mut self,
        flush: Flush,
        wait: Duration,
        work: impl FnOnce(&mut Session) -> Result<(), StoreError>,
    ) -> Result<(), Uncommitted> {
        let failed = |error: rusqlite::Error| Uncommitted::Transaction(store_error(&error));
        let not_begun = |error: rusqlite::Error| {
            if is_busy(&error) {
                Uncommitted::Busy(store_error(&error))
            } else {
                failed(error)
            }
        };
        self.set_flush(flush).map_err(failed)?;
        self.connection.busy_timeout(wait).map_err(failed)?;
        self.run(BEGIN).map_err(not_begun)?;
        let change_count = self.connection.total_changes();
        let written = work(self).map_err(Uncommitted::Request);
        let committed = written.and_then(|()| self.run(COMMIT).map_err(failed));
        if committed.is_err() {
            self.roll_back();
        } else if change_count < self.connection.total_changes() {
            self.note_commit();
        }
        committed
    }

    /// A transaction that wrote nothing flushes nothing, so it does not count.
    fn note_commit(&mut self) {
        self.last = self.mark();
        match self.flush {
            Flush::Later => {}
            Flush::Now => self.durable.0.store(self.last.0, Ordering::SeqCst),
        }
    }

    fn set_flush(&mut self, flush: Flush) -> rusqlite::Result<()> {
        if self.flush != flush {
            let mode = match flush {
                Flush::Later => "NORMAL",
                Flush::Now => "FULL",
            };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.flush = flush;
        }
        Ok(())
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.statement(sql)?.execute([]).map(|_| ())
    }

    fn roll_back(&mut self) {
        // Rows that were made in the transaction are gone, and their keys with them.
        self.thread_keys.clear();
        self.program_keys.clear();
        self.worker_keys.clear();
        // SQLite has rolled back by itself after some errors, and then there is nothing to end.
        if !self.connection.is_autocommit()
            && let Err(error) = self.run(ROLLBACK)
        {
            tracing::error!(%error, "cannot roll back");
        }
    }

    /// The key of a thread; `None` when there is no such thread.
    pub(super) fn thread_key(&mut self, id: ThreadId) -> rusqlite::Result<Option<i64>> {
        if let Some(key) = self.thread_keys.get(&id) {
            return Ok(Some(*key));
        }
        let key = self
            .statement(THREAD_KEY)?
            .query_row(params![id.0.to_be_bytes()], |row| row.get(0))
            .optional()?;
        if let Some(key) = key {
            self.remember_thread(id, key);
        }
        Ok(key)
    }

    /// Takes note of the key of a thread.
    pub(super) fn remember_thread(&mut self, id: ThreadId, key: i64) {
        if self.thread_keys.len() >= THREAD_KEYS_MAX {
            self.thread_keys.clear();
        }
        self.thread_keys.insert(id, key);
    }

    /// The key of a program; `None` when there is no such program.
    pub(super) fn program_key(&mut self, hash: &ProgramHash) -> rusqlite::Result<Option<i64>> {
        if let Some(key) = self.program_keys.get(hash) {
            return Ok(Some(*key));
        }
        let key = self
            .statement(PROGRAM_KEY)?
            .query_row(params![&*hash.0], |row| row.get(0))
            .optional()?;
        if let Some(key) = key {
            if self.program_keys.len() >= PROGRAM_KEYS_MAX {
                self.program_keys.clear();
            }
            self.program_keys.insert(hash.clone(), key);
        }
        Ok(key)
    }

    /// Takes note of the key of a worker.
    pub(super) fn remember_worker(&mut self, name: &Incarnation, key: i64) {
        self.worker_keys.insert(name.clone(), key);
    }

    /// The key under which a worker's threads are; `None` when it never said that it lives.
    pub(super) fn worker_key(&mut self, name: &Incarnation) -> rusqlite::Result<Option<i64>> {
        if let Some(key) = self.worker_keys.get(name) {
            return Ok(Some(*key));
        }
        self.find_worker(name)
    }

    /// As [`Session::worker_key`], by the table as it is now: a worker that was taken for dead and
    /// forgotten has none.
    pub(super) fn find_worker(&mut self, name: &Incarnation) -> rusqlite::Result<Option<i64>> {
        let key = self
            .statement(WORKER_KEY)?
            .query_row(params![&*name.0], |row| row.get(0))
            .optional()?;
        if let Some(key) = key {
            self.remember_worker(name, key);
        }
        Ok(key)
    }
}
