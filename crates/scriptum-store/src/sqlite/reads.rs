//! What is read: journals, frames, steps, lists, programs, values.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value as SqlValue};
use scriptum_contract::ValueHash;
use scriptum_engine::{
    InboxItem, InboxNumber, Page, ProgramHash, ProgramRow, StepRow, StoreError, ThreadFilter,
    ThreadId, ThreadRow,
};
use scriptum_vm::{Entry, Frames, Seq, StepPath};

use super::{
    failure::{Failure, from_integer},
    rows::{RawFrames, RawInbox, select_threads, step_row, thread_row},
};
use crate::{
    check::{check_gap_free, no_program, no_thread},
    codec::{
        entries_from_text,
        path::{path_end, path_to_bytes},
        words::Word,
    },
};

const PROGRAM: &str = "SELECT document, pins, source FROM programs WHERE hash = ?1";
const KEY: &str = "SELECT thread, last_seq FROM threads WHERE id = ?1";
const THREAD: &str = select_threads!("WHERE threads.id = ?1");
const JOURNAL: &str = "SELECT last, entries FROM journal WHERE thread = ?1 AND last > ?2 \
                       ORDER BY last";
const STEPS: &str = "SELECT key, label, primitive, tool, status, attempt, started_at, ended_at, \
                     input_seq, output_seq, error, recovery FROM views \
                     WHERE thread = ?1 AND key >= ?2 AND key < ?3 ORDER BY key LIMIT ?4";
const VALUE: &str = "SELECT bytes FROM blobs WHERE hash = ?1";
const THREADS: &str = select_threads!("WHERE ");

pub(super) fn program(connection: &Connection, hash: ProgramHash) -> Result<ProgramRow, Failure> {
    let mut statement = connection.prepare_cached(PROGRAM)?;
    let found: Option<(Arc<str>, Arc<str>, Arc<str>)> = statement
        .query_row(params![&*hash.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (document, pins, source) = found.ok_or_else(|| no_program(&hash))?;
    Ok(ProgramRow {
        hash,
        document,
        pins,
        source,
    })
}

/// The key of a thread and the number of its last entry.
fn key(connection: &Connection, id: ThreadId) -> Result<(i64, Seq), Failure> {
    let mut statement = connection.prepare_cached(KEY)?;
    let found: Option<(i64, i64)> = statement
        .query_row(params![id.0.to_be_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (key, last) = found.ok_or_else(|| no_thread(id))?;
    Ok((key, Seq(from_integer(last)?)))
}

pub(super) fn inbox(
    connection: &Connection,
    of: ThreadId,
    after: InboxNumber,
) -> Result<Vec<InboxItem>, Failure> {
    let inbox = RawInbox::select_known(connection, of, after)?;
    Ok(inbox.ok_or_else(|| no_thread(of))?.decode()?)
}

pub(super) fn journal(
    connection: &Connection,
    of: ThreadId,
    after: Seq,
    max: u32,
) -> Result<Vec<Entry>, Failure> {
    let max = max as usize;
    let (thread, last) = key(connection, of)?;
    let behind = i64::try_from(after.0).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(JOURNAL)?;
    let mut turns = statement.query(params![thread, behind])?;
    let mut entries: Vec<Entry> = Vec::new();
    while entries.len() < max
        && let Some(turn) = turns.next()?
    {
        let text = turn.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let turn_entries = entries_from_text(text)?;
        let ends_at = turn_entries.last().map(|entry| entry.seq);
        if ends_at != Some(Seq(from_integer(turn.get(0)?)?)) {
            return Err(StoreError::Corrupt(format!(
                "a turn of {of} does not hold the entries that its row names"
            ))
            .into());
        }
        entries.extend(turn_entries.into_iter().filter(|it| it.seq > after));
    }
    let is_whole = entries.len() < max;
    entries.truncate(max);
    check_gap_free(of, after, &entries)?;
    let end = entries.last().map_or(after, |entry| entry.seq);
    if is_whole && end < last {
        return Err(StoreError::Corrupt(format!(
            "journal of {of} ends with entry {} instead of {}",
            end.0, last.0
        ))
        .into());
    }
    Ok(entries)
}

pub(super) fn frames(connection: &Connection, of: ThreadId) -> Result<Frames, Failure> {
    let (thread, _) = key(connection, of)?;
    Ok(RawFrames::select(connection, thread)?.decode()?)
}

pub(super) fn steps(
    connection: &Connection,
    of: ThreadId,
    under: &StepPath,
    page: &Page<StepPath>,
) -> Result<Vec<StepRow>, Failure> {
    let (thread, _) = key(connection, of)?;
    let under = path_to_bytes(under);
    let mut from = under.clone();
    if let Some(after) = page.after.as_ref().map(path_to_bytes)
        && after >= from
    {
        // The first bytes behind those of `after` are the same and a zero.
        from = after;
        from.push(0);
    }
    let mut statement = connection.prepare_cached(STEPS)?;
    let rows =
        statement.query_and_then(params![thread, from, path_end(under), page.max], step_row)?;
    rows.collect()
}

pub(super) fn thread(connection: &Connection, id: ThreadId) -> Result<ThreadRow, Failure> {
    let mut statement = connection.prepare_cached(THREAD)?;
    let mut rows = statement.query(params![id.0.to_be_bytes()])?;
    match rows.next()? {
        Some(row) => thread_row(row),
        None => Err(no_thread(id).into()),
    }
}

pub(super) fn threads(
    connection: &Connection,
    filter: &ThreadFilter,
    page: &Page<ThreadId>,
) -> Result<Vec<ThreadRow>, Failure> {
    // The words `ended = …` let SQLite use the index of open or of ended threads.
    let mut conditions: Vec<&str> = Vec::new();
    let mut values: Vec<SqlValue> = Vec::new();
    if filter.open_only {
        conditions.push("threads.ended = 0");
    }
    if let Some(status) = filter.status {
        conditions.push(if status.is_ended() {
            "threads.ended = 1 AND threads.status = ?"
        } else {
            "threads.ended = 0 AND threads.status = ?"
        });
        values.push(status.word().to_owned().into());
    }
    if let Some(owner) = &filter.owner {
        conditions.push("threads.owner = (SELECT worker FROM workers WHERE name = ?)");
        values.push(owner.0.to_string().into());
    }
    if let Some(after) = page.after {
        conditions.push("threads.id < ?");
        values.push(after.0.to_be_bytes().to_vec().into());
    }
    values.push(i64::from(page.max).into());
    let conditions = match conditions.as_slice() {
        [] => "TRUE".to_owned(),
        conditions => conditions.join(" AND "),
    };
    let sql = format!("{THREADS}{conditions} ORDER BY threads.id DESC LIMIT ?");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params_from_iter(values), thread_row)?;
    rows.collect()
}

pub(super) fn value(connection: &Connection, hash: &ValueHash) -> Result<Arc<[u8]>, Failure> {
    let mut statement = connection.prepare_cached(VALUE)?;
    let found = statement
        .query_row(params![hash.0], |row| row.get(0))
        .optional()?;
    Ok(found.ok_or_else(|| StoreError::NotFound(format!("value {hash}")))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{claim, open::open_writer};

    /// What a statement looks at, in the words of SQLite.
    fn plan(connection: &Connection, sql: &str) -> String {
        let mut explain = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let steps = explain.raw_query().mapped(|row| row.get::<_, String>(3));
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    }

    #[test]
    fn no_statement_looks_at_every_thread_or_sorts() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open_writer(&folder.path().join("test.db")).unwrap();
        let list =
            |conditions: &str| format!("{THREADS}{conditions} ORDER BY threads.id DESC LIMIT 9");
        let cases = [
            (claim::POSTED.to_owned(), "threads_posted"),
            (claim::WAKING.to_owned(), "threads_waking"),
            (claim::ORPHANS.to_owned(), "threads_owned"),
            (JOURNAL.to_owned(), "journal USING PRIMARY KEY"),
            (STEPS.to_owned(), "views USING PRIMARY KEY"),
            (VALUE.to_owned(), "sqlite_autoindex_blobs_1"),
            (list("threads.ended = 0"), "threads_open"),
            (
                list("threads.ended = 1 AND threads.status = ?"),
                "threads_ended",
            ),
            (list("threads.id < ?"), "sqlite_autoindex_threads_1"),
            (list("TRUE"), "sqlite_autoindex_threads_1"),
        ];
        for (sql, index) in cases {
            let plan = plan(&connection, &sql);
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
        }
    }
}
