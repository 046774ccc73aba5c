//! Writes turns inside the writer's transaction. The first statement of a turn is conditional on the
//! owner and on the last entry, so who is not the owner writes nothing.

use rusqlite::params;
use scriptum_engine::{Change, Committed, Incarnation, StoreError, ThreadId};

use super::{
    failure::Failure,
    session::Session,
    turn::{Part, StepWrite, Turn},
};
use crate::{check::no_program, codec::path::path_from_bytes, steps::never_started};

/// Touches no index but those of threads that nobody owns.
const THREAD: &str = "UPDATE threads SET last_seq = ?4, updated_at = ?5, status = ?6, pause = ?7, \
                      wake_at = ?8 WHERE thread = ?1 AND owner = ?2 AND last_seq = ?3";
const OWNER: &str = "SELECT owner FROM threads WHERE thread = ?1";
const SET_PROGRAM: &str = "UPDATE threads SET program = \
                           (SELECT program FROM programs WHERE hash = ?2) WHERE thread = ?1 \
                           AND EXISTS (SELECT 1 FROM programs WHERE hash = ?2)";
const JOURNAL: &str = "INSERT INTO journal (thread, last, entries) VALUES (?1, ?2, ?3)";
const DROP_CELLS: &str = "DELETE FROM frames WHERE thread = ?1 AND key >= ?2 AND key < ?3";
const PUT_CELL: &str = "INSERT INTO frames (thread, key, cell) VALUES (?1, ?2, ?3) \
                        ON CONFLICT (thread, key) DO UPDATE SET cell = excluded.cell";
const DELETE_CELL: &str = "DELETE FROM frames WHERE thread = ?1 AND key = ?2";
const PUT_STEP: &str = "INSERT INTO steps (thread, path, label, primitive, tool, status, attempt, \
                        started_at, ended_at, input_seq, output_seq, error, recovery) \
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
                        ON CONFLICT (thread, path) DO UPDATE SET label = excluded.label, \
                        primitive = excluded.primitive, tool = excluded.tool, \
                        status = excluded.status, attempt = excluded.attempt, \
                        started_at = excluded.started_at, ended_at = excluded.ended_at, \
                        input_seq = excluded.input_seq, output_seq = excluded.output_seq, \
                        error = excluded.error, recovery = excluded.recovery";
const END_STEP: &str = "UPDATE steps SET status = ?3, ended_at = ?4, output_seq = ?5, error = ?6, \
                        recovery = ?7 WHERE thread = ?1 AND path = ?2";
const PUT_BLOB: &str = "INSERT INTO blobs (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const ACKNOWLEDGE: &str = "DELETE FROM inbox WHERE thread = ?1 AND number = ?2";
const EMPTY_INBOX: &str = "DELETE FROM inbox WHERE thread = ?1";
/// After entries left the inbox: since when the thread is due.
const INBOX_CHANGED: &str = "UPDATE threads SET posted_at = \
                             (SELECT at FROM inbox WHERE thread = ?1 ORDER BY number LIMIT 1) \
                             WHERE thread = ?1";
const RELEASE: &str = "UPDATE threads SET owner = NULL, ended = ?2 WHERE thread = ?1 \
                       RETURNING posted_at";

/// What became of a batch, and what to tell those who listen.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) committed: Vec<Committed>,
    pub(super) changes: Vec<Change>,
}

/// Writes turns of one owner in order.
pub(super) fn commit(
    session: &mut Session,
    me: &Incarnation,
    turns: &[Turn],
) -> Result<Written, Failure> {
    let owner = session.worker_key(me)?;
    let mut written = Written::default();
    for turn in turns {
        let committed = match owner {
            Some(owner) => write_turn(session, owner, turn, &mut written.changes)?,
            None => Committed::LostOwner,
        };
        written.committed.push(committed);
    }
    Ok(written)
}

fn write_turn(
    session: &mut Session,
    owner: i64,
    turn: &Turn,
    changes: &mut Vec<Change>,
) -> Result<Committed, Failure> {
    let Some(thread) = session.thread_key(turn.thread)? else {
        return Ok(Committed::LostOwner);
    };
    if !write_thread(session, thread, owner, turn)? {
        let now: Option<i64> = session
            .statement(OWNER)?
            .query_row(params![thread], |row| row.get(0))?;
        return Ok(if now == Some(owner) {
            Committed::Stale
        } else {
            Committed::LostOwner
        });
    }
    if let Some(program) = &turn.program
        && session
            .statement(SET_PROGRAM)?
            .execute(params![thread, &*program.0])?
            == 0
    {
        return Err(no_program(program).into());
    }
    if let Some(entries) = &turn.entries {
        let mut statement = session.statement(JOURNAL)?;
        statement.execute(params![thread, entries.last, entries.text])?;
    }
    write_cells(session, thread, turn)?;
    write_steps(session, thread, turn)?;
    write_blobs(session, turn)?;
    acknowledge(session, thread, turn)?;
    changes.push(Change::Committed(turn.thread));
    if turn.ends || turn.pause.is_some() {
        changes.push(Change::Settled(turn.thread));
    }
    if turn.releases && release(session, thread, turn)? {
        changes.push(Change::Posted(turn.thread));
    }
    Ok(Committed::Done)
}

/// False when somebody else is the owner or the journal ends elsewhere.
fn write_thread(session: &Session, thread: i64, owner: i64, turn: &Turn) -> Result<bool, Failure> {
    let Turn {
        after,
        entries,
        status,
        pause,
        wake_at,
        at,
        ..
    } = turn;
    let last = entries.as_ref().map_or(*after, |entries| entries.last);
    let changed = session.statement(THREAD)?.execute(params![
        thread, owner, after, last, at, status, pause, wake_at
    ])?;
    Ok(changed == 1)
}

fn write_cells(session: &Session, thread: i64, turn: &Turn) -> Result<(), Failure> {
    for keys in &turn.dropped {
        let mut statement = session.statement(DROP_CELLS)?;
        statement.execute(params![thread, keys.start, keys.end])?;
    }
    let mut put = session.statement(PUT_CELL)?;
    let mut delete = session.statement(DELETE_CELL)?;
    for (key, cell) in &turn.cells {
        match cell {
            Some(cell) => put.execute(params![thread, key, cell])?,
            None => delete.execute(params![thread, key])?,
        };
    }
    Ok(())
}

fn write_steps(session: &Session, thread: i64, turn: &Turn) -> Result<(), Failure> {
    let mut put = session.statement(PUT_STEP)?;
    let mut end = session.statement(END_STEP)?;
    for step in &turn.steps {
        let changed = match step.part {
            Part::Whole => put.execute(params![
                thread,
                step.path,
                step.label,
                step.primitive,
                step.tool,
                step.status,
                step.attempt,
                step.started_at,
                step.ended_at,
                step.input_seq,
                step.output_seq,
                step.error,
                step.recovery,
            ])?,
            Part::End => end.execute(params![
                thread,
                step.path,
                step.status,
                step.ended_at,
                step.output_seq,
                step.error,
                step.recovery,
            ])?,
        };
        if changed == 0 {
            return Err(without_start(turn.thread, step).into());
        }
    }
    Ok(())
}

fn without_start(thread: ThreadId, step: &StepWrite) -> StoreError {
    match path_from_bytes(&step.path) {
        Ok(path) => never_started(thread, &path),
        Err(error) => error,
    }
}

fn write_blobs(session: &Session, turn: &Turn) -> Result<(), Failure> {
    for (hash, bytes) in &turn.blobs {
        let mut statement = session.statement(PUT_BLOB)?;
        statement.execute(params![hash.0, bytes])?;
    }
    Ok(())
}

fn acknowledge(session: &Session, thread: i64, turn: &Turn) -> Result<(), Failure> {
    if turn.acks.is_empty() && !turn.ends {
        return Ok(());
    }
    for number in &turn.acks {
        let mut statement = session.statement(ACKNOWLEDGE)?;
        statement.execute(params![thread, number])?;
    }
    if turn.ends {
        // Nobody will ever read what came too late.
        session.statement(EMPTY_INBOX)?.execute(params![thread])?;
    }
    session.statement(INBOX_CHANGED)?.execute(params![thread])?;
    Ok(())
}

/// True when the thread that was given back is due already.
fn release(session: &Session, thread: i64, turn: &Turn) -> Result<bool, Failure> {
    let posted_at: Option<i64> = session
        .statement(RELEASE)?
        .query_row(params![thread, turn.ends], |row| row.get(0))?;
    let is_awake = turn.wake_at.is_some_and(|wake_at| wake_at <= turn.at);
    Ok(posted_at.is_some() || is_awake)
}
