//! The one thread that writes. It takes what is queued, of many callers, and commits it as one
//! transaction: one flush of the disk for all. It never waits for more to come, so a lone request
//! costs one flush and no delay.
//!
//! The thread knows no verbs. A request is a closure that runs inside the transaction; its answer
//! leaves when the transaction is durable. A request that fails takes no other with it: the group is
//! rolled back and each of its requests runs again alone.

use std::{io, thread};

use scriptum_engine::StoreError;
use tokio::sync::{mpsc, oneshot};

use super::{
    failure::Failure,
    session::{Flush, Session},
};

/// Requests that wait for the writer. A caller beyond them waits to be let in.
const QUEUE_MAX: usize = 1_024;
/// Turns after which a group is closed: beyond some hundred a flush is shared well enough, and the
/// first caller should not wait for the last.
const GROUP_TURNS_MAX: usize = 512;

/// The door to the writing thread, which ends and is joined when this is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Box<dyn Request>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(session: Session) -> io::Result<Writer> {
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("scriptum-store-writer".into())
            .spawn(move || write(session, requests))?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs a request in a transaction with others; returns when it is durable or refused. A caller
    /// that goes away before its request began has asked for nothing; later it is done all the same.
    pub(super) async fn write<T, F>(&self, turn_count: usize, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Session) -> Result<T, Failure> + Send + 'static,
    {
        self.ask(turn_count, Flush::Now, run).await
    }

    /// As [`Writer::write`], for what need not survive the machine, only this process: who owns a
    /// thread, and who lives. When the machine goes down, its owners go with it.
    pub(super) async fn note<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Session) -> Result<T, Failure> + Send + 'static,
    {
        self.ask(1, Flush::Later, run).await
    }

    async fn ask<T, F>(&self, turn_count: usize, flush: Flush, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Session) -> Result<T, Failure> + Send + 'static,
    {
        let ended = || StoreError::Unavailable("the writer of the store has ended".into());
        let (answer, answered) = oneshot::channel();
        let request = Asked {
            turn_count,
            flush,
            run,
            outcome: None,
            answer,
        };
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.send(Box::new(request)).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }
}

impl Drop for Writer {
    /// What is queued is still written.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the store had panicked");
        }
    }
}

/// A closure to be run in a transaction, and who waits for its answer.
trait Request: Send + std::fmt::Debug {
    fn turn_count(&self) -> usize;

    /// Whether its answer has to wait for the disk.
    fn flush(&self) -> Flush;

    /// Runs it; may be called again after a rollback.
    fn run(&mut self, session: &mut Session) -> Result<(), StoreError>;

    /// Answers: with its outcome when the transaction was committed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Asked<T, F> {
    turn_count: usize,
    flush: Flush,
    run: F,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> std::fmt::Debug for Asked<T, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("turn_count", &self.turn_count)
            .finish_non_exhaustive()
    }
}

impl<T, F> Request for Asked<T, F>
where
    T: Send,
    F: FnMut(&mut Session) -> Result<T, Failure> + Send,
{
    fn turn_count(&self) -> usize {
        self.turn_count
    }

    fn flush(&self) -> Flush {
        self.flush
    }

    fn run(&mut self, session: &mut Session) -> Result<(), StoreError> {
        if self.answer.is_closed() {
            return Ok(());
        }
        self.outcome = match (self.run)(session) {
            Ok(done) => Some(Ok(done)),
            Err(Failure::Refused(error)) => Some(Err(error)),
            Err(Failure::Broken(error)) => return Err(error),
        };
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::Unavailable("the request was not run".into())),
            (Err(error), _) => Err(error),
        };
        // Who asked may have gone away.
        let _ = self.answer.send(outcome);
    }
}

fn write(mut session: Session, mut requests: mpsc::Receiver<Box<dyn Request>>) {
    while let Some(first) = requests.blocking_recv() {
        let mut turn_count = first.turn_count();
        let mut group = vec![first];
        while turn_count < GROUP_TURNS_MAX
            && let Ok(next) = requests.try_recv()
        {
            turn_count += next.turn_count();
            group.push(next);
        }
        write_group(&mut session, group);
    }
}

fn write_group(session: &mut Session, mut group: Vec<Box<dyn Request>>) {
    let flush = group
        .iter()
        .map(|it| it.flush())
        .max()
        .unwrap_or(Flush::Later);
    let work = |session: &mut Session| group.iter_mut().try_for_each(|it| it.run(session));
    let written = session.transact(flush, work);
    match written {
        Err(Uncommitted::Request(_)) if group.len() > 1 => {
            for request in group {
                write_group(session, vec![request]);
            }
        }
        Ok(()) => group.into_iter().for_each(|it| it.answer(Ok(()))),
        Err(Uncommitted::Request(error) | Uncommitted::Transaction(error)) => group
            .into_iter()
            .for_each(|request| request.answer(Err(error.clone()))),
    }
}

/// Why a transaction was not committed.
#[derive(Debug)]
pub(super) enum Uncommitted {
    /// A request failed in it.
    Request(StoreError),
    /// It could not begin or end.
    Transaction(StoreError),
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as gate;

    use futures::{FutureExt, join};
    use rusqlite::params;
    use tempfile::TempDir;

    use super::*;
    use crate::sqlite::{liveness::Locks, open::open_writer};

    fn writer(folder: &TempDir) -> Writer {
        let connection = open_writer(&folder.path().join("test.db")).unwrap();
        let locks = Locks::open(&folder.path().join("workers")).unwrap();
        Writer::start(Session::new(connection, locks)).unwrap()
    }

    fn block_on<F: Future>(test: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(test)
    }

    fn insert(session: &Session, name: &str) -> Result<(), Failure> {
        let mut statement =
            session.statement("INSERT INTO workers (name, alive_until) VALUES (?1, 0)")?;
        statement.execute(params![name])?;
        Ok(())
    }

    async fn names(writer: &Writer) -> Vec<String> {
        let select = |session: &mut Session| {
            let mut statement = session.statement("SELECT name FROM workers ORDER BY name")?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        };
        writer.write(1, select).await.unwrap()
    }

    /// Holds the writer until the sender is dropped, so that what comes meanwhile makes one group.
    async fn hold(writer: &Writer, held: gate::Receiver<()>) {
        let holding = writer.write(1, move |_| {
            let sent = held.iter().count();
            assert_eq!(sent, 0);
            Ok(())
        });
        holding.await.unwrap();
    }

    #[test]
    fn a_failing_request_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder);
        let full = || StoreError::Unavailable("full".into());
        block_on(async {
            let (holder, held) = gate::channel();
            let half = writer.write(1, move |session| {
                insert(session, "half")?;
                Err::<(), _>(Failure::Broken(full()))
            });
            let refused = writer.write(1, move |_| Err::<(), _>(Failure::Refused(full())));
            let ((), first, half, refused, second, ()) = join!(
                hold(&writer, held),
                writer.write(1, |session| insert(session, "first")),
                half,
                refused,
                writer.write(1, |session| insert(session, "second")),
                async move { drop(holder) },
            );
            assert_eq!((first, second), (Ok(()), Ok(())));
            assert_eq!((half, refused), (Err(full()), Err(full())));
            assert_eq!(names(&writer).await, ["first", "second"]);
        });
    }

    #[test]
    fn who_went_away_asked_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let writer = &writer(&folder);
        block_on(async {
            let (holder, held) = gate::channel();
            let gone = async move {
                let asked = writer.write(1, |session| insert(session, "gone"));
                assert_eq!(asked.now_or_never(), None);
                drop(holder);
            };
            join!(hold(writer, held), gone);
            assert_eq!(names(writer).await, Vec::<String>::new());
        });
    }

    #[test]
    fn a_full_disk_refuses_and_what_was_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder);
        let pages = |max: u32| {
            writer.write(1, move |session| {
                let connection = session.connection();
                Ok(connection.pragma_update(None, "max_page_count", max)?)
            })
        };
        block_on(async {
            pages(60).await.unwrap();
            let mut kept = Vec::new();
            let refused = loop {
                let name = format!("{:03}", kept.len()).repeat(400);
                let asked = name.clone();
                match writer.write(1, move |it| insert(it, &asked)).await {
                    Ok(()) => kept.push(name),
                    Err(error) => break error,
                }
            };
            let StoreError::Unavailable(cause) = refused else {
                panic!("{refused}");
            };
            assert!(cause.contains("full"), "{cause}");
            assert!(!kept.is_empty());
            assert_eq!(names(&writer).await, kept);
            pages(1_000_000).await.unwrap();
            writer.write(1, |it| insert(it, "more")).await.unwrap();
            assert_eq!(names(&writer).await.len(), kept.len() + 1);
        });
    }
}
