//! Nodes that come and go: each has its own engine, tools, and way to the store.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;

use scriptum_contract::ToolOrigin;
use scriptum_engine::{
    ClaimScope, Clock, Engine, Incarnation, Limits, Script, ScriptError, Scripts, Store, ThreadId,
    ToolBox, ToolSource, Worker, WorkerError,
};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    models::{self, SimModels},
    rng::Rng,
    scripts,
    store::FaultyStore,
    tools::{self, SimSecrets, SimTools},
    world::World,
};

/// Most nodes at once.
const NODES_MAX: usize = 3;

struct Node {
    task: JoinHandle<()>,
    stop: CancellationToken,
    store: Arc<FaultyStore>,
    scope: ClaimScope,
}

/// The engines of all nodes that ever were, in the order of their start.
pub(crate) type Engines = Arc<Mutex<Vec<Engine>>>;

/// All nodes of a run, and what befalls them.
pub(crate) struct Nodes {
    world: Arc<World>,
    engines: Engines,
    rng: Rng,
    alive: Vec<Node>,
    started: u32,
}

/// An engine of one node.
pub(crate) fn engine(world: &Arc<World>, rng: Rng, me: &Incarnation) -> (Engine, Arc<FaultyStore>) {
    let store = Arc::new(FaultyStore::new(Arc::clone(world), rng));
    let tools: Arc<dyn ToolSource> = Arc::new(SimTools {
        world: Arc::clone(world),
        by: me.clone(),
    });
    let secrets = Arc::new(SimSecrets(Arc::clone(world)));
    let models: Arc<dyn ToolSource> = Arc::new(SimModels {
        world: Arc::clone(world),
        by: me.clone(),
    });
    let sources = [(ToolOrigin::Native, tools), (ToolOrigin::Model, models)];
    let toolbox = ToolBox::new(sources).with_secrets(secrets);
    let limits = Limits {
        threads_live_max: 4,
        calls_per_tool_max: 2,
        call_ms_max: 20_000,
        stop_grace_ms: 2_000,
    };
    let engine = Engine::with_scripts(
        Arc::clone(&store) as Arc<dyn Store>,
        toolbox,
        Arc::clone(&world.clock) as Arc<dyn Clock>,
        limits,
        Arc::new(SimScripts(Arc::clone(world))),
    );
    (engine, store)
}

/// The programs that others run, by name.
struct SimScripts(Arc<World>);

#[async_trait]
impl Scripts for SimScripts {
    async fn stored(&self, name: &str) -> Result<Script, ScriptError> {
        let program = scripts::child(name);
        let program = program.ok_or_else(|| ScriptError::new("SCRIPT_NOT_FOUND", name))?;
        Ok(Script {
            program,
            pins: tools::catalog(),
            source: "".into(),
            env: tools::env(),
        })
    }

    async fn planned(&self, source: &str) -> Result<Script, ScriptError> {
        let name = models::planned(source).unwrap_or_default();
        if scripts::child(name).is_some() {
            self.0.marks.reach("plan", "run");
        }
        self.stored(name).await
    }
}

impl Nodes {
    pub(crate) fn new(world: &Arc<World>, rng: Rng) -> Nodes {
        Nodes {
            world: Arc::clone(world),
            engines: Engines::default(),
            rng,
            alive: Vec::new(),
            started: 0,
        }
    }

    /// What people can ask, whether it lives or not.
    pub(crate) fn engines(&self) -> Engines {
        Arc::clone(&self.engines)
    }

    /// A node that runs whatever there is.
    pub(crate) fn start(&mut self) {
        self.start_for(ClaimScope::All);
    }

    fn start_for(&mut self, scope: ClaimScope) {
        self.started += 1;
        let me = Incarnation(format!("node-{}", self.started).into());
        let (engine, store) = engine(&self.world, self.rng.split(), &me);
        let (stop, name) = (CancellationToken::new(), me.clone());
        let worker = Worker::new(&engine, me, scope).run(stop.clone());
        let world = Arc::clone(&self.world);
        let task = tokio::spawn(async move {
            let ended = worker.await;
            world.tell(|| format!("{name} ends: {ended:?}"));
            match ended {
                Ok(()) => world.marks.reach("node", "stopped"),
                Err(WorkerError::Lapsed) => world.marks.reach("node", "lapsed"),
            }
        });
        self.engines.lock().unwrap().push(engine);
        self.alive.push(Node {
            task,
            stop,
            store,
            scope,
        });
    }

    /// Lets trouble happen until the world is healed.
    pub(crate) async fn trouble(&mut self, length: Duration) {
        let end = tokio::time::Instant::now() + length;
        while tokio::time::Instant::now() < end {
            sleep(Duration::from_millis(self.rng.between(100, 2_000))).await;
            self.happen();
        }
    }

    fn happen(&mut self) {
        let weights = self.world.weights;
        self.alive.retain(|node| !node.task.is_finished());
        if self.alive.len() < NODES_MAX && self.rng.permille(500) {
            let scope = self.scope();
            self.start_for(scope);
        }
        // A run without this trouble draws nothing for it.
        if weights.outage > 0 && self.rng.permille(weights.outage) {
            self.world.marks.reach("store", "refused everybody");
            let length = Duration::from_millis(self.rng.between(5_000, 20_000));
            self.world.refuse(length);
        }
        if self.rng.permille(weights.clock_jumps) {
            self.jump();
        }
        if self.alive.is_empty() {
            return;
        }
        let victim = usize::try_from(self.rng.below(self.alive.len() as u64)).unwrap();
        if self.rng.permille(weights.kill) {
            self.world.marks.reach("node", "killed");
            self.alive.remove(victim).task.abort();
        } else if self.rng.permille(weights.stop) {
            self.alive[victim].stop.cancel();
        } else if self.rng.permille(weights.cut) {
            let length = Duration::from_millis(self.rng.between(1_000, 30_000));
            self.alive[victim].store.cut(length);
        }
    }

    /// What a new node runs. Few threads are named, so that two nodes run the same one.
    fn scope(&mut self) -> ClaimScope {
        let chance = self.world.weights.narrow;
        if chance == 0 || !self.rng.permille(chance) {
            return ClaimScope::All;
        }
        let scope = ClaimScope::Only(ThreadId(u128::from(self.rng.between(1, 2))));
        self.world.marks.reach("node", "runs one thread");
        if self.alive.iter().any(|node| node.scope == scope) {
            self.world.marks.reach("node", "runs what another one runs");
        }
        scope
    }

    fn jump(&mut self) {
        let by_ms = i64::try_from(self.rng.below(40_000)).unwrap() - 20_000;
        let how = if by_ms < 0 { "set back" } else { "set forward" };
        self.world.marks.reach("clock", how);
        self.world.clock.jump(by_ms);
    }

    /// One node that lives to the end.
    pub(crate) fn keep_one(&mut self) {
        self.start();
    }

    pub(crate) async fn stop_all(self) {
        for node in &self.alive {
            node.stop.cancel();
        }
        for node in self.alive {
            // Aborted ones are no loss: they were killed on purpose.
            drop(node.task.await);
        }
    }
}
