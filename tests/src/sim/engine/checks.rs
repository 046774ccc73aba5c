//! What must hold of every run, found out from the store and from what the tools saw alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::Value;
use scriptum_engine::{
    InboxItem, Page, StepChange, StepRow, StepStatus, Store, ThreadId, step_changes,
};
use scriptum_vm::{
    Entry, Event, Notification, Record, Refused, Status, StepPath, Vm, program::Program,
};
use serde::Serialize;

use super::{
    tools::CANARY,
    world::{Awaited, World, at_once},
};

const EVERYTHING: u32 = u32::MAX;

/// Every thread that has not ended has an owner, an inbox entry, a wake-up, or waits for somebody: for
/// a person, or for a sub-thread that has not ended.
pub(crate) fn check_nothing_forgotten(world: &World) {
    let open = world.open_threads();
    let awaited: Vec<Awaited> = open
        .iter()
        .filter_map(|row| world.awaited_by(row.id))
        .collect();
    for row in open {
        let waits = row.status == Status::Paused
            || awaited
                .iter()
                .any(|by| by.parent == row.id && world.still_waits(by));
        if waits || row.owner.is_some() || row.wake_at.is_some() {
            continue;
        }
        if world.inbox(row.id).is_empty() {
            world.accuse(format!("nobody will ever look at it: {row:?}"));
        }
    }
}

/// No crash comes between the end of a sub-thread and the news of it: a step that waits for it has been
/// told. True when there is one.
pub(crate) fn check_parent_knows(world: &World, ended: ThreadId) -> bool {
    let Some(by) = world.awaited_by(ended).filter(|by| world.still_waits(by)) else {
        return false;
    };
    let tells = |item: &InboxItem| {
        matches!(
            &item.notification,
            Notification::Returned { path, attempt, .. } | Notification::Failed { path, attempt, .. }
                if *path == by.step && *attempt == by.attempt
        )
    };
    if !world.inbox(by.parent).iter().any(tells) {
        world.accuse(format!("{ended} has ended, and {by:?} does not know"));
    }
    true
}

/// The journal has no gaps and ends with the end of the thread.
pub(crate) fn check_journal(world: &World, id: ThreadId, journal: &[Entry]) {
    for (entry, seq) in journal.iter().zip(1..) {
        if entry.seq.0 != seq {
            world.accuse(format!("{id} has entry {} at place {seq}", entry.seq.0));
        }
    }
    let ends = |entry: &&Entry| {
        matches!(
            entry.record,
            Record::Event(
                Event::ThreadCompleted { .. }
                    | Event::ThreadFailed { .. }
                    | Event::ThreadCancelled { .. }
            )
        )
    };
    let ended_at: Vec<_> = journal.iter().filter(ends).map(|entry| entry.seq).collect();
    let last = journal.last().map(|entry| entry.seq);
    if ended_at.len() != 1 || ended_at.last().copied() != last {
        world.accuse(format!("{id} ends at {ended_at:?} of {last:?}"));
    }
    let backwards = journal.windows(2).any(|pair| pair[1].at < pair[0].at);
    if backwards {
        world.accuse(format!("time runs backwards in {id}"));
    }
}

/// A machine that is fed the journal's notifications decides the journal's events, and has the frames
/// that the store has.
pub(crate) fn check_replay(
    world: &World,
    (id, journal): (ThreadId, &[Entry]),
    program: &Arc<Program>,
) {
    let mut vm = Vm::new(Arc::clone(program));
    let mut rest = journal;
    while let Some((entry, later)) = rest.split_first() {
        let Record::Notification(notification) = &entry.record else {
            return world.accuse(format!("{id}: entry {} belongs to no turn", entry.seq.0));
        };
        let turn = loop {
            match vm.apply(notification.clone(), entry.at) {
                Ok(turn) => break turn,
                Err(Refused::Need(wanted)) => provide(world, &mut vm, &wanted),
                Err(Refused::Ignored(why)) => {
                    let seq = entry.seq.0;
                    return world.accuse(format!("{id}: entry {seq} does not apply: {why}"));
                }
            }
        };
        let (events, next) = later.split_at(turn.events.len().min(later.len()));
        let decided = turn.events.iter().map(|event| Record::Event(event.clone()));
        if !decided.eq(events.iter().map(|entry| entry.record.clone())) {
            let seq = entry.seq.0;
            return world.accuse(format!(
                "{id}: replay of entry {seq} decides something else"
            ));
        }
        rest = next;
    }
    if vm.frames() != at_once(world.store.frames(id)).unwrap() {
        world.accuse(format!("{id}: the frames are not those of its journal"));
    }
}

fn provide(world: &World, vm: &mut Vm, wanted: &[Arc<scriptum_contract::StoredValue>]) {
    world.marks.reach("large value", "looked into");
    for stored in wanted {
        let bytes = at_once(world.store.value(&stored.hash)).unwrap();
        vm.provide(stored.hash, serde_json::from_slice(&bytes).unwrap());
    }
}

/// The step index is the fold of the journal.
pub(crate) fn check_steps(world: &World, id: ThreadId, journal: &[Entry]) {
    let mut folded: BTreeMap<StepPath, StepRow> = BTreeMap::new();
    for change in step_changes(journal) {
        fold(&mut folded, change);
    }
    let page = Page {
        after: None,
        max: EVERYTHING,
    };
    let stored = at_once(world.store.steps(id, &StepPath::root(), page)).unwrap();
    if !folded.into_values().eq(stored) {
        world.accuse(format!("{id}: the step index is not that of its journal"));
    }
}

fn fold(rows: &mut BTreeMap<StepPath, StepRow>, change: StepChange) {
    let empty = |path: &StepPath| StepRow {
        path: path.clone(),
        label: None,
        primitive: "".into(),
        tool: None,
        status: StepStatus::Running,
        attempt: 0,
        started_at: None,
        ended_at: None,
        input_seq: None,
        output_seq: None,
        error: None,
        recovery: None,
    };
    match change {
        StepChange::Started {
            path,
            attempt,
            at,
            seq,
            label,
            primitive,
            tool,
        } => {
            let row = StepRow {
                label,
                primitive,
                tool,
                attempt,
                started_at: Some(at),
                input_seq: Some(seq),
                ..empty(&path)
            };
            rows.insert(path, row);
        }
        StepChange::Ended {
            path,
            status,
            at,
            seq,
            error,
            recovery,
        } => {
            let row = rows.get_mut(&path).expect("a step ends that began");
            row.status = status;
            row.ended_at = Some(at);
            row.output_seq = (status == StepStatus::Completed).then_some(seq);
            row.error = error;
            row.recovery = recovery;
        }
        StepChange::Skipped {
            path,
            at,
            seq: _,
            label,
            primitive,
        } => {
            let row = StepRow {
                label,
                primitive,
                status: StepStatus::Skipped,
                ended_at: Some(at),
                ..empty(&path)
            };
            rows.insert(path, row);
        }
    }
}

/// What somebody read along is what there was to read.
pub(crate) fn check_watched(world: &World, id: ThreadId, read: &[Entry]) {
    if read != world.journal(id) {
        world.accuse(format!(
            "the watcher of {id} read something else than there is"
        ));
    }
}

/// Notes what the journal tells of rare situations.
pub(crate) fn note_marks(world: &World, journal: &[Entry]) {
    let mut agents = BTreeSet::new();
    for entry in journal {
        match &entry.record {
            Record::Notification(Notification::Continued) => {
                world.marks.reach("turn", "continued");
            }
            Record::Event(Event::AnswerRefused { .. }) => world.marks.reach("answer", "refused"),
            Record::Event(Event::StepRetrying { .. }) => world.marks.reach("step", "retried"),
            Record::Event(Event::ThreadCancelled { .. }) => {
                world.marks.reach("thread", "cancelled");
                if !agents.is_empty() {
                    world.marks.reach("agent", "cancelled under way");
                }
            }
            Record::Event(Event::ThreadFailed { .. }) => world.marks.reach("thread", "failed"),
            Record::Event(event) => note_agent(world, &mut agents, event),
            Record::Notification(_) => {}
        }
    }
}

/// Notes what an event tells of agents, of which some are under way. The children of an agent are its
/// cycles, and theirs the turn of the model and the calls that it asked for.
fn note_agent(world: &World, agents: &mut BTreeSet<StepPath>, event: &Event) {
    if let Event::StepStarted {
        path, primitive, ..
    } = event
        && &**primitive == "agent"
    {
        agents.insert(path.clone());
    }
    if let Event::StepCompleted { path, output, .. } = event
        && agents.remove(path)
    {
        let result = output.as_ref().and_then(Value::as_object);
        let exhausted = result.and_then(|result| result.get("exhausted"));
        if exhausted == Some(&Value::Bool(true)) {
            world.marks.reach("agent", "gave up");
        }
    }
    if let Event::StepFailed { path, error, .. } = event
        && let Some(agent) = path.parent().and_then(|cycle| cycle.parent())
        && agents.contains(&agent)
    {
        let how = match (&*error.code, path.last()) {
            (_, Some(0)) => "failed at a turn",
            ("UNKNOWN_TOOL", _) => "asked for a tool that there is not",
            ("TOOL_INPUT_INVALID", _) => "asked for what is no call",
            ("OUTCOME_UNKNOWN", _) => "lost the outcome of a call",
            _ => "told that a call failed",
        };
        world.marks.reach("agent", how);
    }
}

/// The bytes of the secret are in nothing that the store is given.
pub(crate) fn check_hidden(world: &World, whose: &str, kept: &impl Serialize) {
    check_no_canary(world, whose, &serde_json::to_string(kept).unwrap());
}

/// As [`check_hidden`], for what is written already.
pub(crate) fn check_no_canary(world: &World, whose: &str, written: &str) {
    // In JSON a quote stands behind a backslash; the part before it is telling enough.
    let canary = CANARY.split('"').next().unwrap();
    if written.contains(canary) {
        world.accuse(format!("{whose} the bytes of a secret"));
    }
}
