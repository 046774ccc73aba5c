//! All that a store says about threads, to be compared.

use std::sync::Arc;

use scriptum_engine::{InboxItem, InboxNumber, StepRow, Store, StoreError, ThreadId, ThreadRow};
use scriptum_vm::{Entry, Frames, Seq, StepPath};

use crate::given::page;

/// What a store says about one thread.
#[derive(Debug, PartialEq)]
pub(crate) struct Dump {
    row: Result<ThreadRow, StoreError>,
    journal: Result<Vec<Entry>, StoreError>,
    frames: Result<Frames, StoreError>,
    steps: Result<Vec<StepRow>, StoreError>,
    inbox: Result<Vec<InboxItem>, StoreError>,
}

pub(crate) async fn dump(store: &Arc<dyn Store>, threads: &[ThreadId]) -> Vec<Dump> {
    let mut dumps = Vec::new();
    for thread in threads {
        let all = page(None, u32::MAX);
        dumps.push(Dump {
            row: store.thread(*thread).await,
            journal: store.journal(*thread, Seq(0), u32::MAX).await,
            frames: store.frames(*thread).await,
            steps: store.steps(*thread, &StepPath::root(), all).await,
            inbox: store.inbox(*thread, InboxNumber(0)).await,
        });
    }
    dumps
}
