//! Runs a journal again and compares: the proof that frames and journal say the same.
//!
//! Production resumes from frames and needs none of this. Replay shows how a thread came to where it
//! is, checks that a new build still decides what an old one decided, and tells a broken journal.

use std::{fmt, sync::Arc};

use scriptum_contract::{StoredValue, Value, ValueHash};

use crate::{
    Entry, Event, Ignored, Notification, Options, Record, Refused, Seq, Turn, Vm, program::Program,
};

/// What went wrong with a replay.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayError {
    /// The machine decided something else than the journal says.
    Diverged {
        /// The entry; one behind the last when the journal ends too early.
        seq: Seq,
        /// What it says; `None` when the machine decided more.
        recorded: Option<Box<Event>>,
        /// What the machine decided; `None` when it decided less.
        derived: Option<Box<Event>>,
    },
    /// The machine ignores a notification that the journal has.
    Ignored {
        /// The entry.
        seq: Seq,
        /// Why.
        why: Ignored,
    },
    /// The content of a stored value is needed and was not given.
    Missing {
        /// The entry of the notification that needs it.
        seq: Seq,
        /// The value.
        hash: ValueHash,
    },
    /// The journal does not begin with a notification, or its numbers have a gap.
    Malformed {
        /// The entry.
        seq: Seq,
    },
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Diverged { seq, .. } => {
                write!(f, "entry {} is not what the machine decides", seq.0)
            }
            ReplayError::Ignored { seq, why } => {
                write!(f, "entry {} does not apply: {why}", seq.0)
            }
            ReplayError::Missing { seq, hash } => {
                write!(f, "entry {} needs value {hash}, which was not given", seq.0)
            }
            ReplayError::Malformed { seq } => {
                write!(f, "entry {} does not follow the one before it", seq.0)
            }
        }
    }
}

impl std::error::Error for ReplayError {}

/// Gives the content of stored values, or `None` when it has none.
pub type Load<'l> = &'l mut dyn FnMut(&StoredValue) -> Option<Value>;

/// Replays a journal that refers to no stored values but those that the machine makes itself.
///
/// # Errors
/// When the journal is not what this program decides.
pub fn replay(program: Arc<Program>, entries: &[Entry]) -> Result<Vm, ReplayError> {
    let options = Options {
        cache_bytes_max: u64::MAX,
        ..Options::default()
    };
    let mut replay = Replay::new(program, options);
    replay.feed(entries, &mut |_| None)?;
    Ok(replay.into_vm())
}

/// A replay under way: turns are fed as they come.
#[derive(Debug)]
pub struct Replay {
    vm: Vm,
    /// The last entry that was fed.
    last: Seq,
}

impl Replay {
    /// A replay of a journal from its beginning.
    pub fn new(program: Arc<Program>, options: Options) -> Replay {
        Replay {
            vm: Vm::with_options(program, options),
            last: Seq(0),
        }
    }

    /// The thread as far as it was replayed.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// The thread as far as it was replayed.
    pub fn into_vm(self) -> Vm {
        self.vm
    }

    /// Replays whole turns: notifications, each with the events that follow it.
    ///
    /// # Errors
    /// When the entries are not what the program decides. The replay is of no further use then.
    pub fn feed(&mut self, entries: &[Entry], load: Load<'_>) -> Result<(), ReplayError> {
        let mut rest = entries;
        while let Some((first, behind)) = rest.split_first() {
            self.follows(first)?;
            let Record::Notification(notification) = &first.record else {
                return Err(ReplayError::Malformed { seq: first.seq });
            };
            let turn = self.apply(notification, first, load)?;
            rest = self.compare(turn.events, behind)?;
        }
        Ok(())
    }

    fn follows(&mut self, entry: &Entry) -> Result<(), ReplayError> {
        if entry.seq.0 != self.last.0 + 1 {
            return Err(ReplayError::Malformed { seq: entry.seq });
        }
        self.last = entry.seq;
        Ok(())
    }

    fn apply(
        &mut self,
        notification: &Notification,
        entry: &Entry,
        load: Load<'_>,
    ) -> Result<Turn, ReplayError> {
        let Entry { seq, at, .. } = *entry;
        loop {
            match self.vm.apply(notification.clone(), at) {
                Ok(turn) => return Ok(turn),
                Err(Refused::Ignored(why)) => return Err(ReplayError::Ignored { seq, why }),
                Err(Refused::Need(needs)) => {
                    for stored in needs {
                        let Some(content) = load(&stored) else {
                            let hash = stored.hash;
                            return Err(ReplayError::Missing { seq, hash });
                        };
                        self.vm.provide(stored.hash, content);
                    }
                }
            }
        }
    }

    /// Compares the events of a turn with the entries that follow its notification; gives the rest.
    fn compare<'e>(
        &mut self,
        derived: Vec<Event>,
        entries: &'e [Entry],
    ) -> Result<&'e [Entry], ReplayError> {
        let mut rest = entries;
        for event in derived {
            let recorded = match rest.split_first() {
                Some((entry, behind)) => {
                    self.follows(entry)?;
                    rest = behind;
                    entry.event()
                }
                None => None,
            };
            if recorded != Some(&event) {
                return Err(ReplayError::Diverged {
                    seq: recorded.map_or(Seq(self.last.0 + 1), |_| self.last),
                    recorded: recorded.cloned().map(Box::new),
                    derived: Some(Box::new(event)),
                });
            }
        }
        match rest
            .first()
            .and_then(|entry| Some((entry.seq, entry.event()?)))
        {
            Some((seq, more)) => Err(ReplayError::Diverged {
                seq,
                recorded: Some(Box::new(more.clone())),
                derived: None,
            }),
            None => Ok(rest),
        }
    }
}
