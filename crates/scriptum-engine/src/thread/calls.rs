//! Calls of one thread: they run beside its loop, in its own task, so that a tool that answers at once
//! costs no task of its own.

use std::{collections::BTreeSet, pin::pin, sync::Arc};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use scriptum_contract::Value;
use scriptum_vm::{Call, Notification, StepError, StepPath};
use tokio::sync::mpsc;

use super::state::Resident;
use crate::{
    children::is_sub_thread,
    toolbox::{Item, Request, items, outcome_unknown},
};

/// Calls under way.
pub(super) type Running = FuturesUnordered<BoxFuture<'static, Answer>>;

/// Sub-threads that are being started, each with its end if it has ended already.
pub(super) type Starts = FuturesUnordered<BoxFuture<'static, Option<Answer>>>;

/// Names a call of a thread: the machine takes one answer for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallId {
    pub(super) path: StepPath,
    pub(super) attempt: u32,
}

/// Items of a call on their way to the machine.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) items: mpsc::Receiver<Item>,
    /// Position of the next one.
    pub(super) next: u32,
}

/// What a call came to, or an item of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) id: CallId,
    pub(super) notification: Notification,
}

impl CallId {
    pub(super) fn of(call: &Call) -> CallId {
        CallId {
            path: call.path.clone(),
            attempt: call.attempt,
        }
    }
}

impl Answer {
    pub(super) fn new(id: CallId, outcome: Result<Value, StepError>) -> Answer {
        let CallId { path, attempt } = id.clone();
        let notification = match outcome {
            Ok(output) => Notification::Returned {
                path,
                attempt,
                output,
            },
            Err(error) => Notification::Failed {
                path,
                attempt,
                error,
            },
        };
        Answer { id, notification }
    }

    pub(super) fn item(id: &CallId, port: &mut Port, item: Item) -> Answer {
        let index = port.next;
        port.next += 1;
        Answer {
            id: id.clone(),
            notification: Notification::Item {
                path: id.path.clone(),
                attempt: id.attempt,
                index,
                value: item.value,
            },
        }
    }

    /// True for one item of a call, which goes on.
    pub(super) fn is_item(&self) -> bool {
        matches!(self.notification, Notification::Item { .. })
    }
}

impl Resident {
    /// Makes a call. The turn that asked for it is durable.
    pub(super) fn start(&mut self, call: Call) {
        // Others may have the thread by now; the worker is about to drop it.
        if !self.node.lease.holds() {
            return;
        }
        if is_sub_thread(&call) {
            return self.start_child(call);
        }
        let id = CallId::of(&call);
        let cancelled = self.cancelled.child_token();
        self.open.insert(id.clone(), cancelled.clone());
        let known = call.items_from;
        let (items, port) = known
            .map(|next| {
                let (sender, items) = items(next);
                (sender, Port { items, next })
            })
            .unzip();
        self.ports.extend(port.map(|port| (id.clone(), port)));
        let core = Arc::clone(&self.node.core);
        let loaded = Arc::clone(self.loaded());
        let request = Request {
            thread: self.id,
            call,
            cancelled,
            items,
        };
        let call = async move {
            let outcome = core.caller.call(request, &loaded.pins).await;
            Answer::new(id, outcome)
        };
        self.running.push(call.boxed());
    }

    /// Ends the calls of these steps that are under way: the steps have ended without them.
    pub(super) fn abandon(&mut self, steps: &[StepPath]) {
        if !steps.is_empty() {
            self.abandon_calls(|id| steps.contains(&id.path));
        }
    }

    /// Ends the calls that the machine does not wait for.
    pub(super) fn abandon_unwanted(&mut self) {
        let pending = self.pending_calls();
        self.abandon_calls(|id| !pending.contains(id));
    }

    /// When this returns, nothing of the calls is left.
    fn abandon_calls(&mut self, is_unwanted: impl Fn(&CallId) -> bool) {
        for (id, cancelled) in &self.open {
            if is_unwanted(id) {
                cancelled.cancel();
                self.ports.remove(id);
            }
        }
        self.take_answers();
    }

    /// Takes the answers that are there.
    pub(super) fn take_answers(&mut self) {
        while let Some(Some(answer)) = self.running.next().now_or_never() {
            self.answers.push_back(answer);
        }
        while let Some(Some(ended)) = self.starts.next().now_or_never() {
            self.answers.extend(ended);
        }
    }

    /// Does something that needs time without keeping the calls waiting meanwhile.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                outcome = &mut work => return outcome,
                Some(answer) = self.running.next(), if !self.running.is_empty() => {
                    self.answers.push_back(answer);
                }
            }
        }
    }

    /// Decides what becomes of calls that the machine waits for and that nobody here has begun. The
    /// inbox comes first: it may hold what the owner before us learned.
    pub(super) async fn settle_unsettled(&mut self) {
        if self.unsettled.is_empty() || self.inbox_is_waiting() {
            return;
        }
        let pending: BTreeSet<CallId> = self.pending_calls();
        for call in std::mem::take(&mut self.unsettled) {
            let id = CallId::of(&call);
            if !pending.contains(&id) {
                continue;
            }
            let was_perhaps_made = self.inherited.remove(&id);
            // A sub-thread is found again, whoever made it.
            let is_safe = !was_perhaps_made || is_sub_thread(&call);
            if is_safe || self.node.core.caller.may_repeat(&call).await {
                self.start(call);
            } else {
                let error = outcome_unknown(&call.callee);
                self.open.insert(id.clone(), self.cancelled.child_token());
                self.answers.push_back(Answer::new(id, Err(error)));
            }
        }
    }
}
