//! Programs and new threads.

use std::sync::Arc;

use scriptum_engine::{ClaimNumber, Created, InboxNumber, NewThread, Store, StoreError, ThreadRow};
use scriptum_vm::{Seq, Status, Timestamp};

use crate::given::{hash, id, made, new_thread, program, started};

crate::rules![
    a_program_is_kept_under_its_hash,
    a_program_put_twice_is_kept_once,
    a_new_thread_is_pending_and_has_its_inputs_in_the_inbox,
    a_known_request_id_gives_the_first_thread,
    a_request_id_is_known_after_its_thread_changed,
    an_id_is_used_once,
    a_thread_needs_its_program,
    refused_threads_leave_nothing_behind,
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
