//! Ring 2: the real engine on a simulated clock, a store that fails, tools that misbehave, and nodes
//! that die. One seed decides everything; what must hold is checked by code that sees the store and
//! the tools alone.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it must be"
)]

mod busy;
mod checks;
mod clock;
mod marks;
mod models;
mod nodes;
mod people;
mod rng;
mod scripts;
mod store;
mod thinking;
mod tools;
mod weights;
mod world;

use std::{
    collections::BTreeMap,
    panic,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use libtest_mimic::{Failed, Trial};
use scriptum_contract::Value;
use scriptum_engine::{Incarnation, ProgramHash, ProgramRow, Store, ThreadId, program_row};
use scriptum_vm::{
    Record, Status,
    program::{Program, from_json},
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use checks::{
    check_hidden, check_journal, check_nothing_forgotten, check_replay, check_steps, check_watched,
    note_marks,
};
use marks::Marks;
use nodes::Nodes;
use people::{Wish, nurse, see_through, watch};
use rng::Rng;
use scripts::Verbs;
use weights::Weights;
use world::World;

use crate::seed::{self, Seed};

/// Runs of the simulator, in parts that can run side by side.
const PARTS: u64 = 8;
const SEEDS_PER_PART: u64 = 256;

/// Trouble lasts at most so long; then everything works, and all threads must come to their end.
const TROUBLE_MS_MAX: u64 = 25_000;

/// No thread needs longer than this once everything works.
const REPAIR_MAX: Duration = Duration::from_hours(1);

/// A sub-thread that nobody waits for any more ends within this time.
const ORPHANS_MAX: Duration = Duration::from_mins(3);

/// Seeds that found a fault once: parts of a thread read while a late commit changed it, and calls that
/// went on although their answer had been handed over.
const KEPT: &[Seed] = &[Seed(100_498), Seed(101_421), Seed(101_529)];

/// Situations that all parts together must have reached.
const WANTED: &[(&str, &str)] = &[
    ("answer", "handed over"),
    ("answer", "refused"),
    ("call", "failed"),
    ("call", "made again under its key"),
    ("call", "outcome unknown"),
    ("call", "output invalid"),
    ("call", "timed out"),
    ("begin", "happened and was reported lost"),
    ("begin", "happened late"),
    ("claim", "happened and was reported lost"),
    ("claim", "happened late"),
    ("agent", "asked for a tool that there is not"),
    ("agent", "asked for what is no call"),
    ("agent", "cancelled under way"),
    ("agent", "failed at a turn"),
    ("agent", "gave up"),
    ("agent", "lost the outcome of a call"),
    ("agent", "told that a call failed"),
    ("agent", "went on with another node"),
    ("clock", "set back"),
    ("clock", "set forward"),
    ("commit", "happened and was reported lost"),
    ("commit", "happened late"),
    ("commit", "refused: owner lost"),
    ("commit", "refused: stale"),
    ("create", "happened and was reported lost"),
    ("frames", "damaged on the way"),
    ("hint", "lost"),
    ("large value", "looked into"),
    ("large value", "stored"),
    ("model", "asked again under its key"),
    ("model", "failed"),
    ("node", "killed"),
    ("node", "lapsed"),
    ("node", "runs one thread"),
    ("node", "runs what another one runs"),
    ("node", "stopped"),
    ("plan", "does not compile"),
    ("plan", "run"),
    ("plan", "written"),
    ("post", "happened and was reported lost"),
    ("secret", "kept from a model"),
    ("secret", "opened"),
    ("step", "retried"),
    ("store", "never answered"),
    ("store", "refused everybody"),
    ("sub-thread", "cancelled"),
    ("sub-thread", "ended by its first commit"),
    ("sub-thread", "failed"),
    ("sub-thread", "paused"),
    ("sub-thread", "started"),
    ("thread", "begun in memory"),
    ("thread", "cancelled"),
    ("thread", "failed"),
    ("thread", "paused by a failed step"),
    ("thread", "paused by somebody"),
    ("thread", "paused until an answer"),
    ("thread", "paused until an event"),
    ("thread", "set aside after a fault"),
    ("thread", "taken from a dead owner"),
    ("thread", "waited outside of memory"),
    ("watcher", "left and came back"),
];

/// What the parts that are done have reached.
static MARKS: Marks = Marks::none();
static PARTS_DONE: AtomicU64 = AtomicU64::new(0);

/// All trials of this ring.
pub(crate) fn trials() -> Vec<Trial> {
    let part = |number: u64| {
        let name = format!("engine/seeds {number} of {PARTS}");
        Trial::test(name, move || run_part(number))
    };
    match seed::given() {
        Some(seed) => vec![Trial::test("engine/one seed", move || run_one(seed?))],
        None => (1..=PARTS)
            .map(part)
            .chain([Trial::test("engine/kept seeds", run_kept), busy::trial()])
            .collect(),
    }
}

fn run_part(number: u64) -> Result<(), Failed> {
    silence_tools();
    let marks = Marks::default();
    for seed in (number - 1) * SEEDS_PER_PART..number * SEEDS_PER_PART {
        marks.merge(&check_seed(seed)?);
    }
    MARKS.merge(&marks);
    if PARTS_DONE.fetch_add(1, Ordering::SeqCst) + 1 < PARTS {
        return Ok(());
    }
    match MARKS.missing(WANTED).as_slice() {
        [] => Ok(()),
        missing => Err(format!("never reached: {missing:?}").into()),
    }
}

fn run_one(Seed(seed): Seed) -> Result<(), Failed> {
    silence_tools();
    check_seed(seed).map(drop)
}

fn run_kept() -> Result<(), Failed> {
    KEPT.iter().try_for_each(|seed| run_one(*seed))
}

/// The panics of tools are deliberate and would bury everything else.
fn silence_tools() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let said = text.or_else(|| payload.downcast_ref::<&str>().copied());
            if !said.is_some_and(|said| said.starts_with(tools::DELIBERATE)) {
                usual(info);
            }
        }));
    });
}

/// One seed: a run with faults, and one without to hold it against.
fn check_seed(seed: u64) -> Result<Marks, Failed> {
    let mut rng = Rng::new(seed);
    let weights = Weights::draw(&mut rng);
    let (verbs, weights) = match seed % 4 {
        // The others keep what they had when some of them found a fault.
        0 | 3 => (Verbs::WithModels, weights.and_rarer(&mut Rng::new(!seed))),
        _ => (Verbs::Plain, weights),
    };
    let threads: Vec<Published> = (0..rng.between(1, 4))
        .map(|_| Published::new(scripts::program(&mut rng, verbs)))
        .collect();
    let calm = simulate(Weights::default(), &threads, rng.clone());
    let troubled = simulate(weights, &threads, rng);
    let mut broken = troubled.broken;
    broken.extend(
        calm.broken
            .into_iter()
            .map(|what| format!("without faults: {what}")),
    );
    for (expected, found) in calm.results.iter().zip(&troubled.results) {
        if !found.was_cancelled && expected != found {
            broken.push(format!("ends as {found:?}, without faults as {expected:?}"));
        }
    }
    if broken.is_empty() {
        Ok(troubled.marks)
    } else {
        let what = broken.join("\n  ");
        Err(format!("{}\n  {what}", Seed(seed)).into())
    }
}

/// A program that a thread runs.
struct Published {
    program: Arc<Program>,
    row: ProgramRow,
}

impl Published {
    fn new(program: Program) -> Published {
        Published {
            row: program_row(&program, &tools::catalog(), ""),
            program: Arc::new(program),
        }
    }
}

/// What came of one run.
struct Outcome {
    results: Vec<Ended>,
    broken: Vec<String>,
    marks: Marks,
}

/// How a thread ended.
#[derive(Debug, PartialEq)]
struct Ended {
    status: Status,
    output: Option<Value>,
    error: Option<Arc<str>>,
    was_cancelled: bool,
}

fn simulate(weights: Weights, threads: &[Published], rng: Rng) -> Outcome {
    runtime().block_on(run(weights, threads, rng))
}

/// One whose time passes at once.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without input and output can always be made")
}

async fn run(weights: Weights, threads: &[Published], mut rng: Rng) -> Outcome {
    let world = Arc::new(World::new(weights));
    let (engine, _store) = nodes::engine(&world, rng.split(), &Incarnation("people".into()));
    let mut wishes = Vec::new();
    for (thread, number) in threads.iter().zip(1..) {
        let put = world.store.put_program(thread.row.clone()).await;
        put.expect("memory takes every program");
        wishes.push(Wish {
            id: ThreadId(number),
            program: thread.row.hash.clone(),
        });
    }
    let mut nodes = Nodes::new(&world, rng.split());
    let mut people = JoinSet::new();
    let mut watchers = JoinSet::new();
    for wish in &wishes {
        let (world, engine) = (&world, &engine);
        let seeing = see_through(
            Arc::clone(world),
            engine.clone(),
            nodes.engines(),
            rng.split(),
            wish.clone(),
        );
        people.spawn(seeing);
        let (id, watching) = (
            wish.id,
            watch(Arc::clone(world), engine.clone(), rng.split(), wish.id),
        );
        watchers.spawn(async move { (id, watching.await) });
    }
    let ids: Vec<ThreadId> = wishes.iter().map(|wish| wish.id).collect();
    let nursing = tokio::spawn(nurse(Arc::clone(&world), engine.clone(), ids.clone()));
    let looking = tokio::spawn(look_for_forgotten(Arc::clone(&world)));
    nodes.start();
    if weights != Weights::default() {
        let trouble = Duration::from_millis(rng.between(1_000, TROUBLE_MS_MAX));
        nodes.trouble(trouble).await;
        nodes.keep_one();
    }
    world.heal();
    let Ok(granted) = timeout(REPAIR_MAX, people.join_all()).await else {
        accuse_unfinished(&world);
        return outcome(&world, Vec::new());
    };
    if timeout(ORPHANS_MAX, all_ended(&world)).await.is_err() {
        accuse_unfinished(&world);
    }
    let read = watchers.join_all().await;
    looking.abort();
    nursing.abort();
    nodes.stop_all().await;
    // What holds of a run with faults holds of the one that it is held against.
    if weights != Weights::default() {
        check_kept(&world, &wishes, threads);
    }
    for (id, entries) in &read {
        check_watched(&world, *id, entries);
    }
    let mut results = Vec::new();
    for id in ids {
        let result = engine
            .result(id)
            .await
            .expect("an ended thread has a result");
        let was_cancelled = granted.iter().any(|it| it.id == id && it.was_cancelled);
        results.push(Ended {
            status: result.status,
            output: result.output,
            error: result.error.map(|error| error.code),
            was_cancelled,
        });
    }
    outcome(&world, results)
}

/// Checks all that the store has of a run that is over.
fn check_kept(world: &World, wishes: &[Wish], threads: &[Published]) {
    let program = |thread: &Published| (thread.row.hash.clone(), Arc::clone(&thread.program));
    let mut programs: BTreeMap<ProgramHash, Arc<Program>> = threads.iter().map(program).collect();
    for row in world.all_threads() {
        let program = programs.entry(row.program.clone());
        let program = program.or_insert_with(|| kept_program(world, &row.program));
        let journal = world.journal(row.id);
        check_journal(world, row.id, &journal);
        check_replay(world, (row.id, &journal), program);
        check_steps(world, row.id, &journal);
        for entry in &journal {
            match &entry.record {
                Record::Notification(kept) => check_hidden(world, "a journal has", kept),
                Record::Event(kept) => check_hidden(world, "a journal has", kept),
            }
        }
        note_marks(world, &journal);
        let is_own = wishes.iter().any(|wish| wish.id == row.id);
        if row.status == Status::Cancelled && !is_own {
            world.marks.reach("sub-thread", "cancelled");
        }
    }
}

fn outcome(world: &World, results: Vec<Ended>) -> Outcome {
    let marks = Marks::default();
    marks.merge(&world.marks);
    Outcome {
        results,
        broken: world.broken(),
        marks,
    }
}

/// The program of a sub-thread, read once for all runs.
fn kept_program(world: &World, hash: &ProgramHash) -> Arc<Program> {
    static READ: Mutex<BTreeMap<ProgramHash, Arc<Program>>> = Mutex::new(BTreeMap::new());
    let read = || {
        let row = world::at_once(world.store.program(hash)).expect("a thread has a program");
        Arc::new(from_json(&row.document).expect("what was kept can be read"))
    };
    let mut known = READ.lock().unwrap();
    Arc::clone(known.entry(hash.clone()).or_insert_with(read))
}

/// Returns when no thread is open: those that were started by others end with them.
async fn all_ended(world: &World) {
    while !world.open_threads().is_empty() {
        sleep(Duration::from_millis(500)).await;
    }
}

async fn look_for_forgotten(world: Arc<World>) {
    let began = Instant::now();
    while began.elapsed() < REPAIR_MAX {
        check_nothing_forgotten(&world);
        sleep(Duration::from_secs(2)).await;
    }
}

fn accuse_unfinished(world: &World) {
    for row in world.open_threads() {
        world.accuse(format!(
            "at {:?} {} has not come to its end: {row:?}, journal {:?}",
            world::now(world),
            row.id,
            world.journal(row.id)
        ));
    }
}
