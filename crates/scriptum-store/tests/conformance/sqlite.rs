//! What a store in a file adds: it is there again after the process ended, in whatever way, and is
//! shared by several processes.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use futures::future::BoxFuture;
use rusqlite::Connection;
use scriptum_engine::{
    ClaimNumber, ClaimScope, Commit, Committed, InboxNumber, StepStatus, Store, StoreError,
    ThreadId,
};
use scriptum_store::{OpenError, SqliteStore};
use scriptum_vm::{FrameCell, Seq, Slot, Status, StepPath, Timestamp};

use crate::{
    backend::folder,
    child::{Running, Task},
    dump::dump,
    given::{
        LATE, MANY, blob, cell_key, cells, claim, commit, id, made, owned, page, program,
        step_started, turn, worker,
    },
};

/// A test and its name.
type Test = (&'static str, fn() -> BoxFuture<'static, ()>);

macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        pub(crate) const TESTS: &[Test] = &[$((stringify!($test), || Box::pin($test()))),*];
    };
}

tests![
    a_store_opened_again_holds_the_same,
    a_request_id_is_known_after_opening_again,
    a_killed_writer_leaves_whole_turns,
    a_live_process_keeps_its_threads_without_heartbeat,
    a_killed_process_loses_its_threads_at_once,
    two_processes_share_no_thread,
    many_processes_can_open_at_once,
    other_files_are_refused,
    newer_files_are_refused,
    a_file_of_the_first_format_is_brought_up_to_date,
    a_worker_does_not_live_on_in_a_newer_format,
    places_that_cannot_be_written_are_refused,
    damage_is_reported_when_read,
    worker_names_never_leave_the_folder,
    the_page_about_stores_names_every_table,
    the_statements_of_the_page_run,
];

fn open(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder).unwrap())
}

fn database(folder: &Path) -> Connection {
    Connection::open(folder.join("scriptum.db")).unwrap()
}

fn assert_sound(folder: &Path) {
    let verdict: String = database(folder)
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}

async fn a_store_opened_again_holds_the_same() {
    let folder = folder();
    let threads = [id(1), id(2), id(3)];
    let store = open(folder.path());
    for number in 1..=3 {
        owned(&store, "a", number).await;
        let next = Commit {
            frames: cells([(cell_key("1", Slot::Head), Some("{}"))]),
            steps: vec![step_started("0.1", 1, 1)],
            blobs: vec![blob("large")],
            acks: vec![InboxNumber(number)],
            ..turn(id(number), 1, 5)
        };
        commit(&store, "a", next).await;
    }
    let ends = Commit {
        status: Status::Completed,
        ..turn(id(3), 6, 1)
    };
    commit(&store, "a", ends).await;
    let before = dump(&store, &threads).await;
    drop(store);
    let store = open(folder.path());
    assert_eq!(dump(&store, &threads).await, before);
    assert_eq!(&*store.value(&blob("large").hash).await.unwrap(), b"large");
    assert_eq!(store.program(&program(0).hash).await, Ok(program(0)));
    // The worker ended with its store, so its threads are free before its heartbeat ran out.
    let claims = claim(&store, "b", 0).await;
    assert_eq!(claims.len(), 2);
    assert!(claims.iter().all(|claim| claim.orphaned));
}

async fn a_request_id_is_known_after_opening_again() {
    let folder = folder();
    for _ in 0..2 {
        let store = open(folder.path());
        store.put_program(program(0)).await.unwrap();
        let mut new = crate::given::new_thread(1);
        new.request_id = Some("request".into());
        store.create(new).await.unwrap();
        let all = store.threads(scriptum_engine::ThreadFilter::default(), page(None, 9));
        assert_eq!(all.await.unwrap().len(), 1);
    }
}

async fn a_killed_writer_leaves_whole_turns() {
    let folder = folder();
    made(&open(folder.path()), 1).await;
    let mut last = 0;
    for (name, lines) in [("a", 1), ("b", 2), ("c", 17), ("d", 60), ("e", 5)] {
        let mut child = Running::start(Task::Write, folder.path(), name);
        for _ in 0..lines {
            last = child.line().unwrap().parse().unwrap();
        }
        child.kill();
        assert_sound(folder.path());
        let store = open(folder.path());
        let written = store.thread(id(1)).await.unwrap().last_seq;
        assert!(
            Seq(last) <= written,
            "{last} was reported, {written:?} is there"
        );
        let entries = store.journal(id(1), Seq(0), u32::MAX).await.unwrap();
        assert_eq!(entries.len() as u64, written.0);
        let head = FrameCell(written.0.to_string().into());
        let frames = store.frames(id(1)).await.unwrap();
        assert_eq!(frames.cells, [(cell_key("", Slot::Head), head)].into());
        let all = page(None, u32::MAX);
        let steps = store.steps(id(1), &StepPath::root(), all).await.unwrap();
        assert_eq!(steps.len() as u64, written.0);
    }
}

async fn a_live_process_keeps_its_threads_without_heartbeat() {
    let folder = folder();
    let store = open(folder.path());
    made(&store, 1).await;
    let mut child = Running::start(Task::Hold, folder.path(), "child");
    assert_eq!(child.line().as_deref(), Some("1"));
    for scope in [ClaimScope::All, ClaimScope::Only(id(1))] {
        let claims = store.claim(&worker("me"), LATE, scope, 9).await;
        assert_eq!(claims, Ok(vec![]));
    }
}

async fn a_killed_process_loses_its_threads_at_once() {
    let folder = folder();
    let store = open(folder.path());
    made(&store, 1).await;
    let mut child = Running::start(Task::Write, folder.path(), "child");
    child.line().unwrap();
    // Its heartbeat promised to live long.
    assert_eq!(claim(&store, "me", 0).await, vec![]);
    child.kill();
    let claims = claim(&store, "me", 0).await;
    assert_eq!(claims.len(), 1);
    assert!(claims[0].orphaned);
    let next = Commit {
        claim: claims[0].thread.claim,
        ..turn(id(1), claims[0].thread.last_seq.0 + 1, 1)
    };
    assert_eq!(commit(&store, "me", next).await, Committed::Done);
}

async fn two_processes_share_no_thread() {
    const COUNT: u64 = 60;
    let folder = folder();
    let store = open(folder.path());
    for number in 1..=COUNT {
        made(&store, number).await;
    }
    let mut children = ["a", "b"].map(|it| Running::start(Task::Complete, folder.path(), it));
    let mut completed: Vec<ThreadId> = Vec::new();
    for child in &mut children {
        while let Some(line) = child.line() {
            completed.push(line.parse().unwrap());
        }
        assert!(child.succeeded());
    }
    let different: BTreeSet<ThreadId> = completed.iter().copied().collect();
    assert_eq!(different.len(), completed.len());
    assert_eq!(different, (1..=COUNT).map(id).collect());
    for thread in different {
        assert_eq!(store.journal(thread, Seq(0), 9).await.unwrap().len(), 1);
    }
}

async fn many_processes_can_open_at_once() {
    for _ in 0..4 {
        let folder = folder();
        let start = |name| Running::start(Task::Open, folder.path(), name);
        let mut children: Vec<Running> = ["a", "b", "c", "d"].map(start).into();
        for child in &mut children {
            assert!(child.succeeded());
        }
        made(&open(folder.path()), 1).await;
    }
}

async fn other_files_are_refused() {
    let make_database = |path: &Path| {
        let other = Connection::open(path).unwrap();
        other.execute_batch("CREATE TABLE notes (text)").unwrap();
    };
    let make_text = |path: &Path| {
        fs::write(path, "this is a letter, and a long one: ".repeat(100)).unwrap();
    };
    let makes: [&dyn Fn(&Path); 2] = [&make_database, &make_text];
    for make in makes {
        let folder = folder();
        let file = folder.path().join("scriptum.db");
        make(&file);
        let before = fs::read(&file).unwrap();
        let refused = SqliteStore::open(folder.path()).unwrap_err();
        assert_eq!(refused, OpenError::NotAStore { path: file.clone() });
        assert_eq!(fs::read(&file).unwrap(), before);
    }
}

async fn newer_files_are_refused() {
    let folder = folder();
    made(&open(folder.path()), 1).await;
    let newer = database(folder.path());
    newer.pragma_update(None, "user_version", 77).unwrap();
    drop(newer);
    let refused = SqliteStore::open(folder.path()).unwrap_err().to_string();
    assert!(refused.contains("newer version"), "{refused}");
    assert!(refused.contains("format 77"), "{refused}");
}

async fn a_file_of_the_first_format_is_brought_up_to_date() {
    let folder = folder();
    let first = database(folder.path());
    first
        .execute_batch(include_str!("../../migrations/sqlite/0001.sql"))
        .unwrap();
    first.execute_batch(OF_THE_FIRST_FORMAT).unwrap();
    drop(first);
    let store = open(folder.path());
    let claimed = claim(&store, "one", 10).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].thread.id, id(1));
    assert_eq!(claimed[0].thread.claim, ClaimNumber::FIRST);
    let cells = claimed[0].frames.cells.iter();
    let cells: Vec<String> = cells
        .map(|(key, cell)| format!("{key}: {}", cell.0))
        .collect();
    assert_eq!(cells, ["0/head: {}", "0/name:x: 1"]);
    let steps = store.steps(id(1), &StepPath::root(), page(None, 9)).await;
    let steps: Vec<(String, StepStatus)> = steps
        .unwrap()
        .into_iter()
        .map(|step| (step.path.to_string(), step.status))
        .collect();
    let expected = [("0", StepStatus::Completed), ("1", StepStatus::Running)];
    assert_eq!(
        steps,
        expected.map(|(path, status)| (path.to_owned(), status))
    );
    let version = database(folder.path()).query_row("PRAGMA user_version", [], |row| row.get(0));
    assert_eq!(version, Ok(3));
}

async fn a_worker_does_not_live_on_in_a_newer_format() {
    let folder = folder();
    let store = open(folder.path());
    let me = worker("me");
    assert_eq!(store.heartbeat(&me, LATE).await, Ok(()));
    let newer = database(folder.path());
    newer.execute_batch("PRAGMA user_version = 77").unwrap();
    let refused = store.heartbeat(&me, LATE).await;
    let Err(StoreError::Conflict(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(why.contains("format 77"), "{why}");
}

/// A thread that waits for a claim, with two cells and two steps.
const OF_THE_FIRST_FORMAT: &str = "
    INSERT INTO programs (hash, document, pins, source) VALUES ('hash', '{}', '[]', '');
    INSERT INTO threads (id, program, script, status, ended, created_at, updated_at, posted_at,
                         last_seq, last_inbox)
    VALUES (x'00000000040000000000000000000001', 1, 'old', 'running', 0, 1, 1, 1, 0, 1);
    INSERT INTO frames VALUES (1, '0/head', '{}'), (1, '0/name:x', '1');
    INSERT INTO steps (thread, path, primitive, status, attempt)
    VALUES (1, x'00', 'execute', 'completed', 1), (1, x'01', 'execute', 'running', 1);
    PRAGMA application_id = 1399026285;
    PRAGMA user_version = 1;
";

async fn places_that_cannot_be_written_are_refused() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let inside_a_file = SqliteStore::open(&file.join("store"));
    assert!(matches!(inside_a_file, Err(OpenError::Unavailable { .. })));
    fs::create_dir_all(folder.path().join("store/scriptum.db")).unwrap();
    let on_a_folder = SqliteStore::open(&folder.path().join("store"));
    assert!(matches!(on_a_folder, Err(OpenError::Unavailable { .. })));
}

async fn damage_is_reported_when_read() {
    let damages = [
        "UPDATE journal SET entries = 'nothing' WHERE last = 4",
        "UPDATE journal SET entries = '[9,3,[]]' WHERE last = 4",
        "UPDATE journal SET entries = '[1,3,[]]' WHERE last = 4",
        "UPDATE journal SET last = 5 WHERE last = 4",
        "DELETE FROM journal WHERE last = 4",
        "DELETE FROM journal WHERE last = 6",
        "DELETE FROM journal",
        "UPDATE threads SET last_seq = 7",
        "UPDATE threads SET status = 'asleep'",
        "UPDATE threads SET last_seq = -1",
        "UPDATE views SET key = 'nowhere' WHERE key < x''",
        "UPDATE views SET key = x'f1' WHERE key >= x''",
        "UPDATE views SET status = '' WHERE key >= x''",
        "UPDATE inbox SET notification = '[1,\"tea\"]'",
    ];
    for damage in damages {
        let folder = folder();
        let store = open(folder.path());
        let thread = owned(&store, "a", 1).await;
        for first in [1, 3, 5] {
            let next = Commit {
                frames: cells([(cell_key("1", Slot::Head), Some("{}"))]),
                steps: vec![step_started("0.1", 1, 1)],
                ..turn(thread, first, 2)
            };
            commit(&store, "a", next).await;
        }
        let changed = database(folder.path()).execute(damage, []).unwrap();
        assert!(changed > 0, "{damage}");
        let reads = [
            store.thread(thread).await.err(),
            store.journal(thread, Seq(0), MANY).await.err(),
            store.frames(thread).await.err(),
            store
                .steps(thread, &StepPath::root(), page(None, 9))
                .await
                .err(),
            store.inbox(thread, InboxNumber(0)).await.err(),
        ];
        let errors: Vec<StoreError> = reads.into_iter().flatten().collect();
        assert!(!errors.is_empty(), "{damage}");
        for error in errors {
            assert!(matches!(error, StoreError::Corrupt(_)), "{damage}: {error}");
        }
    }
}

async fn worker_names_never_leave_the_folder() {
    let outer = folder();
    let folder = outer.path().join("store");
    let names = ["../../up", "a/b", "", "é\u{0}", "A", "a"];
    {
        let store = open(&folder);
        for (number, name) in (1..).zip(names) {
            owned(&store, name, number).await;
        }
        assert_eq!(claim(&store, "me", 0).await, vec![]);
    }
    let entries = fs::read_dir(outer.path()).unwrap();
    assert_eq!(entries.count(), 1);
    let store = open(&folder);
    let me = worker("me");
    store.heartbeat(&me, LATE).await.unwrap();
    let claims = store.claim(&me, Timestamp(0), ClaimScope::All, 99).await;
    assert_eq!(claims.unwrap().len(), names.len());
}

const PAGE: &str = include_str!("../../../../docs/store.md");

async fn the_page_about_stores_names_every_table() {
    let folder = folder();
    drop(open(folder.path()));
    let database = database(folder.path());
    let mut select = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables: BTreeSet<String> = select
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    // Rows of the first table of the page begin with the name of one table.
    let section = PAGE.split("## Tables").nth(1).unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
    let described: BTreeSet<String> = rows
        .map(|row| row.split('`').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(described, tables);
}

async fn the_statements_of_the_page_run() {
    let folder = folder();
    let store = open(folder.path());
    let thread = owned(&store, "a", 1).await;
    commit(&store, "a", turn(thread, 1, 3)).await;
    commit(&store, "a", turn(thread, 4, 1)).await;
    let database = database(folder.path());
    let block = PAGE.split("```sql").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let row_counts = block
        .split_inclusive(';')
        .filter(|it| it.contains("SELECT"));
    let row_counts = row_counts.map(|statement| {
        let mut select = database.prepare(statement).unwrap();
        let rows = select.query_map([], |_| Ok(())).unwrap();
        rows.count()
    });
    // One open thread, four entries.
    assert_eq!(row_counts.collect::<Vec<usize>>(), [1, 4]);
}
