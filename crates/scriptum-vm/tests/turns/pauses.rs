//! Pause, resume, cancel.

use scriptum_vm::{Ignored, Notification, Options, Resume, Seen, Status};

use crate::{build::*, drive::*};

fn resume() -> Notification {
    Notification::Resumed {
        path: None,
        change: Resume::Again,
        seen: None,
    }
}

#[test]
fn a_pause_lets_calls_end_and_starts_nothing() {
    let mut thread = Thread::start(program(vec![run("t", vec![], "x"), run("u", vec![], "")]));
    assert_eq!(thread.apply(Notification::PauseAsked).unwrap(), "");
    assert_eq!(thread.status(), Status::Running, "a call is in flight");
    thread.ignored(Notification::PauseAsked, Ignored::Held);
    assert_eq!(
        thread.returned("0", 1, "1"),
        "0 #1 completed · paused Operator"
    );
    thread.ignored(Notification::PauseAsked, Ignored::Held);
    thread.ignored(
        Notification::Resumed {
            path: None,
            change: Resume::Output(json("1")),
            seen: None,
        },
        Ignored::NotFailed,
    );
    assert_eq!(
        thread.apply(resume()).unwrap(),
        "resumed · 1 #1 started · call u 1#1/1 {}"
    );
    thread.ignored(resume(), Ignored::NotPaused);
}

#[test]
fn a_resume_of_a_pause_that_is_over_changes_nothing() {
    let mut thread = Thread::start(program(vec![run("t", vec![], "x"), run("u", vec![], "")]));
    let resume = |at: Option<&str>, seen| Notification::Resumed {
        path: at.map(path),
        change: Resume::Again,
        seen: Some(seen),
    };
    thread.apply(Notification::PauseAsked).unwrap();
    thread.apply(failed("0", 1, "TOOL_FAILED")).unwrap();
    for seen in [Seen::Pause(1), Seen::Attempt(1)] {
        thread.ignored(resume(None, seen), Ignored::Stale);
    }
    for seen in [Seen::Attempt(0), Seen::Attempt(2), Seen::Pause(1)] {
        thread.ignored(resume(Some("0"), seen), Ignored::Stale);
    }
    // The pause of somebody goes first; then the step that failed holds the thread up.
    thread.apply(resume(None, Seen::Pause(0))).unwrap();
    thread.ignored(resume(None, Seen::Pause(0)), Ignored::Stale);
    let first = resume(Some("0"), Seen::Attempt(1));
    thread.apply(first.clone()).unwrap();
    thread.ignored(first.clone(), Ignored::Stale);
    thread.apply(failed("0", 2, "TOOL_FAILED")).unwrap();
    thread.ignored(first, Ignored::Stale);
    thread.ignored(resume(None, Seen::Pause(1)), Ignored::Stale);
    assert_eq!(
        thread.apply(resume(None, Seen::Pause(2))).unwrap(),
        "resumed · 0 #3 started · call t 0#3/3 {}"
    );
}

#[test]
fn a_pause_that_takes_effect_can_be_lifted() {
    let mut thread = Thread::start(program(vec![run("t", vec![], "x"), run("u", vec![], "")]));
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(thread.apply(resume()).unwrap(), "resumed");
    assert_eq!(
        thread.returned("0", 1, "1"),
        "0 #1 completed · 1 #1 started · call u 1#1/1 {}"
    );
}

#[test]
fn a_held_thread_makes_no_retry_and_keeps_the_due_time() {
    let mut thread = Thread::start(program(vec![run_or(
        "t",
        vec![],
        "",
        Some(retry(1, Some(1_000))),
    )]));
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(
        thread.failed("0", 1, "TOOL_FAILED"),
        "0 retrying #2 at 1000 · paused Operator"
    );
    assert_eq!(
        (thread.vm.wake_at(), thread.pending()),
        (None, String::new())
    );
    thread.now = 5_000;
    thread.ignored(Notification::TimerFired { path: path("0") }, Ignored::Held);
    assert_eq!(thread.apply(resume()).unwrap(), "resumed · timer 0 at 1000");
    assert_eq!(thread.fired("0", 5_000), "0 #2 started · call t 0#2/2 {}");
}

#[test]
fn a_held_loop_begins_no_iteration() {
    let steps = vec![each(
        ints([1, 2, 3, 4]),
        2,
        0,
        "xs",
        vec![run("t", vec![("v", name("item"))], "y")],
    )];
    let mut thread = Thread::start(program(steps));
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(thread.returned("0.0.0", 1, "1"), "0.0.0 #1 completed");
    assert_eq!(
        thread.returned("0.1.0", 1, "2"),
        "0.1.0 #1 completed · paused Operator"
    );
    assert_eq!(
        thread.apply(resume()).unwrap(),
        r#"resumed · 0.2.0 #1 started · 0.3.0 #1 started · call t 0.2.0#1/1 {"v":3} · call t 0.3.0#1/1 {"v":4}"#
    );
}

#[test]
fn a_held_thread_still_ends_when_its_last_call_ends() {
    let mut thread = Thread::start(program(vec![run("t", vec![], "")]));
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(
        thread.returned("0", 1, "1"),
        "0 #1 completed · thread completed {}"
    );
}

#[test]
fn an_operators_pause_hides_failed_steps_until_it_is_lifted() {
    let mut thread = Thread::start(program(vec![run("t", vec![], "")]));
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(
        thread.failed("0", 1, "TOOL_FAILED"),
        "0 #1 failed TOOL_FAILED · paused Operator"
    );
    assert_eq!(
        thread.apply(resume()).unwrap(),
        "resumed · paused StepError at 0"
    );
    assert_eq!(
        thread.apply(resume()).unwrap(),
        "resumed · 0 #2 started · call t 0#2/2 {}"
    );
}

#[test]
fn a_named_step_resumes_and_lifts_an_operators_pause() {
    let mut thread = Thread::start(program(vec![run("t", vec![], "")]));
    thread.apply(Notification::PauseAsked).unwrap();
    thread.failed("0", 1, "TOOL_FAILED");
    assert_eq!(
        thread.resumed(Some("0"), Resume::Again),
        "resumed · 0 #2 started · call t 0#2/2 {}"
    );
}

#[test]
fn a_thread_paused_before_it_starts_starts_paused() {
    let mut thread = Thread::new(program(vec![run("t", vec![], "")]), Options::default());
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(thread.status(), Status::Pending);
    assert_eq!(thread.apply(started("{}")).unwrap(), "paused Operator");
    assert_eq!(
        thread.apply(resume()).unwrap(),
        "resumed · 0 #1 started · call t 0#1/1 {}"
    );
}

#[test]
fn cancel_is_final() {
    let mut thread = Thread::start(program(vec![run("t", vec![], ""), run("u", vec![], "")]));
    let cancel = || Notification::CancelAsked {
        reason: "enough".into(),
    };
    assert_eq!(
        thread.apply(cancel()).unwrap(),
        "0 #1 failed CANCELLED · cancelled enough"
    );
    assert_eq!(
        (thread.status(), thread.pending()),
        (Status::Cancelled, String::new())
    );
    thread.ignored(cancel(), Ignored::Ended);
    thread.ignored(
        Notification::Returned {
            path: path("0"),
            attempt: 1,
            output: json("1"),
        },
        Ignored::Ended,
    );
    let mut thread = Thread::new(program(vec![]), Options::default());
    assert_eq!(thread.apply(cancel()).unwrap(), "cancelled enough");
    thread.ignored(started("{}"), Ignored::Ended);
}

#[test]
fn a_thread_has_only_so_much_time_to_run() {
    let mut thread = Thread::new(program(vec![run("t", vec![], "")]), Options::default());
    let Notification::Started {
        input,
        env,
        seed,
        thread: known,
        ..
    } = started("{}")
    else {
        unreachable!("started makes Started");
    };
    let begin = Notification::Started {
        input,
        env,
        seed,
        thread: known,
        timeout_ms: Some(1_000),
    };
    thread.apply(begin).unwrap();
    let due = Notification::TimerFired { path: path("") };
    thread.ignored(due.clone(), Ignored::NotDue);
    thread.now += 400;
    // A pause stops the clock of the thread.
    thread.apply(Notification::PauseAsked).unwrap();
    thread.apply(failed("0", 1, "TOOL_FAILED")).unwrap();
    thread.now += 5_000;
    thread.ignored(due.clone(), Ignored::NoSuchTimer);
    thread
        .apply(Notification::Resumed {
            path: Some(path("0")),
            change: Resume::Again,
            seen: None,
        })
        .unwrap();
    thread.now += 599;
    thread.ignored(due.clone(), Ignored::NotDue);
    thread.now += 1;
    assert_eq!(
        thread.apply(due).unwrap(),
        "0 #2 failed CANCELLED · thread failed THREAD_TIMEOUT"
    );
}
