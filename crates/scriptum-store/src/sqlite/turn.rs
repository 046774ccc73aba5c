//! The turns of one thread as the texts and bytes that the tables hold. They are made by who asks for
//! the commit, so that the writer only binds and steps.

use std::{ops::Range, sync::Arc};

use scriptum_contract::ValueHash;
use scriptum_engine::{Commit, ProgramHash, StepChange, StepRow, StoreError, ThreadId};
use scriptum_vm::{Entry, FrameKey, Seq, StepPath};

use super::failure::to_integer;
use crate::{
    check::{check_gap_free, settles},
    codec::{
        entries_to_text, error_to_text, notification_to_text, path::path_to_bytes, words::Word,
    },
    steps,
};

/// Room for a usual key of a cell.
const KEY_ROOM_BYTES: usize = 32;

/// The turns of one thread, ready to be bound.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) thread: ThreadId,
    /// The number of the claim by which the writer owns the thread.
    pub(super) claim: i64,
    /// The number that the journal has to end with before.
    pub(super) after: i64,
    pub(super) entries: Option<Entries>,
    /// Ranges of keys whose cells go, before `cells`.
    pub(super) dropped: Vec<Range<String>>,
    /// `None`: the cell goes.
    pub(super) cells: Vec<(String, Option<Arc<str>>)>,
    pub(super) steps: Vec<StepWrite>,
    pub(super) blobs: Vec<(ValueHash, Arc<[u8]>)>,
    pub(super) acks: Vec<i64>,
    /// What other threads are told, as the text of the notification.
    pub(super) posts: Vec<(ThreadId, String)>,
    pub(super) status: &'static str,
    pub(super) pause: Option<&'static str>,
    pub(super) wake_at: Option<i64>,
    pub(super) at: i64,
    pub(super) ends: bool,
    pub(super) settles: bool,
    pub(super) releases: bool,
    pub(super) program: Option<ProgramHash>,
}

/// New journal entries.
#[derive(Debug)]
pub(super) struct Entries {
    /// The number that the journal ends with afterwards.
    pub(super) last: i64,
    pub(super) text: String,
}

/// What the changes of one step come to.
#[derive(Debug)]
pub(super) struct StepWrite {
    pub(super) part: Part,
    pub(super) path: Vec<u8>,
    pub(super) label: Option<Arc<str>>,
    pub(super) primitive: Arc<str>,
    pub(super) tool: Option<Arc<str>>,
    pub(super) status: &'static str,
    pub(super) attempt: u32,
    pub(super) started_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) input_seq: Option<i64>,
    pub(super) output_seq: Option<i64>,
    pub(super) error: Option<String>,
    pub(super) recovery: Option<&'static str>,
}

/// How much of a step's row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it, whether there is a row or not.
    Whole,
    /// How the step ended; the row is there.
    End,
}

impl Turn {
    /// Refuses entries with gaps between them.
    pub(super) fn encode(commit: Commit) -> Result<Turn, StoreError> {
        check_gap_free(commit.thread, commit.after, &commit.entries)?;
        let ends = commit.status.is_ended();
        let dropped = commit.frames.dropped.iter();
        let cells = commit.frames.cells.into_iter();
        let blobs = commit.blobs.into_iter();
        Ok(Turn {
            thread: commit.thread,
            claim: to_integer(commit.claim.0)?,
            after: to_integer(commit.after.0)?,
            entries: Entries::encode(&commit.entries)?,
            dropped: dropped.map(FrameKey::texts_under).collect(),
            cells: cells
                .map(|(key, cell)| (key_to_text(&key), cell.map(|cell| cell.0)))
                .collect(),
            steps: fold(commit.steps)
                .into_iter()
                .map(|(part, row)| StepWrite::encode(part, row))
                .collect::<Result<_, _>>()?,
            blobs: blobs.map(|blob| (blob.hash, blob.bytes)).collect(),
            acks: commit
                .acks
                .iter()
                .map(|number| to_integer(number.0))
                .collect::<Result<_, _>>()?,
            posts: commit
                .posts
                .iter()
                .map(|post| Ok((post.to, notification_to_text(&post.notification)?)))
                .collect::<Result<_, StoreError>>()?,
            status: commit.status.word(),
            pause: commit.pause.map(Word::word),
            wake_at: commit.wake_at.filter(|_| !ends).map(|at| at.0),
            at: commit.at.0,
            ends,
            settles: settles(commit.status),
            releases: commit.release || ends,
            program: commit.program,
        })
    }

    /// True when the thread has to be looked at again at once.
    pub(super) fn is_awake(&self) -> bool {
        self.wake_at.is_some_and(|wake_at| wake_at <= self.at)
    }
}

impl Entries {
    fn encode(entries: &[Entry]) -> Result<Option<Entries>, StoreError> {
        let Some(last) = entries.last() else {
            return Ok(None);
        };
        Ok(Some(Entries {
            last: to_integer(last.seq.0)?,
            text: entries_to_text(entries)?,
        }))
    }
}

fn key_to_text(key: &FrameKey) -> String {
    let mut text = String::with_capacity(KEY_ROOM_BYTES);
    key.write_to(&mut text).expect("a string takes every text");
    text
}

/// Later changes of a step fold into earlier ones, so that each row is written once. Only a step that
/// ends by its row in the table and then begins anew is written twice, as the row has to be there.
fn fold(changes: Vec<StepChange>) -> Vec<(Part, StepRow)> {
    let mut folded: Vec<(Part, StepRow)> = Vec::with_capacity(changes.len());
    // Where in `folded` the last write of each step is, in the order of the steps.
    let mut last_of: Vec<usize> = Vec::with_capacity(changes.len());
    for change in changes {
        let path = steps::path_of(&change);
        let place = last_of.binary_search_by(|at| path_at(&folded, *at).cmp(&Some(path)));
        let known = place.ok().and_then(|place| last_of.get_mut(place));
        let last = known.as_ref().and_then(|at| folded.get_mut(**at));
        let is_end = matches!(change, StepChange::Ended { .. });
        match last {
            Some((part, row)) if is_end || *part == Part::Whole => {
                let before = std::mem::replace(row, steps::blank(StepPath::root()));
                *row = steps::fold(before, change);
            }
            Some(_) | None => {
                let part = if is_end { Part::End } else { Part::Whole };
                match (known, place) {
                    (Some(at), _) => *at = folded.len(),
                    (None, Ok(place) | Err(place)) => last_of.insert(place, folded.len()),
                }
                let row = steps::fold(steps::blank(path.clone()), change);
                folded.push((part, row));
            }
        }
    }
    folded
}

fn path_at(folded: &[(Part, StepRow)], at: usize) -> Option<&StepPath> {
    folded.get(at).map(|(_, row)| &row.path)
}

impl StepWrite {
    fn encode(part: Part, row: StepRow) -> Result<StepWrite, StoreError> {
        let number = |seq: Option<Seq>| seq.map(|seq| to_integer(seq.0)).transpose();
        Ok(StepWrite {
            part,
            path: path_to_bytes(&row.path),
            label: row.label,
            primitive: row.primitive,
            tool: row.tool,
            status: row.status.word(),
            attempt: row.attempt,
            started_at: row.started_at.map(|at| at.0),
            ended_at: row.ended_at.map(|at| at.0),
            input_seq: number(row.input_seq)?,
            output_seq: number(row.output_seq)?,
            error: row.error.as_ref().map(error_to_text).transpose()?,
            recovery: row.recovery.map(Word::word),
        })
    }
}
