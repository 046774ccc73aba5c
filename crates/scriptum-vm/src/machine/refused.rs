//! Why a notification was not applied.

use std::{fmt, sync::Arc};

use scriptum_contract::StoredValue;

/// Why a notification was not applied. Nothing has changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// The content of these stored values is needed: [`Vm::provide`](crate::Vm::provide) it and apply
    /// the notification again. Values of turns that are not committed yet are among their blobs.
    Need(Vec<Arc<StoredValue>>),
    /// The notification does not apply and is dropped. It is not journalled.
    Ignored(Ignored),
}

/// Why a notification does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// The thread has not been started.
    NotStarted,
    /// The thread was started before.
    AlreadyStarted,
    /// The thread has ended.
    Ended,
    /// No such call is open: it was answered before, or never made.
    NoSuchCall,
    /// The item is not the next one of its stream.
    NoSuchItem,
    /// The items that came before have to be taken first.
    NoRoom,
    /// No such timer is open.
    NoSuchTimer,
    /// No such ask is open.
    NoSuchAsk,
    /// The timer is open, its time has not come.
    NotDue,
    /// The thread is paused, or about to be.
    Held,
    /// The thread is neither paused nor about to be.
    NotPaused,
    /// The pause, or the attempt of the step, that is meant is over.
    Stale,
    /// The step that is meant did not fail.
    NotFailed,
    /// The step that is meant takes no such change.
    NoSuchChange,
    /// Several steps wait, and none was named.
    SeveralWait,
    /// There is nothing to continue.
    NothingToContinue,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Need(stored) => {
                write!(f, "{} stored values are not loaded", stored.len())
            }
            Refused::Ignored(ignored) => ignored.fmt(f),
        }
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ignored::NotStarted => "the thread has not been started",
            Ignored::AlreadyStarted => "the thread was started before",
            Ignored::Ended => "the thread has ended",
            Ignored::NoSuchCall => "no such call is open",
            Ignored::NoSuchItem => "the item is not the next one of its stream",
            Ignored::NoRoom => "the items before have to be taken first",
            Ignored::NoSuchTimer => "no such timer is open",
            Ignored::NoSuchAsk => "no such ask is open",
            Ignored::NotDue => "the time of the timer has not come",
            Ignored::Held => "the thread is paused or about to be",
            Ignored::NotPaused => "the thread is not paused",
            Ignored::Stale => "the pause that is meant is over",
            Ignored::NotFailed => "the step did not fail",
            Ignored::NoSuchChange => "the step takes no such change",
            Ignored::SeveralWait => "several steps wait, and none was named",
            Ignored::NothingToContinue => "there is nothing to continue",
        })
    }
}

impl std::error::Error for Refused {}

impl From<Ignored> for Refused {
    fn from(ignored: Ignored) -> Refused {
        Refused::Ignored(ignored)
    }
}
