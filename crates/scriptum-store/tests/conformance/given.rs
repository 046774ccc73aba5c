//! What tests begin with: threads, workers, turns.

use std::sync::Arc;

use scriptum_contract::{Value, ValueHash};
use scriptum_engine::{
    Claim, ClaimNumber, ClaimScope, Commit, Committed, InboxNumber, Incarnation, NewThread, Page,
    ProgramHash, ProgramRow, StepChange, StepStatus, Store, ThreadId,
};
use scriptum_vm::{
    Blob, Entry, Event, FrameCell, FrameDelta, FrameKey, Notification, Record, Seq, Slot, Status,
    StepPath, Timestamp,
};

/// Later than all times of a test.
pub(crate) const LATE: Timestamp = Timestamp(1_000_000);
/// No numbers at all.
pub(crate) const NONE: [u64; 0] = [];
/// A page that no test fills.
pub(crate) const MANY: u32 = 1_000;

pub(crate) fn id(number: u64) -> ThreadId {
    ThreadId((1 << 90) | u128::from(number))
}

pub(crate) fn worker(name: &str) -> Incarnation {
    Incarnation(name.into())
}

pub(crate) fn hash(number: u64) -> ProgramHash {
    ProgramHash(format!("hash-{number}").into())
}

pub(crate) fn program(number: u64) -> ProgramRow {
    ProgramRow {
        hash: hash(number),
        document: format!("{{\"number\":{number}}}").into(),
        pins: "[]".into(),
        source: "script \"test\"".into(),
    }
}

pub(crate) fn path(text: &str) -> StepPath {
    text.parse().unwrap()
}

/// Read from JSON, because it grows and stores do not care.
pub(crate) fn started() -> Notification {
    let started = r#"{"started":{"input":{"topic":"é"},"env":{"KEY":-9223372036854775808},"seed":18446744073709551615}}"#;
    serde_json::from_str(started).unwrap()
}

/// A thread of program 0, made at the time of its number.
pub(crate) fn new_thread(number: u64) -> NewThread {
    NewThread {
        id: id(number),
        program: hash(0),
        script: "test".into(),
        started: started(),
        at: Timestamp(number.try_into().unwrap()),
        request_id: None,
    }
}

/// Makes a thread of program 0.
pub(crate) async fn made(store: &Arc<dyn Store>, number: u64) -> ThreadId {
    store.put_program(program(0)).await.unwrap();
    store.create(new_thread(number)).await.unwrap();
    id(number)
}

/// Claims all that is due at a time.
pub(crate) async fn claim(store: &Arc<dyn Store>, name: &str, now: i64) -> Vec<Claim> {
    let me = worker(name);
    let now = Timestamp(now);
    store.claim(&me, now, ClaimScope::All, MANY).await.unwrap()
}

/// A thread made and claimed by a worker that lives long, its inbox not yet acknowledged.
pub(crate) async fn owned(store: &Arc<dyn Store>, name: &str, number: u64) -> ThreadId {
    let thread = made(store, number).await;
    store.heartbeat(&worker(name), LATE).await.unwrap();
    let claimed = store
        .claim(&worker(name), Timestamp(0), ClaimScope::Only(thread), 1)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    thread
}

/// Entries with numbers from `first` on.
pub(crate) fn entries(first: u64, count: u64) -> Vec<Entry> {
    let entry = |seq| Entry {
        seq: Seq(seq),
        at: Timestamp(i64::try_from(seq / 2).unwrap()),
        record: Record::Event(Event::ThreadCompleted {
            output: Value::Int(seq.try_into().unwrap()),
        }),
    };
    (first..first + count).map(entry).collect()
}

/// A turn of the first claim that writes entries and changes nothing else.
pub(crate) fn turn(thread: ThreadId, first: u64, count: u64) -> Commit {
    Commit {
        thread,
        claim: ClaimNumber(1),
        after: Seq(first - 1),
        entries: entries(first, count),
        frames: FrameDelta::default(),
        steps: Vec::new(),
        blobs: Vec::new(),
        acks: Vec::new(),
        posts: Vec::new(),
        status: Status::Running,
        pause: None,
        wake_at: None,
        release: false,
        at: Timestamp(7),
        program: None,
    }
}

/// A commit that gives a thread without entries back, its first inbox entry acknowledged.
pub(crate) fn release(thread: ThreadId) -> Commit {
    Commit {
        release: true,
        acks: vec![InboxNumber(1)],
        ..turn(thread, 1, 0)
    }
}

pub(crate) async fn commit(store: &Arc<dyn Store>, name: &str, commit: Commit) -> Committed {
    let committed = store.commit(&worker(name), vec![commit]).await.unwrap();
    assert_eq!(committed.len(), 1);
    committed[0]
}

pub(crate) fn page<K>(after: Option<K>, max: u32) -> Page<K> {
    Page { after, max }
}

pub(crate) fn cell_key(path_text: &str, slot: Slot) -> FrameKey {
    FrameKey {
        path: path(path_text),
        slot,
    }
}

/// A delta; `None` takes a cell away.
pub(crate) fn cells<const N: usize>(cells: [(FrameKey, Option<&str>); N]) -> FrameDelta {
    let cell = |(key, cell): (FrameKey, Option<&str>)| (key, cell.map(|it| FrameCell(it.into())));
    FrameDelta {
        dropped: Vec::new(),
        cells: cells.into_iter().map(cell).collect(),
    }
}

pub(crate) fn blob(content: &str) -> Blob {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(content.bytes()) {
        *to = from;
    }
    Blob {
        hash: ValueHash(hash),
        bytes: content.as_bytes().into(),
    }
}

pub(crate) fn step_started(path_text: &str, attempt: u32, seq: u64) -> StepChange {
    StepChange::Started {
        path: path(path_text),
        attempt,
        at: Timestamp(seq.try_into().unwrap()),
        seq: Seq(seq),
        label: Some("Search".into()),
        primitive: "execute".into(),
        tool: Some("native/web_search".into()),
    }
}

pub(crate) fn step_ended(path_text: &str, status: StepStatus, seq: u64) -> StepChange {
    StepChange::Ended {
        path: path(path_text),
        status,
        at: Timestamp(seq.try_into().unwrap()),
        seq: Seq(seq),
        error: None,
        recovery: None,
    }
}

pub(crate) fn step_skipped(path_text: &str, seq: u64) -> StepChange {
    StepChange::Skipped {
        path: path(path_text),
        at: Timestamp(seq.try_into().unwrap()),
        seq: Seq(seq),
        label: None,
        primitive: "branch".into(),
    }
}
