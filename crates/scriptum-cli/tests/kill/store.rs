//! What the store says of a thread between two lives of the process.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use scriptum_contract::Value;
use scriptum_engine::{Page, StepStatus, Store as _, ThreadId};
use scriptum_store::SqliteStore;
use scriptum_vm::{Entry, Options, Replay, ReplayError, Seq, StepPath, program::Program};

/// Items of the loop at path 0 whose step is completed.
pub(crate) fn completed_items(data_dir: &Path, thread: &str) -> BTreeSet<usize> {
    let thread: ThreadId = thread.parse().unwrap();
    blocking(async {
        let store = SqliteStore::open(data_dir).unwrap();
        let page = Page {
            after: None,
            max: 10_000,
        };
        let steps = store.steps(thread, &StepPath::root(), page).await.unwrap();
        let items = steps
            .iter()
            .filter(|step| step.status == StepStatus::Completed);
        items
            .filter_map(|step| match step.path.components() {
                [0, item, 0] => Some(*item as usize),
                _ => None,
            })
            .collect()
    })
}

/// The journal has no gap and leads to the frames that the store holds.
pub(crate) fn check_whole(data_dir: &Path, thread: &str) {
    let thread: ThreadId = thread.parse().unwrap();
    blocking(async {
        let store = SqliteStore::open(data_dir).unwrap();
        let row = store.thread(thread).await.unwrap();
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after = entries.last().map_or(Seq(0), |entry| entry.seq);
            let more = store.journal(thread, after, 1_000).await.unwrap();
            if more.is_empty() {
                break;
            }
            entries.extend(more);
        }
        let numbers = entries.iter().map(|entry| entry.seq.0);
        assert!(
            numbers.eq(1..=row.last_seq.0),
            "the journal of {thread} has gaps"
        );
        let document = store.program(&row.program).await.unwrap().document;
        let program: Program = serde_json::from_str(&document).unwrap();
        let program = Arc::new(program);
        let mut values = BTreeMap::new();
        let replayed = loop {
            let mut replay = Replay::new(Arc::clone(&program), Options::default());
            match replay.feed(&entries, &mut |stored| values.get(&stored.hash).cloned()) {
                Ok(()) => break replay.into_vm(),
                Err(ReplayError::Missing { hash, .. }) => {
                    let bytes = store.value(&hash).await.unwrap();
                    let value: Value = serde_json::from_slice(&bytes).unwrap();
                    assert!(values.insert(hash, value).is_none(), "{hash} was given");
                }
                Err(error) => panic!("the journal of {thread} does not replay: {error}"),
            }
        };
        assert_eq!(
            replayed.frames(),
            store.frames(thread).await.unwrap(),
            "{thread}"
        );
    });
}

fn blocking<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}
