//! Passes the store's hints on to those whom they concern. A hint may be lost or doubled, so everybody
//! who listens here also looks by himself from time to time.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, StreamExt, stream::BoxStream};
use tokio::{sync::Notify, task::AbortHandle};

use crate::{Change, ThreadId};

/// What a listener wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// Some thread that nobody here holds has something to do.
    Due,
    /// The inbox of a thread that somebody here holds grew.
    Inbox(ThreadId),
    /// The journal of a thread moved.
    Journal(ThreadId),
    /// A thread ended or is paused.
    Settled(ThreadId),
}

/// All listeners of a node.
pub(crate) struct Hub {
    listeners: Arc<Listeners>,
    reader: AbortHandle,
}

#[derive(Default)]
struct Listeners(Mutex<BTreeMap<Topic, Vec<Arc<Notify>>>>);

/// One listener; it stops listening when it is dropped.
pub(crate) struct Listener {
    topic: Topic,
    signal: Arc<Notify>,
    listeners: Arc<Listeners>,
}

impl Hub {
    /// Starts to read the hints. Must be called inside a runtime.
    pub(crate) fn new(changes: BoxStream<'static, Change>) -> Hub {
        let listeners = Arc::new(Listeners::default());
        let reader = tokio::spawn(read(changes, Arc::clone(&listeners))).abort_handle();
        Hub { listeners, reader }
    }

    /// Listens from now on.
    pub(crate) fn listen(&self, topic: Topic) -> Listener {
        let signal = Arc::new(Notify::new());
        self.listeners.with(|map| {
            map.entry(topic).or_default().push(Arc::clone(&signal));
        });
        let listeners = Arc::clone(&self.listeners);
        Listener {
            topic,
            signal,
            listeners,
        }
    }

    /// Tells those who look for due threads.
    pub(crate) fn tell_due(&self) {
        self.listeners.tell(Topic::Due);
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(mut changes: BoxStream<'static, Change>, listeners: Arc<Listeners>) {
    while let Some(change) = changes.next().await {
        match change {
            Change::Posted(thread) => {
                if !listeners.tell(Topic::Inbox(thread)) {
                    listeners.tell(Topic::Due);
                }
            }
            Change::Committed(thread) => {
                listeners.tell(Topic::Journal(thread));
            }
            Change::Settled(thread) => {
                listeners.tell(Topic::Settled(thread));
            }
        }
    }
}

impl Listeners {
    /// True when somebody listens.
    fn tell(&self, topic: Topic) -> bool {
        self.with(|map| match map.get(&topic) {
            Some(signals) => {
                for signal in signals {
                    signal.notify_one();
                }
                true
            }
            None => false,
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<Topic, Vec<Arc<Notify>>>) -> T) -> T {
        // Nobody panics while holding the lock, and the map would be whole even so.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Listener {
    /// Waits for a hint; returns at once when one came since the last time.
    pub(crate) async fn heard(&self) {
        self.signal.notified().await;
    }

    /// True when a hint came since the last time.
    pub(crate) fn take(&self) -> bool {
        self.signal.notified().now_or_never().is_some()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.listeners.with(|map| {
            if let Entry::Occupied(mut signals) = map.entry(self.topic) {
                signals
                    .get_mut()
                    .retain(|signal| !Arc::ptr_eq(signal, &self.signal));
                if signals.get().is_empty() {
                    signals.remove();
                }
            }
        });
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
