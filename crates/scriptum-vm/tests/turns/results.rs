//! let, do, emit: steps in order, and how a thread gets its result.

use scriptum_contract::{Text, Type};
use scriptum_vm::{Ignored, Notification, Options, Status, program::Action};

use crate::{build::*, drive::*};

#[test]
fn steps_run_in_order_and_emit_ends_the_thread() {
    let mut thread = Thread::start(with_output(
        program(vec![
            set("query", literal("rust")),
            run("search", vec![("q", name("query"))], "hits"),
            emit(vec![("found", name("hits"))]),
            run("never", vec![], ""),
        ]),
        "found",
        Type::Any,
    ));
    assert_eq!(
        thread.last(),
        r#"0 #1 started · 0 #1 completed "rust" · 1 #1 started · call search 1#1/1 {"q":"rust"}"#
    );
    assert_eq!(
        thread.returned("1", 1, "[1,2]"),
        r#"1 #1 completed · 2 #1 started · 2 #1 completed {"found":[1,2]} · thread completed {"found":[1,2]}"#
    );
    assert_eq!(thread.status(), Status::Completed);
    assert_eq!(thread.vm.frames().cells.len(), 1, "only the status stays");
    thread.ignored(started("{}"), Ignored::Ended);
}

#[test]
fn names_are_bindings_then_inputs_then_environment_then_null() {
    let program = program(vec![emit(vec![
        ("input", name("topic")),
        ("env", name("KEY")),
        ("unbound", name("elsewhere")),
    ])]);
    let thread = Thread::start_with(program, Options::default(), r#"{"topic": "x"}"#);
    assert!(
        thread
            .last()
            .ends_with(r#"thread completed {"input":"x","env":"secret","unbound":null}"#)
    );
}

#[test]
fn a_body_without_emit_completes_with_nothing_unless_output_is_required() {
    let thread = Thread::start(program(vec![set("x", literal(1))]));
    assert!(thread.last().ends_with("thread completed {}"));
    let needs = with_output(program(vec![]), "report", Type::Text(Text::default()));
    let thread = Thread::start(needs);
    assert_eq!(thread.last(), "thread failed OUTPUT_MISSING");
    assert_eq!(thread.status(), Status::Failed);
}

#[test]
fn an_output_that_breaks_the_contract_fails_the_thread() {
    let report = |value| {
        let steps = vec![emit(vec![("report", value)])];
        Thread::start(with_output(
            program(steps),
            "report",
            Type::Text(Text::default()),
        ))
        .last()
    };
    assert!(report(literal("fine")).ends_with(r#"thread completed {"report":"fine"}"#));
    assert!(
        report(literal(1))
            .ends_with("0 #1 failed OUTPUT_INVALID · thread failed OUTPUT_INVALID at 0")
    );
}

#[test]
fn a_branch_shares_its_scope_and_the_steps_of_others_are_skipped() {
    let small = vec![set("route", literal("small"))];
    let nested = decide(
        vec![(literal(true), "in")],
        None,
        vec![("in", vec![set("deep", literal(1))])],
        "",
    );
    let big = vec![nested, set("route", literal("big"))];
    let steps = vec![
        decide(
            vec![(
                binary(
                    scriptum_vm::program::BinaryOp::Greater,
                    name("size"),
                    literal(10),
                ),
                "Big",
            )],
            Some("Small"),
            vec![("Big", big), ("Small", small)],
            "last",
        ),
        emit(vec![
            ("route", name("route")),
            ("last", name("last")),
            ("deep", name("deep")),
        ]),
    ];
    let of = |size: &str| {
        Thread::start_with(
            program(steps.clone()),
            Options::default(),
            &format!(r#"{{"size": {size}}}"#),
        )
        .last()
    };
    assert!(of("5").starts_with(
        r#"0 #1 started · 0.0.0 skipped · 0.0.0.0.0 skipped · 0.0.1 skipped · 0.1.0 #1 started · 0.1.0 #1 completed "small" · 0 #1 completed "small""#
    ), "{}", of("5"));
    assert!(of("5").ends_with(r#"thread completed {"route":"small","last":"small","deep":null}"#));
    assert!(of("50").ends_with(r#"thread completed {"route":"big","last":"big","deep":1}"#));
}

#[test]
fn a_decide_without_match_is_skipped_and_binds_null() {
    let branches = vec![("A", vec![run("a", vec![], "x")])];
    let mut thread = Thread::start(program(vec![
        set("d", literal(1)),
        decide(vec![(literal(false), "A")], None, branches, "d"),
        emit(vec![("d", name("d"))]),
    ]));
    assert!(
        thread.last().contains("1 skipped · 1.0.0 skipped"),
        "{}",
        thread.last()
    );
    assert!(thread.last().ends_with(r#"thread completed {"d":null}"#));
    thread.ignored(Notification::PauseAsked, Ignored::Ended);
}

#[test]
fn an_emit_in_a_branch_ends_the_thread() {
    let branches = vec![("A", vec![emit(vec![("x", literal(1))])])];
    let thread = Thread::start(program(vec![
        decide(vec![], Some("A"), branches, ""),
        run("never", vec![], ""),
    ]));
    assert_eq!(
        thread.last(),
        r#"0 #1 started · 0.0.0 #1 started · 0.0.0 #1 completed {"x":1} · 0 #1 completed null · thread completed {"x":1}"#
    );
}

#[test]
fn a_check_continues_or_fails_the_thread() {
    let of = |condition: bool| {
        Thread::start(program(vec![
            check(
                literal(condition),
                Action::Continue,
                Action::Fail(Some(literal("nothing found"))),
            ),
            emit(vec![]),
        ]))
    };
    assert!(
        of(true)
            .last()
            .starts_with("0 #1 started · 0 #1 completed true · 1 #1 started")
    );
    assert_eq!(
        of(false).last(),
        "0 #1 started · 0 #1 failed CHECK_FAILED · thread failed CHECK_FAILED at 0"
    );
}
