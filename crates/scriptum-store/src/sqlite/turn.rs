//! The turns of one thread as the texts and bytes that the tables hold. They are made by who asks for
//! the commit, so that the writer only binds and steps.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::ValueHash;
use scriptum_engine::{Commit, ProgramHash, StepChange, StepRow, StoreError, ThreadId};
use scriptum_vm::{Seq, StepPath};

use super::failure::to_integer;
use crate::{
    check::check_gap_free,
    codec::{entries_to_text, error_to_text, path::path_to_bytes, words::Word},
    steps,
};

/// The turns of one thread, ready to be bound.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) thread: ThreadId,
    pub(super) entries: Option<Entries>,
    /// `None`: the cell goes.
    pub(super) cells: Vec<(String, Option<Arc<str>>)>,
    pub(super) steps: Vec<StepWrite>,
    pub(super) blobs: Vec<(ValueHash, Arc<[u8]>)>,
    pub(super) acks: Vec<i64>,
    pub(super) status: &'static str,
    pub(super) pause: Option<&'static str>,
    pub(super) wake_at: Option<i64>,
    pub(super) at: i64,
    pub(super) ends: bool,
    pub(super) releases: bool,
    pub(super) program: Option<ProgramHash>,
}

/// New journal entries.
#[derive(Debug)]
pub(super) struct Entries {
    /// The number that the journal has to end with before.
    pub(super) before: i64,
    /// The number that it ends with afterwards.
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
        check_gap_free(commit.thread, &commit.entries)?;
        let ends = commit.status.is_ended();
        let cells = commit.frames.cells.into_iter();
        let blobs = commit.blobs.into_iter();
        Ok(Turn {
            thread: commit.thread,
            entries: Entries::encode(&commit.entries)?,
            cells: cells
                .map(|(key, cell)| (key.to_string(), cell.map(|cell| cell.0)))
                .collect(),
            steps: fold(commit.steps)
                .into_values()
                .map(|(part, row)| StepWrite::encode(part, row))
                .collect::<Result<_, _>>()?,
            blobs: blobs.map(|blob| (blob.hash, blob.bytes)).collect(),
            acks: commit
                .acks
                .iter()
                .map(|number| to_integer(number.0))
                .collect::<Result<_, _>>()?,
            status: commit.status.word(),
            pause: commit.pause.map(Word::word),
            wake_at: commit.wake_at.filter(|_| !ends).map(|at| at.0),
            at: commit.at.0,
            ends,
            releases: commit.release || ends,
            program: commit.program,
        })
    }
}

impl Entries {
    fn encode(entries: &[scriptum_vm::Entry]) -> Result<Option<Entries>, StoreError> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(None);
        };
        Ok(Some(Entries {
            before: to_integer(first.seq.0)? - 1,
            last: to_integer(last.seq.0)?,
            text: entries_to_text(entries)?,
        }))
    }
}

/// Later changes of a step fold into earlier ones, so that each row is written once.
fn fold(changes: Vec<StepChange>) -> BTreeMap<StepPath, (Part, StepRow)> {
    let mut folded = BTreeMap::new();
    for change in changes {
        let path = steps::path_of(&change).clone();
        let (part, before) = match change {
            StepChange::Started { .. } | StepChange::Skipped { .. } => (Part::Whole, None),
            StepChange::Ended { .. } => match folded.remove(&path) {
                Some((part, row)) => (part, Some(row)),
                None => (Part::End, Some(steps::blank(path.clone()))),
            },
        };
        let row = steps::fold(before, change).expect("a step that ends has at least a blank row");
        folded.insert(path, (part, row));
    }
    folded
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
