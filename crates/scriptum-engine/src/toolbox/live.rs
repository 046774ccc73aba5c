//! What tools tell while they work. It is shown and forgotten: nothing of it is journalled, and a
//! listener that falls behind loses some of it.

use std::sync::Arc;

use async_trait::async_trait;
use scriptum_contract::{Mask, Value};
use scriptum_vm::StepPath;
use tokio::sync::broadcast;

use super::items::Handing;
use crate::{Sink, ThreadId, limits::LIVE_BACKLOG};

/// Something that a running tool told.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// The thread whose step calls the tool.
    pub thread: ThreadId,
    /// The step.
    pub path: StepPath,
    /// What it told.
    pub kind: LiveKind,
}

/// What a running tool told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveKind {
    /// How far it is: done of total, in whatever unit.
    Progress {
        /// Units done.
        done: u64,
        /// Units in all, if known.
        total: Option<u64>,
    },
    /// A line for people.
    Log(Arc<str>),
}

/// Hands on to all listeners of a node.
#[derive(Debug)]
pub(crate) struct LiveSender(broadcast::Sender<Live>);

impl LiveSender {
    pub(crate) fn new() -> LiveSender {
        LiveSender(broadcast::Sender::new(LIVE_BACKLOG))
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Live> {
        self.0.subscribe()
    }
}

/// The sink of one call.
#[derive(Debug)]
pub(super) struct LiveSink<'a> {
    sender: &'a LiveSender,
    thread: ThreadId,
    path: &'a StepPath,
    /// Hides the secrets that the tool was given.
    mask: &'a Mask,
    /// The way of the items, when the thread wants them one by one.
    pub(super) handing: Option<Handing>,
}

impl<'a> LiveSink<'a> {
    pub(super) fn new(
        sender: &'a LiveSender,
        (thread, path): (ThreadId, &'a StepPath),
        mask: &'a Mask,
    ) -> Self {
        LiveSink {
            sender,
            thread,
            path,
            mask,
            handing: None,
        }
    }

    fn tell(&self, kind: impl FnOnce() -> LiveKind) {
        if self.sender.0.receiver_count() == 0 {
            return;
        }
        let live = Live {
            thread: self.thread,
            path: self.path.clone(),
            kind: kind(),
        };
        // The last listener may have left just now.
        drop(self.sender.0.send(live));
    }
}

#[async_trait]
impl Sink for LiveSink<'_> {
    fn wants_items(&self) -> bool {
        self.handing.is_some()
    }

    /// Of a call whose items nobody reads one by one, the result holds what counts.
    async fn item(&mut self, item: Value) {
        if let Some(handing) = &mut self.handing {
            handing.hand(self.mask.value(item)).await;
        }
    }

    fn progress(&mut self, done: u64, total: Option<u64>) {
        self.tell(|| LiveKind::Progress { done, total });
    }

    fn log(&mut self, line: &str) {
        self.tell(|| LiveKind::Log(self.mask.text(line).into()));
    }
}
