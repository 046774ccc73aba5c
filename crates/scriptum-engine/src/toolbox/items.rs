//! The way of a stream's items from a tool to its thread: a short queue, so that the tool waits for a
//! slow reader, and a note of whether anything moves, so that waiting does not count as time spent.
//!
//! The queue is bounded twice: by the number of items, and by their size, as one may be large.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use scriptum_contract::{Type, Value, Violation, check};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::limits::{ITEMS_UNDER_WAY_KIB_MAX, ITEMS_UNDER_WAY_MAX};

/// Where a call puts its items.
#[derive(Debug, Clone)]
pub(crate) struct Items {
    queue: mpsc::Sender<Item>,
    /// KiB that may still be put on the way.
    room: Arc<Semaphore>,
    /// How many items the thread has already.
    known: u32,
    flow: Arc<Flow>,
}

/// An item on its way.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) value: Value,
    /// Given back as soon as the thread takes the item.
    _room: OwnedSemaphorePermit,
}

#[derive(Debug, Default)]
struct Flow {
    has_moved: AtomicBool,
    is_waiting: AtomicBool,
}

/// Both ends of the way, for a thread that has so many items already.
pub(crate) fn items(known: u32) -> (Items, mpsc::Receiver<Item>) {
    let (queue, taken) = mpsc::channel(ITEMS_UNDER_WAY_MAX);
    let items = Items {
        queue,
        room: Arc::new(Semaphore::new(ITEMS_UNDER_WAY_KIB_MAX as usize)),
        known,
        flow: Arc::default(),
    };
    (items, taken)
}

impl Items {
    async fn send(&self, value: Value) {
        let kib = value.size_bytes_about().div_ceil(1_024);
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(kib.clamp(1, ITEMS_UNDER_WAY_KIB_MAX));
        let item = Item {
            value,
            _room: room.await.expect("the room is never closed"),
        };
        // Without a reader the call is about to be abandoned.
        drop(self.queue.send(item).await);
    }

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
            self.items.send(item).await;
            flow.is_waiting.store(false, Ordering::Relaxed);
        }
    }
}
