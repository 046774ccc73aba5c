//! Posting to threads, and hints about it.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, stream::BoxStream};
use scriptum_engine::{Change, Commit, Committed, InboxNumber, Store, StoreError, ThreadId};
use scriptum_vm::{Notification, PauseReason, Seq, Status, Timestamp};

use crate::given::{NONE, commit, id, made, owned, release, started, turn};

crate::rules![
    posts_keep_their_order,
    numbers_are_never_used_again,
    only_what_is_behind_a_number_is_given,
    an_acknowledged_entry_is_gone,
    an_acknowledgement_may_come_twice,
    ended_threads_take_no_posts,
    ended_threads_have_an_empty_inbox,
    posting_changes_neither_row_nor_journal,
    unknown_threads_have_no_inbox,
    changes_are_hinted,
    who_waits_for_a_thread_is_told_when_it_settles,
];

async fn post(store: &Arc<dyn Store>, to: ThreadId, reason: &str) {
    let cancel = Notification::CancelAsked {
        reason: reason.into(),
    };
    store.post(to, cancel, Timestamp(3)).await.unwrap();
}

async fn numbers(store: &Arc<dyn Store>, of: ThreadId, after: u64) -> Vec<u64> {
    let inbox = store.inbox(of, InboxNumber(after)).await.unwrap();
    inbox.into_iter().map(|item| item.number.0).collect()
}

async fn posts_keep_their_order(store: Arc<dyn Store>) {
    let thread = made(&store, 1).await;
    for reason in ["b", "a", "c"] {
        post(&store, thread, reason).await;
    }
    let inbox = store.inbox(thread, InboxNumber(0)).await.unwrap();
    let reasons: Vec<Notification> = inbox.into_iter().map(|item| item.notification).collect();
    let cancel = |reason: &str| Notification::CancelAsked {
        reason: reason.into(),
    };
    assert_eq!(reasons, [started(), cancel("b"), cancel("a"), cancel("c")]);
}

async fn numbers_are_never_used_again(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    post(&store, thread, "first").await;
    let before = numbers(&store, thread, 0).await;
    let acks = before.iter().map(|number| InboxNumber(*number)).collect();
    let emptied = Commit {
        acks,
        ..turn(thread, 1, 1)
    };
    assert_eq!(commit(&store, "a", emptied).await, Committed::Done);
    assert_eq!(numbers(&store, thread, 0).await, NONE);
    post(&store, thread, "second").await;
    let after = numbers(&store, thread, 0).await;
    assert!(before.iter().max() < after.iter().min());
}

async fn only_what_is_behind_a_number_is_given(store: Arc<dyn Store>) {
    let thread = made(&store, 1).await;
    post(&store, thread, "").await;
    post(&store, thread, "").await;
    let all = numbers(&store, thread, 0).await;
    assert_eq!(numbers(&store, thread, all[0]).await, all[1..]);
    assert_eq!(numbers(&store, thread, all[2]).await, NONE);
    assert_eq!(numbers(&store, thread, u64::MAX).await, NONE);
}

async fn an_acknowledged_entry_is_gone(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    post(&store, thread, "").await;
    let all = numbers(&store, thread, 0).await;
    let first_applied = Commit {
        acks: vec![InboxNumber(all[0])],
        ..turn(thread, 1, 1)
    };
    commit(&store, "a", first_applied).await;
    assert_eq!(numbers(&store, thread, 0).await, all[1..]);
}

async fn an_acknowledgement_may_come_twice(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    for first in [1, 2] {
        let applied = Commit {
            acks: vec![InboxNumber(1), InboxNumber(99)],
            ..turn(thread, first, 1)
        };
        assert_eq!(commit(&store, "a", applied).await, Committed::Done);
    }
    assert_eq!(numbers(&store, thread, 0).await, NONE);
}

async fn ended_threads_take_no_posts(store: Arc<dyn Store>) {
    for (number, status) in [Status::Completed, Status::Failed, Status::Cancelled]
        .into_iter()
        .enumerate()
    {
        let thread = owned(&store, "a", number as u64).await;
        let last = Commit {
            status,
            ..turn(thread, 1, 1)
        };
        commit(&store, "a", last).await;
        let posted = store.post(thread, started(), Timestamp(9)).await;
        assert!(matches!(posted, Err(StoreError::Conflict(_))));
    }
}

async fn ended_threads_have_an_empty_inbox(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    post(&store, thread, "too late").await;
    let last = Commit {
        status: Status::Completed,
        acks: vec![InboxNumber(1)],
        ..turn(thread, 1, 1)
    };
    commit(&store, "a", last).await;
    assert_eq!(numbers(&store, thread, 0).await, NONE);
}

async fn posting_changes_neither_row_nor_journal(store: Arc<dyn Store>) {
    let thread = made(&store, 1).await;
    let before = store.thread(thread).await;
    post(&store, thread, "").await;
    assert_eq!(store.thread(thread).await, before);
}

async fn unknown_threads_have_no_inbox(store: Arc<dyn Store>) {
    let posted = store.post(id(1), started(), Timestamp(1)).await;
    assert!(matches!(posted, Err(StoreError::NotFound(_))));
    let read = store.inbox(id(1), InboxNumber(0)).await;
    assert!(matches!(read, Err(StoreError::NotFound(_))));
}

async fn changes_are_hinted(store: Arc<dyn Store>) {
    let mut changes = store.changes();
    let thread = owned(&store, "a", 1).await;
    commit(&store, "a", turn(thread, 1, 1)).await;
    commit(&store, "b", turn(thread, 2, 1)).await;
    post(&store, thread, "").await;
    // The post is not acknowledged: the thread is given back while it is due.
    let given_back = Commit {
        after: Seq(1),
        ..release(thread)
    };
    commit(&store, "a", given_back).await;
    let expected = [
        Change::Posted(thread),
        Change::Committed(thread),
        Change::Posted(thread),
        Change::Committed(thread),
        Change::Posted(thread),
    ];
    assert_eq!(taken(&mut changes), expected);
}

async fn who_waits_for_a_thread_is_told_when_it_settles(store: Arc<dyn Store>) {
    let cases = [
        (Status::Running, None, false),
        (Status::Paused, None, true),
        (Status::Paused, Some(PauseReason::Operator), true),
        (Status::Running, None, false),
        (Status::Failed, None, true),
    ];
    let thread = owned(&store, "a", 1).await;
    let mut changes = store.changes();
    for (first, (status, pause, settles)) in (1..).zip(cases) {
        let next = Commit {
            status,
            pause,
            ..turn(thread, first, 1)
        };
        commit(&store, "a", next).await;
        let settled = settles.then_some(Change::Settled(thread));
        let expected: Vec<Change> = [Change::Committed(thread)]
            .into_iter()
            .chain(settled)
            .collect();
        assert_eq!(taken(&mut changes), expected, "{status:?}");
    }
}

fn taken(changes: &mut BoxStream<'static, Change>) -> Vec<Change> {
    std::iter::from_fn(|| changes.next().now_or_never().flatten()).collect()
}
