//! Writes turns inside the writer's transaction. The first statement of a turn is conditional on the
//! owner, its claim and the last entry, so who is not the owner writes nothing.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use scriptum_engine::{Change, Committed, Incarnation, StoreError, ThreadId};

use super::{
    failure::Failure,
    session::Session,
    threads::add_to_inbox,
    turn::{Part, StepWrite, Turn},
};
use crate::{check::no_program, codec::path::path_from_bytes, steps::never_started};

/// Touches no index but those of threads that nobody owns.
const THREAD: &str = "UPDATE threads SET last_seq = ?4, updated_at = ?5, status = ?6, pause = ?7, \
                      wake_at = ?8 WHERE thread = ?1 AND owner = ?2 AND last_seq = ?3 AND claim = ?9";
/// As the former, for a turn that gives the thread away. Of one that has ended nothing is due.
const LAST_TURN: &str = "UPDATE threads SET last_seq = ?4, updated_at = ?5, status = ?6, pause = ?7, \
                         wake_at = ?8, owner = NULL, ended = ?10, \
                         posted_at = CASE ?10 WHEN 1 THEN NULL ELSE posted_at END \
                         WHERE thread = ?1 AND owner = ?2 AND last_seq = ?3 AND claim = ?9";
const IS_OWNER: &str = "SELECT owner = ?2 AND claim = ?3 FROM threads WHERE thread = ?1";
const SET_PROGRAM: &str = "UPDATE threads SET program = \
                           (SELECT program FROM programs WHERE hash = ?2) WHERE thread = ?1 \
                           AND EXISTS (SELECT 1 FROM programs WHERE hash = ?2)";
const JOURNAL: &str = "INSERT INTO journal (thread, last, entries) VALUES (?1, ?2, ?3)";
// Keys of cells are text and those of steps are bytes, which come behind all text.
const DROP_CELLS: &str = "DELETE FROM views WHERE thread = ?1 AND key >= ?2 AND key < ?3";
const PUT_CELL: &str = "INSERT INTO views (thread, key, cell) VALUES (?1, ?2, ?3) \
                        ON CONFLICT (thread, key) DO UPDATE SET cell = excluded.cell";
const DELETE_CELL: &str = "DELETE FROM views WHERE thread = ?1 AND key = ?2";
const PUT_STEP: &str = "INSERT INTO views (thread, key, label, primitive, tool, status, attempt, \
                        started_at, ended_at, input_seq, output_seq, error, recovery) \
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
                        ON CONFLICT (thread, key) DO UPDATE SET label = excluded.label, \
                        primitive = excluded.primitive, tool = excluded.tool, \
                        status = excluded.status, attempt = excluded.attempt, \
                        started_at = excluded.started_at, ended_at = excluded.ended_at, \
                        input_seq = excluded.input_seq, output_seq = excluded.output_seq, \
                        error = excluded.error, recovery = excluded.recovery";
const END_STEP: &str = "UPDATE views SET status = ?3, ended_at = ?4, output_seq = ?5, error = ?6, \
                        recovery = ?7 WHERE thread = ?1 AND key = ?2";
const PUT_BLOB: &str = "INSERT INTO blobs (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const ACKNOWLEDGE: &str = "DELETE FROM inbox WHERE thread = ?1 AND number = ?2";
const EMPTY_INBOX: &str = "DELETE FROM inbox WHERE thread = ?1";
/// After entries left the inbox: since when the thread is due.
const INBOX_CHANGED: &str = "UPDATE threads SET posted_at = \
                             (SELECT at FROM inbox WHERE thread = ?1 ORDER BY number LIMIT 1) \
                             WHERE thread = ?1";
const POSTED_AT: &str = "SELECT posted_at FROM threads WHERE thread = ?1";

/// Of a thread that is named by its id, when it has not ended.
const LISTENER: &str = "SELECT thread FROM threads WHERE id = ?1 AND ended = 0";

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
    let threads: Vec<Option<i64>> = turns
        .iter()
        .map(|turn| session.thread_key(turn.thread))
        .collect::<Result<_, _>>()?;
    let mut statements = Statements::prepare(session.connection())?;
    let mut written = Written::default();
    for (turn, thread) in turns.iter().zip(threads) {
        let committed = match owner.zip(thread) {
            Some((owner, thread)) => statements.write(thread, owner, turn, &mut written.changes)?,
            None => Committed::LostOwner,
        };
        written.committed.push(committed);
    }
    Ok(written)
}

/// The statements of most turns, looked up once for a batch, and the connection for the others.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    thread: CachedStatement<'c>,
    journal: CachedStatement<'c>,
    put_cell: CachedStatement<'c>,
    put_step: CachedStatement<'c>,
    end_step: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Statements<'c>> {
        Ok(Statements {
            connection,
            thread: connection.prepare_cached(THREAD)?,
            journal: connection.prepare_cached(JOURNAL)?,
            put_cell: connection.prepare_cached(PUT_CELL)?,
            put_step: connection.prepare_cached(PUT_STEP)?,
            end_step: connection.prepare_cached(END_STEP)?,
        })
    }

    fn write(
        &mut self,
        thread: i64,
        owner: i64,
        turn: &Turn,
        changes: &mut Vec<Change>,
    ) -> Result<Committed, Failure> {
        if !self.write_thread(thread, owner, turn)? {
            return self.refusal(thread, owner, turn);
        }
        self.write_parts(thread, turn)?;
        self.acknowledge(thread, turn)?;
        tell_of(turn, changes);
        if self.is_due(thread, turn)? {
            changes.push(Change::Posted(turn.thread));
        }
        self.post(turn, changes)?;
        Ok(Committed::Done)
    }

    /// All of a turn but what is in the thread's row and inbox.
    pub(super) fn write_parts(&mut self, thread: i64, turn: &Turn) -> Result<(), Failure> {
        self.write_program(thread, turn)?;
        if let Some(entries) = &turn.entries {
            self.journal
                .execute(params![thread, entries.last, entries.text])?;
        }
        self.write_cells(thread, turn)?;
        self.write_steps(thread, turn)?;
        self.write_blobs(turn)
    }

    /// Adds to the inboxes of other threads.
    pub(super) fn post(&self, turn: &Turn, changes: &mut Vec<Change>) -> Result<(), Failure> {
        for (to, notification) in &turn.posts {
            if self.tell(*to, notification, turn.at)? {
                changes.push(Change::Posted(*to));
            }
        }
        Ok(())
    }

    /// Adds to the inbox of another thread; false when there is no such thread or it has ended.
    fn tell(&self, to: ThreadId, notification: &str, at: i64) -> Result<bool, Failure> {
        let mut listener = self.connection.prepare_cached(LISTENER)?;
        let thread: Option<i64> = listener
            .query_row(params![to.0.to_be_bytes()], |row| row.get(0))
            .optional()?;
        let Some(thread) = thread else {
            return Ok(false);
        };
        add_to_inbox(self.connection, thread, notification, at)?;
        Ok(true)
    }

    /// False when somebody else is the owner, or by another claim, or the journal ends elsewhere.
    fn write_thread(&mut self, thread: i64, owner: i64, turn: &Turn) -> Result<bool, Failure> {
        let Turn {
            claim,
            after,
            entries,
            status,
            pause,
            wake_at,
            at,
            ..
        } = turn;
        let last = entries.as_ref().map_or(*after, |entries| entries.last);
        let changed = if turn.releases {
            let mut last_turn = self.connection.prepare_cached(LAST_TURN)?;
            last_turn.execute(params![
                thread, owner, after, last, at, status, pause, wake_at, claim, turn.ends
            ])?
        } else {
            self.thread.execute(params![
                thread, owner, after, last, at, status, pause, wake_at, claim
            ])?
        };
        Ok(changed == 1)
    }

    fn refusal(&self, thread: i64, owner: i64, turn: &Turn) -> Result<Committed, Failure> {
        let mut statement = self.connection.prepare_cached(IS_OWNER)?;
        let is_owner: Option<bool> =
            statement.query_row(params![thread, owner, turn.claim], |row| row.get(0))?;
        Ok(if is_owner == Some(true) {
            Committed::Stale
        } else {
            Committed::LostOwner
        })
    }

    fn write_program(&self, thread: i64, turn: &Turn) -> Result<(), Failure> {
        let Some(program) = &turn.program else {
            return Ok(());
        };
        let mut statement = self.connection.prepare_cached(SET_PROGRAM)?;
        let changed = statement.execute(params![thread, &*program.0])?;
        if changed == 0 {
            return Err(no_program(program).into());
        }
        Ok(())
    }

    fn write_cells(&mut self, thread: i64, turn: &Turn) -> Result<(), Failure> {
        for keys in &turn.dropped {
            let mut drop = self.connection.prepare_cached(DROP_CELLS)?;
            drop.execute(params![thread, keys.start, keys.end])?;
        }
        for (key, cell) in &turn.cells {
            match cell {
                Some(cell) => self.put_cell.execute(params![thread, key, cell])?,
                None => self
                    .connection
                    .prepare_cached(DELETE_CELL)?
                    .execute(params![thread, key])?,
            };
        }
        Ok(())
    }

    fn write_steps(&mut self, thread: i64, turn: &Turn) -> Result<(), Failure> {
        for step in &turn.steps {
            let changed = match step.part {
                Part::Whole => self.put_step.execute(params![
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
                Part::End => self.end_step.execute(params![
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

    fn write_blobs(&self, turn: &Turn) -> Result<(), Failure> {
        for (hash, bytes) in &turn.blobs {
            let mut put = self.connection.prepare_cached(PUT_BLOB)?;
            put.execute(params![hash.0, bytes])?;
        }
        Ok(())
    }

    fn acknowledge(&self, thread: i64, turn: &Turn) -> Result<(), Failure> {
        if turn.ends {
            // Nobody will ever read what came too late.
            let mut empty = self.connection.prepare_cached(EMPTY_INBOX)?;
            empty.execute(params![thread])?;
            return Ok(());
        }
        if turn.acks.is_empty() {
            return Ok(());
        }
        for number in &turn.acks {
            let mut acknowledge = self.connection.prepare_cached(ACKNOWLEDGE)?;
            acknowledge.execute(params![thread, number])?;
        }
        let mut changed = self.connection.prepare_cached(INBOX_CHANGED)?;
        changed.execute(params![thread])?;
        Ok(())
    }

    /// True when the thread was given back and is due already.
    fn is_due(&self, thread: i64, turn: &Turn) -> Result<bool, Failure> {
        if !turn.releases || turn.ends {
            return Ok(false);
        }
        let mut posted_at = self.connection.prepare_cached(POSTED_AT)?;
        let posted_at: Option<i64> = posted_at.query_row(params![thread], |row| row.get(0))?;
        Ok(posted_at.is_some() || turn.is_awake())
    }
}

/// The hints of a turn that concern who watches its thread or waits for it.
pub(super) fn tell_of(turn: &Turn, changes: &mut Vec<Change>) {
    changes.push(Change::Committed(turn.thread));
    if turn.settles {
        changes.push(Change::Settled(turn.thread));
    }
}

fn without_start(thread: ThreadId, step: &StepWrite) -> StoreError {
    match path_from_bytes(&step.path) {
        Ok(path) => never_started(thread, &path),
        Err(error) => error,
    }
}
