//! What a commit writes, and what it refuses.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_engine::{
    ClaimNumber, Commit, Committed, InboxNumber, Post, StepChange, StepRow, StepStatus, Store,
    StoreError,
};
use scriptum_vm::{
    FrameCell, FrameDelta, FrameKey, Notification, PauseReason, Recovery, Seq, Slot, Status,
    StepError, StepPath, Timestamp,
};

use crate::{
    dump::dump,
    given::{
        MANY, blob, cell_key, cells, claim, commit, entries, hash, id, made, owned, page, path,
        program, started, step_ended, step_skipped, step_started, turn, worker,
    },
};

crate::rules![
    a_turn_is_written_whole,
    the_row_says_what_the_last_turn_said,
    an_ended_thread_has_no_owner_and_no_wake_up,
    who_is_not_the_owner_writes_nothing,
    a_commit_of_an_earlier_claim_writes_nothing,
    commits_that_do_not_follow_are_stale,
    entries_with_a_gap_are_refused,
    a_commit_without_entries_is_written,
    turns_of_one_thread_can_share_a_batch,
    a_batch_can_be_larger_than_a_group,
    other_threads_are_told_with_the_commit,
    nothing_is_written_after_the_release,
    the_program_can_change,
    an_unknown_program_is_refused_with_its_batch,
    cells_are_put_replaced_and_taken_away,
    what_lies_under_a_dropped_path_is_gone,
    a_step_runs_and_completes,
    a_step_is_tried_again,
    a_step_fails_and_is_recovered,
    a_skipped_step_has_a_row,
    a_step_that_ran_can_be_skipped_later,
    a_step_that_never_started_does_not_end,
    steps_that_begin_and_end_at_once_look_like_others,
    values_are_kept_once,
];

async fn steps_of(store: &Arc<dyn Store>, changes: Vec<Vec<StepChange>>) -> Vec<StepRow> {
    let thread = owned(store, "a", 1).await;
    for (at, steps) in (1..).zip(changes) {
        let committed = Commit {
            steps,
            ..turn(thread, at, 1)
        };
        assert_eq!(commit(store, "a", committed).await, Committed::Done);
    }
    let all = page(None, MANY);
    store.steps(thread, &StepPath::root(), all).await.unwrap()
}

fn error() -> StepError {
    StepError {
        details: scriptum_contract::Value::Float(0.1),
        retryable: true,
        ..StepError::permanent("TOOL_FAILED", "no 'answer'")
    }
}

async fn a_turn_is_written_whole(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let head = cell_key("", Slot::Head);
    let whole = Commit {
        frames: cells([(head.clone(), Some("{}"))]),
        steps: vec![step_started("0", 1, 2)],
        blobs: vec![blob("large")],
        acks: vec![InboxNumber(1)],
        ..turn(thread, 1, 3)
    };
    assert_eq!(commit(&store, "a", whole).await, Committed::Done);
    assert_eq!(store.journal(thread, Seq(0), 9).await, Ok(entries(1, 3)));
    let frames = store.frames(thread).await.unwrap();
    assert_eq!(frames.cells, [(head, FrameCell("{}".into()))].into());
    let steps = store.steps(thread, &path("0"), page(None, 9)).await;
    assert_eq!(steps.unwrap().len(), 1);
    let value = store.value(&blob("large").hash).await.unwrap();
    assert_eq!(&*value, b"large");
    assert_eq!(store.inbox(thread, InboxNumber(0)).await, Ok(vec![]));
}

async fn the_row_says_what_the_last_turn_said(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let before = store.thread(thread).await.unwrap();
    let paused = Commit {
        status: Status::Paused,
        pause: Some(PauseReason::StepError),
        wake_at: Some(Timestamp(i64::MAX)),
        at: Timestamp(-5),
        ..turn(thread, 1, 4)
    };
    commit(&store, "a", paused).await;
    let mut expected = before;
    expected.status = Status::Paused;
    expected.pause = Some(PauseReason::StepError);
    expected.wake_at = Some(Timestamp(i64::MAX));
    expected.updated_at = Timestamp(-5);
    expected.last_seq = Seq(4);
    assert_eq!(store.thread(thread).await, Ok(expected.clone()));
    commit(&store, "a", turn(thread, 5, 1)).await;
    expected.status = Status::Running;
    expected.pause = None;
    expected.wake_at = None;
    expected.updated_at = Timestamp(7);
    expected.last_seq = Seq(5);
    assert_eq!(store.thread(thread).await, Ok(expected));
}

async fn an_ended_thread_has_no_owner_and_no_wake_up(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let ends = Commit {
        status: Status::Failed,
        wake_at: Some(Timestamp(1)),
        ..turn(thread, 1, 1)
    };
    assert_eq!(commit(&store, "a", ends).await, Committed::Done);
    let row = store.thread(thread).await.unwrap();
    assert_eq!((row.owner, row.wake_at), (None, None));
    assert_eq!(row.status, Status::Failed);
    assert_eq!(
        commit(&store, "a", turn(thread, 2, 1)).await,
        Committed::LostOwner
    );
}

async fn who_is_not_the_owner_writes_nothing(store: Arc<dyn Store>) {
    let (theirs, mine) = (owned(&store, "a", 1).await, owned(&store, "b", 2).await);
    let free = made(&store, 3).await;
    let before = dump(&store, &[theirs, free]).await;
    let full = |thread| Commit {
        frames: cells([(cell_key("", Slot::Head), Some("{}"))]),
        steps: vec![step_started("0", 1, 1)],
        blobs: vec![blob("lost")],
        acks: vec![InboxNumber(1)],
        status: Status::Completed,
        ..turn(thread, 1, 1)
    };
    let batch = vec![full(theirs), turn(mine, 1, 1), full(free), full(id(9))];
    let committed = store.commit(&worker("b"), batch).await;
    assert_eq!(
        committed,
        Ok(vec![
            Committed::LostOwner,
            Committed::Done,
            Committed::LostOwner,
            Committed::LostOwner,
        ])
    );
    assert_eq!(dump(&store, &[theirs, free]).await, before);
    assert!(store.value(&blob("lost").hash).await.is_err());
    assert_eq!(
        commit(&store, "stranger", turn(theirs, 1, 1)).await,
        Committed::LostOwner
    );
}

/// The owner lost the thread and got it again: what it asked for before must not be done any more.
async fn a_commit_of_an_earlier_claim_writes_nothing(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    commit(&store, "a", turn(thread, 1, 2)).await;
    store.heartbeat(&worker("a"), Timestamp(5)).await.unwrap();
    store.heartbeat(&worker("b"), Timestamp(8)).await.unwrap();
    for (name, now) in [("b", 6), ("a", 9)] {
        assert_eq!(claim(&store, name, now).await.len(), 1);
    }
    let row = store.thread(thread).await.unwrap();
    assert_eq!((row.owner, row.claim), (Some(worker("a")), ClaimNumber(3)));
    let before = dump(&store, &[thread]).await;
    let claimed = |number| Commit {
        claim: ClaimNumber(number),
        frames: cells([(cell_key("", Slot::Head), Some("{}"))]),
        acks: vec![InboxNumber(1)],
        ..turn(thread, 3, 1)
    };
    for number in [0, 1, 2, 4] {
        assert_eq!(
            commit(&store, "a", claimed(number)).await,
            Committed::LostOwner
        );
    }
    assert_eq!(commit(&store, "b", claimed(3)).await, Committed::LostOwner);
    assert_eq!(dump(&store, &[thread]).await, before);
    assert_eq!(commit(&store, "a", claimed(3)).await, Committed::Done);
}

async fn commits_that_do_not_follow_are_stale(store: Arc<dyn Store>) {
    let (one, two) = (owned(&store, "a", 1).await, owned(&store, "a", 2).await);
    commit(&store, "a", turn(one, 1, 3)).await;
    let before = dump(&store, &[one]).await;
    for first in [1, 3, 5, u64::from(u32::MAX)] {
        let stale = Commit {
            frames: cells([(cell_key("", Slot::Head), Some("{}"))]),
            status: Status::Completed,
            ..turn(one, first, 1)
        };
        assert_eq!(commit(&store, "a", stale).await, Committed::Stale);
        let late = Commit {
            release: true,
            ..turn(one, first, 0)
        };
        assert_eq!(commit(&store, "a", late).await, Committed::Stale);
    }
    assert_eq!(dump(&store, &[one]).await, before);
    let batch = vec![turn(one, 9, 1), turn(two, 1, 1), turn(one, 4, 1)];
    let committed = store.commit(&worker("a"), batch).await;
    let expected = vec![Committed::Stale, Committed::Done, Committed::Done];
    assert_eq!(committed, Ok(expected));
}

async fn entries_with_a_gap_are_refused(store: Arc<dyn Store>) {
    let (one, two) = (owned(&store, "a", 1).await, owned(&store, "a", 2).await);
    let before = dump(&store, &[one, two]).await;
    let gaps = [[1, 3], [1, 1], [2, 1]];
    for [first, second] in gaps {
        let mut gap = turn(one, first, 1);
        gap.entries.extend(entries(second, 1));
        let batch = vec![turn(two, 1, 1), gap];
        let committed = store.commit(&worker("a"), batch).await;
        assert!(matches!(committed, Err(StoreError::Corrupt(_))));
    }
    assert_eq!(dump(&store, &[one, two]).await, before);
}

async fn a_commit_without_entries_is_written(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    commit(&store, "a", turn(thread, 1, 2)).await;
    let acknowledges = Commit {
        acks: vec![InboxNumber(1)],
        wake_at: Some(Timestamp(77)),
        ..turn(thread, 3, 0)
    };
    assert_eq!(commit(&store, "a", acknowledges).await, Committed::Done);
    let row = store.thread(thread).await.unwrap();
    assert_eq!((row.last_seq, row.wake_at), (Seq(2), Some(Timestamp(77))));
    assert_eq!(store.inbox(thread, InboxNumber(0)).await, Ok(vec![]));
    assert_eq!(store.journal(thread, Seq(0), 9).await, Ok(entries(1, 2)));
}

async fn turns_of_one_thread_can_share_a_batch(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let first = Commit {
        steps: vec![step_started("0", 1, 1)],
        ..turn(thread, 1, 2)
    };
    let second = Commit {
        steps: vec![step_ended("0", StepStatus::Completed, 3)],
        ..turn(thread, 3, 1)
    };
    let committed = store.commit(&worker("a"), vec![first, second]).await;
    assert_eq!(committed, Ok(vec![Committed::Done; 2]));
    assert_eq!(store.journal(thread, Seq(0), 9).await, Ok(entries(1, 3)));
}

async fn a_batch_can_be_larger_than_a_group(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let batch = (1..=1_500).map(|seq| turn(thread, seq, 1)).collect();
    let committed = store.commit(&worker("a"), batch).await;
    assert_eq!(committed, Ok(vec![Committed::Done; 1_500]));
    assert_eq!(
        store.journal(thread, Seq(1_400), MANY).await,
        Ok(entries(1_401, 100))
    );
}

async fn other_threads_are_told_with_the_commit(store: Arc<dyn Store>) {
    let (one, two, ended) = (
        owned(&store, "a", 1).await,
        owned(&store, "a", 2).await,
        owned(&store, "a", 3).await,
    );
    let ends = Commit {
        status: Status::Completed,
        ..turn(ended, 1, 1)
    };
    commit(&store, "a", ends).await;
    let told = |notification: &Notification| Post {
        to: two,
        notification: notification.clone(),
    };
    let tells = Commit {
        posts: vec![
            told(&Notification::PauseAsked),
            Post {
                to: ended,
                notification: Notification::PauseAsked,
            },
            Post {
                to: id(9),
                notification: Notification::PauseAsked,
            },
            told(&Notification::Continued),
        ],
        ..turn(one, 1, 1)
    };
    let stale = Commit {
        posts: vec![told(&started())],
        ..turn(one, 1, 1)
    };
    let committed = store.commit(&worker("a"), vec![tells, stale]).await;
    assert_eq!(committed, Ok(vec![Committed::Done, Committed::Stale]));
    let inbox = store.inbox(two, InboxNumber(1)).await.unwrap();
    let inbox: Vec<_> = inbox.into_iter().map(|item| item.notification).collect();
    assert_eq!(inbox, [Notification::PauseAsked, Notification::Continued]);
    assert_eq!(store.inbox(ended, InboxNumber(0)).await, Ok(vec![]));
}

async fn nothing_is_written_after_the_release(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let given_back = Commit {
        release: true,
        ..turn(thread, 1, 1)
    };
    let batch = vec![given_back, turn(thread, 2, 1)];
    let committed = store.commit(&worker("a"), batch).await;
    assert_eq!(committed, Ok(vec![Committed::Done, Committed::LostOwner]));
    assert_eq!(store.journal(thread, Seq(0), 9).await, Ok(entries(1, 1)));
}

async fn the_program_can_change(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    store.put_program(program(7)).await.unwrap();
    let migrated = Commit {
        program: Some(hash(7)),
        ..turn(thread, 1, 1)
    };
    assert_eq!(commit(&store, "a", migrated).await, Committed::Done);
    assert_eq!(store.thread(thread).await.unwrap().program, hash(7));
    commit(&store, "a", turn(thread, 2, 1)).await;
    assert_eq!(store.thread(thread).await.unwrap().program, hash(7));
}

async fn an_unknown_program_is_refused_with_its_batch(store: Arc<dyn Store>) {
    let (one, two) = (owned(&store, "a", 1).await, owned(&store, "a", 2).await);
    let before = dump(&store, &[one, two]).await;
    let migrated = Commit {
        program: Some(hash(7)),
        ..turn(two, 1, 1)
    };
    let batch = vec![turn(one, 1, 1), migrated];
    let committed = store.commit(&worker("a"), batch).await;
    assert!(matches!(committed, Err(StoreError::NotFound(_))));
    assert_eq!(dump(&store, &[one, two]).await, before);
}

async fn cells_are_put_replaced_and_taken_away(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    let other = owned(&store, "a", 2).await;
    let head = || cell_key("", Slot::Head);
    let result = |index| cell_key("1.10", Slot::Result(index));
    let hits = || cell_key("", Slot::Binding("hits".into()));
    let deltas = [
        cells([(head(), Some("1")), (hits(), Some("1"))]),
        cells([
            (head(), Some("2")),
            (result(2), Some("2")),
            (result(10), Some("2")),
        ]),
        cells([(hits(), None), (result(2), None), (result(3), None)]),
        cells([(hits(), Some("4"))]),
    ];
    for (at, frames) in (1..).zip(deltas) {
        for thread in [thread, other] {
            let frames = frames.clone();
            let changed = Commit {
                frames,
                ..turn(thread, at, 1)
            };
            commit(&store, "a", changed).await;
        }
        if at == 1 {
            let gone = cells([(head(), None), (hits(), None)]);
            let emptied = Commit {
                frames: gone,
                ..turn(other, 2, 0)
            };
            commit(&store, "a", emptied).await;
            assert!(store.frames(other).await.unwrap().cells.is_empty());
        }
    }
    let cell = |text: &str| FrameCell(text.into());
    let expected = [
        (head(), cell("2")),
        (hits(), cell("4")),
        (result(10), cell("2")),
    ];
    assert_eq!(store.frames(thread).await.unwrap().cells, expected.into());
}

async fn what_lies_under_a_dropped_path_is_gone(store: Arc<dyn Store>) {
    let texts = ["", "0", "1", "1.0", "1.0.3", "1.1", "10", "10.0", "11", "2"];
    for (number, dropped) in (1..).zip(texts) {
        let thread = owned(&store, "a", number).await;
        let slots = [
            Slot::Head,
            Slot::Count(path("1.0")),
            Slot::Binding("0".into()),
            Slot::Result(7),
        ];
        let keys = texts
            .iter()
            .flat_map(|path| slots.clone().map(|slot| cell_key(path, slot)));
        let all = FrameDelta {
            dropped: Vec::new(),
            cells: keys
                .clone()
                .map(|key| (key, Some(FrameCell("1".into()))))
                .collect(),
        };
        let again = cell_key(dropped, Slot::Head);
        let drop = FrameDelta {
            dropped: vec![path(dropped), path("99")],
            cells: [(again.clone(), Some(FrameCell("2".into())))].into(),
        };
        for (first, frames) in [(1, all), (2, drop)] {
            let changed = Commit {
                frames,
                ..turn(thread, first, 1)
            };
            commit(&store, "a", changed).await;
        }
        let stays = |key: &FrameKey| !key.path.is_under(&path(dropped)) || *key == again;
        let expected: Vec<FrameKey> = keys.filter(stays).collect();
        let frames = store.frames(thread).await.unwrap();
        let found: BTreeSet<&FrameKey> = frames.cells.keys().collect();
        assert_eq!(found, expected.iter().collect(), "{dropped}");
        assert_eq!(frames.cells[&again], FrameCell("2".into()));
    }
}

fn running() -> StepRow {
    StepRow {
        path: path("0"),
        label: Some("Search".into()),
        primitive: "execute".into(),
        tool: Some("native/web_search".into()),
        status: StepStatus::Running,
        attempt: 1,
        started_at: Some(Timestamp(2)),
        ended_at: None,
        input_seq: Some(Seq(2)),
        output_seq: None,
        error: None,
        recovery: None,
    }
}

async fn a_step_runs_and_completes(store: Arc<dyn Store>) {
    let steps = steps_of(
        &store,
        vec![
            vec![step_started("0", 1, 2)],
            vec![step_ended("0", StepStatus::Completed, 5)],
        ],
    )
    .await;
    let completed = StepRow {
        status: StepStatus::Completed,
        ended_at: Some(Timestamp(5)),
        output_seq: Some(Seq(5)),
        ..running()
    };
    assert_eq!(steps, [completed]);
}

async fn a_step_is_tried_again(store: Arc<dyn Store>) {
    let failed = StepChange::Ended {
        path: path("0"),
        status: StepStatus::Failed,
        at: Timestamp(3),
        seq: Seq(3),
        error: Some(error()),
        recovery: None,
    };
    let steps = steps_of(
        &store,
        vec![
            vec![step_started("0", 1, 1)],
            vec![failed],
            vec![step_started("0", 2, 2)],
        ],
    )
    .await;
    let again = StepRow {
        attempt: 2,
        ..running()
    };
    assert_eq!(steps, [again]);
}

async fn a_step_fails_and_is_recovered(store: Arc<dyn Store>) {
    let ended = |status, error, recovery| StepChange::Ended {
        path: path("0"),
        status,
        at: Timestamp(3),
        seq: Seq(3),
        error,
        recovery,
    };
    let failed = ended(StepStatus::Failed, Some(error()), Some(Recovery::Ignore));
    let steps = steps_of(&store, vec![vec![step_started("0", 1, 2)], vec![failed]]).await;
    let expected = StepRow {
        status: StepStatus::Failed,
        ended_at: Some(Timestamp(3)),
        error: Some(error()),
        recovery: Some(Recovery::Ignore),
        ..running()
    };
    assert_eq!(steps, [expected]);
    let supplied = ended(StepStatus::Completed, None, Some(Recovery::Operator));
    let mended = Commit {
        steps: vec![supplied],
        ..turn(id(1), 3, 1)
    };
    commit(&store, "a", mended).await;
    let steps = store.steps(id(1), &path("0"), page(None, 9)).await;
    let expected = StepRow {
        status: StepStatus::Completed,
        ended_at: Some(Timestamp(3)),
        output_seq: Some(Seq(3)),
        recovery: Some(Recovery::Operator),
        ..running()
    };
    assert_eq!(steps, Ok(vec![expected]));
}

fn skipped() -> StepRow {
    StepRow {
        path: path("0"),
        label: None,
        primitive: "branch".into(),
        tool: None,
        status: StepStatus::Skipped,
        attempt: 0,
        started_at: None,
        ended_at: Some(Timestamp(9)),
        input_seq: None,
        output_seq: None,
        error: None,
        recovery: None,
    }
}

async fn a_skipped_step_has_a_row(store: Arc<dyn Store>) {
    let steps = steps_of(&store, vec![vec![step_skipped("0", 9)]]).await;
    assert_eq!(steps, [skipped()]);
}

async fn a_step_that_ran_can_be_skipped_later(store: Arc<dyn Store>) {
    let steps = steps_of(
        &store,
        vec![
            vec![step_started("0", 1, 2)],
            vec![step_ended("0", StepStatus::Completed, 5)],
            vec![step_skipped("0", 9)],
        ],
    )
    .await;
    assert_eq!(steps, [skipped()]);
}

async fn a_step_that_never_started_does_not_end(store: Arc<dyn Store>) {
    let (one, two) = (owned(&store, "a", 1).await, owned(&store, "a", 2).await);
    let before = dump(&store, &[one, two]).await;
    let ends = Commit {
        steps: vec![
            step_started("0.1", 1, 1),
            step_ended("0", StepStatus::Completed, 2),
        ],
        ..turn(two, 1, 2)
    };
    let committed = store
        .commit(&worker("a"), vec![turn(one, 1, 1), ends])
        .await;
    assert!(matches!(committed, Err(StoreError::Corrupt(_))));
    assert_eq!(dump(&store, &[one, two]).await, before);
}

async fn steps_that_begin_and_end_at_once_look_like_others(store: Arc<dyn Store>) {
    let changes = vec![
        step_started("0", 1, 1),
        step_started("1", 1, 2),
        step_skipped("2", 3),
        step_ended("0", StepStatus::Failed, 4),
        step_started("0", 2, 5),
        step_ended("0", StepStatus::Completed, 6),
        step_ended("1", StepStatus::Completed, 7),
        step_ended("1", StepStatus::Failed, 8),
    ];
    let at_once = owned(&store, "a", 1).await;
    let apart = owned(&store, "a", 2).await;
    for (at, change) in (1..).zip(changes.clone()) {
        let one = Commit {
            steps: vec![change],
            ..turn(apart, at, 1)
        };
        commit(&store, "a", one).await;
    }
    let all = Commit {
        steps: changes,
        ..turn(at_once, 1, 8)
    };
    commit(&store, "a", all).await;
    let rows = |thread| {
        let store = Arc::clone(&store);
        async move {
            let all = page(None, MANY);
            store.steps(thread, &StepPath::root(), all).await.unwrap()
        }
    };
    let rows_at_once = rows(at_once).await;
    assert_eq!(rows_at_once.len(), 3);
    assert_eq!(rows_at_once, rows(apart).await);
}

async fn values_are_kept_once(store: Arc<dyn Store>) {
    let thread = owned(&store, "a", 1).await;
    for first in [1, 2] {
        let with_values = Commit {
            blobs: vec![blob("one"), blob("two"), blob("one")],
            ..turn(thread, first, 1)
        };
        assert_eq!(commit(&store, "a", with_values).await, Committed::Done);
    }
    for content in ["one", "two"] {
        let value = store.value(&blob(content).hash).await.unwrap();
        assert_eq!(&*value, content.as_bytes());
    }
    assert_eq!(claim(&store, "b", 0).await, vec![]);
}
