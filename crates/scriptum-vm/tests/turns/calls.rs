//! do: answers, retries, fallbacks, numbers of calls.

use scriptum_contract::Value;
use scriptum_vm::{Ignored, Notification, Options, Resume, Status, program::OnError};

use crate::{build::*, drive::*};

#[test]
fn a_retry_waits_and_tries_again_with_a_new_number() {
    let mut thread = Thread::start(program(vec![run_or(
        "t",
        vec![("a", literal(1))],
        "x",
        Some(retry(2, Some(500))),
    )]));
    assert_eq!(thread.last(), r#"0 #1 started · call t 0#1/1 {"a":1}"#);
    thread.now = 100;
    assert_eq!(
        thread.failed("0", 1, "TOOL_FAILED"),
        "0 retrying #2 at 600 · timer 0 at 600"
    );
    assert_eq!(thread.vm.wake_at().map(|at| at.0), Some(600));
    assert_eq!(thread.pending(), "timer 0 at 600");
    thread.ignored(
        Notification::TimerFired { path: path("0") },
        Ignored::NotDue,
    );
    assert_eq!(
        thread.fired("0", 600),
        r#"0 #2 started · call t 0#2/2 {"a":1}"#
    );
    thread.ignored(failed("0", 1, "TOOL_FAILED"), Ignored::NoSuchCall);
    thread.ignored(
        Notification::TimerFired { path: path("0") },
        Ignored::NoSuchTimer,
    );
    thread.failed("0", 2, "TOOL_FAILED");
    thread.fired("0", 2_000);
    assert_eq!(
        thread.failed("0", 3, "TOOL_FAILED"),
        "0 #3 failed TOOL_FAILED · paused StepError at 0"
    );
    assert_eq!(
        thread.resumed(None, Resume::Again),
        r#"resumed · 0 #4 started · call t 0#4/4 {"a":1}"#
    );
    assert_eq!(
        thread.failed("0", 4, "TOOL_FAILED"),
        "0 retrying #5 at 2500 · timer 0 at 2500",
        "tries begin anew"
    );
    thread.fired("0", 2_500);
    assert_eq!(
        thread.returned("0", 5, "7"),
        "0 #5 completed · thread completed {}"
    );
}

#[test]
fn backoff_grows_and_stays_below_its_limit() {
    let mut thread = Thread::start(program(vec![run_or(
        "t",
        vec![],
        "",
        Some(retry(12, None)),
    )]));
    for attempt in 1..=12 {
        thread.failed("0", attempt, "TOOL_FAILED");
        let due = thread.vm.wake_at().unwrap().0;
        let limit = 30_000.min(1_000 << (attempt - 1));
        assert!(
            (0..=limit).contains(&(due - thread.now)),
            "{attempt}: {due}"
        );
        thread.fired("0", due);
    }
    assert_eq!(
        thread.failed("0", 13, "TOOL_FAILED"),
        "0 #13 failed TOOL_FAILED · paused StepError at 0"
    );
}

#[test]
fn a_call_of_unknown_outcome_keeps_its_number() {
    let mut thread = Thread::start(program(vec![run_or(
        "t",
        vec![],
        "",
        Some(retry(5, Some(0))),
    )]));
    for (attempt, code, next) in [
        (1, "OUTCOME_UNKNOWN", "call t 0#2/1 {}"),
        (2, "TOOL_TIMEOUT", "call t 0#3/1 {}"),
        (3, "TOOL_FAILED", "call t 0#4/2 {}"),
        (4, "TOOL_UNAVAILABLE", "call t 0#5/2 {}"),
    ] {
        thread.apply(passing_failure("0", attempt, code)).unwrap();
        assert!(
            thread.fired("0", 0).ends_with(next),
            "{attempt}: {}",
            thread.last()
        );
    }
}

#[test]
fn what_nothing_can_change_is_not_tried_again() {
    for code in ["TOOL_REFUSED", "TOOL_UNAVAILABLE", "EXPRESSION_FAILED"] {
        let retried = run_or("t", vec![], "", Some(retry(5, None)));
        let mut thread = Thread::start(program(vec![retried]));
        assert_eq!(
            thread.failed("0", 1, code),
            format!("0 #1 failed {code} · paused StepError at 0")
        );
    }
}

#[test]
fn an_input_that_does_not_fit_is_not_tried_again() {
    let mut thread = Thread::start(program(vec![run_or(
        "t",
        vec![("a", literal(1)), ("b", literal(2))],
        "x",
        Some(retry(5, None)),
    )]));
    assert_eq!(
        thread.failed("0", 1, "TOOL_INPUT_INVALID"),
        "0 #1 failed TOOL_INPUT_INVALID · paused StepError at 0"
    );
    assert_eq!(
        thread.resumed(Some("0"), Resume::Merge(json(r#"{"b": 3}"#))),
        r#"resumed · 0 #2 started · call t 0#2/2 {"a":1,"b":3}"#,
        "another input has another number"
    );
    thread.failed("0", 2, "TOOL_INPUT_INVALID");
    assert_eq!(
        thread.resumed(None, Resume::Replace(json(r#"{"c": 4}"#))),
        r#"resumed · 0 #3 started · call t 0#3/3 {"c":4}"#
    );
}

#[test]
fn a_fallback_is_another_attempt_and_its_output_counts() {
    let fallback = OnError::Fallback {
        callee: callee("other"),
        inputs: inputs(vec![("b", literal(2))]),
    };
    let steps = vec![
        run_or("t", vec![("a", literal(1))], "x", Some(fallback)),
        emit(vec![("x", name("x"))]),
    ];
    let mut thread = Thread::start(program(steps));
    assert_eq!(
        thread.failed("0", 1, "OUTCOME_UNKNOWN"),
        r#"0 retrying #2 at 0 · 0 #2 started · call other 0#2/2 {"b":2}"#
    );
    assert_eq!(thread.pending(), r#"call other 0#2/2 {"b":2}"#);
    assert!(
        thread
            .returned("0", 2, "5")
            .starts_with("0 #2 completed by fallback")
    );
    assert!(thread.last().ends_with(r#"thread completed {"x":5}"#));
}

#[test]
fn a_fallback_that_fails_too_pauses_and_the_step_begins_anew() {
    let fallback = OnError::Fallback {
        callee: callee("other"),
        inputs: vec![],
    };
    let mut thread = Thread::start(program(vec![run_or(
        "t",
        vec![("a", literal(1))],
        "",
        Some(fallback),
    )]));
    thread.failed("0", 1, "TOOL_FAILED");
    assert_eq!(
        thread.failed("0", 2, "TOOL_FAILED"),
        "0 #2 failed TOOL_FAILED · paused StepError at 0"
    );
    assert_eq!(
        thread.resumed(None, Resume::Again),
        r#"resumed · 0 #3 started · call t 0#3/3 {"a":1}"#
    );
}

#[test]
fn an_ignored_error_binds_null() {
    let steps = vec![
        run_or("t", vec![], "x", Some(OnError::Ignore)),
        emit(vec![("x", name("x"))]),
    ];
    let mut thread = Thread::start(program(steps));
    assert!(
        thread
            .failed("0", 1, "TOOL_FAILED")
            .starts_with("0 #1 failed TOOL_FAILED by ignore · 1 #1 started")
    );
    assert!(thread.last().ends_with(r#"thread completed {"x":null}"#));
}

#[test]
fn inputs_that_cannot_be_computed_fail_the_step_and_can_be_given() {
    let broken = plus(literal(1), literal("x"));
    let steps = |on_error| {
        vec![run_or(
            "t",
            vec![("a", broken.clone()), ("b", literal(2))],
            "x",
            on_error,
        )]
    };
    let mut thread = Thread::start(program(steps(Some(retry(3, None)))));
    assert_eq!(
        thread.last(),
        "0 #1 started · 0 #1 failed EXPRESSION_FAILED · paused StepError at 0"
    );
    assert_eq!(
        thread.resumed(None, Resume::Again),
        "resumed · 0 #2 started · 0 #2 failed EXPRESSION_FAILED · paused StepError at 0"
    );
    assert_eq!(
        thread.resumed(None, Resume::Merge(json(r#"{"a": 1, "c": 3}"#))),
        r#"resumed · 0 #3 started · call t 0#3/1 {"a":1,"b":2,"c":3}"#,
        "no call was made before"
    );
    let thread = Thread::start(program(steps(Some(OnError::Ignore))));
    assert_eq!(
        thread.last(),
        "0 #1 started · 0 #1 failed EXPRESSION_FAILED by ignore · thread completed {}"
    );
    let other = OnError::Fallback {
        callee: callee("other"),
        inputs: vec![],
    };
    let thread = Thread::start(program(steps(Some(other))));
    assert_eq!(
        thread.last(),
        "0 #1 started · 0 retrying #2 at 0 · 0 #2 started · call other 0#2/1 {}"
    );
}

#[test]
fn an_operator_can_supply_the_output() {
    let mut thread = Thread::start(program(vec![
        run("t", vec![], "x"),
        emit(vec![("x", name("x"))]),
    ]));
    thread.failed("0", 1, "TOOL_FAILED");
    thread.ignored(
        Notification::Resumed {
            path: Some(path("1")),
            change: Resume::Again,
            seen: None,
        },
        Ignored::NotFailed,
    );
    thread.ignored(
        Notification::Resumed {
            path: None,
            change: Resume::Replace(Value::Int(3)),
            seen: None,
        },
        Ignored::NoSuchChange,
    );
    assert_eq!(thread.status(), Status::Paused);
    assert!(
        thread
            .resumed(None, Resume::Output(Value::Int(9)))
            .starts_with("resumed · 0 #1 completed 9 by operator")
    );
    assert!(thread.last().ends_with(r#"thread completed {"x":9}"#));
}

#[test]
fn answers_that_come_late_twice_or_for_nobody_are_ignored() {
    let mut thread = Thread::new(
        program(vec![run("t", vec![], ""), run("u", vec![], "")]),
        Options::default(),
    );
    let returned = |at: &str, attempt| Notification::Returned {
        path: path(at),
        attempt,
        output: Value::Null,
    };
    thread.ignored(returned("0", 1), Ignored::NoSuchCall);
    thread.apply(started("{}")).unwrap();
    thread.ignored(started("{}"), Ignored::AlreadyStarted);
    for (at, attempt) in [
        ("0", 2),
        ("0", 0),
        ("1", 1),
        ("", 1),
        ("0.0", 1),
        ("7.3.1", 1),
    ] {
        thread.ignored(returned(at, attempt), Ignored::NoSuchCall);
        thread.ignored(failed(at, attempt, "X"), Ignored::NoSuchCall);
        thread.ignored(
            Notification::TimerFired { path: path(at) },
            Ignored::NoSuchTimer,
        );
    }
    thread.ignored(Notification::Continued, Ignored::NothingToContinue);
    thread.ignored(
        Notification::Resumed {
            path: None,
            change: Resume::Again,
            seen: None,
        },
        Ignored::NotPaused,
    );
    thread.returned("0", 1, "1");
    thread.ignored(returned("0", 1), Ignored::NoSuchCall);
}
