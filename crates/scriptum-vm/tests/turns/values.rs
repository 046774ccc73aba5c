//! Large values: they leave the state, and are asked for when they are needed again.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Field, Text, Type, Value};
use scriptum_vm::{Effect, Notification, Options, Refused, Resume, Status, Timestamp, Turn, Vm};

use crate::{build::*, drive::*};

const SMALL: Options = Options {
    inline_bytes_max: 80,
    turn_events_max: 1_000,
    cache_bytes_max: 0,
};

fn large() -> Value {
    Value::from("x".repeat(200))
}

#[test]
fn a_large_result_becomes_a_reference_with_its_content_as_a_blob() {
    let steps = vec![
        run("t", vec![], "big"),
        run("u", vec![("a", name("big"))], ""),
        emit(vec![("n", call("len", vec![name("big")]))]),
    ];
    let mut thread = Thread::start_with(program(steps), SMALL, "{}");
    let output = Value::object([("text", large()), ("n", Value::Int(1))]);
    thread
        .apply(Notification::Returned {
            path: path("0"),
            attempt: 1,
            output: output.clone(),
        })
        .unwrap();
    let Turn {
        notification,
        blobs,
        effects,
        ..
    } = thread.turn.take().unwrap();
    let Notification::Returned {
        output: Value::Stored(stored),
        ..
    } = notification
    else {
        panic!("the journal holds a reference");
    };
    assert_eq!(
        blobs.len(),
        2,
        "the text, and the object around its reference"
    );
    assert_eq!(blobs[1].hash, stored.hash);
    let content: Value = serde_json::from_slice(&blobs[1].bytes).unwrap();
    assert!(matches!(
        content.as_object().unwrap().get("text"),
        Some(Value::Stored(_))
    ));
    let Effect::Call(call) = &effects[0] else {
        panic!("a call")
    };
    assert!(matches!(
        call.args.as_object().unwrap().get("a"),
        Some(Value::Stored(_))
    ));
    let size: usize = thread.frames.cells.values().map(|cell| cell.0.len()).sum();
    assert!(size < 800, "{size}");
}

#[test]
fn content_that_was_forgotten_is_asked_for_and_the_refused_turn_changes_nothing() {
    let steps = vec![
        run("t", vec![], "big"),
        run("u", vec![], ""),
        emit(vec![("n", call("len", vec![name("big")]))]),
    ];
    let mut thread = Thread::start_with(program(steps), SMALL, "{}");
    thread
        .apply(Notification::Returned {
            path: path("0"),
            attempt: 1,
            output: large(),
        })
        .unwrap();
    let blob = thread.turn.take().unwrap().blobs.remove(0);
    let last = Notification::Returned {
        path: path("1"),
        attempt: 1,
        output: Value::Null,
    };
    let Err(Refused::Need(needs)) = thread.apply(last.clone()) else {
        panic!("the cache holds nothing");
    };
    assert_eq!(
        needs.iter().map(|need| need.hash).collect::<Vec<_>>(),
        [blob.hash]
    );
    assert_eq!(thread.status(), Status::Running);
    thread
        .vm
        .provide(blob.hash, serde_json::from_slice(&blob.bytes).unwrap());
    assert!(
        thread
            .apply(last)
            .unwrap()
            .ends_with(r#"thread completed {"n":200}"#)
    );
}

#[test]
fn the_list_of_a_loop_is_loaded_once_after_a_restart() {
    let items: Vec<_> = (0..50).collect();
    let steps = vec![
        each(
            ints(items),
            2,
            0,
            "xs",
            vec![run("t", vec![("v", name("item"))], "y")],
        ),
        emit(vec![("n", call("count", vec![name("xs")]))]),
    ];
    let mut thread = Thread::start_with(program(steps), SMALL, "{}");
    let list = thread.turn.take().unwrap().blobs.remove(0);
    let restored = Vm::restore_with_options(
        Arc::clone(thread.vm.program()),
        thread.frames.clone(),
        SMALL,
    );
    thread.vm = restored.unwrap();
    let returned = |index: u32| Notification::Returned {
        path: path(&format!("0.{index}.0")),
        attempt: 1,
        output: Value::Int(1),
    };
    let Err(Refused::Need(needs)) = thread.apply(returned(0)) else {
        panic!("the next iteration needs its element");
    };
    assert_eq!(needs[0].hash, list.hash);
    thread
        .vm
        .provide(list.hash, serde_json::from_slice(&list.bytes).unwrap());
    for index in 0..50 {
        thread.apply(returned(index)).unwrap();
    }
    assert!(
        thread.last().ends_with(r#"thread completed {"n":50}"#),
        "{}",
        thread.last()
    );
}

#[test]
fn the_output_is_checked_with_its_content() {
    let ty = Type::Text(Text {
        max_length: Some(100),
        ..Default::default()
    });
    let of = |length: usize| {
        let steps = vec![
            set("x", literal("y".repeat(length))),
            emit(vec![("x", name("x"))]),
        ];
        let options = Options {
            inline_bytes_max: 50,
            ..SMALL
        };
        Thread::start_with(with_output(program(steps), "x", ty.clone()), options, "{}").status()
    };
    assert_eq!(of(99), Status::Completed);
    assert_eq!(of(101), Status::Failed);
}

#[test]
fn time_and_fresh_numbers_are_those_of_the_turn() {
    let steps = vec![emit(vec![
        ("a", call("uuid", vec![])),
        ("b", call("uuid", vec![])),
        ("now", call("now", vec![])),
    ])];
    let emitted = |seed| {
        let mut vm = Vm::new(Arc::new(program(steps.clone())));
        let started = Notification::Started {
            input: json("{}"),
            env: BTreeMap::new(),
            seed,
            timeout_ms: None,
            thread: Value::Null,
        };
        serde_json::to_value(
            vm.apply(started, Timestamp(1_000))
                .unwrap()
                .events
                .last()
                .unwrap(),
        )
        .unwrap()
    };
    assert_eq!(emitted(1), emitted(1));
    assert_ne!(emitted(1), emitted(2));
    let output = &emitted(1)["thread_completed"]["output"];
    assert_ne!(output["a"], output["b"]);
    assert!(
        output["now"]
            .as_str()
            .unwrap()
            .starts_with("1970-01-01T00:00:01"),
        "{output}"
    );
}

#[test]
fn an_emit_can_be_given_a_large_output() {
    let broken = || plus(literal(1), literal("x"));
    let many = Value::list((0..60).map(Value::Int));
    for output in [
        Value::object([("report", large())]),
        Value::object([("report", Value::text("short")), ("notes", many)]),
    ] {
        let steps = vec![emit(vec![("report", broken())])];
        let mut program = with_output(program(steps), "report", Type::Text(Text::default()));
        let notes = Field::optional("notes", Type::list(Type::Any));
        program.contract.outputs.push(notes);
        let mut thread = Thread::start_with(program, SMALL, "{}");
        assert_eq!(thread.status(), Status::Paused);
        thread.resumed(None, Resume::Output(output));
        assert_eq!(thread.status(), Status::Completed, "{}", thread.last());
    }
}
