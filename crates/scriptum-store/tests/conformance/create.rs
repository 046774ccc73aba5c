//! Programs and new threads.

use std::sync::Arc;

use scriptum_engine::{
    ClaimNumber, Commit, Committed, Created, InboxNumber, NewThread, Store, StoreError, ThreadRow,
};
use scriptum_vm::{Seq, Status, Timestamp};

use crate::given::{LATE, MANY, claim, hash, id, made, new_thread, program, started, turn, worker};

crate::rules![
    a_program_is_kept_under_its_hash,
    a_program_put_twice_is_kept_once,
    a_new_thread_is_pending_and_has_its_inputs_in_the_inbox,
    a_known_request_id_gives_the_first_thread,
    a_request_id_is_known_after_its_thread_changed,
    an_id_is_used_once,
    a_thread_needs_its_program,
    refused_threads_leave_nothing_behind,
    a_thread_begins_with_its_first_turns_and_its_owner,
    a_thread_that_ends_in_its_first_turns_has_no_owner,
    a_thread_begins_once,
    a_thread_of_a_dead_worker_is_taken_over,
    a_thread_that_waits_from_the_beginning_is_claimed_when_due,
];

async fn a_program_is_kept_under_its_hash(store: Arc<dyn Store>) {
    store.put_program(program(1)).await.unwrap();
    assert_eq!(store.program(&hash(1)).await, Ok(program(1)));
    assert!(matches!(
        store.program(&hash(2)).await,
        Err(StoreError::NotFound(_))
    ));
}

async fn a_program_put_twice_is_kept_once(store: Arc<dyn Store>) {
    store.put_program(program(1)).await.unwrap();
    store.put_program(program(1)).await.unwrap();
    assert_eq!(store.program(&hash(1)).await, Ok(program(1)));
}

async fn a_new_thread_is_pending_and_has_its_inputs_in_the_inbox(store: Arc<dyn Store>) {
    let thread = made(&store, 5).await;
    let row = ThreadRow {
        id: thread,
        program: hash(0),
        script: "test".into(),
        status: Status::Pending,
        pause: None,
        created_at: Timestamp(5),
        updated_at: Timestamp(5),
        wake_at: None,
        owner: None,
        claim: ClaimNumber(0),
        last_seq: Seq(0),
    };
    assert_eq!(store.thread(thread).await, Ok(row));
    let inbox = store.inbox(thread, InboxNumber(0)).await.unwrap();
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].notification, started());
}

async fn a_known_request_id_gives_the_first_thread(store: Arc<dyn Store>) {
    let asked = |number| NewThread {
        request_id: Some("request".into()),
        ..new_thread(number)
    };
    store.put_program(program(0)).await.unwrap();
    assert_eq!(store.create(asked(1)).await, Ok(Created::New));
    assert_eq!(store.create(asked(2)).await, Ok(Created::Existing(id(1))));
    assert_eq!(store.create(asked(1)).await, Ok(Created::Existing(id(1))));
    assert!(matches!(
        store.thread(id(2)).await,
        Err(StoreError::NotFound(_))
    ));
}

async fn a_request_id_is_known_after_its_thread_changed(store: Arc<dyn Store>) {
    let asked = |number| NewThread {
        request_id: Some("".into()),
        ..new_thread(number)
    };
    store.put_program(program(0)).await.unwrap();
    store.create(asked(1)).await.unwrap();
    let posted = store.post(id(1), started(), Timestamp(2)).await;
    assert_eq!(posted, Ok(()));
    assert_eq!(store.create(asked(2)).await, Ok(Created::Existing(id(1))));
    assert_eq!(store.create(new_thread(3)).await, Ok(Created::New));
}

async fn an_id_is_used_once(store: Arc<dyn Store>) {
    made(&store, 1).await;
    assert!(matches!(
        store.create(new_thread(1)).await,
        Err(StoreError::Conflict(_))
    ));
}

async fn a_thread_needs_its_program(store: Arc<dyn Store>) {
    assert!(matches!(
        store.create(new_thread(1)).await,
        Err(StoreError::NotFound(_))
    ));
}

async fn refused_threads_leave_nothing_behind(store: Arc<dyn Store>) {
    let without_program = NewThread {
        program: hash(9),
        request_id: Some("request".into()),
        ..new_thread(1)
    };
    assert!(store.create(without_program).await.is_err());
    store.put_program(program(0)).await.unwrap();
    let again = NewThread {
        request_id: Some("request".into()),
        ..new_thread(2)
    };
    assert_eq!(store.create(again).await, Ok(Created::New));
}

/// The first turns of a thread.
fn first(number: u64, count: u64) -> Commit {
    turn(id(number), 1, count)
}

/// As worker "a".
async fn begin(
    store: &Arc<dyn Store>,
    new: NewThread,
    first: Commit,
) -> Result<Created, StoreError> {
    store.begin(&worker("a"), new, first).await
}

async fn a_thread_begins_with_its_first_turns_and_its_owner(store: Arc<dyn Store>) {
    store.put_program(program(0)).await.unwrap();
    store.heartbeat(&worker("a"), LATE).await.unwrap();
    let begun = begin(&store, new_thread(1), first(1, 3));
    assert_eq!(begun.await, Ok(Created::New));
    let row = store.thread(id(1)).await.unwrap();
    assert_eq!(row.owner, Some(worker("a")));
    assert_eq!((row.claim, row.last_seq), (ClaimNumber::FIRST, Seq(3)));
    assert_eq!(row.created_at, Timestamp(1));
    assert_eq!(store.journal(id(1), Seq(0), MANY).await.unwrap().len(), 3);
    assert_eq!(store.inbox(id(1), InboxNumber(0)).await, Ok(Vec::new()));
    assert!(claim(&store, "b", 0).await.is_empty());
    let written = store.commit(&worker("a"), vec![turn(id(1), 4, 1)]).await;
    assert_eq!(written, Ok(vec![Committed::Done]));
}

async fn a_thread_that_ends_in_its_first_turns_has_no_owner(store: Arc<dyn Store>) {
    store.put_program(program(0)).await.unwrap();
    let ends = Commit {
        status: Status::Completed,
        ..first(1, 2)
    };
    let begun = begin(&store, new_thread(1), ends);
    assert_eq!(begun.await, Ok(Created::New));
    let row = store.thread(id(1)).await.unwrap();
    assert_eq!((row.status, row.owner), (Status::Completed, None));
    let posted = store.post(id(1), started(), Timestamp(2)).await;
    assert!(matches!(posted, Err(StoreError::Conflict(_))));
}

async fn a_thread_begins_once(store: Arc<dyn Store>) {
    let asked = |number| NewThread {
        request_id: Some("request".into()),
        ..new_thread(number)
    };
    let without_program = begin(&store, asked(1), first(1, 1)).await;
    assert!(matches!(without_program, Err(StoreError::NotFound(_))));
    store.put_program(program(0)).await.unwrap();
    let begun = begin(&store, asked(1), first(1, 1)).await;
    assert_eq!(begun, Ok(Created::New));
    let known = begin(&store, asked(2), first(2, 2)).await;
    assert_eq!(known, Ok(Created::Existing(id(1))));
    let created = store.create(asked(2)).await;
    assert_eq!(created, Ok(Created::Existing(id(1))));
    let taken = begin(&store, new_thread(1), first(1, 2)).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))));
    assert_eq!(store.thread(id(1)).await.unwrap().last_seq, Seq(1));
    let unknown = store.thread(id(2)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
}

async fn a_thread_of_a_dead_worker_is_taken_over(store: Arc<dyn Store>) {
    store.put_program(program(0)).await.unwrap();
    store.heartbeat(&worker("a"), Timestamp(5)).await.unwrap();
    let begun = begin(&store, new_thread(1), first(1, 2));
    assert_eq!(begun.await, Ok(Created::New));
    let claims = claim(&store, "b", 5).await;
    assert_eq!(claims.len(), 1);
    assert!(claims[0].orphaned);
    assert_eq!(claims[0].thread.claim, ClaimNumber(2));
    let written = store.commit(&worker("a"), vec![turn(id(1), 3, 1)]).await;
    assert_eq!(written, Ok(vec![Committed::LostOwner]));
    // Forgotten meanwhile, it can have new threads all the same, and loses them again.
    let begun = begin(&store, new_thread(2), first(2, 2));
    assert_eq!(begun.await, Ok(Created::New));
    assert_eq!(claim(&store, "b", 6).await.len(), 1);
}

async fn a_thread_that_waits_from_the_beginning_is_claimed_when_due(store: Arc<dyn Store>) {
    store.put_program(program(0)).await.unwrap();
    let waits = Commit {
        wake_at: Some(Timestamp(9)),
        release: true,
        ..first(1, 2)
    };
    let begun = begin(&store, new_thread(1), waits);
    assert_eq!(begun.await, Ok(Created::New));
    assert!(claim(&store, "b", 8).await.is_empty());
    let claims = claim(&store, "b", 9).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].thread.claim, ClaimNumber(2));
    assert!(!claims[0].orphaned);
}
