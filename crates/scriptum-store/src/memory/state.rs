//! The content of a store in memory, and each verb as a change of it. A verb that is refused has
//! changed nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    ops::Bound,
    sync::Arc,
};

use scriptum_contract::ValueHash;
use scriptum_engine::{
    Change, Claim, ClaimNumber, ClaimScope, Commit, Committed, Created, InboxItem, InboxNumber,
    Incarnation, NewThread, Page, ProgramHash, ProgramRow, StepChange, StepRow, StoreError,
    ThreadFilter, ThreadId, ThreadRow,
};
use scriptum_vm::{Entry, Frames, Notification, Seq, Status, StepPath, Timestamp};

use super::due::Due;
use crate::{
    check::{check_gap_free, ended, no_program, no_thread, settles, taken},
    steps,
};

/// All that the store keeps.
#[derive(Default)]
pub(super) struct State {
    pub(super) programs: BTreeMap<ProgramHash, ProgramRow>,
    pub(super) values: BTreeMap<ValueHash, Arc<[u8]>>,
    /// Until when each incarnation lives.
    pub(super) workers: BTreeMap<Incarnation, Timestamp>,
    requests: BTreeMap<Arc<str>, ThreadId>,
    threads: BTreeMap<ThreadId, Thread>,
    due: Due,
}

/// One thread with all that belongs to it.
pub(super) struct Thread {
    /// Counts threads in the order in which they were made.
    pub(super) number: u64,
    pub(super) row: ThreadRow,
    pub(super) frames: Frames,
    journal: Vec<Entry>,
    steps: BTreeMap<StepPath, StepRow>,
    inbox: BTreeMap<InboxNumber, Posted>,
    last_inbox: InboxNumber,
}

struct Posted {
    at: Timestamp,
    notification: Notification,
}

impl Thread {
    /// When the oldest entry of the inbox was posted.
    pub(super) fn posted_at(&self) -> Option<Timestamp> {
        self.inbox.first_key_value().map(|(_, posted)| posted.at)
    }

    pub(super) fn inbox_after(&self, after: InboxNumber) -> Vec<InboxItem> {
        let behind = (Bound::Excluded(after), Bound::Unbounded);
        let item = |(number, posted): (&InboxNumber, &Posted)| InboxItem {
            number: *number,
            notification: posted.notification.clone(),
        };
        self.inbox.range(behind).map(item).collect()
    }

    pub(super) fn steps_under(&self, under: &StepPath, page: &Page<StepPath>) -> Vec<StepRow> {
        let from = match &page.after {
            Some(after) if after >= under => Bound::Excluded(after),
            Some(_) | None => Bound::Included(under),
        };
        let rows = self.steps.range::<StepPath, _>((from, Bound::Unbounded));
        rows.take_while(|(path, _)| path.is_under(under))
            .take(page.max as usize)
            .map(|(_, row)| row.clone())
            .collect()
    }

    fn add_to_inbox(&mut self, notification: Notification, at: Timestamp) {
        self.last_inbox.0 += 1;
        self.inbox
            .insert(self.last_inbox, Posted { at, notification });
    }

    fn write(&mut self, commit: Commit) {
        if let Some(last) = commit.entries.last() {
            self.row.last_seq = last.seq;
        }
        self.journal.extend(commit.entries);
        self.frames.apply(commit.frames);
        for change in commit.steps {
            let path = steps::path_of(&change).clone();
            // The plan has refused steps that end without having started.
            let before = self.steps.remove(&path);
            let before = before.unwrap_or_else(|| steps::blank(path.clone()));
            self.steps.insert(path, steps::fold(before, change));
        }
        for number in commit.acks {
            self.inbox.remove(&number);
        }
        self.row.status = commit.status;
        self.row.pause = commit.pause;
        self.row.wake_at = commit.wake_at;
        self.row.updated_at = commit.at;
        if let Some(program) = commit.program {
            self.row.program = program;
        }
        if commit.release {
            self.row.owner = None;
        }
        if commit.status.is_ended() {
            self.row.owner = None;
            self.row.wake_at = None;
            self.inbox.clear();
        }
    }
}

impl State {
    pub(super) fn put_program(&mut self, program: ProgramRow) {
        self.programs.entry(program.hash.clone()).or_insert(program);
    }

    pub(super) fn thread(&self, id: ThreadId) -> Result<&Thread, StoreError> {
        self.threads.get(&id).ok_or_else(|| no_thread(id))
    }

    pub(super) fn create(&mut self, new: NewThread) -> Result<Created, StoreError> {
        if let Some(first) = self.known(&new)? {
            return Ok(Created::Existing(first));
        }
        let (id, at, started) = (new.id, new.at, new.started.clone());
        self.add(new, None);
        self.change(id, |thread| thread.add_to_inbox(started, at));
        Ok(Created::New)
    }

    pub(super) fn begin(
        &mut self,
        me: &Incarnation,
        new: NewThread,
        first: Commit,
    ) -> Result<(Created, Vec<Change>), StoreError> {
        check_gap_free(new.id, Seq(0), &first.entries)?;
        if let Some(known) = self.known(&new)? {
            return Ok((Created::Existing(known), Vec::new()));
        }
        self.check_program(&first)?;
        let mut started = BTreeSet::new();
        for change in &first.steps {
            check_step(new.id, change, &mut started, |_| false)?;
        }
        self.add(new, Some(me));
        Ok((Created::New, self.write(first).collect()))
    }

    /// The thread of a request that came before.
    fn known(&self, new: &NewThread) -> Result<Option<ThreadId>, StoreError> {
        let known = new.request_id.as_ref().and_then(|it| self.requests.get(it));
        if let Some(first) = known {
            return Ok(Some(*first));
        }
        if self.threads.contains_key(&new.id) {
            return Err(taken(new.id));
        }
        if !self.programs.contains_key(&new.program) {
            return Err(no_program(&new.program));
        }
        Ok(None)
    }

    /// Adds a thread that is known to be new.
    fn add(&mut self, new: NewThread, owner: Option<&Incarnation>) {
        if let Some(request_id) = new.request_id {
            self.requests.insert(request_id, new.id);
        }
        let claim = owner.map_or(ClaimNumber(0), |_| ClaimNumber::FIRST);
        let thread = Thread {
            number: self.threads.len() as u64,
            row: ThreadRow {
                id: new.id,
                program: new.program,
                script: new.script,
                status: Status::Pending,
                pause: None,
                created_at: new.at,
                updated_at: new.at,
                wake_at: None,
                owner: owner.cloned(),
                claim,
                last_seq: Seq(0),
            },
            frames: Frames::default(),
            journal: Vec::new(),
            steps: BTreeMap::new(),
            inbox: BTreeMap::new(),
            last_inbox: InboxNumber(0),
        };
        self.due.add(&thread);
        self.threads.insert(new.id, thread);
    }

    fn check_program(&self, commit: &Commit) -> Result<(), StoreError> {
        match &commit.program {
            Some(program) if !self.programs.contains_key(program) => Err(no_program(program)),
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn post(
        &mut self,
        to: ThreadId,
        notification: Notification,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        if self.thread(to)?.row.status.is_ended() {
            return Err(ended(to));
        }
        self.change(to, |thread| thread.add_to_inbox(notification, at));
        Ok(())
    }

    pub(super) fn claim(
        &mut self,
        me: &Incarnation,
        now: Timestamp,
        scope: ClaimScope,
        max: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        // Who is found dead once stays dead, whatever later times say.
        self.workers
            .retain(|worker, until| worker == me || now < *until);
        let is_dead = |owner: &Incarnation| owner != me && !self.workers.contains_key(owner);
        let mut due = self.due.orphans(is_dead);
        let max = max as usize;
        match scope {
            ClaimScope::All => due.extend(self.due.waiting(now, max.saturating_sub(due.len()))),
            ClaimScope::Only(id) => {
                due.retain(|orphan| *orphan == id);
                due.extend(self.is_waiting(id, now).then_some(id));
            }
        }
        due.truncate(max);
        due.into_iter().map(|id| self.take(me, id)).collect()
    }

    fn is_waiting(&self, id: ThreadId, now: Timestamp) -> bool {
        self.threads.get(&id).is_some_and(|thread| {
            let is_awake = thread.row.wake_at.is_some_and(|at| at <= now);
            let is_free = thread.row.owner.is_none() && !thread.row.status.is_ended();
            is_free && (is_awake || thread.posted_at().is_some())
        })
    }

    fn take(&mut self, me: &Incarnation, id: ThreadId) -> Result<Claim, StoreError> {
        let orphaned = self.thread(id)?.row.owner.is_some();
        self.change(id, |thread| {
            thread.row.owner = Some(me.clone());
            thread.row.claim.0 += 1;
        });
        let thread = self.thread(id)?;
        Ok(Claim {
            thread: thread.row.clone(),
            frames: thread.frames.clone(),
            inbox: thread.inbox_after(InboxNumber(0)),
            orphaned,
        })
    }

    /// A plan decides about each commit before the first is written, so an error leaves nothing behind.
    pub(super) fn commit(
        &mut self,
        me: &Incarnation,
        batch: Vec<Commit>,
    ) -> Result<(Vec<Committed>, Vec<Change>), StoreError> {
        for commit in &batch {
            check_gap_free(commit.thread, commit.after, &commit.entries)?;
        }
        let mut plan = Plan::default();
        let planned: Result<Vec<Committed>, StoreError> = batch
            .iter()
            .map(|commit| plan.add(self, me, commit))
            .collect();
        let planned = planned?;
        let done = |(commit, outcome): (Commit, &Committed)| match outcome {
            Committed::Done => Some(commit),
            Committed::LostOwner | Committed::Stale => None,
        };
        let done = batch.into_iter().zip(&planned).filter_map(done);
        let changes = done.flat_map(|commit| self.write(commit)).collect();
        Ok((planned, changes))
    }

    fn write(&mut self, mut commit: Commit) -> impl Iterator<Item = Change> + use<> {
        for blob in std::mem::take(&mut commit.blobs) {
            self.values.entry(blob.hash).or_insert(blob.bytes);
        }
        let (id, at) = (commit.thread, commit.at);
        let posts = std::mem::take(&mut commit.posts);
        let settled = settles(commit.status).then_some(Change::Settled(id));
        self.change(id, |thread| thread.write(commit));
        let given_back = self.is_waiting(id, at).then_some(Change::Posted(id));
        let told: Vec<Change> = posts
            .into_iter()
            .filter_map(|post| {
                let posted = self.post(post.to, post.notification, at);
                posted.is_ok().then_some(Change::Posted(post.to))
            })
            .collect();
        iter::once(Change::Committed(id))
            .chain(settled)
            .chain(given_back)
            .chain(told)
    }

    pub(super) fn journal(
        &self,
        of: ThreadId,
        after: Seq,
        max: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let journal = &self.thread(of)?.journal;
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        let behind = journal.get(skip..).unwrap_or_default();
        let entries: Vec<Entry> = behind.iter().take(max as usize).cloned().collect();
        check_gap_free(of, after, &entries)?;
        Ok(entries)
    }

    pub(super) fn list(&self, filter: &ThreadFilter, page: &Page<ThreadId>) -> Vec<ThreadRow> {
        let end = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        let newest_first = self.threads.range((Bound::Unbounded, end)).rev();
        let is_shown = |row: &&ThreadRow| {
            filter.status.is_none_or(|status| row.status == status)
                && !(filter.open_only && row.status.is_ended())
                && (filter.owner.is_none() || row.owner == filter.owner)
        };
        newest_first
            .map(|(_, thread)| &thread.row)
            .filter(is_shown)
            .take(page.max as usize)
            .cloned()
            .collect()
    }

    /// The only way in which a thread changes, so that [`Due`] follows every change.
    fn change(&mut self, id: ThreadId, change: impl FnOnce(&mut Thread)) {
        if let Some(thread) = self.threads.get_mut(&id) {
            self.due.remove(thread);
            change(thread);
            self.due.add(thread);
        }
    }
}

/// What the commits of a batch will have made of their threads, as far as later ones depend on it.
#[derive(Default)]
struct Plan(BTreeMap<ThreadId, Planned>);

struct Planned {
    is_owner: bool,
    last_seq: Seq,
    started: BTreeSet<StepPath>,
}

impl Plan {
    fn add(
        &mut self,
        state: &State,
        me: &Incarnation,
        commit: &Commit,
    ) -> Result<Committed, StoreError> {
        let Some(thread) = state.threads.get(&commit.thread) else {
            return Ok(Committed::LostOwner);
        };
        let planned = self.0.entry(commit.thread).or_insert_with(|| Planned {
            is_owner: thread.row.owner.as_ref() == Some(me),
            last_seq: thread.row.last_seq,
            started: BTreeSet::new(),
        });
        if !planned.is_owner || thread.row.claim != commit.claim {
            return Ok(Committed::LostOwner);
        }
        if planned.last_seq != commit.after {
            return Ok(Committed::Stale);
        }
        state.check_program(commit)?;
        for change in &commit.steps {
            let is_kept = |path: &StepPath| thread.steps.contains_key(path);
            check_step(commit.thread, change, &mut planned.started, is_kept)?;
        }
        planned.last_seq = commit
            .entries
            .last()
            .map_or(planned.last_seq, |entry| entry.seq);
        planned.is_owner = !commit.release && !commit.status.is_ended();
        Ok(Committed::Done)
    }
}

/// A step that ends has started before: in the same commit, or in one that is kept.
fn check_step(
    thread: ThreadId,
    change: &StepChange,
    started: &mut BTreeSet<StepPath>,
    is_kept: impl Fn(&StepPath) -> bool,
) -> Result<(), StoreError> {
    match change {
        StepChange::Started { path, .. } | StepChange::Skipped { path, .. } => {
            started.insert(path.clone());
            Ok(())
        }
        StepChange::Ended { path, .. } => {
            let is_known = started.contains(path) || is_kept(path);
            is_known
                .then_some(())
                .ok_or_else(|| steps::never_started(thread, path))
        }
    }
}
