//! The store in one SQLite file: for one machine, and for as long as its disk lives.
//!
//! One connection writes and shares each flush of the disk among all who wait for one ([`writer`]); a
//! few others read beside it ([`readers`]). Several processes may have the same folder open. What is
//! in the tables says `docs/store.md`.
//!
//! Hints reach listeners of this store only. What another process changes is found by asking: a
//! worker claims now and then, a watcher reads the journal again.

mod begin;
mod claim;
mod commit;
mod failure;
mod liveness;
mod open;
mod readers;
mod reads;
mod rows;
mod session;
mod threads;
mod turn;
mod writer;

use std::{fmt, fs, path::Path, sync::Arc};

use async_trait::async_trait;
use futures::stream::BoxStream;
use scriptum_contract::ValueHash;
use scriptum_engine::{
    Change, Claim, ClaimScope, Commit, Committed, Created, InboxItem, InboxNumber, Incarnation,
    NewThread, Page, ProgramHash, ProgramRow, StepRow, Store, StoreError, ThreadFilter, ThreadId,
    ThreadRow,
};
use scriptum_vm::{Entry, Frames, Notification, Seq, StepPath, Timestamp};

use self::{liveness::Locks, readers::Readers, session::Session, turn::Turn, writer::Writer};
use crate::{codec::notification_to_text, hints::Hints};

pub use self::open::OpenError;

/// The file in the folder of a store.
const FILE: &str = "scriptum.db";
/// The folder of the locks that say which workers live.
const WORKERS: &str = "workers";

/// A store in a folder. Dropping it writes what was asked for and closes the file, which can take as
/// long as a flush of the disk.
///
/// A request whose future is dropped may be done all the same, as after [`StoreError::Unavailable`].
pub struct SqliteStore {
    /// Before the writer, which as the last one to go moves the log into the file.
    readers: Readers,
    writer: Writer,
    hints: Hints,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// True when the folder holds a store, or what passes for one.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Opens the store in a folder; makes folder and file where they are missing. Blocks for some
    /// milliseconds, and longer while this or another process brings a large file up to date.
    ///
    /// # Errors
    /// When the file is no store, is of a newer version, is damaged, or cannot be written.
    pub fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
        fs::create_dir_all(folder).map_err(|cause| OpenError::unavailable(folder, cause))?;
        let file = folder.join(FILE);
        let connection = open::open_writer(&file)?;
        let locks = Locks::open(&folder.join(WORKERS))?;
        let writer = Writer::start(Session::new(connection, locks))
            .map_err(|cause| OpenError::unavailable(&file, cause))?;
        Ok(SqliteStore {
            readers: Readers::new(&file),
            writer,
            hints: Hints::new(),
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn put_program(&self, program: ProgramRow) -> Result<(), StoreError> {
        self.writer
            .write(1, move |session| threads::put_program(session, &program))
            .await
    }

    async fn program(&self, hash: &ProgramHash) -> Result<ProgramRow, StoreError> {
        let hash = hash.clone();
        self.readers
            .read(move |connection| reads::program(connection, hash))
            .await
    }

    async fn create(&self, new: NewThread) -> Result<Created, StoreError> {
        let id = new.id;
        let started = notification_to_text(&new.started)?;
        let (created, mark) = self
            .writer
            .announce(move |session| threads::create(session, &new, &started))
            .await?;
        let made = match created {
            Created::New => {
                self.hints.send(Change::Posted(id));
                id
            }
            Created::Existing(first) => first,
        };
        self.writer
            .settle(mark, move |session| threads::touch(session, made))
            .await?;
        Ok(created)
    }

    async fn begin(
        &self,
        me: &Incarnation,
        new: NewThread,
        first: Commit,
    ) -> Result<Created, StoreError> {
        let me = me.clone();
        let first = Turn::encode(first)?;
        let (created, changes) = self
            .writer
            .write(1, move |session| begin::begin(session, &me, &new, &first))
            .await?;
        for change in changes {
            self.hints.send(change);
        }
        if let Created::Existing(known) = created {
            // It may have been announced only.
            self.writer
                .write(1, move |session| threads::touch(session, known))
                .await?;
        }
        Ok(created)
    }

    async fn post(&self, to: ThreadId, n: Notification, at: Timestamp) -> Result<(), StoreError> {
        let notification = notification_to_text(&n)?;
        self.writer
            .write(1, move |session| {
                threads::post(session, to, &notification, at)
            })
            .await?;
        self.hints.send(Change::Posted(to));
        Ok(())
    }

    async fn heartbeat(&self, me: &Incarnation, until: Timestamp) -> Result<(), StoreError> {
        let me = me.clone();
        self.writer
            .note(move |session| claim::heartbeat(session, &me, until))
            .await
    }

    async fn claim(
        &self,
        me: &Incarnation,
        now: Timestamp,
        scope: ClaimScope,
        max: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        let me = me.clone();
        let claims = self
            .writer
            .note(move |session| claim::claim(session, &me, now, scope, max))
            .await?;
        claims.into_iter().map(claim::RawClaim::decode).collect()
    }

    async fn inbox(&self, of: ThreadId, after: InboxNumber) -> Result<Vec<InboxItem>, StoreError> {
        self.readers
            .look(|connection| reads::inbox(connection, of, after))
    }

    async fn commit(
        &self,
        me: &Incarnation,
        batch: Vec<Commit>,
    ) -> Result<Vec<Committed>, StoreError> {
        let me = me.clone();
        let turns: Vec<Turn> = batch
            .into_iter()
            .map(Turn::encode)
            .collect::<Result<_, _>>()?;
        let written = self
            .writer
            .write(turns.len(), move |session| {
                commit::commit(session, &me, &turns)
            })
            .await?;
        for change in written.changes {
            self.hints.send(change);
        }
        Ok(written.committed)
    }

    async fn journal(&self, of: ThreadId, after: Seq, max: u32) -> Result<Vec<Entry>, StoreError> {
        self.readers
            .read(move |connection| reads::journal(connection, of, after, max))
            .await
    }

    async fn frames(&self, of: ThreadId) -> Result<Frames, StoreError> {
        self.readers
            .read(move |connection| reads::frames(connection, of))
            .await
    }

    async fn steps(
        &self,
        of: ThreadId,
        under: &StepPath,
        page: Page<StepPath>,
    ) -> Result<Vec<StepRow>, StoreError> {
        let under = under.clone();
        self.readers
            .read(move |connection| reads::steps(connection, of, &under, &page))
            .await
    }

    async fn thread(&self, id: ThreadId) -> Result<ThreadRow, StoreError> {
        self.readers
            .look(|connection| reads::thread(connection, id))
    }

    async fn threads(
        &self,
        filter: ThreadFilter,
        page: Page<ThreadId>,
    ) -> Result<Vec<ThreadRow>, StoreError> {
        self.readers
            .read(move |connection| reads::threads(connection, &filter, &page))
            .await
    }

    async fn value(&self, hash: &ValueHash) -> Result<Arc<[u8]>, StoreError> {
        let hash = *hash;
        self.readers
            .read(move |connection| reads::value(connection, &hash))
            .await
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.hints.listen()
    }
}
