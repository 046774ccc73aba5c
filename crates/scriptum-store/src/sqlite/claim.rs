//! Says who lives, and gives threads that are due to who asks.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};
use scriptum_engine::{
    Claim, ClaimScope, InboxNumber, Incarnation, StoreError, ThreadId, ThreadRow,
};
use scriptum_vm::Timestamp;

use super::{
    failure::Failure,
    liveness::Sign,
    open::FORMAT,
    rows::{RawFrames, RawInbox, select_threads, thread_row},
    session::Session,
};

const HEARTBEAT: &str = "INSERT INTO workers (name, alive_until) VALUES (?1, ?2) \
                         ON CONFLICT (name) DO UPDATE SET alive_until = excluded.alive_until \
                         RETURNING worker";
/// A claim alone promises nothing about how long its worker lives.
const KNOWN: &str = "INSERT INTO workers (name, alive_until) VALUES (?1, ?2) \
                     ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING worker";
const OTHERS: &str = "SELECT worker, name, alive_until FROM workers WHERE worker <> ?1";
const DIED: &str = "UPDATE workers SET alive_until = ?2 WHERE worker = ?1";
const FORGET: &str = "DELETE FROM workers WHERE worker = ?1 \
                      AND NOT EXISTS (SELECT 1 FROM threads WHERE owner = ?1)";
pub(super) const ORPHANS: &str =
    "SELECT thread FROM threads WHERE owner = ?1 ORDER BY thread LIMIT ?2";
pub(super) const POSTED: &str = "SELECT posted_at, thread FROM threads \
                      WHERE owner IS NULL AND posted_at IS NOT NULL \
                      ORDER BY posted_at, thread LIMIT ?1";
pub(super) const WAKING: &str = "SELECT wake_at, thread FROM threads \
                      WHERE owner IS NULL AND wake_at IS NOT NULL AND wake_at <= ?1 \
                      ORDER BY wake_at, thread LIMIT ?2";
const ONE: &str = "SELECT owner, owner IS NULL AND (posted_at IS NOT NULL OR wake_at <= ?2) \
                   FROM threads WHERE thread = ?1 AND ended = 0";
const TAKE: &str = "UPDATE threads SET owner = ?2, claim = claim + 1 WHERE thread = ?1";
const CLAIMED: &str = select_threads!("WHERE threads.thread = ?1");

/// Earlier than any time: a worker that never said how long it lives.
const NEVER: i64 = i64::MIN;

/// A claim as it lies in the tables, to be read outside of the writer.
#[derive(Debug)]
pub(super) struct RawClaim {
    thread: ThreadRow,
    frames: RawFrames,
    inbox: RawInbox,
    orphaned: bool,
}

impl RawClaim {
    pub(super) fn decode(self) -> Result<Claim, StoreError> {
        Ok(Claim {
            thread: self.thread,
            frames: self.frames.decode()?,
            inbox: self.inbox.decode()?,
            orphaned: self.orphaned,
        })
    }
}

/// A worker says until when it lives.
pub(super) fn heartbeat(
    session: &mut Session,
    me: &Incarnation,
    until: Timestamp,
) -> Result<(), Failure> {
    check_known(session)?;
    session.locks.hold(me);
    register(session, HEARTBEAT, me, until.0)?;
    Ok(())
}

/// A newer process may have brought the file up to date meanwhile. Who does not know the new format must
/// not promise to live: it would hold threads whose turns it cannot write.
fn check_known(session: &Session) -> Result<(), Failure> {
    let found: u32 = session
        .statement("PRAGMA user_version")?
        .query_row([], |row| row.get(0))?;
    if found == FORMAT {
        return Ok(());
    }
    Err(Failure::Refused(StoreError::Conflict(format!(
        "the store has got format {found} from a newer version, and this one writes format {FORMAT}: stop it"
    ))))
}

fn register(
    session: &mut Session,
    statement: &str,
    me: &Incarnation,
    until: i64,
) -> Result<i64, Failure> {
    let worker = session
        .statement(statement)?
        .query_row(params![&*me.0, until], |row| row.get(0))?;
    // Its row may have been forgotten and made again under another key.
    session.remember_worker(me, worker);
    Ok(worker)
}

/// The key under which a worker gets threads. A claim that finds nothing writes nothing, so what is known is
/// only read, but anew each time: a worker that was taken for dead and forgotten gets another key.
pub(super) fn owner(session: &mut Session, me: &Incarnation) -> Result<i64, Failure> {
    session.locks.hold(me);
    match session.find_worker(me)? {
        Some(worker) => Ok(worker),
        None => register(session, KNOWN, me, NEVER),
    }
}

/// Takes up to `max` threads over: first those of dead owners, the oldest thread first, then those
/// that have waited longest.
pub(super) fn claim(
    session: &mut Session,
    me: &Incarnation,
    now: Timestamp,
    scope: ClaimScope,
    max: u32,
) -> Result<Vec<RawClaim>, Failure> {
    let me = owner(session, me)?;
    let dead = find_dead(session, me, now)?;
    let due = match scope {
        ClaimScope::All => find_due(session, &dead, now, max)?,
        ClaimScope::Only(id) if max > 0 => find_one(session, &dead, now, id)?,
        ClaimScope::Only(_) => Vec::new(),
    };
    let taken: Result<Vec<RawClaim>, Failure> =
        due.into_iter().map(|it| take(session, me, it)).collect();
    for worker in dead {
        session.statement(FORGET)?.execute(params![worker])?;
    }
    taken
}

/// Workers that live no more. That a lock was found free is written down, because its file goes.
fn find_dead(session: &mut Session, me: i64, now: Timestamp) -> Result<Vec<i64>, Failure> {
    let others: Vec<(i64, Incarnation, i64)> = session
        .statement(OTHERS)?
        .query_map(params![me], |row| {
            Ok((row.get(0)?, Incarnation(row.get(1)?), row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut dead = Vec::new();
    for (worker, name, alive_until) in others {
        let died = match session.locks.sign(&name) {
            Sign::Lives => false,
            Sign::Died => true,
            Sign::Unknown => alive_until <= now.0,
        };
        if died {
            session.statement(DIED)?.execute(params![worker, NEVER])?;
            session.locks.forget(&name);
            dead.push(worker);
        }
    }
    Ok(dead)
}

/// A thread to be taken.
#[derive(Clone, Copy)]
struct Due {
    thread: i64,
    orphaned: bool,
}

fn find_due(
    session: &Session,
    dead: &[i64],
    now: Timestamp,
    max: u32,
) -> Result<Vec<Due>, Failure> {
    let mut orphans: Vec<i64> = Vec::new();
    for worker in dead {
        let mut statement = session.statement(ORPHANS)?;
        let threads = statement.query_map(params![worker, max], |row| row.get(0))?;
        for thread in threads {
            orphans.push(thread?);
        }
    }
    orphans.sort_unstable();
    let orphaned = |thread| Due {
        thread,
        orphaned: true,
    };
    let mut due: Vec<Due> = orphans.into_iter().map(orphaned).collect();
    due.extend(find_waiting(session, now, max)?);
    due.truncate(max as usize);
    Ok(due)
}

fn find_waiting(
    session: &Session,
    now: Timestamp,
    max: u32,
) -> Result<impl Iterator<Item = Due> + use<>, Failure> {
    let mut since: Vec<(i64, i64)> = Vec::new();
    let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    for thread in session.statement(POSTED)?.query_map(params![max], pair)? {
        since.push(thread?);
    }
    let mut waking = session.statement(WAKING)?;
    for thread in waking.query_map(params![now.0, max], pair)? {
        since.push(thread?);
    }
    since.sort_unstable();
    let mut seen = BTreeSet::new();
    since.retain(|(_, thread)| seen.insert(*thread));
    Ok(since.into_iter().map(|(_, thread)| Due {
        thread,
        orphaned: false,
    }))
}

fn find_one(
    session: &mut Session,
    dead: &[i64],
    now: Timestamp,
    id: ThreadId,
) -> Result<Vec<Due>, Failure> {
    let Some(thread) = session.thread_key(id)? else {
        return Ok(Vec::new());
    };
    let found: Option<(Option<i64>, Option<bool>)> = session
        .statement(ONE)?
        .query_row(params![thread, now.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((owner, is_waiting)) = found else {
        return Ok(Vec::new());
    };
    let orphaned = owner.is_some_and(|owner| dead.contains(&owner));
    let is_due = orphaned || is_waiting == Some(true);
    Ok(Vec::from_iter(is_due.then_some(Due { thread, orphaned })))
}

fn take(session: &Session, me: i64, due: Due) -> Result<RawClaim, Failure> {
    let Due { thread, orphaned } = due;
    session.statement(TAKE)?.execute(params![thread, me])?;
    let mut claimed = session.statement(CLAIMED)?;
    let row = claimed.query_row(params![thread], |row| Ok(thread_row(row)))?;
    Ok(RawClaim {
        thread: row?,
        frames: RawFrames::select(session.connection(), thread)?,
        inbox: RawInbox::select(session.connection(), thread, InboxNumber(0))?,
        orphaned,
    })
}
