//! Reading journals, steps and lists in parts.

use std::sync::Arc;

use scriptum_engine::{Commit, NewThread, Page, Store, StoreError, ThreadFilter, ThreadId};
use scriptum_vm::{Seq, Status, StepPath};

use crate::given::{
    MANY, NONE, blob, commit, entries, hash, id, made, new_thread, owned, page, path, program,
    release, step_skipped, step_started, turn, worker,
};

crate::rules![
    a_journal_is_read_in_parts,
    steps_are_those_at_and_below_a_path,
    steps_are_read_in_parts,
    threads_are_listed_newest_first,
    threads_are_listed_by_status_and_owner,
    pages_of_threads_stay_while_threads_come,
    unknown_things_are_not_found,
];

async fn a_journal_is_read_in_parts(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    for (first, count) in [(1, 1), (2, 5), (7, 2)] {
        commit(&store, "a", turn(thread, first, count)).await;
    }
    for after in 0..=9 {
        for max in 0..=9 {
            let expected = entries(after + 1, u64::from(max).min(8_u64.saturating_sub(after)));
            let read = store.journal(thread, Seq(after), max).await;
            assert_eq!(read, Ok(expected), "{max} after {after}");
        }
    }
    assert_eq!(store.journal(thread, Seq(u64::MAX), 9).await, Ok(vec![]));
}

/// Two loops whose step and iteration numbers begin with the same digits.
const PATHS: &[&str] = &[
    "0", "1", "1.0", "1.0.0", "1.0.3", "1.0.3.1", "1.1", "1.2", "1.10", "1.239", "1.240", "1.255",
    "1.256", "1.65536", "2", "10", "10.0", "101",
];

async fn thread_with_steps(store: &Arc<dyn Store>) -> ThreadId {
    let thread = owned(store, "a", 1).await;
    let other = owned(store, "a", 2).await;
    for thread in [thread, other] {
        // Written in the order of the texts, not of the steps.
        let mut paths = PATHS.to_vec();
        paths.sort_unstable();
        for (at, path) in (1..).zip(paths) {
            let steps = if path.starts_with("10") {
                vec![step_skipped(path, at)]
            } else {
                vec![step_started(path, 1, at)]
            };
            let next = Commit {
                steps,
                ..turn(thread, at, 1)
            };
            commit(store, "a", next).await;
        }
    }
    thread
}

async fn paths(
    store: &Arc<dyn Store>,
    of: ThreadId,
    under: &str,
    page: Page<StepPath>,
) -> Vec<String> {
    let steps = store.steps(of, &path(under), page).await.unwrap();
    steps.iter().map(|step| step.path.to_string()).collect()
}

async fn steps_are_those_at_and_below_a_path(store: Arc<dyn Store>) {
    let thread = thread_with_steps(&store).await;
    let all = page(None, MANY);
    assert_eq!(paths(&store, thread, "", all.clone()).await, PATHS);
    for under in PATHS.iter().chain(&["1.0.3.1.0", "3", "1.25"]) {
        let expected: Vec<&str> = PATHS
            .iter()
            .copied()
            .filter(|it| path(it).is_under(&path(under)))
            .collect();
        let read = paths(&store, thread, under, all.clone()).await;
        assert_eq!(read, expected, "under {under}");
    }
}

async fn steps_are_read_in_parts(store: Arc<dyn Store>) {
    let thread = thread_with_steps(&store).await;
    for size in 0..=4 {
        let mut read: Vec<String> = Vec::new();
        loop {
            let after = read.last().map(|last| path(last));
            let part = paths(&store, thread, "1", page(after, size)).await;
            assert!(part.len() <= size as usize);
            if part.is_empty() {
                break;
            }
            read.extend(part);
        }
        let expected = if size == 0 { &[] } else { &PATHS[1..14] };
        assert_eq!(read, expected);
    }
    for (after, expected) in [
        ("0", "1.0"),
        ("1.0", "1.0.0"),
        ("1.0.2", "1.0.3"),
        ("1.0.9", ""),
    ] {
        let next = paths(&store, thread, "1.0", page(Some(path(after)), 1)).await;
        assert_eq!(next.concat(), expected, "after {after}");
    }
}

async fn ids(store: &Arc<dyn Store>, filter: &ThreadFilter, page: Page<ThreadId>) -> Vec<u64> {
    let rows = store.threads(filter.clone(), page).await.unwrap();
    let number = |id_of: ThreadId| (0..1_000).find(|it| id(*it) == id_of);
    rows.iter().filter_map(|row| number(row.id)).collect()
}

async fn threads_are_listed_newest_first(store: Arc<dyn Store>) {
    for number in [5, 300, 1, 2] {
        made(&store, number).await;
    }
    let all = ThreadFilter::default();
    assert_eq!(ids(&store, &all, page(None, 9)).await, [300, 5, 2, 1]);
    assert_eq!(ids(&store, &all, page(None, 2)).await, [300, 5]);
    assert_eq!(ids(&store, &all, page(None, 0)).await, NONE);
    assert_eq!(ids(&store, &all, page(Some(id(5)), 9)).await, [2, 1]);
    assert_eq!(ids(&store, &all, page(Some(id(4)), 1)).await, [2]);
    assert_eq!(ids(&store, &all, page(Some(id(0)), 9)).await, NONE);
}

async fn threads_are_listed_by_status_and_owner(store: Arc<dyn Store>) {
    let statuses = [
        Status::Running,
        Status::Paused,
        Status::Completed,
        Status::Failed,
        Status::Cancelled,
        Status::Completed,
    ];
    for (number, status) in (1..).zip(statuses) {
        let name = if number % 2 == 0 { "a" } else { "b" };
        let thread = owned(&store, name, number).await;
        let next = Commit {
            status,
            ..turn(thread, 1, 1)
        };
        commit(&store, name, next).await;
    }
    made(&store, 7).await;
    let given_back = owned(&store, "a", 8).await;
    commit(&store, "a", release(given_back)).await;
    let any = ThreadFilter::default;
    let of = |name: &str| Some(worker(name));
    let cases = [
        (any(), vec![8, 7, 6, 5, 4, 3, 2, 1]),
        (
            ThreadFilter {
                open_only: true,
                ..any()
            },
            vec![8, 7, 2, 1],
        ),
        (
            ThreadFilter {
                status: Some(Status::Completed),
                ..any()
            },
            vec![6, 3],
        ),
        (
            ThreadFilter {
                status: Some(Status::Completed),
                open_only: true,
                ..any()
            },
            vec![],
        ),
        (
            ThreadFilter {
                status: Some(Status::Running),
                open_only: true,
                ..any()
            },
            vec![8, 1],
        ),
        (
            ThreadFilter {
                status: Some(Status::Pending),
                ..any()
            },
            vec![7],
        ),
        (
            ThreadFilter {
                owner: of("b"),
                ..any()
            },
            vec![1],
        ),
        (
            ThreadFilter {
                owner: of("a"),
                status: Some(Status::Paused),
                open_only: true,
            },
            vec![2],
        ),
        (
            ThreadFilter {
                owner: of("nobody"),
                ..any()
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let listed = ids(&store, &filter, page(None, 99)).await;
        assert_eq!(listed, expected, "{filter:?}");
        let mut in_parts = Vec::new();
        while let part = ids(&store, &filter, page(in_parts.last().copied().map(id), 1)).await
            && !part.is_empty()
        {
            in_parts.extend(part);
        }
        assert_eq!(in_parts, expected, "{filter:?} one by one");
    }
}

async fn pages_of_threads_stay_while_threads_come(store: Arc<dyn Store>) {
    let all = ThreadFilter::default();
    for number in 1..=6 {
        made(&store, number * 10).await;
    }
    let first = ids(&store, &all, page(None, 3)).await;
    for number in [99, 45, 35, 5] {
        made(&store, number).await;
    }
    let last = first.last().copied().map(id);
    let second = ids(&store, &all, page(last, 9)).await;
    assert_eq!(first, [60, 50, 40]);
    assert_eq!(second, [35, 30, 20, 10, 5]);
}

async fn unknown_things_are_not_found(store: Arc<dyn Store>) {
    fn not_found<T: std::fmt::Debug>(read: &Result<T, StoreError>) {
        assert!(matches!(read, Err(StoreError::NotFound(_))), "{read:?}");
    }
    store.put_program(program(0)).await.unwrap();
    let thread = id(1);
    not_found(&store.thread(thread).await);
    not_found(&store.journal(thread, Seq(0), 9).await);
    not_found(&store.frames(thread).await);
    not_found(&store.steps(thread, &StepPath::root(), page(None, 9)).await);
    not_found(&store.value(&blob("nothing").hash).await);
    not_found(&store.program(&hash(1)).await);
    let of_unknown = NewThread {
        program: hash(1),
        ..new_thread(1)
    };
    not_found(&store.create(of_unknown).await);
    not_found(&store.thread(thread).await);
}
