//! What must hold for journal entries and thread rows, before they are written and after they are
//! read, in every store.

use scriptum_engine::{ProgramHash, StoreError, ThreadId};
use scriptum_vm::{Entry, Seq, Status};

/// Entries follow the number `after` and one another without a gap.
///
/// # Errors
/// [`StoreError::Corrupt`] names the thread and the place of the gap.
pub(crate) fn check_gap_free(
    thread: ThreadId,
    after: Seq,
    entries: &[Entry],
) -> Result<(), StoreError> {
    let ends = entries.iter().try_fold(after, |last, entry| {
        if last.0.checked_add(1) == Some(entry.seq.0) {
            Ok(entry.seq)
        } else {
            Err(StoreError::Corrupt(format!(
                "journal of {thread} goes from entry {} to entry {}",
                last.0, entry.seq.0
            )))
        }
    });
    ends.map(|_| ())
}

/// True when nothing happens to the thread unless somebody does something.
pub(crate) fn settles(status: Status) -> bool {
    status.is_ended() || status == Status::Paused
}

/// There is no such thread.
pub(crate) fn no_thread(id: ThreadId) -> StoreError {
    StoreError::NotFound(format!("thread {id}"))
}

/// There is no such program.
pub(crate) fn no_program(hash: &ProgramHash) -> StoreError {
    StoreError::NotFound(format!("program {hash}"))
}

/// A thread that has ended takes nothing any more.
pub(crate) fn ended(id: ThreadId) -> StoreError {
    StoreError::Conflict(format!("thread {id} has ended"))
}

/// The id of a new thread is taken.
pub(crate) fn taken(id: ThreadId) -> StoreError {
    StoreError::Conflict(format!("thread {id} exists"))
}
