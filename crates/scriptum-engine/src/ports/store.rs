//! The store in verbs. Each method is one atomic act in domain words, so that each backend may do it
//! in its own way. A store reads no clock and makes no id: both arrive as arguments.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use scriptum_contract::{Value, ValueHash};
use scriptum_vm::{
    Blob, Entry, FrameDelta, Frames, Notification, PauseReason, Recovery, Seq, Status, StepError,
    StepPath, Timestamp,
};

use crate::{Incarnation, ProgramHash, ThreadId};

/// Keeps threads: rows, inboxes, journals, frames, step index, large values, programs.
///
/// A commit is conditional on the owner and on the claim by which it became that: who is not the owner
/// cannot write, and who was the owner before and is it again cannot write what it asked for before.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps a program under the hash of its content; the same content twice is no error.
    async fn put_program(&self, program: ProgramRow) -> Result<(), StoreError>;

    /// The program of that hash.
    async fn program(&self, hash: &ProgramHash) -> Result<ProgramRow, StoreError>;

    /// Makes a PENDING thread whose inbox holds `Started`. A known request id gives the first thread.
    async fn create(&self, new: NewThread) -> Result<Created, StoreError>;

    /// Makes a thread that belongs to `me` by its first claim, with its first turns, which have taken
    /// [`NewThread::started`] in: nothing is in its inbox. A known request id gives the first thread, and
    /// nothing is written.
    async fn begin(
        &self,
        me: &Incarnation,
        new: NewThread,
        first: Commit,
    ) -> Result<Created, StoreError>;

    /// Adds to a thread's inbox. Refused with [`StoreError::Conflict`] when the thread has ended.
    async fn post(&self, to: ThreadId, n: Notification, at: Timestamp) -> Result<(), StoreError>;

    /// Says that this incarnation lives, until a time. An incarnation that was not renewed in time,
    /// or that the store knows to be dead, loses its threads to whoever claims them.
    async fn heartbeat(&self, me: &Incarnation, until: Timestamp) -> Result<(), StoreError>;

    /// Takes over up to `max` threads that are due: not ended, owned by nobody that lives, and with an
    /// inbox entry, a wake-up whose time has come, or open work left by a dead owner. What the
    /// claimer owns already is not claimed again.
    async fn claim(
        &self,
        me: &Incarnation,
        now: Timestamp,
        scope: ClaimScope,
        max: u32,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Inbox entries of threads that this incarnation owns and that were posted after the numbers
    /// known, oldest first.
    async fn inbox(&self, of: ThreadId, after: InboxNumber) -> Result<Vec<InboxItem>, StoreError>;

    /// Writes turns of many threads in one transaction. Each item is done, or refused because the
    /// incarnation is not the owner by that claim any more or the journal does not end where it builds
    /// on; refused items write nothing and spoil no other.
    async fn commit(
        &self,
        me: &Incarnation,
        batch: Vec<Commit>,
    ) -> Result<Vec<Committed>, StoreError>;

    /// Entries with a number above `after`, in order, at most `max`, gap-free.
    async fn journal(&self, of: ThreadId, after: Seq, max: u32) -> Result<Vec<Entry>, StoreError>;

    /// The frames of a thread as last committed.
    async fn frames(&self, of: ThreadId) -> Result<Frames, StoreError>;

    /// Step rows at and below a path, in path order.
    async fn steps(
        &self,
        of: ThreadId,
        under: &StepPath,
        page: Page<StepPath>,
    ) -> Result<Vec<StepRow>, StoreError>;

    /// One thread.
    async fn thread(&self, id: ThreadId) -> Result<ThreadRow, StoreError>;

    /// Threads, newest first.
    async fn threads(
        &self,
        filter: ThreadFilter,
        page: Page<ThreadId>,
    ) -> Result<Vec<ThreadRow>, StoreError>;

    /// The storage form of a large value.
    async fn value(&self, hash: &ValueHash) -> Result<Arc<[u8]>, StoreError>;

    /// What changed. A hint only: it may come late, twice, or not at all.
    fn changes(&self) -> BoxStream<'static, Change>;
}

/// A hint about one thread. The kinds are kept apart because an owner would otherwise read its inbox
/// after each of its own commits, and a caller the thread after each of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Its inbox grew, or it was given back while it is due: a worker has something to do.
    Posted(ThreadId),
    /// Its journal or its row moved: a watcher has something to read.
    Committed(ThreadId),
    /// It ended or is paused: who waits for that can look, and need not look after each step.
    Settled(ThreadId),
}

/// Why a store could not do it. Nothing in here is of one driver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Trying again can help; nothing is known about what was written.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// The state forbids it.
    #[error("conflict: {0}")]
    Conflict(String),
    /// There is no such thing.
    #[error("{0} not found")]
    NotFound(String),
    /// What was read breaks an invariant of the format.
    #[error("store corrupt: {0}")]
    Corrupt(String),
}

/// A compiled program as it is kept: immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramRow {
    /// SHA-256 of `document` and `pins`.
    pub hash: ProgramHash,
    /// The IR as JSON.
    pub document: Arc<str>,
    /// The pinned tool signatures as JSON.
    pub pins: Arc<str>,
    /// The source text that it was compiled from; empty when there was none.
    pub source: Arc<str>,
}

/// A thread to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewThread {
    /// Its id.
    pub id: ThreadId,
    /// What it runs; kept before.
    pub program: ProgramHash,
    /// The script's title, for lists.
    pub script: Arc<str>,
    /// `Started`.
    pub started: Notification,
    /// When.
    pub at: Timestamp,
    /// Creating again with the same id gives the first thread.
    pub request_id: Option<Arc<str>>,
}

/// What `create` or `begin` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The thread is new.
    New,
    /// The request id was known: this thread has it.
    Existing(ThreadId),
}

/// Which threads a worker claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimScope {
    /// Any.
    All,
    /// Only this one.
    Only(ThreadId),
}

/// Counts how often a thread was claimed; 0 before the first time. Together with the owner it fences
/// off what an owner asked for before it lost the thread and got it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClaimNumber(pub u64);

impl ClaimNumber {
    /// The first claim of a thread.
    pub const FIRST: ClaimNumber = ClaimNumber(1);
}

/// A thread that now belongs to the claimer.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Its row, `owner` being the claimer and `claim` the number of this claim.
    pub thread: ThreadRow,
    /// Its frames; empty before the first turn.
    pub frames: Frames,
    /// Its inbox, oldest first.
    pub inbox: Vec<InboxItem>,
    /// True when it was taken from an owner that died, so that open calls may have been made.
    pub orphaned: bool,
}

/// Number of an inbox entry; grows within a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct InboxNumber(pub u64);

/// A notification that was posted and not yet applied.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxItem {
    /// Its number; a commit acknowledges it.
    pub number: InboxNumber,
    /// What was posted.
    pub notification: Notification,
}

/// The turns of one thread, to be written as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The thread.
    pub thread: ThreadId,
    /// The claim by which the writer owns it.
    pub claim: ClaimNumber,
    /// The last journal entry that this builds on; 0 before the first. Where the journal ends
    /// elsewhere the commit is stale, so one that comes late cannot undo what came after it.
    pub after: Seq,
    /// New journal entries, gap-free behind `after`.
    pub entries: Vec<Entry>,
    /// Changed frames.
    pub frames: FrameDelta,
    /// Changes of the step index, in order.
    pub steps: Vec<StepChange>,
    /// Large values that are new.
    pub blobs: Vec<Blob>,
    /// Inbox entries that were applied or refused.
    pub acks: Vec<InboxNumber>,
    /// What other threads are told with this, so that no crash comes between.
    pub posts: Vec<Post>,
    /// Status afterwards.
    pub status: Status,
    /// Why it is paused.
    pub pause: Option<PauseReason>,
    /// When it has to be looked at again although nothing was posted.
    pub wake_at: Option<Timestamp>,
    /// True: the owner gives the thread back with this commit.
    pub release: bool,
    /// When the thread changed last.
    pub at: Timestamp,
    /// Set when the program changes.
    pub program: Option<ProgramHash>,
}

/// A notification for another thread, dropped when there is no such thread or it has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The other thread.
    pub to: ThreadId,
    /// What it is told; posted at the time of the commit.
    pub notification: Notification,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is durable.
    Done,
    /// The thread belongs to somebody else, or by another claim: nothing was written, nothing may be
    /// sent.
    LostOwner,
    /// The journal does not end with the entry that it builds on: the owner works from an old state.
    /// Nothing was written.
    Stale,
}

/// A thread as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadRow {
    /// Its id.
    pub id: ThreadId,
    /// What it runs.
    pub program: ProgramHash,
    /// The script's title.
    pub script: Arc<str>,
    /// Where it stands.
    pub status: Status,
    /// Why it is paused.
    pub pause: Option<PauseReason>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// When it has to be looked at again.
    pub wake_at: Option<Timestamp>,
    /// Who runs it.
    pub owner: Option<Incarnation>,
    /// The last claim.
    pub claim: ClaimNumber,
    /// Its last journal entry; 0 before the first.
    pub last_seq: Seq,
}

/// Which threads a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThreadFilter {
    /// Only those in this status.
    pub status: Option<Status>,
    /// Only those that have not ended.
    pub open_only: bool,
    /// Only those of this owner.
    pub owner: Option<Incarnation>,
}

/// A part of an ordered list: at most `max` behind `after`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<K> {
    /// The last key of the page before; `None` for the first page.
    pub after: Option<K>,
    /// Most rows.
    pub max: u32,
}

/// A change of the step index: a function of one event.
#[derive(Debug, Clone, PartialEq)]
pub enum StepChange {
    /// The step runs; makes or replaces the row.
    Started {
        /// The step.
        path: StepPath,
        /// The attempt, from 1.
        attempt: u32,
        /// When.
        at: Timestamp,
        /// The event's entry: it holds the input.
        seq: Seq,
        /// The interpolated label.
        label: Option<Arc<str>>,
        /// Name of the primitive.
        primitive: Arc<str>,
        /// Full name of the tool.
        tool: Option<Arc<str>>,
    },
    /// The step ended; changes the row.
    Ended {
        /// The step.
        path: StepPath,
        /// COMPLETED or FAILED.
        status: StepStatus,
        /// When.
        at: Timestamp,
        /// The entry that holds the output: the event's, or the notification's before it.
        seq: Seq,
        /// Why it failed.
        error: Option<StepError>,
        /// How it came to its end after an error.
        recovery: Option<Recovery>,
    },
    /// The step will not run; makes the row.
    Skipped {
        /// The step.
        path: StepPath,
        /// When that was decided.
        at: Timestamp,
        /// The event's entry.
        seq: Seq,
        /// The label as written.
        label: Option<Arc<str>>,
        /// Name of the primitive.
        primitive: Arc<str>,
    },
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepStatus {
    /// Under way, or waiting for its next attempt.
    Running,
    /// Has its output.
    Completed,
    /// Its last attempt failed.
    Failed,
    /// Will not run.
    Skipped,
}

/// A step as lists show it. Input and output are read from the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// Where it stands in the run.
    pub path: StepPath,
    /// The interpolated label.
    pub label: Option<Arc<str>>,
    /// Name of the primitive.
    pub primitive: Arc<str>,
    /// Full name of the tool.
    pub tool: Option<Arc<str>>,
    /// Where it stands.
    pub status: StepStatus,
    /// The last attempt.
    pub attempt: u32,
    /// When the last attempt began; `None` for a skipped step.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The entry with its input.
    pub input_seq: Option<Seq>,
    /// The entry with its output.
    pub output_seq: Option<Seq>,
    /// Why it failed.
    pub error: Option<StepError>,
    /// How it came to its end after an error.
    pub recovery: Option<Recovery>,
}

/// The storage form of a value that a store keeps, read back.
///
/// # Errors
/// When the bytes are no storage form.
pub fn value_from_storage(bytes: &[u8]) -> Result<Value, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|error| StoreError::Corrupt(format!("stored value is unreadable: {error}")))
}
