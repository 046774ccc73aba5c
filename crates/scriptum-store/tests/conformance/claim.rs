//! Who gets which thread, and when.

use std::sync::Arc;

use futures::future::join_all;
use scriptum_engine::{Claim, ClaimNumber, ClaimScope, Commit, Committed, InboxNumber, Store};
use scriptum_vm::{FrameCell, Slot, Status, Timestamp};

use crate::given::{
    LATE, NONE, cell_key, cells, claim, commit, id, made, owned, release, started, turn, worker,
};

crate::rules![
    a_posted_thread_is_claimed_once,
    claims_of_a_thread_are_counted,
    a_claim_gives_the_thread_as_committed,
    the_scope_can_be_one_thread,
    at_most_so_many_are_claimed,
    who_waited_longest_is_claimed_first,
    a_live_owner_keeps_its_threads,
    a_dead_owner_loses_its_threads,
    a_worker_that_never_said_it_lives_is_dead,
    who_was_found_dead_stays_dead_until_it_speaks,
    orphans_of_many_workers_come_oldest_first,
    the_claimer_is_not_given_its_own_threads,
    a_released_thread_waits_for_a_reason,
    a_wake_up_makes_due_when_its_time_has_come,
    a_post_to_an_owned_thread_waits_for_its_release,
    a_paused_thread_is_due_when_something_is_posted,
    ended_threads_are_never_claimed,
    claimers_at_one_time_share_no_thread,
];

fn ids(claims: &[Claim]) -> Vec<u64> {
    let number = |claim: &Claim| (1..100).find(|it| id(*it) == claim.thread.id);
    claims.iter().filter_map(number).collect()
}

async fn lives(store: &Arc<dyn Store>, name: &str, until: i64) {
    let until = Timestamp(until);
    store.heartbeat(&worker(name), until).await.unwrap();
}

async fn post(store: &Arc<dyn Store>, number: u64, at: i64) {
    let at = Timestamp(at);
    store.post(id(number), started(), at).await.unwrap();
}

async fn a_posted_thread_is_claimed_once(store: Arc<dyn Store>) {
    made(&store, 1).await;
    lives(&store, "a", 100).await;
    let claims = claim(&store, "a", 0).await;
    assert_eq!(ids(&claims), [1]);
    assert!(!claims[0].orphaned);
    assert_eq!(claims[0].thread.owner, Some(worker("a")));
    assert_eq!(ids(&claim(&store, "b", 0).await), NONE);
}

async fn claims_of_a_thread_are_counted(store: Arc<dyn Store>) {
    let thread = made(&store, 1).await;
    for number in 1..4 {
        post(&store, 1, 0).await;
        let claims = claim(&store, "a", 0).await;
        assert_eq!(claims[0].thread.claim, ClaimNumber(number));
        let given_back = Commit {
            claim: ClaimNumber(number),
            ..release(thread)
        };
        assert_eq!(commit(&store, "a", given_back).await, Committed::Done);
        assert_eq!(
            store.thread(thread).await.unwrap().claim,
            ClaimNumber(number)
        );
    }
}

async fn a_claim_gives_the_thread_as_committed(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let (head, hits) = (
        cell_key("", Slot::Head),
        cell_key("1.0", Slot::Binding("a/b:hits".into())),
    );
    let given_back = Commit {
        frames: cells([(head.clone(), Some("[1]")), (hits.clone(), Some("\"é\""))]),
        release: true,
        at: Timestamp(12),
        ..turn(thread, 1, 3)
    };
    commit(&store, "a", given_back).await;
    let claims = claim(&store, "b", 20).await;
    assert_eq!(ids(&claims), [1]);
    let cell = |text: &str| FrameCell(text.into());
    let expected = [(head, cell("[1]")), (hits, cell("\"é\""))];
    assert_eq!(claims[0].frames.cells, expected.into());
    assert_eq!(claims[0].inbox[0].notification, started());
    assert_eq!(store.thread(thread).await, Ok(claims[0].thread.clone()));
    assert_eq!(claims[0].thread.last_seq.0, 3);
    assert_eq!(claims[0].thread.updated_at, Timestamp(12));
}

async fn the_scope_can_be_one_thread(store: Arc<dyn Store>) {
    for number in [1, 2] {
        made(&store, number).await;
    }
    let only = |number| {
        let store = Arc::clone(&store);
        let scope = ClaimScope::Only(id(number));
        async move {
            let claims = store.claim(&worker("a"), LATE, scope, 9).await;
            ids(&claims.unwrap())
        }
    };
    lives(&store, "a", LATE.0 + 1).await;
    assert_eq!(only(2).await, [2]);
    assert_eq!(only(2).await, NONE);
    assert_eq!(only(3).await, NONE);
    assert_eq!(only(1).await, [1]);
}

async fn at_most_so_many_are_claimed(store: Arc<dyn Store>) {
    for number in 1..=5 {
        made(&store, number).await;
    }
    lives(&store, "a", 100).await;
    for (max, expected) in [(0, vec![]), (2, vec![1, 2]), (9, vec![3, 4, 5])] {
        let me = worker("a");
        let claims = store.claim(&me, Timestamp(0), ClaimScope::All, max).await;
        assert_eq!(ids(&claims.unwrap()), expected);
    }
    let none = store
        .claim(&worker("b"), Timestamp(200), ClaimScope::Only(id(1)), 0)
        .await;
    assert_eq!(none, Ok(vec![]));
}

async fn who_waited_longest_is_claimed_first(store: Arc<dyn Store>) {
    for (number, wake_at) in [(1, 40), (2, 20), (3, 90)] {
        let thread = owned(&store, "a", number).await;
        let sleeps = Commit {
            wake_at: Some(Timestamp(wake_at)),
            ..release(thread)
        };
        commit(&store, "a", sleeps).await;
    }
    made(&store, 30).await;
    made(&store, 31).await;
    // Posted to after it was to wake up: the earlier time counts.
    post(&store, 2, 35).await;
    post(&store, 3, 25).await;
    let claims = claim(&store, "b", 50).await;
    assert_eq!(ids(&claims), [2, 3, 30, 31, 1]);
}

async fn a_live_owner_keeps_its_threads(store: Arc<dyn Store>) {
    owned(&store, "a", 1).await;
    lives(&store, "a", 100).await;
    assert_eq!(ids(&claim(&store, "b", 99).await), NONE);
    lives(&store, "a", 200).await;
    assert_eq!(ids(&claim(&store, "b", 199).await), NONE);
}

async fn a_dead_owner_loses_its_threads(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let at_work = Commit {
        acks: vec![InboxNumber(1)],
        ..turn(thread, 1, 1)
    };
    commit(&store, "a", at_work).await;
    lives(&store, "a", 100).await;
    let claims = claim(&store, "b", 100).await;
    assert_eq!(ids(&claims), [1]);
    assert!(claims[0].orphaned);
    assert_eq!(claims[0].thread.owner, Some(worker("b")));
    assert_eq!(
        commit(&store, "a", turn(thread, 2, 1)).await,
        Committed::LostOwner
    );
}

async fn a_worker_that_never_said_it_lives_is_dead(store: Arc<dyn Store>) {
    made(&store, 1).await;
    assert_eq!(ids(&claim(&store, "a", i64::MIN).await), [1]);
    let claims = claim(&store, "b", i64::MIN).await;
    assert_eq!(ids(&claims), [1]);
    assert!(claims[0].orphaned);
}

async fn who_was_found_dead_stays_dead_until_it_speaks(store: Arc<dyn Store>) {
    for number in [1, 2] {
        owned(&store, "a", number).await;
    }
    lives(&store, "a", 100).await;
    lives(&store, "b", 1_000).await;
    let one = store
        .claim(&worker("b"), Timestamp(100), ClaimScope::Only(id(1)), 1)
        .await;
    assert_eq!(ids(&one.unwrap()), [1]);
    // The clock of this claimer is behind, and yet the worker is dead.
    assert_eq!(ids(&claim(&store, "b", 50).await), [2]);
    lives(&store, "a", 100).await;
    made(&store, 3).await;
    assert_eq!(ids(&claim(&store, "a", 50).await), [3]);
    assert_eq!(ids(&claim(&store, "b", 50).await), NONE);
}

async fn orphans_of_many_workers_come_oldest_first(store: Arc<dyn Store>) {
    for (number, name) in [(1, "b"), (2, "c"), (3, "a"), (4, "b")] {
        owned(&store, name, number).await;
    }
    made(&store, 5).await;
    for name in ["a", "b", "c"] {
        lives(&store, name, 0).await;
    }
    lives(&store, "d", 10).await;
    let (now, all) = (Timestamp(1), ClaimScope::All);
    let claims = store.claim(&worker("d"), now, all, 3).await.unwrap();
    assert_eq!(ids(&claims), [1, 2, 3]);
    assert!(claims.iter().all(|claim| claim.orphaned));
    let claims = store.claim(&worker("d"), now, all, 3).await.unwrap();
    assert_eq!(ids(&claims), [4, 5]);
    assert!(claims[0].orphaned && !claims[1].orphaned);
}

async fn the_claimer_is_not_given_its_own_threads(store: Arc<dyn Store>) {
    owned(&store, "a", 1).await;
    lives(&store, "a", 100).await;
    post(&store, 1, 5).await;
    for now in [5, 100, 500] {
        assert_eq!(ids(&claim(&store, "a", now).await), NONE);
        let only = ClaimScope::Only(id(1));
        let claims = store.claim(&worker("a"), Timestamp(now), only, 1).await;
        assert_eq!(claims, Ok(vec![]));
    }
}

async fn a_released_thread_waits_for_a_reason(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    commit(&store, "a", release(thread)).await;
    assert_eq!(store.thread(thread).await.unwrap().owner, None);
    assert_eq!(ids(&claim(&store, "b", 900).await), NONE);
    post(&store, 1, 950).await;
    // A post makes due at once, whatever the clock of the claimer says.
    let claims = claim(&store, "b", 900).await;
    assert_eq!(ids(&claims), [1]);
    assert!(!claims[0].orphaned);
}

async fn a_wake_up_makes_due_when_its_time_has_come(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let sleeps = Commit {
        wake_at: Some(Timestamp(500)),
        ..release(thread)
    };
    commit(&store, "a", sleeps).await;
    for (now, expected) in [(499, vec![]), (500, vec![1])] {
        assert_eq!(ids(&claim(&store, "a", now).await), expected);
    }
    // While it is owned its wake-up is the owner's affair.
    assert_eq!(ids(&claim(&store, "b", 600).await), NONE);
}

async fn a_post_to_an_owned_thread_waits_for_its_release(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    post(&store, 1, 5).await;
    assert_eq!(ids(&claim(&store, "b", 6).await), NONE);
    commit(&store, "a", release(thread)).await;
    let claims = claim(&store, "b", 6).await;
    assert_eq!(ids(&claims), [1]);
    assert_eq!(claims[0].inbox.len(), 1);
}

async fn a_paused_thread_is_due_when_something_is_posted(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let pauses = Commit {
        status: Status::Paused,
        ..release(thread)
    };
    commit(&store, "a", pauses).await;
    assert_eq!(ids(&claim(&store, "b", 900).await), NONE);
    post(&store, 1, 950).await;
    assert_eq!(ids(&claim(&store, "b", 950).await), [1]);
}

async fn ended_threads_are_never_claimed(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    post(&store, 1, 5).await;
    let ends = Commit {
        status: Status::Cancelled,
        wake_at: Some(Timestamp(1)),
        ..turn(thread, 1, 1)
    };
    assert_eq!(commit(&store, "a", ends).await, Committed::Done);
    assert_eq!(ids(&claim(&store, "b", LATE.0 + 1).await), NONE);
    let only = ClaimScope::Only(thread);
    let claims = store.claim(&worker("b"), LATE, only, 1).await;
    assert_eq!(claims, Ok(vec![]));
}

async fn claimers_at_one_time_share_no_thread(store: Arc<dyn Store>) {
    for number in 1..=40 {
        made(&store, number).await;
    }
    let names = ["a", "b", "c", "d"];
    for name in names {
        lives(&store, name, 1_000).await;
    }
    let claiming = names.iter().cycle().take(12).map(|name| {
        let store = Arc::clone(&store);
        let me = worker(name);
        async move { store.claim(&me, Timestamp(50), ClaimScope::All, 5).await }
    });
    let claims: Vec<Claim> = join_all(claiming)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect();
    let mut claimed = ids(&claims);
    claimed.sort_unstable();
    assert_eq!(claimed, (1..=40).collect::<Vec<u64>>());
}
