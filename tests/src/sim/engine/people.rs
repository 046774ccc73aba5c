//! Those who use the engine: they start threads, watch them, pause and cancel them, and repair those
//! that are paused. They know no more than the engine's door tells.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use scriptum_contract::Value;
use scriptum_engine::{
    Engine, Error, Page, ProgramHash, Start, StepRow, StepStatus, Store, ThreadId,
};
use scriptum_vm::{Entry, PauseReason, Resume, Seen, Seq, Status, StepPath};
use tokio::time::sleep;

use super::{
    nodes::Engines,
    rng::Rng,
    scripts::EVENT,
    tools,
    world::{World, at_once},
};

/// What is no answer to a question that wants yes or no.
const PERHAPS: &str = "perhaps";

/// One thread and what somebody wants of it.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) id: ThreadId,
    pub(crate) program: ProgramHash,
}

/// What became of a wish.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) id: ThreadId,
    /// True when somebody asked for its end.
    pub(crate) was_cancelled: bool,
}

async fn nap(rng: &mut Rng, ms_max: u64) {
    sleep(Duration::from_millis(rng.between(1, ms_max))).await;
}

/// Starts a thread, however often it takes, and sees to it until it has ended.
pub(crate) async fn see_through(
    world: Arc<World>,
    engine: Engine,
    nodes: Engines,
    mut rng: Rng,
    wish: Wish,
) -> Granted {
    nap(&mut rng, 5_000).await;
    while let Err(error) = start(&asked(&engine, &nodes, &mut rng), &wish).await {
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        nap(&mut rng, 1_000).await;
    }
    let mut granted = Granted {
        id: wish.id,
        was_cancelled: false,
    };
    loop {
        nap(&mut rng, 3_000).await;
        let row = at_once(world.store.thread(wish.id)).expect("an accepted thread is never lost");
        if row.status.is_ended() {
            return granted;
        }
        if row.pause == Some(PauseReason::Wait) {
            world.marks.reach("thread", "paused until an event");
            // Whether it was heard shows at the next look.
            drop(engine.send_event(wish.id, EVENT, Value::Int(3)).await);
        } else if row.status == Status::Paused {
            repair(&world, &engine, wish.id).await;
        } else if !world.is_healed() {
            granted.was_cancelled |= disturb(&world, &engine, &mut rng, wish.id).await;
        }
    }
}

/// Looks after sub-threads, which nobody else does, until it is told to stop.
pub(crate) async fn nurse(world: Arc<World>, engine: Engine, own: Vec<ThreadId>) {
    loop {
        sleep(Duration::from_millis(1_500)).await;
        for row in world.open_threads() {
            if own.contains(&row.id) {
                continue;
            }
            world.marks.reach("sub-thread", "started");
            if row.pause == Some(PauseReason::Wait) {
                drop(engine.send_event(row.id, EVENT, Value::Int(3)).await);
            } else if row.status == Status::Paused {
                world.marks.reach("sub-thread", "paused");
                repair(&world, &engine, row.id).await;
            }
        }
    }
}

/// Somebody to be asked for a start: a node that runs threads itself, or one that only takes them in.
fn asked(engine: &Engine, nodes: &Engines, rng: &mut Rng) -> Engine {
    let nodes = nodes.lock().unwrap();
    let number = usize::try_from(rng.below(2 * nodes.len() as u64 + 1)).unwrap();
    nodes.get(number).unwrap_or(engine).clone()
}

pub(crate) async fn start(engine: &Engine, wish: &Wish) -> Result<(), Error> {
    let start = Start {
        id: wish.id,
        program: wish.program.clone(),
        input: Value::object::<&str>([]),
        env: tools::env(),
        seed: 7,
        timeout_ms: None,
        request_id: Some(format!("{}", wish.id).into()),
    };
    engine.start(start).await.map(drop)
}

/// What cannot succeed is given its result; the rest is tried again.
async fn repair(world: &World, engine: &Engine, id: ThreadId) {
    let Ok(pause) = engine.paused(id).await else {
        return;
    };
    let Some(pause) = pause else {
        // A fault holds it up, or it has gone on.
        drop(engine.resume(id, None, Resume::Again, None).await);
        return;
    };
    let (path, change, seen) = match (pause.reason, failed_step(world, id)) {
        (PauseReason::StepError, Some(step)) => {
            world.marks.reach("thread", "paused by a failed step");
            let seen = Seen::Attempt(step.attempt);
            (Some(step.path.clone()), change_for(world, &step), seen)
        }
        (PauseReason::Operator, _) => {
            world.marks.reach("thread", "paused by somebody");
            (None, Resume::Again, Seen::Pause(pause.number))
        }
        // It has gone on, and on this there is nothing to repair.
        (PauseReason::StepError, None) | (PauseReason::Wait, _) => return,
        (PauseReason::Ask, _) => return answer(world, engine, id).await,
    };
    // Lost requests and those that come too late are made good by the next round.
    let resumed = engine.resume(id, path, change, Some(seen)).await;
    if matches!(resumed, Err(Error::Stale(_))) {
        world.marks.reach("resume", "of a pause that is over");
    }
}

/// Answers what is asked, as somebody who looked a while ago and whose first answer is wrong. What carries
/// it repeats itself, as somebody does who did not hear that he was heard; it counts once all the same.
async fn answer(world: &World, engine: &Engine, id: ThreadId) {
    world.marks.reach("thread", "paused until an answer");
    let Ok(asks) = engine.asks(id).await else {
        return;
    };
    for ask in asks {
        let wrong = (ask.wrong == 0).then(|| Value::text(PERHAPS));
        let answers = [wrong.clone(), wrong, Some(Value::Bool(true))];
        for value in answers.into_iter().flatten() {
            let (path, seen) = (Some(&ask.path), Some((&ask).into()));
            drop(engine.answer(id, path, seen, value, "somebody").await);
        }
    }
}

fn change_for(world: &World, step: &StepRow) -> Resume {
    let error = step.error.as_ref().expect("a failed step has an error");
    match &*error.code {
        "OUTCOME_UNKNOWN" => world.marks.reach("call", "outcome unknown"),
        "TOOL_TIMEOUT" => world.marks.reach("call", "timed out"),
        "TOOL_OUTPUT_INVALID" => world.marks.reach("call", "output invalid"),
        "SUBTHREAD_FAILED" => world.marks.reach("sub-thread", "failed"),
        "TOOL_FAILED" => world.marks.reach("call", "failed"),
        "MODEL_FAILED" => world.marks.reach("model", "failed"),
        "TOOL_REFUSED" => world.marks.reach("secret", "kept from a model"),
        "PLAN_INVALID" => world.marks.reach("plan", "does not compile"),
        other => world.accuse(format!("step {} fails with {other}", step.path)),
    }
    if error.retryable {
        Resume::Again
    } else {
        Resume::Output(Value::object([("message", Value::text("repaired"))]))
    }
}

/// None in a thread that was cancelled meanwhile: its steps failed by that.
fn failed_step(world: &World, id: ThreadId) -> Option<StepRow> {
    if at_once(world.store.thread(id)).ok()?.status.is_ended() {
        return None;
    }
    let page = Page {
        after: None,
        max: u32::MAX,
    };
    let rows = at_once(world.store.steps(id, &StepPath::root(), page)).ok()?;
    let mut failed = rows.into_iter();
    failed.find(|row| row.status == StepStatus::Failed && row.recovery.is_none())
}

/// True when the thread's end was asked for.
async fn disturb(world: &World, engine: &Engine, rng: &mut Rng, id: ThreadId) -> bool {
    if rng.permille(world.weights.pause) {
        drop(engine.pause(id).await);
    }
    if rng.permille(world.weights.cancel) {
        // Whatever the answer, it may have been heard.
        drop(engine.cancel(id, "somebody wants it").await);
        return true;
    }
    false
}

/// Reads along, with breaks, and gives back all that was read.
pub(crate) async fn watch(
    world: Arc<World>,
    engine: Engine,
    mut rng: Rng,
    id: ThreadId,
) -> Vec<Entry> {
    let mut read: Vec<Entry> = Vec::new();
    loop {
        let after = read.last().map_or(Seq(0), |entry| entry.seq);
        let mut entries = Box::pin(engine.watch(id, after));
        loop {
            match entries.next().await {
                Some(Ok(entry)) => read.push(entry),
                Some(Err(_)) => break,
                None => return read,
            }
            if rng.permille(100) {
                nap(&mut rng, 2_000).await;
            }
            if rng.permille(50) {
                world.marks.reach("watcher", "left and came back");
                break;
            }
        }
        nap(&mut rng, 1_000).await;
    }
}
