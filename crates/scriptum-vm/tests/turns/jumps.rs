//! check … goto and retry: where they lead, and that attempts are counted exactly.

use scriptum_vm::{
    Ignored, Notification, Resume,
    program::{Action, BinaryOp},
};

use crate::{build::*, drive::*};

fn goto(label: &str) -> Action {
    Action::Goto(label.into())
}

fn less_than(left: &str, right: i64) -> scriptum_vm::program::Expr {
    binary(BinaryOp::Less, name(left), literal(right))
}

#[test]
fn a_jump_back_runs_steps_again_with_the_next_attempt_and_number() {
    let steps = vec![
        set("n", literal(0)),
        run("t", vec![], "x"),
        set("n", plus(name("n"), literal(1))),
        check(less_than("n", 3), goto("Again"), Action::Continue),
        emit(vec![("n", name("n"))]),
    ];
    let mut thread = Thread::start(with_sections(program(steps), &[("Again", 1)]));
    assert!(
        thread
            .returned("1", 1, "1")
            .ends_with("3 #1 completed true · 1 #2 started · call t 1#2/2 {}")
    );
    thread.ignored(
        Notification::Returned {
            path: path("1"),
            attempt: 1,
            output: json("1"),
        },
        Ignored::NoSuchCall,
    );
    assert!(
        thread
            .returned("1", 2, "1")
            .ends_with("3 #2 completed true · 1 #3 started · call t 1#3/3 {}")
    );
    assert!(thread.returned("1", 3, "1").ends_with(
        r#"3 #3 completed false · 4 #1 started · 4 #1 completed {"n":3} · thread completed {"n":3}"#
    ));
}

#[test]
fn a_jump_forward_skips_what_it_passes() {
    let branches = vec![("A", vec![run("a", vec![], "")])];
    let steps = vec![
        check(literal(true), goto("End"), Action::Continue),
        labelled("Passed over", run("t", vec![], "")),
        decide(vec![], Some("A"), branches, ""),
        emit(vec![]),
    ];
    let thread = Thread::start(with_sections(program(steps), &[("End", 3)]));
    assert_eq!(
        thread.last(),
        "0 #1 started · 0 #1 completed true · 1 skipped · 2 skipped · 2.0.0 skipped · 3 #1 started · 3 #1 completed {} · thread completed {}"
    );
}

#[test]
fn a_jump_out_of_a_branch_completes_its_decide() {
    let branches = vec![(
        "A",
        vec![
            check(literal(true), goto("End"), Action::Continue),
            run("t", vec![], ""),
        ],
    )];
    let steps = vec![
        decide(vec![], Some("A"), branches, "d"),
        run("u", vec![], ""),
        emit(vec![("d", name("d"))]),
    ];
    let thread = Thread::start(with_sections(program(steps), &[("End", 2)]));
    assert_eq!(
        thread.last(),
        r#"0 #1 started · 0.0.0 #1 started · 0.0.0 #1 completed true · 0 #1 completed null · 1 skipped · 2 #1 started · 2 #1 completed {"d":null} · thread completed {"d":null}"#
    );
}

#[test]
fn a_jump_into_a_branch_takes_it_without_asking() {
    let branches = vec![
        ("Write", vec![run("w", vec![], "text")]),
        ("Rewrite", vec![run("r", vec![], "text")]),
    ];
    let steps = vec![
        decide(vec![], Some("Write"), branches, ""),
        check(
            binary(BinaryOp::Equal, name("text"), literal("good")),
            Action::Continue,
            goto("Rewrite"),
        ),
    ];
    let mut thread = Thread::start(program(steps));
    assert!(
        thread
            .last()
            .starts_with("0 #1 started · 0.1.0 skipped · 0.0.0 #1 started")
    );
    assert!(
        thread.returned("0.0.0", 1, r#""bad""#).ends_with(
            "1 #1 completed false · 0 #2 started · 0.1.0 #1 started · call r 0.1.0#1/1 {}"
        )
    );
    assert!(
        thread.returned("0.1.0", 1, r#""bad""#).ends_with(
            "1 #2 completed false · 0 #3 started · 0.1.0 #2 started · call r 0.1.0#2/2 {}"
        )
    );
    assert!(
        thread
            .returned("0.1.0", 2, r#""good""#)
            .ends_with("1 #3 completed true · thread completed {}")
    );
}

#[test]
fn a_loop_that_runs_again_counts_the_attempts_of_its_steps() {
    let steps = vec![
        each(ints([1, 2]), 0, 0, "xs", vec![run("t", vec![], "y")]),
        check(
            binary(BinaryOp::Equal, name("xs"), ints([1, 1])),
            Action::Continue,
            goto("Top"),
        ),
    ];
    let mut thread = Thread::start(with_sections(program(steps), &[("Top", 0)]));
    thread.returned("0.0.0", 1, "0");
    assert!(
        thread
            .returned("0.1.0", 1, "0")
            .ends_with("0 #2 started · 0.0.0 #2 started · call t 0.0.0#2/2 {}")
    );
    assert!(
        thread
            .returned("0.0.0", 2, "1")
            .ends_with("0.1.0 #2 started · call t 0.1.0#2/2 {}")
    );
    assert!(
        thread
            .returned("0.1.0", 2, "1")
            .ends_with("1 #2 completed true · thread completed {}")
    );
}

#[test]
fn a_check_sends_the_step_before_it_round_again() {
    let steps = vec![
        run("t", vec![], "x"),
        check(
            binary(BinaryOp::Equal, name("x"), literal(1)),
            Action::Continue,
            Action::Retry(2),
        ),
        emit(vec![]),
    ];
    let mut thread = Thread::start(program(steps.clone()));
    assert!(
        thread
            .returned("0", 1, "0")
            .ends_with("1 #1 completed false · 0 #2 started · call t 0#2/2 {}")
    );
    assert!(
        thread
            .returned("0", 2, "0")
            .ends_with("1 #2 completed false · 0 #3 started · call t 0#3/3 {}")
    );
    assert!(
        thread
            .returned("0", 3, "0")
            .ends_with("1 #3 failed CHECK_FAILED · thread failed CHECK_FAILED at 1")
    );
    let mut thread = Thread::start(program(steps));
    thread.returned("0", 1, "0");
    assert!(
        thread
            .returned("0", 2, "1")
            .ends_with("thread completed {}")
    );
}

#[test]
fn rounds_begin_anew_when_the_check_is_reached_anew() {
    let steps = vec![
        run("t", vec![], "x"),
        check(
            binary(BinaryOp::Equal, name("x"), literal(1)),
            Action::Continue,
            Action::Retry(1),
        ),
        check(literal(true), goto("Top"), Action::Continue),
    ];
    let mut thread = Thread::start(with_sections(program(steps), &[("Top", 0)]));
    for passage in 0..3 {
        thread.returned("0", 1 + 2 * passage, "0");
        assert!(
            thread.last().contains("completed false"),
            "{}",
            thread.last()
        );
        thread.returned("0", 2 + 2 * passage, "1");
        assert!(thread.last().contains("0 #"), "{}", thread.last());
    }
}

#[test]
fn checks_in_iterations_jump_within_them() {
    let body = vec![
        run("t", vec![("v", name("item"))], "x"),
        check(
            binary(BinaryOp::Equal, name("x"), literal(0)),
            Action::Retry(3),
            Action::Continue,
        ),
        emit(vec![("x", name("x"))]),
    ];
    let steps = vec![
        each(ints([1, 2]), 2, 0, "xs", body),
        emit(vec![("xs", name("xs"))]),
    ];
    let mut thread = Thread::start(program(steps));
    assert!(
        thread
            .returned("0.0.0", 1, "0")
            .ends_with(r#"0.0.0 #2 started · call t 0.0.0#2/2 {"v":1}"#)
    );
    thread.returned("0.1.0", 1, "2");
    assert!(
        thread
            .returned("0.0.0", 2, "1")
            .ends_with(r#"thread completed {"xs":[{"x":1},{"x":2}]}"#)
    );
}

#[test]
fn a_thread_that_runs_in_circles_is_stopped() {
    let steps = vec![check(literal(true), goto("Top"), Action::Continue)];
    let mut thread = Thread::start(with_sections(program(steps), &[("Top", 0)]));
    while thread.vm.is_unfinished() {
        thread.apply(Notification::Continued).unwrap();
    }
    assert!(
        thread
            .last()
            .ends_with("0 #1001 failed LIMIT_EXCEEDED · paused StepError at 0"),
        "{}",
        thread.last()
    );
    thread.ignored(
        Notification::Resumed {
            path: None,
            change: Resume::Output(json("3")),
            seen: None,
        },
        Ignored::NoSuchChange,
    );
    assert_eq!(
        thread.resumed(None, Resume::Output(json("false"))),
        "resumed · 0 #1002 started · 0 #1002 completed false · thread completed {}"
    );
}

#[test]
fn an_unknown_label_fails_the_step() {
    let body = vec![check(literal(true), goto("Top"), Action::Continue)];
    let steps = vec![each(ints([1]), 0, 0, "", body)];
    let thread = Thread::start(with_sections(program(steps), &[("Top", 0)]));
    assert!(
        thread
            .last()
            .ends_with("0.0.0 #1 failed EXPRESSION_FAILED · paused StepError at 0.0.0"),
        "the border of an iteration is not crossed"
    );
}
