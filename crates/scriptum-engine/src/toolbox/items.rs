//! The way of a stream's items from a tool to its thread: a short queue, so that the tool waits for a
//! slow reader, and a note of whether anything moves, so that waiting does not count as time spent.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use scriptum_contract::{Type, Value, Violation, check};
use tokio::sync::mpsc;

use crate::limits::ITEMS_UNDER_WAY_MAX;

/// Where a call puts its items.
#[derive(Debug, Clone)]
pub(crate) struct Items {
    queue: mpsc::Sender<Value>,
    /// How many items the thread has already.
    known: u32,
    flow: Arc<Flow>,
}

#[derive(Debug, Default)]
struct Flow {
    has_moved: AtomicBool,
    is_waiting: AtomicBool,
}

/// Both ends of the way, for a thread that has so many items already.
pub(crate) fn items(known: u32) -> (Items, mpsc::Receiver<Value>) {
    let (queue, taken) = mpsc::channel(ITEMS_UNDER_WAY_MAX);
    let flow = Arc::default();
    (Items { queue, known, flow }, taken)
}

impl Items {
    /// True when the call handed something on since it was last asked, or waits for its reader.
    pub(super) fn has_moved(&self) -> bool {
        let waits = self.flow.is_waiting.load(Ordering::Relaxed);
        self.flow.has_moved.swap(false, Ordering::Relaxed) || waits
    }
}

/// The items of one call under way.
#[derive(Debug)]
pub(super) struct Handing {
    items: Items,
    handed: u32,
    ty: Option<Type>,
    /// What the first item that is none breaks.
    pub(super) broken: Vec<Violation>,
}

impl Handing {
    pub(super) fn new(items: Items, ty: Option<Type>) -> Handing {
        Handing {
            items,
            handed: 0,
            ty,
            broken: Vec::new(),
        }
    }

    /// Hands an item on that the thread does not have yet. Nothing follows one that breaks its type.
    pub(super) async fn hand(&mut self, item: Value) {
        let flow = &self.items.flow;
        flow.has_moved.store(true, Ordering::Relaxed);
        if !self.broken.is_empty() {
            return;
        }
        self.handed = self.handed.saturating_add(1);
        if self.handed <= self.items.known {
            return;
        }
        if let Some(ty) = &self.ty {
            self.broken = check(&item, ty);
        }
        if self.broken.is_empty() {
            flow.is_waiting.store(true, Ordering::Relaxed);
            // Without a reader the call is about to be abandoned.
            drop(self.items.queue.send(item).await);
            flow.is_waiting.store(false, Ordering::Relaxed);
        }
    }
}
