//! What must hold for journal entries and thread rows, before they are written and after they are
//! read, in every store.

use scriptum_engine::{ProgramHash, StoreError, ThreadId};
use scriptum_vm::{Entry, Seq};

/// Entries follow the number before them and one another without gaps; gives the last number.
///
/// # Errors
/// [`StoreError::Corrupt`] names the thread and the place of the gap.
pub(crate) fn check_gap_free(
    thread: ThreadId,
    before: Seq,
    entries: &[Entry],
) -> Result<Seq, StoreError> {
    entries.iter().try_fold(before, |last, entry| {
        if last.0.checked_add(1) == Some(entry.seq.0) {
            Ok(entry.seq)
        } else {
            Err(gap(thread, last, entry.seq))
        }
    })
}

/// The number before the first entry, which says where the entries have to be written.
pub(crate) fn seq_before(entries: &[Entry]) -> Option<Seq> {
    entries
        .first()
        .map(|entry| Seq(entry.seq.0.saturating_sub(1)))
}

/// The journal would have a gap.
fn gap(thread: ThreadId, last: Seq, next: Seq) -> StoreError {
    StoreError::Corrupt(format!(
        "journal of {thread} goes from entry {} to entry {}",
        last.0, next.0
    ))
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
