//! The four workloads, on the engine, worker and store that `run` uses, in a runtime of one thread.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::Arc, time::Instant};

use futures::{StreamExt as _, stream};
use scriptum_contract::Value;
use scriptum_engine::{ClaimScope, Engine, ProgramHash, Start, ThreadId};
use scriptum_vm::{Entry, Event, Record, Seq, Status};
use serde::{Deserialize, Serialize};

use super::disk::{micros, percentile};
use crate::{
    cmd,
    exit::{Code, Failure},
    local::{self, Running, Setup},
    source::Source,
    tools,
};

const SEQ_ROUNDS: usize = 300;
const SEQ_WARM_UP_ROUNDS: usize = 20;
const STEPS_PER_THREAD: usize = 10;
const LOAD_THREADS: usize = 2_000;
const LOAD_AT_ONCE: usize = 64;
const LONG_STEPS: usize = 10_000;
const LONG_PART: usize = 1_000;
const WIDE_ITEMS: u64 = 100_000;
const WIDE_PARALLEL: u64 = 64;

/// Latency of one thread of ten steps, from its start to the news of its end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Latency {
    pub(super) p50_us: u64,
    pub(super) p99_us: u64,
}

/// Steps whose results are on the disk, in a second, from the first start to the last end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Throughput {
    pub(super) threads: usize,
    pub(super) steps_per_s: u64,
}

/// Time of the first and the last steps of a long thread.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Flatness {
    pub(super) steps: usize,
    pub(super) first_1000_ms: i64,
    pub(super) last_1000_ms: i64,
}

/// A wide loop.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Width {
    pub(super) items: u64,
    pub(super) items_per_s: u64,
    pub(super) peak_rss_mib: u64,
}

/// A node with one worker for all threads.
struct Node {
    engine: Engine,
}

impl Node {
    /// Does something with a node; fails when its worker does, as nothing would ever end then.
    async fn with<T>(
        folder: &Path,
        work: impl AsyncFnOnce(&Node) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let setup = Setup {
            data_dir: folder,
            workspace: folder,
            allow_net: &[],
            slack_token: None,
        };
        let engine = local::open(setup, None, None)?;
        let mut worker = Running::start(&engine, ClaimScope::All);
        let node = Node { engine };
        let done = tokio::select! {
            biased;
            done = work(&node) => done?,
            failure = worker.failed() => return Err(failure),
        };
        worker.stop().await?;
        Ok(done)
    }

    async fn publish(&self, text: String) -> Result<ProgramHash, Failure> {
        let source = Source {
            name: "bench".to_owned(),
            folder: None,
            text,
        };
        let compiled = cmd::compiled(&source, &tools::built_in())?;
        let program = compiled
            .program
            .expect("a compilation without errors has a program");
        let pins = local::pinned(&compiled.tool_pins);
        Ok(self.engine.publish(&program, &pins, &source.text).await?)
    }

    async fn start(&self, program: &ProgramHash) -> Result<ThreadId, Failure> {
        let id = local::new_thread_id();
        let start = Start {
            id,
            program: program.clone(),
            input: Value::object::<Arc<str>>([]),
            env: BTreeMap::<Arc<str>, Value>::new(),
            seed: local::new_seed(),
            timeout_ms: None,
            request_id: None,
        };
        self.engine.start(start).await?;
        Ok(id)
    }

    /// Starts a thread and waits for its end.
    async fn run(&self, program: &ProgramHash) -> Result<ThreadId, Failure> {
        let id = self.start(program).await?;
        let row = self.engine.wait(id).await?;
        if row.status == Status::Completed {
            return Ok(id);
        }
        let message = format!("thread {id} should have completed and is {:?}", row.status);
        Err(Failure::new(Code::Internal, message))
    }
}

pub(super) async fn seq10(folder: &Path) -> Result<Latency, Failure> {
    Node::with(folder, async |node| {
        let program = node.publish(sequence(STEPS_PER_THREAD)).await?;
        let mut times = Vec::with_capacity(SEQ_ROUNDS);
        for round in 0..SEQ_WARM_UP_ROUNDS + SEQ_ROUNDS {
            let start = Instant::now();
            node.run(&program).await?;
            if round >= SEQ_WARM_UP_ROUNDS {
                times.push(micros(start));
            }
        }
        Ok(Latency {
            p50_us: percentile(&mut times, 50),
            p99_us: percentile(&mut times, 99),
        })
    })
    .await
}

pub(super) async fn load(folder: &Path) -> Result<Throughput, Failure> {
    Node::with(folder, async |node| {
        let program = node.publish(sequence(STEPS_PER_THREAD)).await?;
        let start = Instant::now();
        let runs = stream::iter(0..LOAD_THREADS).map(|_| node.run(&program));
        let mut runs = runs.buffer_unordered(LOAD_AT_ONCE);
        while let Some(ended) = runs.next().await {
            ended?;
        }
        let steps = (LOAD_THREADS * STEPS_PER_THREAD) as u64;
        Ok(Throughput {
            threads: LOAD_THREADS,
            steps_per_s: per_second(steps, micros(start)),
        })
    })
    .await
}

pub(super) async fn long(folder: &Path) -> Result<Flatness, Failure> {
    let (thread, ends) = Node::with(folder, async |node| {
        let program = node.publish(sequence(LONG_STEPS)).await?;
        let thread = node.run(&program).await?;
        Ok((thread, ends_of_steps(&node.engine, thread).await?))
    })
    .await?;
    let part =
        |from: usize| -> Option<i64> { Some(ends.get(from + LONG_PART - 1)? - ends.get(from)?) };
    let parts = part(0).zip(part(LONG_STEPS - LONG_PART));
    let (first_1000_ms, last_1000_ms) = parts.ok_or_else(|| {
        Failure::new(
            Code::Internal,
            format!("the journal of {thread} lacks steps"),
        )
    })?;
    Ok(Flatness {
        steps: LONG_STEPS,
        first_1000_ms,
        last_1000_ms,
    })
}

pub(super) async fn wide(folder: &Path) -> Result<Width, Failure> {
    Node::with(folder, async |node| {
        let program = node.publish(loop_over(WIDE_ITEMS, WIDE_PARALLEL)).await?;
        let start = Instant::now();
        node.run(&program).await?;
        Ok(Width {
            items: WIDE_ITEMS,
            items_per_s: per_second(WIDE_ITEMS, micros(start)),
            peak_rss_mib: peak_rss_mib(),
        })
    })
    .await
}

/// When each step of the thread was committed as completed, in milliseconds, in order.
async fn ends_of_steps(engine: &Engine, thread: ThreadId) -> Result<Vec<i64>, Failure> {
    let entries = engine.watch(thread, Seq(0));
    futures::pin_mut!(entries);
    let mut ends = Vec::with_capacity(LONG_STEPS);
    while let Some(entry) = entries.next().await {
        let Entry { at, record, .. } = entry?;
        if matches!(record, Record::Event(Event::StepCompleted { .. })) {
            ends.push(at.0);
        }
    }
    Ok(ends)
}

/// A script of so many `echo` steps, one after the other.
fn sequence(steps: usize) -> String {
    let mut text = "script \"sequence\"\nimport tools\n  echo from native\n".to_owned();
    for step in 0..steps {
        let _ = write!(
            text,
            "do \"Step {step}\" with echo\n  message = \"step {step}\"\n  -> r{step}\n"
        );
    }
    text
}

/// A script with one `echo` for each of so many items.
fn loop_over(items: u64, parallel: u64) -> String {
    format!(
        "script \"loop\"\nimport tools\n  echo from native\n\
         each i in range(0, {items}) parallel {parallel}\n  do \"Item\" with echo\n    message = i\n"
    )
}

fn per_second(count: u64, micros: u64) -> u64 {
    count.saturating_mul(1_000_000) / micros.max(1)
}

/// The most memory that this process ever held; 0 where the system does not tell.
fn peak_rss_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| {
        line.trim()
            .trim_end_matches(" kB")
            .trim()
            .parse::<u64>()
            .ok()
    });
    kib.unwrap_or_default() / 1024
}
