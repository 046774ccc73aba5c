//! Makes threads, adds to their inboxes, keeps programs.

use rusqlite::{Connection, OptionalExtension, params};
use scriptum_engine::{Created, NewThread, ProgramRow, StoreError, ThreadId};
use scriptum_vm::{Status, Timestamp};

use super::{failure::Failure, session::Session};
use crate::{
    check::{ended, no_program, no_thread, taken},
    codec::words::Word,
};

const PUT_PROGRAM: &str = "INSERT INTO programs (hash, document, pins, source) \
                           VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
const OF_REQUEST: &str = "SELECT id FROM threads WHERE request = ?1";
const CREATE: &str = "INSERT INTO threads (id, program, script, request, status, ended, \
                      created_at, updated_at, posted_at, claim, last_seq, last_inbox) \
                      VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?6, ?6, 0, 0, 0)";
// Statements without RETURNING, for which SQLite would fill a table of its own each time.
const POSTED: &str = "UPDATE threads SET last_inbox = last_inbox + 1, \
                      posted_at = COALESCE(posted_at, ?2) WHERE thread = ?1 AND ended = 0";
const POST: &str = "INSERT INTO inbox (thread, number, at, notification) \
                    VALUES (?1, (SELECT last_inbox FROM threads WHERE thread = ?1), ?2, ?3)";

/// Changes nothing and is a change all the same.
const TOUCH: &str = "UPDATE threads SET last_inbox = last_inbox WHERE id = ?1";

/// Keeps a program unless it is kept already.
pub(super) fn put_program(session: &mut Session, program: &ProgramRow) -> Result<(), Failure> {
    session.statement(PUT_PROGRAM)?.execute(params![
        &*program.hash.0,
        program.document,
        program.pins,
        program.source
    ])?;
    Ok(())
}

/// Makes a thread; `started` is the text of its first notification.
pub(super) fn create(
    session: &mut Session,
    new: &NewThread,
    started: &str,
) -> Result<Created, Failure> {
    if let Some(first) = of_request(session, new)? {
        return Ok(Created::Existing(first));
    }
    if session.thread_key(new.id)?.is_some() {
        return Err(Failure::Refused(taken(new.id)));
    }
    let program = session.program_key(&new.program)?;
    let program = program.ok_or_else(|| Failure::Refused(no_program(&new.program)))?;
    session.statement(CREATE)?.execute(params![
        new.id.0.to_be_bytes(),
        program,
        new.script,
        new.request_id,
        Status::Pending.word(),
        new.at.0
    ])?;
    let thread = session.connection().last_insert_rowid();
    add_to_inbox(session.connection(), thread, started, new.at.0)?;
    Ok(Created::New)
}

/// Writes a thread as it is: with that the disk has what was written before.
pub(super) fn touch(session: &mut Session, id: ThreadId) -> Result<(), Failure> {
    let changed = session
        .statement(TOUCH)?
        .execute(params![id.0.to_be_bytes()])?;
    if changed == 0 {
        return Err(Failure::Refused(no_thread(id)));
    }
    Ok(())
}

pub(super) fn of_request(session: &Session, new: &NewThread) -> Result<Option<ThreadId>, Failure> {
    let Some(request_id) = &new.request_id else {
        return Ok(None);
    };
    let first = session
        .statement(OF_REQUEST)?
        .query_row(params![request_id], |row| row.get(0))
        .optional()?;
    Ok(first.map(|id| ThreadId(u128::from_be_bytes(id))))
}

/// Adds to an inbox.
pub(super) fn post(
    session: &mut Session,
    to: ThreadId,
    notification: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let refused = |error: StoreError| Err(Failure::Refused(error));
    let Some(thread) = session.thread_key(to)? else {
        return refused(no_thread(to));
    };
    if !add_to_inbox(session.connection(), thread, notification, at.0)? {
        return refused(ended(to));
    }
    Ok(())
}

/// False when the thread has ended.
pub(super) fn add_to_inbox(
    connection: &Connection,
    thread: i64,
    notification: &str,
    at: i64,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(POSTED)?
        .execute(params![thread, at])?;
    if changed == 0 {
        return Ok(false);
    }
    let mut post = connection.prepare_cached(POST)?;
    post.execute(params![thread, at, notification])?;
    Ok(true)
}
