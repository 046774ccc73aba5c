//! What a thread in memory consists of, how it comes there, and how notifications reach its machine.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use futures::{StreamExt, stream::FuturesUnordered};
use scriptum_contract::{StoredValue, Value};
use scriptum_vm::{Call, Effect, Frames, Notification, Refused, StepPath, Timestamp, Vm};
use tokio::time::{Instant, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    Exit, Node,
    calls::{Answer, CallId, Port, Running, Starts},
    faults::Fault,
    items::next_item,
};
use crate::{
    Claim, ClaimNumber, Committed, InboxItem, InboxNumber, StoreError, ThreadId, ThreadRow,
    birth::Unborn,
    children::{self, Origin},
    draft::{Draft, Standing},
    hub::{Listener, Topic},
    limits::{INBOX_POLL, STORE_RETRY_MAX, STORE_RETRY_MIN},
    ports::store::value_from_storage,
    programs::Loaded,
    retry::{in_time, until_available},
    toolbox::said,
};

/// A thread in memory. Whatever of it must survive lies in the store; dropping it abandons its calls
/// and nothing else.
pub(super) struct Resident {
    pub(super) node: Node,
    pub(super) id: ThreadId,
    /// Where the thread stands by the last commit.
    pub(super) standing: Standing,
    /// True when the row shows another status: it was written while the machine was out of order.
    pub(super) is_misshown: bool,
    /// The claim by which the thread is ours; `None` before it was loaded.
    pub(super) claim: Option<ClaimNumber>,
    /// Commits since the last one of which the store said what became of it.
    doubts: u32,
    pub(super) machine: Option<Machine>,
    /// The thread as it shall be made, until it is.
    pub(super) unborn: Option<Unborn>,
    /// False as long as nobody knows that it was made.
    pub(super) is_made: bool,
    /// What starts the machine, where no inbox holds it.
    pub(super) started: Option<Notification>,
    inbox: Inbox,
    fired: VecDeque<StepPath>,
    /// Calls that have ended and were not applied.
    pub(super) answers: VecDeque<Answer>,
    /// Answers that were applied and are not durable yet.
    pub(super) in_doubt: Vec<Answer>,
    pub(super) running: Running,
    /// Sub-threads that are being started.
    pub(super) starts: Starts,
    /// Sub-threads that the machine waits for.
    pub(super) children: BTreeMap<CallId, ThreadId>,
    /// The step that waits for this thread, if it is a sub-thread.
    pub(super) origin: Option<Origin>,
    /// True when that step does not wait any more.
    pub(super) is_orphan: bool,
    /// How many threads lie above it.
    pub(super) depth: u32,
    /// Calls of ours whose answer is not durable yet, and how to end them.
    pub(super) open: BTreeMap<CallId, CancellationToken>,
    /// Where the items of calls arrive that hand some on.
    pub(super) ports: BTreeMap<CallId, Port>,
    /// Calls that were open when somebody else had the thread before us, and may have made them.
    pub(super) inherited: BTreeSet<CallId>,
    /// Calls that the machine waits for and that nobody here has begun, as of the last load.
    pub(super) unsettled: Vec<Call>,
    pub(super) cancelled: CancellationToken,
    /// Fires when the worker has got the thread by a later claim.
    pub(super) outdated: CancellationToken,
    _cancel_when_dropped: DropGuard,
}

pub(super) struct Machine {
    pub(super) vm: Vm,
    loaded: Arc<Loaded>,
}

struct Inbox {
    items: VecDeque<InboxItem>,
    /// The last number read.
    known: InboxNumber,
    read_at: Instant,
    listener: Listener,
}

/// Something to be applied next.
enum Ready {
    Started(Notification),
    Continued,
    Posted(InboxItem),
    Orphaned,
    Fired(StepPath),
    Answered(Answer),
}

impl Resident {
    pub(super) fn new(node: Node, id: ThreadId, outdated: CancellationToken) -> Resident {
        let cancelled = CancellationToken::new();
        Resident {
            inbox: Inbox {
                items: VecDeque::new(),
                known: InboxNumber(0),
                read_at: Instant::now(),
                listener: node.core.hub.listen(Topic::Inbox(id)),
            },
            node,
            id,
            standing: Standing::UNKNOWN,
            is_misshown: false,
            claim: None,
            doubts: 0,
            machine: None,
            unborn: None,
            is_made: true,
            started: None,
            fired: VecDeque::new(),
            answers: VecDeque::new(),
            in_doubt: Vec::new(),
            running: FuturesUnordered::new(),
            starts: FuturesUnordered::new(),
            children: BTreeMap::new(),
            origin: None,
            is_orphan: false,
            depth: 0,
            open: BTreeMap::new(),
            ports: BTreeMap::new(),
            inherited: BTreeSet::new(),
            unsettled: Vec::new(),
            _cancel_when_dropped: cancelled.clone().drop_guard(),
            cancelled,
            outdated,
        }
    }

    /// Takes over what a claim brought.
    pub(super) async fn install(&mut self, claim: Claim) -> Result<Option<Exit>, Fault> {
        self.claim = Some(claim.thread.claim);
        self.restore(claim.thread, claim.frames, claim.inbox)
            .await?;
        self.inherit();
        self.heed_parent().await?;
        Ok(None)
    }

    /// Goes back to the durable state, because nobody knows whether the last commit is part of it.
    /// Calls under way go on, and answers that were applied wait to be applied again.
    pub(super) async fn reload(&mut self) -> Result<Option<Exit>, Fault> {
        let (row, frames, inbox) = match self.durable().await {
            Ok(durable) => durable,
            Err(fault) => return self.unread(fault),
        };
        self.is_made = true;
        if !self.is_ours(&row) {
            return Ok(Some(Exit::Lost));
        }
        self.doubt_answers();
        let is_new = self.claim.is_none();
        self.claim = Some(row.claim);
        self.restore(row, frames, inbox).await?;
        self.abandon_unwanted();
        if is_new {
            self.inherit();
        }
        self.heed_parent().await?;
        Ok(None)
    }

    /// True when the thread was read once, so that there is something to build on.
    pub(super) fn is_known(&self) -> bool {
        self.claim.is_some()
    }

    /// What we got by a later claim is not ours: what is known here is from before somebody else had it.
    fn is_ours(&self, row: &ThreadRow) -> bool {
        let is_same = self.claim.is_none_or(|claim| claim == row.claim);
        row.owner.as_ref() == Some(&self.node.me) && is_same
    }

    /// Whatever is open and not begun here may have been begun by somebody else.
    fn inherit(&mut self) {
        self.inherited = self.unsettled.iter().map(CallId::of).collect();
    }

    /// A store that takes no commits but answers questions would otherwise be asked without end.
    pub(super) async fn back_off(&mut self) {
        let pause = STORE_RETRY_MIN.saturating_mul(1 << self.doubts.min(10));
        self.beside(sleep(pause.min(STORE_RETRY_MAX))).await;
    }

    /// Puts the answers back that were applied in vain.
    pub(super) fn doubt_answers(&mut self) {
        for answer in self.in_doubt.drain(..).rev() {
            self.answers.push_front(answer);
        }
    }

    /// The parts are read one after the other. A late commit of ours may slip in between, even one that
    /// gives the thread away; parts that do not fit would be taken for a fault, or have calls begun that
    /// somebody else has begun. So they count only when the row is the same before and after.
    async fn durable(&mut self) -> Result<(ThreadRow, Frames, Vec<InboxItem>), Fault> {
        let (id, store) = (self.id, Arc::clone(&self.node.core.store));
        let reading = async {
            let mut row = until_available(|| store.thread(id)).await?;
            loop {
                let frames = until_available(|| store.frames(id)).await?;
                let inbox = until_available(|| store.inbox(id, InboxNumber(0))).await?;
                let after = until_available(|| store.thread(id)).await?;
                let is_same = row.last_seq == after.last_seq && row.claim == after.claim;
                if is_same && row.owner == after.owner {
                    return Ok::<_, StoreError>((after, frames, inbox));
                }
                row = after;
            }
        };
        Ok(self.beside(reading).await?)
    }

    pub(super) async fn restore(
        &mut self,
        row: ThreadRow,
        frames: Frames,
        inbox: Vec<InboxItem>,
    ) -> Result<(), Fault> {
        let core = Arc::clone(&self.node.core);
        let loading = until_available(|| core.loaded(&row.program));
        let loaded = self.beside(loading).await?;
        let vm = Vm::restore(Arc::clone(&loaded.program), frames).map_err(Fault::Unreadable)?;
        let is_begun = |call: &Call| self.open.contains_key(&CallId::of(call));
        self.unsettled = calls(&vm).filter(|call| !is_begun(call)).collect();
        let sub_threads = calls(&vm).filter(children::is_sub_thread);
        let id = self.id;
        self.children = sub_threads
            .map(|call| (CallId::of(&call), children::id_of(id, &call)))
            .collect();
        let posted = inbox.iter().map(|item| &item.notification);
        let started = self
            .started
            .iter()
            .chain(posted)
            .find_map(told_thread)
            .cloned();
        self.note_lineage(vm.thread().or(started.as_ref()));
        self.is_misshown = row.status != vm.status();
        self.standing = Standing {
            last_seq: row.last_seq,
            last_at: row.updated_at,
            status: vm.status(),
            pause: row.pause,
            wake_at: vm.wake_at(),
            unfinished: vm.is_unfinished(),
        };
        self.inbox.known = inbox.last().map_or(self.inbox.known, |item| item.number);
        self.inbox.items = inbox.into();
        self.fired.clear();
        self.machine = Some(Machine { vm, loaded });
        Ok(())
    }

    fn machine(&mut self) -> &mut Machine {
        let machine = self.machine.as_mut();
        machine.expect("a thread is loaded before anything is applied")
    }

    pub(super) fn loaded(&self) -> &Arc<Loaded> {
        let machine = self.machine.as_ref();
        &machine
            .expect("a thread is loaded before anything is called")
            .loaded
    }

    /// Calls that the machine waits for.
    pub(super) fn pending_calls(&self) -> BTreeSet<CallId> {
        let machine = self.machine.as_ref();
        machine.map_or_else(BTreeSet::new, |machine| {
            calls(&machine.vm).map(|call| CallId::of(&call)).collect()
        })
    }

    /// Now, but never before the last turn.
    pub(super) fn now(&self, draft: &Draft) -> Timestamp {
        self.node.core.clock.now().max(draft.standing.last_at)
    }

    /// The last inbox number read.
    pub(super) fn inbox_known(&self) -> InboxNumber {
        self.inbox.known
    }

    /// True when something is under way or waits to be applied.
    pub(super) fn has_work(&self) -> bool {
        !self.running.is_empty()
            || !self.starts.is_empty()
            || self.has_ready()
            || !self.unsettled.is_empty()
    }

    /// True when inbox entries wait to be applied.
    pub(super) fn inbox_is_waiting(&self) -> bool {
        !self.inbox.items.is_empty()
    }

    fn has_ready(&self) -> bool {
        self.started.is_some()
            || self.inbox_is_waiting()
            || self.is_orphan
            || !self.fired.is_empty()
            || self.answers.iter().any(|answer| self.fits(answer))
            || self
                .ports
                .iter()
                .any(|(id, port)| self.wants(id) && !port.items.is_empty())
    }

    /// Applies what is ready, as much as fits into one commit.
    pub(super) async fn apply_ready(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        self.note_fired(draft);
        while !draft.is_full() {
            match self.next_ready(draft) {
                Some(Ready::Started(started)) => self.apply(started, draft).await?,
                Some(Ready::Continued) => {
                    // Should the machine not agree, it is not asked again.
                    draft.standing.unfinished = false;
                    self.apply(Notification::Continued, draft).await?;
                }
                Some(Ready::Posted(item)) => {
                    draft.acknowledge(item.number);
                    self.apply(item.notification, draft).await?;
                }
                Some(Ready::Orphaned) => {
                    self.apply(children::not_waited_for(), draft).await?;
                }
                Some(Ready::Fired(path)) => {
                    self.apply(Notification::TimerFired { path }, draft).await?;
                }
                Some(Ready::Answered(answer)) => {
                    let notification = answer.notification.clone();
                    self.in_doubt.push(answer);
                    self.apply(notification, draft).await?;
                }
                None => break,
            }
        }
        Ok(())
    }

    /// What was posted and what is due goes before the rest of a long turn: a thread that is busy with
    /// itself can be cancelled and paused, and its time runs out.
    fn next_ready(&mut self, draft: &Draft) -> Option<Ready> {
        if let Some(started) = self.started.take() {
            return Some(Ready::Started(started));
        }
        if let Some(item) = self.inbox.items.pop_front() {
            return Some(Ready::Posted(item));
        }
        if std::mem::take(&mut self.is_orphan) {
            return Some(Ready::Orphaned);
        }
        if let Some(path) = self.fired.pop_front() {
            return Some(Ready::Fired(path));
        }
        if draft.standing.unfinished {
            return Some(Ready::Continued);
        }
        let next = self.answers.iter().position(|answer| self.fits(answer));
        let answer = next.and_then(|next| self.answers.remove(next));
        answer.or_else(|| self.arrived()).map(Ready::Answered)
    }

    /// Finds the timers whose time has come; asks the machine only when there must be one.
    fn note_fired(&mut self, draft: &Draft) {
        let now = self.now(draft);
        if draft.standing.wake_at.is_none_or(|due| now < due) {
            return;
        }
        let due_path = |effect: &Effect| match effect {
            Effect::Timer { path, due } => (*due <= now).then(|| path.clone()),
            Effect::Call(_) => None,
        };
        let pending = self.machine().vm.pending();
        let fired = pending.filter_map(|effect| due_path(&effect)).collect();
        self.fired = fired;
    }

    /// One notification. What the machine ignores leaves no trace.
    async fn apply(&mut self, notification: Notification, draft: &mut Draft) -> Result<(), Fault> {
        let at = self.now(draft);
        loop {
            let vm = &mut self.machine().vm;
            // A machine that panicked is dropped with all that it decided in this draft.
            let attempt = AssertUnwindSafe(|| vm.apply(notification.clone(), at));
            match catch_unwind(attempt) {
                Ok(Ok(turn)) => {
                    draft.add(turn, at);
                    return Ok(());
                }
                Ok(Err(Refused::Ignored(why))) => {
                    tracing::debug!(thread = %self.id, %why, "notification ignored");
                    return Ok(());
                }
                Ok(Err(Refused::Need(wanted))) => self.provide(&wanted, draft).await?,
                Err(panic) => {
                    return Err(Fault::Panicked {
                        notification: Box::new(notification),
                        said: said(&*panic),
                    });
                }
            }
        }
    }

    /// Gives the machine the large values that it wants to look into.
    async fn provide(&mut self, wanted: &[Arc<StoredValue>], draft: &Draft) -> Result<(), Fault> {
        for stored in wanted {
            let hash = &stored.hash;
            let value = if let Some(bytes) = draft.blob(hash) {
                value_from_storage(bytes)?
            } else {
                let core = Arc::clone(&self.node.core);
                let reading = until_available(|| core.values.value(hash));
                self.beside(reading).await?
            };
            self.machine().vm.provide(*hash, value);
        }
        Ok(())
    }

    /// Writes the draft and starts what it asks for when it is durable.
    pub(super) async fn commit(
        &mut self,
        mut draft: Draft,
        release: bool,
    ) -> Result<Committed, StoreError> {
        let standing = draft.standing;
        let calls = std::mem::take(&mut draft.calls);
        let failed = std::mem::take(&mut draft.failed);
        let claim = self
            .claim
            .expect("a thread is loaded before it is committed");
        let mut commit = draft.into_commit(self.id, claim);
        commit.posts = self.posts(&commit, !failed.is_empty());
        self.doubts = self.doubts.saturating_add(1);
        let was_told = !commit.acks.is_empty();
        commit.release = release;
        let outcome = if let Some(unborn) = self.unborn.take() {
            self.begin(unborn, commit).await?
        } else {
            let committer = self.node.committer.clone();
            self.beside(committer.commit(commit)).await?
        };
        if outcome == Committed::Done {
            self.standing = standing;
            self.is_misshown = false;
            self.doubts = 0;
            for answer in self.in_doubt.drain(..).filter(|answer| !answer.is_item()) {
                self.open.remove(&answer.id);
                self.ports.remove(&answer.id);
            }
            if standing.status.is_ended() {
                self.cancelled.cancel();
                children::leave(&self.node.core, self.id);
            }
            self.abandon(&failed);
            if was_told {
                // The owner before us may have learned the answer of a call that we are making again.
                self.abandon_unwanted();
            }
            self.forget_children();
            let pending = (!failed.is_empty()).then(|| self.pending_calls());
            for call in calls {
                // Its step may have ended in the same commit.
                let id = CallId::of(&call);
                if pending.as_ref().is_none_or(|pending| pending.contains(&id)) {
                    self.start(call);
                }
            }
        }
        Ok(outcome)
    }

    /// Waits until something is ready, then takes all that is.
    pub(super) async fn wait(&mut self) {
        self.take_answers();
        if self.inbox.listener.take() || INBOX_POLL < self.inbox.read_at.elapsed() {
            self.read_inbox().await;
        }
        if self.has_ready() || self.standing.unfinished || self.node.stop.is_cancelled() {
            return;
        }
        let core = Arc::clone(&self.node.core);
        let wake_at = self.standing.wake_at;
        tokio::select! {
            biased;
            () = self.node.stop.cancelled() => {}
            () = self.outdated.cancelled() => {}
            Some(answer) = self.running.next(), if !self.running.is_empty() => {
                self.answers.push_back(answer);
                self.take_answers();
            }
            item = next_item(self.machine.as_ref(), &mut self.ports) => self.answers.push_back(item),
            Some(ended) = self.starts.next(), if !self.starts.is_empty() => {
                self.answers.extend(ended);
            }
            () = self.inbox.listener.heard() => self.read_inbox().await,
            () = tokio::time::sleep_until(self.inbox.read_at + INBOX_POLL) => self.read_inbox().await,
            () = core.clock.sleep_until(wake_at.unwrap_or_default()), if wake_at.is_some() => {}
        }
    }

    /// A store that does not answer is asked again at the next poll.
    async fn read_inbox(&mut self) {
        let (id, after) = (self.id, self.inbox.known);
        let store = Arc::clone(&self.node.core.store);
        self.inbox.read_at = Instant::now();
        match self.beside(in_time(store.inbox(id, after))).await {
            Ok(items) => {
                self.inbox.known = items.last().map_or(after, |item| item.number);
                self.inbox.items.extend(items);
            }
            Err(error) => tracing::warn!(thread = %id, %error, "cannot read inbox"),
        }
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        // A hint that nobody read here may be for whoever takes the thread next.
        if self.inbox.listener.take() {
            self.node.core.hub.tell_due();
        }
    }
}

/// What a thread is told of itself when it starts.
fn told_thread(notification: &Notification) -> Option<&Value> {
    if let Notification::Started { thread, .. } = notification {
        Some(thread)
    } else {
        None
    }
}

fn calls(vm: &Vm) -> impl Iterator<Item = Call> {
    vm.pending().filter_map(|effect| match effect {
        Effect::Call(call) => Some(call),
        Effect::Timer { .. } => None,
    })
}
