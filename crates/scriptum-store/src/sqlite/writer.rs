//! The one that writes: a thread takes what is queued, of many callers, and commits it as one
//! transaction, one flush of the disk for all. It never waits for more to come, so a lone request
//! costs one flush and no delay.
//!
//! A lone request of a runtime with one thread does not even go to the thread. Nobody else has anything
//! to do meanwhile, and to wake one thread and then the other again costs half as much as the flush
//! itself. Such a runtime stands still for one flush, never for longer: who would have to wait for
//! another process goes to the thread after all.
//!
//! The writer knows no verbs. A request is a closure that runs inside the transaction; its answer
//! leaves when the transaction is durable. A request that fails takes no other with it: the group is
//! rolled back and each of its requests runs again alone.

use std::{
    future::poll_fn,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    thread,
    time::Duration,
};

use scriptum_engine::StoreError;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{mpsc, oneshot},
};

use super::{
    failure::Failure,
    open::BUSY_TIMEOUT,
    session::{Durable, Flush, Mark, Session},
};

/// Requests that wait for the writer. A caller beyond them waits to be let in.
const QUEUE_MAX: usize = 1_024;
/// Turns after which a group is closed: beyond some hundred a flush is shared well enough, and the
/// first caller should not wait for the last.
const GROUP_TURNS_MAX: usize = 512;
/// How often the others have their turn before a request that they are likely to go on with is flushed
/// by itself. From the news of a thread to the commit of its first turn it is half as many.
const TURNS_OF_OTHERS: usize = 16;

/// The door to the writing thread, which ends and is joined when this is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Box<dyn Request>>>,
    thread: Option<thread::JoinHandle<()>>,
    session: Arc<Mutex<Session>>,
    asking: Asking,
    durable: Durable,
}

/// Counts the requests that are neither answered nor given up. Each holds its place until then.
#[derive(Debug, Clone, Default)]
struct Asking(Arc<AtomicUsize>);

/// One of those counted.
#[derive(Debug)]
struct Place(Asking);

impl Asking {
    fn enter(&self) -> Place {
        self.0.fetch_add(1, Ordering::SeqCst);
        Place(self.clone())
    }

    fn is_one(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 1
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Writer {
    pub(super) fn start(session: Session) -> io::Result<Writer> {
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let durable = session.durable();
        let session = Arc::new(Mutex::new(session));
        let shared = Arc::clone(&session);
        let thread = thread::Builder::new()
            .name("scriptum-store-writer".into())
            .spawn(move || write(&shared, requests))?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
            session,
            asking: Asking::default(),
            durable,
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

    /// As [`Writer::write`], for what others are told of before it is durable, because what they write
    /// next can share its flush. It is durable when [`Writer::settle`] returns, and not before.
    pub(super) async fn announce<T, F>(&self, mut run: F) -> Result<(T, Mark), StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Session) -> Result<T, Failure> + Send + 'static,
    {
        let flush = if is_lone_thread() {
            Flush::Later
        } else {
            Flush::Now
        };
        let run = move |session: &mut Session| run(session).map(|done| (done, session.mark()));
        self.ask(1, flush, run).await
    }

    /// Returns when the transaction is durable: when somebody flushed after it, or else by `touch`,
    /// which has to write something.
    pub(super) async fn settle<F>(&self, mark: Mark, touch: F) -> Result<(), StoreError>
    where
        F: FnMut(&mut Session) -> Result<(), Failure> + Send + 'static,
    {
        for _ in 0..TURNS_OF_OTHERS {
            if self.durable.covers(mark) {
                return Ok(());
            }
            let_others().await;
        }
        self.ask(1, Flush::Now, touch).await
    }

    async fn ask<T, F>(&self, turn_count: usize, flush: Flush, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Session) -> Result<T, Failure> + Send + 'static,
    {
        let ended = || StoreError::Unavailable("the writer of the store has ended".into());
        let (answer, answered) = oneshot::channel();
        let request = Box::new(Asked {
            turn_count,
            flush,
            run,
            outcome: None,
            answer,
            _place: self.asking.enter(),
        });
        if let Some(request) = self.write_alone(request).await {
            let queue = self.queue.as_ref().ok_or_else(ended)?;
            queue.send(request).await.map_err(|_| ended())?;
        }
        answered.await.map_err(|_| ended())?
    }

    /// Answers a request here and now if nobody is kept waiting by that, and gives it back otherwise.
    async fn write_alone(&self, request: Box<dyn Request>) -> Option<Box<dyn Request>> {
        if !is_lone_thread() || request.turn_count() > 1 {
            return Some(request);
        }
        // Whoever else has something to ask, or anything to do, comes first.
        let_others().await;
        if !self.asking.is_one() {
            return Some(request);
        }
        match self.session.try_lock() {
            Ok(mut session) => write_at_once(&mut session, request),
            Err(_) => Some(request),
        }
    }
}

/// Lets all tasks that are ready have their turn. Unlike `yield_now` it does not ask the system for news
/// meanwhile, which would cost a call of it before each flush.
async fn let_others() {
    let mut has_waited = false;
    poll_fn(|task| {
        if has_waited {
            return Poll::Ready(());
        }
        has_waited = true;
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// True in a runtime that has no other thread for its tasks.
fn is_lone_thread() -> bool {
    let runtime = Handle::try_current().map(|it| it.runtime_flavor());
    matches!(runtime, Ok(RuntimeFlavor::CurrentThread))
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
    _place: Place,
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

fn write(session: &Mutex<Session>, mut requests: mpsc::Receiver<Box<dyn Request>>) {
    while let Some(first) = requests.blocking_recv() {
        let mut turn_count = first.turn_count();
        let mut group = vec![first];
        while turn_count < GROUP_TURNS_MAX
            && let Ok(next) = requests.try_recv()
        {
            turn_count += next.turn_count();
            group.push(next);
        }
        // Somebody panicked amid a transaction: nobody knows what the connection is good for.
        let Ok(mut session) = session.lock() else {
            return;
        };
        write_group(&mut session, group);
    }
}

/// Gives the request back when another process writes.
fn write_at_once(session: &mut Session, mut request: Box<dyn Request>) -> Option<Box<dyn Request>> {
    let flush = request.flush();
    match session.transact(flush, Duration::ZERO, |session| request.run(session)) {
        Ok(()) => request.answer(Ok(())),
        Err(Uncommitted::Busy(_)) => return Some(request),
        Err(Uncommitted::Request(error) | Uncommitted::Transaction(error)) => {
            request.answer(Err(error));
        }
    }
    None
}

fn write_group(session: &mut Session, mut group: Vec<Box<dyn Request>>) {
    let flush = group
        .iter()
        .map(|it| it.flush())
        .max()
        .unwrap_or(Flush::Later);
    let work = |session: &mut Session| group.iter_mut().try_for_each(|it| it.run(session));
    let written = session.transact(flush, BUSY_TIMEOUT, work);
    match written {
        Err(Uncommitted::Request(_)) if group.len() > 1 => {
            for request in group {
                write_group(session, vec![request]);
            }
        }
        Ok(()) => group.into_iter().for_each(|it| it.answer(Ok(()))),
        Err(
            Uncommitted::Request(error)
            | Uncommitted::Transaction(error)
            | Uncommitted::Busy(error),
        ) => group
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
    /// It could not begin, because another process writes.
    Busy(StoreError),
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

    /// In a runtime whose requests all go to the thread.
    fn block_on<F: Future>(test: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build();
        runtime.unwrap().block_on(test)
    }

    fn block_on_alone<F: Future>(test: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(test)
    }

    /// The name of the thread that runs a request.
    async fn thread_of_request(writer: &Writer, turn_count: usize) -> Option<String> {
        let name = |_: &mut Session| Ok(thread::current().name().map(str::to_owned));
        writer.write(turn_count, name).await.unwrap()
    }

    #[test]
    fn a_lone_request_of_a_lone_thread_is_written_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder);
        let other = open_writer(&folder.path().join("test.db")).unwrap();
        let here = thread::current().name().map(str::to_owned);
        let there = Some("scriptum-store-writer".to_owned());
        block_on_alone(async {
            assert_eq!(thread_of_request(&writer, 1).await, here);
            assert_eq!(thread_of_request(&writer, 2).await, there);
            let (one, two) = join!(thread_of_request(&writer, 1), thread_of_request(&writer, 1));
            assert_eq!(one, there);
            // By the time that the second one looks, the first may be written already.
            assert!(two == there || two == here, "{two:?}");
            // The writer answers a moment before it lets the session go.
            drop(writer.session.lock().unwrap());
            assert_eq!(thread_of_request(&writer, 1).await, here);
            // Another process writes.
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            let end = async { other.execute_batch("COMMIT").unwrap() };
            let (waiting, ()) = join!(thread_of_request(&writer, 1), end_later(end));
            assert_eq!(waiting, there);
            writer.write(1, |it| insert(it, "kept")).await.unwrap();
            assert_eq!(names(&writer).await, ["kept"]);
        });
        block_on(async { assert_eq!(thread_of_request(&writer, 1).await, there) });
    }

    /// After the others had their turn to ask.
    async fn end_later(end: impl Future<Output = ()>) {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        end.await;
    }

    #[test]
    fn what_was_announced_is_durable_when_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let writer = &writer(&folder);
        let announce = |name: &'static str| writer.announce(move |it| insert(it, name));
        let touch = |name: &'static str| move |it: &mut Session| insert(it, name);
        block_on_alone(async {
            // Nobody goes on with it, and what writes nothing flushes nothing.
            let ((), mark) = announce("one").await.unwrap();
            assert_eq!(writer.write(1, |_| Ok(())).await, Ok(()));
            assert!(!writer.durable.covers(mark));
            writer.settle(mark, touch("one touched")).await.unwrap();
            assert!(writer.durable.covers(mark));
            // Somebody goes on with it.
            let ((), mark) = announce("two").await.unwrap();
            let next = writer.write(1, |it| insert(it, "next"));
            let (settled, next) = join!(writer.settle(mark, touch("two touched")), next);
            assert_eq!((settled, next), (Ok(()), Ok(())));
            assert!(writer.durable.covers(mark));
            assert_eq!(names(writer).await, ["next", "one", "one touched", "two"]);
        });
        block_on(async {
            let ((), mark) = announce("three").await.unwrap();
            assert!(writer.durable.covers(mark));
        });
    }

    #[test]
    fn a_lone_request_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder);
        let full = || StoreError::Unavailable("full".into());
        block_on_alone(async {
            let half = writer.write(1, move |session| {
                insert(session, "half")?;
                Err::<(), _>(Failure::Broken(full()))
            });
            assert_eq!(half.await, Err(full()));
            let refused = writer.write(1, move |_| Err::<(), _>(Failure::Refused(full())));
            assert_eq!(refused.await, Err(full()));
            writer.write(1, |it| insert(it, "whole")).await.unwrap();
            assert_eq!(names(&writer).await, ["whole"]);
        });
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
