//! Makes a thread together with its first turns.

use rusqlite::params;
use scriptum_engine::{Change, ClaimNumber, Created, Incarnation, NewThread, StoreError};

use super::{
    claim,
    commit::{Statements, tell_of},
    failure::{Failure, to_integer},
    session::Session,
    threads::of_request,
    turn::Turn,
};
use crate::check::{no_program, taken};

/// As the first turns leave it, so that the row is written once. Of a thread that has ended or waits
/// outside of memory nobody is the owner.
const BEGIN: &str = "INSERT INTO threads (id, program, script, request, status, pause, ended, \
                     created_at, updated_at, wake_at, owner, claim, last_seq, last_inbox) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0) \
                     ON CONFLICT DO NOTHING";

/// A thread that belongs to `me`, and what to tell those who listen.
pub(super) fn begin(
    session: &mut Session,
    me: &Incarnation,
    new: &NewThread,
    first: &Turn,
) -> Result<(Created, Vec<Change>), Failure> {
    if let Some(known) = of_request(session, new)? {
        return Ok((Created::Existing(known), Vec::new()));
    }
    let owner = claim::owner(session, me)?;
    let Some(program) = session.program_key(&new.program)? else {
        return Err(Failure::Refused(why_not(session, new)?));
    };
    if !insert(session, owner, program, new, first)? {
        return Err(Failure::Refused(taken(new.id)));
    }
    let thread = session.connection().last_insert_rowid();
    session.remember_thread(new.id, thread);
    let mut changes = Vec::new();
    let mut statements = Statements::prepare(session.connection())?;
    statements.write_parts(thread, first)?;
    tell_of(first, &mut changes);
    if first.releases && first.is_awake() {
        changes.push(Change::Posted(new.id));
    }
    statements.post(first, &mut changes)?;
    Ok((Created::New, changes))
}

/// False when the id is taken.
fn insert(
    session: &Session,
    owner: i64,
    program: i64,
    new: &NewThread,
    first: &Turn,
) -> Result<bool, Failure> {
    let last_seq = first.entries.as_ref().map_or(0, |entries| entries.last);
    let changed = session.statement(BEGIN)?.execute(params![
        new.id.0.to_be_bytes(),
        program,
        new.script,
        new.request_id,
        first.status,
        first.pause,
        first.ends,
        new.at.0,
        first.at,
        first.wake_at,
        (!first.releases).then_some(owner),
        to_integer(ClaimNumber::FIRST.0)?,
        last_seq,
    ])?;
    Ok(changed == 1)
}

/// Of a thread whose program is missing.
fn why_not(session: &mut Session, new: &NewThread) -> rusqlite::Result<StoreError> {
    Ok(match session.thread_key(new.id)? {
        Some(_) => taken(new.id),
        None => no_program(&new.program),
    })
}
