//! What a thread has decided and not yet committed: turns fold into one [`Commit`].

use std::collections::VecDeque;

use scriptum_contract::ValueHash;
use scriptum_vm::{
    Blob, Call, Effect, Entry, Event, FrameDelta, PauseReason, Record, Seq, Status, StepPath,
    Timestamp, Turn,
};

use crate::{
    ClaimNumber, Commit, InboxNumber, ThreadId, index::step_changes, limits::ENTRIES_PER_COMMIT_MAX,
};

/// Where a thread stands, as far as its row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The last journal entry.
    pub(crate) last_seq: Seq,
    /// When the last turn was applied; time never runs backwards within a thread.
    pub(crate) last_at: Timestamp,
    pub(crate) status: Status,
    pub(crate) pause: Option<PauseReason>,
    /// The earliest open timer.
    pub(crate) wake_at: Option<Timestamp>,
    /// True when the machine goes on by itself.
    pub(crate) unfinished: bool,
}

/// Turns that are not durable yet, and where the thread stands behind them.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) standing: Standing,
    /// The last entry that is durable.
    after: Seq,
    entries: Vec<Entry>,
    frames: FrameDelta,
    blobs: Vec<Blob>,
    acks: Vec<InboxNumber>,
    /// To be started when this is durable.
    pub(crate) calls: VecDeque<Call>,
    /// Steps that failed: calls of theirs that are still under way are of no use.
    pub(crate) failed: Vec<StepPath>,
}

impl Standing {
    /// Of a thread that was not loaded yet.
    pub(crate) const UNKNOWN: Standing = Standing {
        last_seq: Seq(0),
        last_at: Timestamp(0),
        status: Status::Pending,
        pause: None,
        wake_at: None,
        unfinished: false,
    };
}

impl Draft {
    pub(crate) fn new(standing: Standing) -> Draft {
        Draft {
            standing,
            after: standing.last_seq,
            entries: Vec::new(),
            frames: FrameDelta::default(),
            blobs: Vec::new(),
            acks: Vec::new(),
            calls: VecDeque::new(),
            failed: Vec::new(),
        }
    }

    /// True when there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.acks.is_empty()
    }

    /// True when it should be written before more is added.
    pub(crate) fn is_full(&self) -> bool {
        ENTRIES_PER_COMMIT_MAX <= self.entries.len()
    }

    /// The storage form of a large value that is new here.
    pub(crate) fn blob(&self, hash: &ValueHash) -> Option<&[u8]> {
        let blob = self.blobs.iter().find(|blob| blob.hash == *hash)?;
        Some(&blob.bytes)
    }

    /// Notes that an inbox entry was applied or refused.
    pub(crate) fn acknowledge(&mut self, number: InboxNumber) {
        self.acks.push(number);
    }

    /// Adds what one notification led to.
    pub(crate) fn add(&mut self, turn: Turn, at: Timestamp) {
        self.standing.last_at = at;
        self.standing.status = turn.status;
        self.standing.wake_at = turn.wake_at;
        self.standing.unfinished = turn.unfinished;
        self.write(Record::Notification(turn.notification));
        for event in turn.events {
            self.note(&event);
            self.write(Record::Event(event));
        }
        if turn.status != Status::Paused {
            self.standing.pause = None;
        }
        self.frames.merge(turn.frames);
        self.blobs.extend(turn.blobs);
        self.calls.extend(turn.effects.into_iter().filter_map(call));
    }

    fn note(&mut self, event: &Event) {
        if let Event::ThreadPaused { reason, path: _ } = event {
            self.standing.pause = Some(*reason);
        }
        if let Event::StepFailed { path, .. } = event {
            self.failed.push(path.clone());
        }
    }

    fn write(&mut self, record: Record) {
        let Standing {
            last_seq, last_at, ..
        } = &mut self.standing;
        last_seq.0 += 1;
        self.entries.push(Entry {
            seq: *last_seq,
            at: *last_at,
            record,
        });
    }

    /// The commit, to which the caller adds what is not a matter of turns.
    pub(crate) fn into_commit(self, thread: ThreadId, claim: ClaimNumber) -> Commit {
        Commit {
            thread,
            claim,
            after: self.after,
            steps: step_changes(&self.entries),
            entries: self.entries,
            frames: self.frames,
            blobs: self.blobs,
            acks: self.acks,
            posts: Vec::new(),
            status: self.standing.status,
            pause: self.standing.pause,
            wake_at: self.standing.wake_at,
            release: false,
            at: self.standing.last_at,
            program: None,
        }
    }
}

/// Timers are no work: the thread's wake-up covers them.
fn call(effect: Effect) -> Option<Call> {
    match effect {
        Effect::Call(call) => Some(call),
        Effect::Timer { .. } => None,
    }
}
