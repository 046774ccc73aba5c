//! Every bound of the engine, each with its unit and its reason.

use std::time::Duration;

/// What an operator may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most threads that one worker holds in memory at once.
    pub threads_live_max: u32,
    /// Most calls of one tool at once in this node; further ones wait.
    pub calls_per_tool_max: u32,
    /// A call that has not answered by then is given up, its outcome unknown.
    pub call_ms_max: u64,
    /// How long a worker that was told to stop waits for calls under way.
    pub stop_grace_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            threads_live_max: 64,
            calls_per_tool_max: 256,
            call_ms_max: 15 * 60 * 1_000,
            stop_grace_ms: 5_000,
        }
    }
}

/// New threads that wait for a worker to look at them, each with a place in its memory: a burst of starts.
pub(crate) const BIRTHS_WAITING_MAX: usize = 64;

/// Most commits of different threads in one transaction: beyond this a batch gains nothing and the
/// first of it waits too long.
pub(crate) const COMMITS_PER_BATCH_MAX: usize = 512;

/// Most journal entries that are gathered for one commit of one thread, so that a thread with much
/// to do neither fills the memory nor keeps others from the disk.
pub(crate) const ENTRIES_PER_COMMIT_MAX: usize = 1_024;

/// A store that has not answered a commit or a read by then is treated as unavailable.
pub(crate) const STORE_WAIT: Duration = Duration::from_secs(30);

/// Threads that lie in each other by `run`: deeper ones are a script that starts itself.
pub(crate) const SUBTHREAD_DEPTH_MAX: u32 = 8;

/// First pause before an unavailable store is asked again; it doubles up to [`STORE_RETRY_MAX`].
pub(crate) const STORE_RETRY_MIN: Duration = Duration::from_millis(20);

/// Longest pause before an unavailable store is asked again.
pub(crate) const STORE_RETRY_MAX: Duration = Duration::from_secs(2);

/// A heartbeat promises life for so long. A takeover waits for this time to pass.
pub(crate) const LEASE: Duration = Duration::from_secs(15);

/// Time between two heartbeats: several may be lost before the promise runs out.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(4);

/// How often a worker looks for due threads when no hint tells it to.
pub(crate) const CLAIM_POLL: Duration = Duration::from_secs(1);

/// How often a worker looks for threads that are its own without its knowing, because the answer to a
/// claim was lost.
pub(crate) const STRAYS_POLL: Duration = Duration::from_secs(30);

/// How often the owner of a thread reads its inbox when no hint tells it to.
pub(crate) const INBOX_POLL: Duration = Duration::from_secs(2);

/// How often a watcher reads the journal when no hint tells it to.
pub(crate) const WATCH_POLL: Duration = Duration::from_millis(500);

/// A thread that waits for nothing but a timer stays in memory when the timer is due within this
/// many milliseconds: giving it back and restoring it would cost more.
pub(crate) const IDLE_MS_MAX: i64 = 1_000;

/// Entries that a watcher reads at once.
pub(crate) const WATCH_PAGE: u32 = 256;

/// Step rows that are read at once while searching among them.
pub(crate) const STEPS_PAGE: u32 = 1_000;

/// Programs kept ready in memory.
pub(crate) const PROGRAMS_CACHED_MAX: usize = 256;

/// Bytes of storage form of large values kept in memory, so that a loop over calls with the same
/// large argument reads it once.
pub(crate) const VALUE_CACHE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Wake-up times that a worker remembers of threads it gave back; the slow poll finds the others.
pub(crate) const WAKE_UPS_REMEMBERED_MAX: usize = 65_536;

/// Threads that a worker keeps aside after a fault; each costs two small reads a poll.
pub(crate) const FAULTY_THREADS_MAX: usize = 1_024;

/// Items of one call that wait in memory for the thread to take them; the tool waits when there are
/// so many. They become one commit: with fewer a fast stream is flushed too often, with more the commit
/// takes buffers so large that each thread keeps some megabytes of them.
pub(crate) const ITEMS_UNDER_WAY_MAX: usize = 64;

/// KiB of items of one call that wait in memory, each counted as one at least. A larger item has the
/// way for itself.
pub(crate) const ITEMS_UNDER_WAY_KIB_MAX: u32 = 1_024;

/// Lines and progress of running tools that a slow listener may fall behind before it loses some.
pub(crate) const LIVE_BACKLOG: usize = 1_024;
