//! each: order, width, pauses, values.

use scriptum_vm::{
    Options, Resume,
    program::{BinaryOp, OnError},
};

use crate::{build::*, drive::*};

fn result() -> scriptum_vm::program::Step {
    emit(vec![("xs", name("xs"))])
}

#[test]
fn results_are_in_input_order_whatever_the_order_of_completion() {
    let steps = vec![
        each(
            ints([10, 20, 30]),
            2,
            0,
            "xs",
            vec![run("t", vec![("v", name("item"))], "y")],
        ),
        result(),
    ];
    let mut thread = Thread::start(program(steps));
    assert_eq!(
        thread.last(),
        r#"0 #1 started · 0.0.0 #1 started · 0.1.0 #1 started · call t 0.0.0#1/1 {"v":10} · call t 0.1.0#1/1 {"v":20}"#
    );
    assert_eq!(
        thread.returned("0.1.0", 1, "2"),
        r#"0.1.0 #1 completed · 0.2.0 #1 started · call t 0.2.0#1/1 {"v":30}"#
    );
    thread.returned("0.2.0", 1, "3");
    assert_eq!(
        thread.returned("0.0.0", 1, "1"),
        r#"0.0.0 #1 completed · 0 #1 completed [1,2,3] · 1 #1 started · 1 #1 completed {"xs":[1,2,3]} · thread completed {"xs":[1,2,3]}"#
    );
}

#[test]
fn a_value_is_that_of_the_emit_or_of_the_last_child_that_has_one() {
    let passed = || {
        check(
            literal(true),
            scriptum_vm::program::Action::Continue,
            scriptum_vm::program::Action::Continue,
        )
    };
    let of = |body| {
        let steps = vec![each(ints([1, 2]), 0, 0, "xs", body), result()];
        let last = Thread::start(program(steps)).last();
        last.rsplit("thread completed ").next().unwrap().to_owned()
    };
    assert_eq!(
        of(vec![set("y", plus(name("item"), literal(1)))]),
        r#"{"xs":[2,3]}"#
    );
    assert_eq!(
        of(vec![set("y", name("index")), passed()]),
        r#"{"xs":[0,1]}"#
    );
    assert_eq!(
        of(vec![
            emit(vec![("v", name("item"))]),
            set("never", literal(1))
        ]),
        r#"{"xs":[{"v":1},{"v":2}]}"#
    );
    assert_eq!(of(vec![passed()]), r#"{"xs":[null,null]}"#);
    let branch = decide(
        vec![(binary(BinaryOp::Equal, name("item"), literal(1)), "one")],
        None,
        vec![("one", vec![set("y", literal("one"))])],
        "",
    );
    assert_eq!(of(vec![branch]), r#"{"xs":["one",null]}"#);
    let inner = each(
        ints([5, 6]),
        0,
        0,
        "",
        vec![set("z", plus(name("item"), literal(100)))],
    );
    assert_eq!(of(vec![inner]), r#"{"xs":[[105,106],[105,106]]}"#);
}

#[test]
fn names_of_an_iteration_end_with_it() {
    let steps = vec![
        set("y", literal(0)),
        each(
            ints([1, 2]),
            0,
            0,
            "xs",
            vec![
                set("y", plus(name("y"), name("item"))),
                set("item", literal(9)),
                set("z", name("y")),
            ],
        ),
        emit(vec![
            ("xs", name("xs")),
            ("y", name("y")),
            ("item", name("item")),
        ]),
    ];
    let thread = Thread::start(program(steps));
    assert!(
        thread
            .last()
            .ends_with(r#"thread completed {"xs":[1,2],"y":0,"item":null}"#),
        "{}",
        thread.last()
    );
}

#[test]
fn what_is_no_list_or_no_width_fails_the_step() {
    let of = |source, parallel| {
        Thread::start(program(vec![
            each(source, parallel, 0, "xs", vec![set("y", literal(1))]),
            result(),
        ]))
        .last()
    };
    assert!(of(ints([]), 1).starts_with("0 #1 started · 0 #1 completed [] · 1 #1 started"));
    assert!(of(literal("text"), 1).contains("0 #1 failed EXPRESSION_FAILED · paused"));
    assert!(of(ints([1]), -1).contains("0 #1 failed EXPRESSION_FAILED · paused"));
    assert!(of(ints([1]), 1_000_000).contains("0 #1 failed LIMIT_EXCEEDED · paused"));
}

#[test]
fn a_loop_that_sleeps_goes_by_batches() {
    let steps = vec![
        each(ints([1, 2, 3]), 2, 1_000, "xs", vec![run("t", vec![], "y")]),
        result(),
    ];
    let mut thread = Thread::start(program(steps));
    thread.returned("0.0.0", 1, "1");
    assert_eq!(thread.last(), "0.0.0 #1 completed", "the batch is not over");
    thread.now = 50;
    assert_eq!(
        thread.returned("0.1.0", 1, "2"),
        "0.1.0 #1 completed · timer 0 at 1050"
    );
    assert_eq!(thread.vm.wake_at().map(|at| at.0), Some(1050));
    assert_eq!(
        thread.fired("0", 1_050),
        "0.2.0 #1 started · call t 0.2.0#1/1 {}"
    );
    assert!(
        thread
            .returned("0.2.0", 1, "3")
            .contains("0 #1 completed [1,2,3]")
    );
}

#[test]
fn a_failed_iteration_lets_the_others_go_on_and_can_be_repaired() {
    let steps = vec![
        each(
            ints([1, 2, 3, 4]),
            2,
            0,
            "xs",
            vec![run("t", vec![("v", name("item"))], "y")],
        ),
        result(),
    ];
    let mut thread = Thread::start(program(steps));
    assert_eq!(
        thread.failed("0.0.0", 1, "TOOL_FAILED"),
        "0.0.0 #1 failed TOOL_FAILED"
    );
    assert_eq!(
        thread.returned("0.1.0", 1, "2"),
        r#"0.1.0 #1 completed · 0.2.0 #1 started · call t 0.2.0#1/1 {"v":3}"#
    );
    assert_eq!(
        thread.failed("0.2.0", 1, "TOOL_FAILED"),
        "0.2.0 #1 failed TOOL_FAILED · paused StepError at 0.0.0"
    );
    assert_eq!(
        thread.resumed(Some("0.2.0"), Resume::Again),
        r#"resumed · 0.2.0 #2 started · call t 0.2.0#2/2 {"v":3}"#
    );
    assert_eq!(
        thread.returned("0.2.0", 2, "3"),
        r#"0.2.0 #2 completed · 0.3.0 #1 started · call t 0.3.0#1/1 {"v":4}"#
    );
    assert_eq!(
        thread.returned("0.3.0", 1, "4"),
        "0.3.0 #1 completed · paused StepError at 0.0.0"
    );
    thread.resumed(None, Resume::Output(json("1")));
    assert!(
        thread
            .last()
            .ends_with(r#"thread completed {"xs":[1,2,3,4]}"#)
    );
}

#[test]
fn all_failed_iterations_resume_at_once_and_a_change_goes_to_the_first() {
    let steps = vec![
        each(
            ints([1, 2]),
            2,
            0,
            "xs",
            vec![run("t", vec![("v", name("item"))], "y")],
        ),
        result(),
    ];
    let mut thread = Thread::start(program(steps));
    thread.failed("0.1.0", 1, "TOOL_FAILED");
    thread.failed("0.0.0", 1, "TOOL_FAILED");
    assert_eq!(
        thread.resumed(None, Resume::Replace(json(r#"{"v": 0}"#))),
        r#"resumed · 0.0.0 #2 started · 0.1.0 #2 started · call t 0.0.0#2/2 {"v":0} · call t 0.1.0#2/2 {"v":2}"#
    );
}

#[test]
fn an_ignored_error_in_an_iteration_gives_null() {
    let body = vec![run_or("t", vec![], "y", Some(OnError::Ignore))];
    let mut thread = Thread::start(program(vec![
        each(ints([1, 2]), 2, 0, "xs", body),
        result(),
    ]));
    thread.failed("0.0.0", 1, "TOOL_FAILED");
    thread.returned("0.1.0", 1, "2");
    assert!(
        thread
            .last()
            .ends_with(r#"thread completed {"xs":[null,2]}"#)
    );
}

#[test]
fn a_long_loop_of_pure_steps_is_cut_into_turns() {
    let options = Options {
        turn_events_max: 10,
        ..Options::default()
    };
    let body = vec![set("y", plus(name("item"), literal(1)))];
    let mut thread = Thread::start_with(
        program(vec![each(ints(0..100), 3, 0, "xs", body), result()]),
        options,
        "{}",
    );
    let mut turns = 1;
    while thread.vm.is_unfinished() {
        assert!(thread.turn.as_ref().unwrap().unfinished);
        assert!(thread.turn.as_ref().unwrap().events.len() <= 12);
        thread.apply(scriptum_vm::Notification::Continued).unwrap();
        turns += 1;
    }
    assert!(turns > 20, "{turns}");
    let expected: Vec<_> = (1..=100).map(|n: i64| n.to_string()).collect();
    assert!(thread.last().ends_with(&format!(
        r#"thread completed {{"xs":[{}]}}"#,
        expected.join(",")
    )));
}

#[test]
fn an_item_of_a_wide_loop_costs_a_few_small_cells() {
    let steps = vec![
        each(ints(0..500), 50, 0, "xs", vec![run("t", vec![], "y")]),
        result(),
    ];
    let mut thread = Thread::start(program(steps));
    for index in 0..499 {
        thread.returned(&format!("0.{index}.0"), 1, r#"{"ok":true}"#);
        let delta = &thread.turn.as_ref().unwrap().frames;
        let size: usize = delta
            .cells
            .values()
            .flatten()
            .map(|cell| cell.0.len())
            .sum();
        assert!(delta.cells.len() <= 3 && size < 120, "{delta:?}");
    }
}
