//! What must hold for journal entries and thread rows, before they are written and after they are
//! read, in every store.

use scriptum_engine::{ProgramHash, StoreError, ThreadId};
use scriptum_vm::{Entry, Seq};

/// Entries that are to be written together have no gap between them.
///
/// # Errors
/// [`StoreError::Corrupt`] names the thread and the place of the gap.
pub(crate) fn check_gap_free(thread: ThreadId, entries: &[Entry]) -> Result<(), StoreError> {
    match entries {
        [] => Ok(()),
        [first, rest @ ..] => check_read(thread, first.seq, rest),
    }
}

/// Entries that were read follow the number `after` and one another without a gap.
///
/// # Errors
/// [`StoreError::Corrupt`] names the thread and the place of the gap.
pub(crate) fn check_read(
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

/// True when entries can be written behind the last one of a journal.
pub(crate) fn follows(last: Seq, entries: &[Entry]) -> bool {
    let next = last.0.checked_add(1);
    entries
        .first()
        .is_none_or(|entry| next == Some(entry.seq.0))
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
