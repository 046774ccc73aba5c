//! How fast turns are: `cargo bench -p scriptum-vm --bench machine`. Items are turns.
//!
//! The cost of a turn must not depend on what happened before it, and must stay well below that of
//! writing it down.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench may panic, in its helpers too"
)]

#[path = "../tests/turns/build.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod build;

use std::{collections::BTreeMap, collections::VecDeque, sync::Arc};

use divan::{Bencher, counter::ItemsCount};
use scriptum_contract::Value;
use scriptum_vm::{Effect, Notification, StepPath, Timestamp, Turn, Vm, program::Program};

fn main() {
    divan::main();
}

const PART: u32 = 1_000;
const LONG: u32 = 10 * PART;
const WIDE: u32 = 100_000;

/// Steps one after the other, each using what the one before gave.
fn sequence(steps: u32) -> Arc<Program> {
    let step = |at: u32| {
        let input = if at == 0 {
            build::name("topic")
        } else {
            build::name(&format!("x{}", at - 1))
        };
        build::run("echo", vec![("message", input)], &format!("x{at}"))
    };
    Arc::new(build::program((0..steps).map(step).collect()))
}

fn wide() -> Arc<Program> {
    let body = vec![build::run(
        "echo",
        vec![("message", build::name("item"))],
        "y",
    )];
    let all = build::each(build::ints(0..i64::from(WIDE)), 64, 0, "ys", body);
    Arc::new(build::program(vec![all]))
}

fn start(program: &Arc<Program>) -> (Vm, Turn) {
    let mut vm = Vm::new(Arc::clone(program));
    let started = Notification::Started {
        input: Value::object([("topic", Value::text("rust"))]),
        env: BTreeMap::new(),
        seed: 7,
        thread: Value::Null,
        timeout_ms: None,
    };
    let turn = vm.apply(started, Timestamp(0)).unwrap();
    (vm, turn)
}

fn output() -> Value {
    Value::object([
        (
            "message",
            Value::text("a text of a common length, as tools give it back"),
        ),
        ("length", Value::Int(48)),
    ])
}

fn returned(path: StepPath, output: &Value) -> Notification {
    Notification::Returned {
        path,
        attempt: 1,
        output: output.clone(),
    }
}

/// Applies the answers of a range of sequential steps.
fn walk(vm: &mut Vm, steps: std::ops::Range<u32>, output: &Value) -> Option<Turn> {
    let mut last = None;
    for at in steps {
        let answer = returned(StepPath::from([at].as_slice()), output);
        last = Some(vm.apply(answer, Timestamp(i64::from(at))).unwrap());
    }
    last
}

#[divan::bench]
fn thread_of_ten_steps(bencher: Bencher<'_, '_>) {
    let program = sequence(10);
    let output = output();
    bencher.counter(ItemsCount::new(11u32)).bench(|| {
        let (mut vm, _) = start(&program);
        walk(&mut vm, 0..10, &output)
    });
}

/// The first and the last thousand of ten thousand steps take the same time.
#[divan::bench(args = [0, LONG - PART], sample_count = 20, sample_size = 1)]
fn thousand_steps_behind(bencher: Bencher<'_, '_>, behind: u32) {
    let program = sequence(LONG + 1);
    let output = output();
    let advanced = || {
        let (mut vm, _) = start(&program);
        walk(&mut vm, 0..behind, &output);
        vm
    };
    bencher
        .counter(ItemsCount::new(PART))
        .with_inputs(advanced)
        .bench_refs(|vm| walk(vm, behind..behind + PART, &output));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn loop_over_a_hundred_thousand(bencher: Bencher<'_, '_>) {
    let program = wide();
    let output = output();
    bencher.counter(ItemsCount::new(WIDE)).bench(|| {
        let (mut vm, first) = start(&program);
        let mut open: VecDeque<_> = first.effects.into();
        let mut turns = 0;
        while let Some(effect) = open.pop_front() {
            let Effect::Call(call) = effect else { continue };
            let turn = vm
                .apply(returned(call.path, &output), Timestamp(1))
                .unwrap();
            open.extend(turn.effects);
            turns += 1;
        }
        assert_eq!(turns, WIDE);
    });
}
