//! on thread error, and errors that end a thread.

use scriptum_contract::{Text, Type};
use scriptum_vm::{
    Event, Notification, Resume, Status,
    program::{Action, Node, NodeId, Op},
};

use crate::{build::*, drive::*};

fn field(of: &str, key: &str) -> scriptum_vm::program::Expr {
    expr(Op::Field {
        of: Box::new(name(of).root),
        name: key.into(),
        safe: false,
    })
}

#[test]
fn the_block_runs_when_nothing_else_can_and_its_output_is_kept() {
    let steps = vec![
        set("x", literal(1)),
        each(
            ints([1, 2]),
            2,
            0,
            "xs",
            vec![labelled("Look", run("t", vec![], "y"))],
        ),
    ];
    let block = vec![
        run(
            "notify",
            vec![
                ("error", name("error")),
                ("thread", name("thread")),
                ("x", name("x")),
            ],
            "",
        ),
        emit(vec![("code", field("error", "code"))]),
    ];
    let mut thread = Thread::start(with_error_block(program(steps), block));
    assert_eq!(
        thread.failed("1.1.0", 1, "TOOL_FAILED"),
        "1.1.0 #1 failed TOOL_FAILED"
    );
    assert_eq!(
        thread.returned("1.0.0", 1, "1"),
        concat!(
            r#"1.0.0 #1 completed · 1 #1 failed CANCELLED · 2.0 #1 started · call notify 2.0#1/1 {"error":{"message":"it broke","code":"TOOL_FAILED","details":null,"#,
            r#""step":"Look","step_path":"1.1.0","tool":"t","attempt":1},"thread":{"id":"thr_1","script":"test","version":3,"status":"FAILED"},"x":1}"#
        )
    );
    assert_eq!(
        thread.returned("2.0", 1, "null"),
        r#"2.0 #1 completed · 2.1 #1 started · 2.1 #1 completed {"code":"TOOL_FAILED"} · thread failed TOOL_FAILED at 1.1.0 {"code":"TOOL_FAILED"}"#
    );
    assert_eq!(thread.status(), Status::Failed);
}

#[test]
fn a_check_that_fails_goes_to_the_block_at_once() {
    let check = check(literal(false), Action::Continue, Action::Fail(None));
    let body = vec![
        decide(
            vec![(
                binary(
                    scriptum_vm::program::BinaryOp::Equal,
                    name("item"),
                    literal(1),
                ),
                "first",
            )],
            None,
            vec![("first", vec![check])],
            "",
        ),
        run("t", vec![], ""),
    ];
    let steps = vec![each(ints([2, 1]), 2, 0, "xs", body)];
    let mut thread = Thread::start(with_error_block(
        program(steps),
        vec![run("notify", vec![], "")],
    ));
    assert_eq!(
        thread.last(),
        "0 #1 started · 0.0.1 #1 started · 0.1.0 #1 started · 0.1.0.0.0 #1 started · 0.1.0.0.0 #1 failed CHECK_FAILED · 0.1.0 #1 failed CANCELLED · 0.0.1 #1 failed CANCELLED · 0 #1 failed CANCELLED · 1.0 #1 started · call notify 1.0#1/1 {}"
    );
    thread.ignored(
        Notification::Returned {
            path: path("0.0.1"),
            attempt: 1,
            output: json("1"),
        },
        scriptum_vm::Ignored::NoSuchCall,
    );
    assert_eq!(
        thread.returned("1.0", 1, "1"),
        "1.0 #1 completed · thread failed CHECK_FAILED at 0.1.0.0.0"
    );
}

#[test]
fn an_error_in_the_block_ends_the_thread_with_the_first_one() {
    for broken in [
        run("notify", vec![("x", plus(literal(1), literal("x")))], ""),
        check(literal(false), Action::Continue, Action::Fail(None)),
    ] {
        let mut thread = Thread::start(with_error_block(
            program(vec![run("t", vec![], "")]),
            vec![broken],
        ));
        thread.failed("0", 1, "TOOL_FAILED");
        assert!(
            thread.last().ends_with("thread failed TOOL_FAILED at 0"),
            "{}",
            thread.last()
        );
        let Some(Event::ThreadFailed { error, .. }) = thread.turn.as_ref().unwrap().events.last()
        else {
            panic!("the thread failed");
        };
        let note = error
            .details
            .as_object()
            .unwrap()
            .get("on_thread_error")
            .unwrap();
        assert_eq!(
            note.as_object()
                .unwrap()
                .get("step_path")
                .unwrap()
                .as_text(),
            Some("1.0")
        );
    }
}

#[test]
fn a_wrong_output_goes_through_the_block_too() {
    let steps = vec![emit(vec![("report", literal(1))])];
    let broken = with_output(program(steps), "report", Type::Text(Text::default()));
    let thread = Thread::start(with_error_block(
        broken,
        vec![emit(vec![("code", field("error", "code"))])],
    ));
    assert!(
        thread
            .last()
            .ends_with(r#"thread failed OUTPUT_INVALID at 0 {"code":"OUTPUT_INVALID"}"#),
        "{}",
        thread.last()
    );
    let nothing = with_output(program(vec![]), "report", Type::Text(Text::default()));
    let thread = Thread::start(with_error_block(nothing, vec![]));
    assert_eq!(thread.last(), "thread failed OUTPUT_MISSING");
}

#[test]
fn a_step_of_the_block_can_wait_retry_and_be_paused() {
    let block = vec![run_or("notify", vec![], "", Some(retry(1, Some(10))))];
    let mut thread = Thread::start(with_error_block(program(vec![run("t", vec![], "")]), block));
    thread.failed("0", 1, "TOOL_FAILED");
    assert_eq!(
        thread.failed("1.0", 1, "TOOL_FAILED"),
        "1.0 retrying #2 at 10 · timer 1.0 at 10"
    );
    thread.apply(Notification::PauseAsked).unwrap();
    assert_eq!(thread.last(), "paused Operator");
    thread.resumed(None, Resume::Again);
    thread.fired("1.0", 10);
    assert_eq!(
        thread.returned("1.0", 2, "1"),
        "1.0 #2 completed · thread failed TOOL_FAILED at 0"
    );
}

#[test]
fn expressions_that_fail_pause_at_their_step() {
    let broken = || plus(literal(1), literal("x"));
    for (step, given) in [
        (set("x", broken()), "5"),
        (each(broken(), 0, 0, "x", vec![run("t", vec![], "")]), "[5]"),
        (
            decide(
                vec![(broken(), "A")],
                None,
                vec![("A", vec![run("t", vec![], "")])],
                "x",
            ),
            "5",
        ),
        (
            check(broken(), Action::Continue, Action::Fail(None)),
            "true",
        ),
    ] {
        let mut thread = Thread::start(program(vec![step, emit(vec![])]));
        assert_eq!(
            thread.last(),
            "0 #1 started · 0 #1 failed EXPRESSION_FAILED · paused StepError at 0"
        );
        assert!(
            thread
                .resumed(None, Resume::Again)
                .ends_with("0 #2 failed EXPRESSION_FAILED · paused StepError at 0")
        );
        assert!(
            thread
                .resumed(None, Resume::Output(json(given)))
                .ends_with("thread completed {}"),
            "{}",
            thread.last()
        );
    }
    let mut thread = Thread::start(program(vec![emit(vec![("x", broken())])]));
    assert!(
        thread
            .resumed(None, Resume::Merge(json(r#"{"x": 5}"#)))
            .ends_with(r#"thread completed {"x":5}"#)
    );
}

#[test]
fn a_label_that_cannot_be_computed_stays_as_written() {
    let mut step = set("x", literal(1));
    let broken = plus(literal(1), literal("x")).root;
    step.label = Some(scriptum_vm::program::Expr {
        source: r#""Step {1 + \"x\"}""#.into(),
        root: Node {
            at: NodeId::default(),
            op: Op::Template(vec![scriptum_vm::program::TemplatePart::Expr(broken)]),
        },
    });
    let thread = Thread::start(program(vec![step]));
    let Event::StepStarted { label, .. } = &thread.turn.as_ref().unwrap().events[0] else {
        panic!("the step starts");
    };
    assert_eq!(label.as_deref(), Some(r#"Step {1 + \"x\"}"#));
}
