//! Reads rows of tables as what they stand for.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};
use scriptum_engine::{
    ClaimNumber, InboxItem, InboxNumber, Incarnation, ProgramHash, StepRow, StoreError, ThreadId,
    ThreadRow,
};
use scriptum_vm::{FrameCell, Frames, Seq, Timestamp, frames::InvalidFrameKey};

use super::failure::{Failure, from_integer};
use crate::codec::{
    error_from_text, notification_from_text,
    path::path_from_bytes,
    words::{Word, from_word},
};

/// Selects what [`thread_row`] reads.
macro_rules! select_threads {
    ($condition:literal) => {
        concat!(
            "SELECT threads.id, programs.hash, threads.script, threads.status, threads.pause, \
             threads.created_at, threads.updated_at, threads.wake_at, workers.name, \
             threads.last_seq, threads.claim \
             FROM threads \
             JOIN programs ON programs.program = threads.program \
             LEFT JOIN workers ON workers.worker = threads.owner ",
            $condition
        )
    };
}
pub(super) use select_threads;

const FRAMES: &str = "SELECT key, cell FROM views WHERE thread = ?1 AND key < x''";
const INBOX_OF: &str = "SELECT inbox.number, inbox.notification FROM threads LEFT JOIN inbox \
                        ON inbox.thread = threads.thread AND inbox.number > ?2 \
                        WHERE threads.id = ?1 ORDER BY inbox.number";
const INBOX: &str = "SELECT number, notification FROM inbox WHERE thread = ?1 AND number > ?2 \
                     ORDER BY number";

/// A row of [`select_threads`].
pub(super) fn thread_row(row: &Row<'_>) -> Result<ThreadRow, Failure> {
    let status: String = row.get(3)?;
    let pause: Option<String> = row.get(4)?;
    let owner: Option<Arc<str>> = row.get(8)?;
    Ok(ThreadRow {
        id: ThreadId(u128::from_be_bytes(row.get(0)?)),
        program: ProgramHash(row.get(1)?),
        script: row.get(2)?,
        status: from_word(&status)?,
        pause: word(pause.as_deref())?,
        created_at: Timestamp(row.get(5)?),
        updated_at: Timestamp(row.get(6)?),
        wake_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
        owner: owner.map(Incarnation),
        last_seq: Seq(from_integer(row.get(9)?)?),
        claim: ClaimNumber(from_integer(row.get(10)?)?),
    })
}

/// A row of path, label, primitive, tool, status, attempt, start, end, input and output entries, error
/// and recovery.
pub(super) fn step_row(row: &Row<'_>) -> Result<StepRow, Failure> {
    let path: Vec<u8> = row.get(0)?;
    let status: String = row.get(4)?;
    let error: Option<String> = row.get(10)?;
    let recovery: Option<String> = row.get(11)?;
    Ok(StepRow {
        path: path_from_bytes(&path)?,
        label: row.get(1)?,
        primitive: row.get(2)?,
        tool: row.get(3)?,
        status: from_word(&status)?,
        attempt: row.get(5)?,
        started_at: row.get::<_, Option<i64>>(6)?.map(Timestamp),
        ended_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
        input_seq: seq(row.get(8)?)?,
        output_seq: seq(row.get(9)?)?,
        error: error.as_deref().map(error_from_text).transpose()?,
        recovery: word(recovery.as_deref())?,
    })
}

fn word<W: Word>(word: Option<&str>) -> Result<Option<W>, StoreError> {
    word.map(from_word).transpose()
}

fn seq(number: Option<i64>) -> Result<Option<Seq>, StoreError> {
    number.map(|it| from_integer(it).map(Seq)).transpose()
}

/// Frames as they lie in the table, to be read outside of the writer.
#[derive(Debug)]
pub(super) struct RawFrames(Vec<(String, Arc<str>)>);

impl RawFrames {
    /// Those of a thread.
    pub(super) fn select(connection: &Connection, thread: i64) -> Result<RawFrames, Failure> {
        let mut statement = connection.prepare_cached(FRAMES)?;
        let cells = statement.query_map(params![thread], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(RawFrames(cells.collect::<Result<_, _>>()?))
    }

    pub(super) fn decode(self) -> Result<Frames, StoreError> {
        let cells = self.0.into_iter();
        let cells = cells.map(|(key, cell)| match key.parse() {
            Ok(key) => Ok((key, FrameCell(cell))),
            Err(error) => Err(StoreError::Corrupt(InvalidFrameKey::to_string(&error))),
        });
        Ok(Frames {
            cells: cells.collect::<Result<_, StoreError>>()?,
        })
    }
}

/// An inbox as it lies in the table, to be read outside of the writer.
#[derive(Debug)]
pub(super) struct RawInbox(Vec<(i64, String)>);

impl RawInbox {
    /// That of a thread, behind a number.
    pub(super) fn select(
        connection: &Connection,
        thread: i64,
        after: InboxNumber,
    ) -> Result<RawInbox, Failure> {
        let after = i64::try_from(after.0).unwrap_or(i64::MAX);
        let mut statement = connection.prepare_cached(INBOX)?;
        let items =
            statement.query_map(params![thread, after], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(RawInbox(items.collect::<Result<_, _>>()?))
    }

    /// As [`RawInbox::select`], of a thread named by its id, in one statement; `None` without such a thread.
    pub(super) fn select_known(
        connection: &Connection,
        of: ThreadId,
        after: InboxNumber,
    ) -> Result<Option<RawInbox>, Failure> {
        let after = i64::try_from(after.0).unwrap_or(i64::MAX);
        let mut statement = connection.prepare_cached(INBOX_OF)?;
        let mut rows = statement.query(params![of.0.to_be_bytes(), after])?;
        let mut inbox = None;
        while let Some(row) = rows.next()? {
            // A thread without entries is one row of nulls.
            let items: &mut Vec<_> = inbox.get_or_insert_default();
            if let Some(number) = row.get(0)? {
                items.push((number, row.get(1)?));
            }
        }
        Ok(inbox.map(RawInbox))
    }

    pub(super) fn decode(self) -> Result<Vec<InboxItem>, StoreError> {
        let items = self.0.into_iter();
        let items = items.map(|(number, notification)| {
            Ok(InboxItem {
                number: InboxNumber(from_integer(number)?),
                notification: notification_from_text(&notification)?,
            })
        });
        items.collect()
    }
}
