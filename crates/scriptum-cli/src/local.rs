//! The embedded node: the same engine as the service's, on a SQLite store in a folder.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
};

use scriptum_contract::{ToolCatalog, ToolOrigin};
use scriptum_engine::{
    ClaimScope, Engine, Incarnation, Limits, Scripts, Secrets, SystemClock, ThreadId, ToolBox,
    ToolSource, Worker, WorkerError,
};
use scriptum_store::SqliteStore;
use scriptum_tools::{ChannelOptions, Channels, NativeOptions, NativeTools, NoModels};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::{
    exit::{Code, Failure},
    planner::WithPlanner,
    tools,
};

/// A stopped command gives calls under way this long to end; what is cut off is made again, or asked for.
const STOP_GRACE_MS: u64 = 1_000;

/// The runtime of an embedded node that runs whatever it is given: a turn that takes long, as one with an
/// input of a hundred megabytes does, must not keep the node from saying that it lives.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    built(&mut Builder::new_multi_thread())
}

/// The runtime of a node whose turns are short. It has one thread, so its store writes a lone turn without
/// waking another one: a durable step takes less time.
pub(crate) fn lone_runtime() -> Result<Runtime, Failure> {
    built(&mut Builder::new_current_thread())
}

fn built(builder: &mut Builder) -> Result<Runtime, Failure> {
    builder.enable_all().build().map_err(|error| {
        Failure::new(
            Code::Unavailable,
            format!("cannot start the runtime: {error}"),
        )
    })
}

/// What an embedded node is made of.
#[derive(Debug)]
pub(crate) struct Setup<'a> {
    pub(crate) data_dir: &'a Path,
    pub(crate) workspace: &'a Path,
    pub(crate) allow_net: &'a [String],
    /// The token for messages over Slack.
    pub(crate) slack_token: Option<String>,
}

/// Opens the store of a folder with all native tools on top, with the scripts that others can run and the
/// secrets that tools may be given. Must be called inside a runtime.
pub(crate) fn open(
    setup: Setup<'_>,
    scripts: Option<Arc<dyn Scripts>>,
    secrets: Option<Arc<dyn Secrets>>,
) -> Result<Engine, Failure> {
    let store = SqliteStore::open(setup.data_dir)?;
    let options = NativeOptions::new(setup.workspace, setup.allow_net).map_err(|error| {
        Failure::new(
            Code::InvalidArgument,
            format!("cannot set up the native tools: {error}"),
        )
    })?;
    let channels = ChannelOptions {
        slack_token: setup.slack_token,
        ..ChannelOptions::new(options.net.clone())
    };
    let models: Arc<dyn ToolSource> = Arc::new(NoModels);
    let native = WithPlanner {
        native: Arc::new(NativeTools::new(options)),
        models: Arc::clone(&models),
        catalog: tools::built_in(),
    };
    let sources: [(ToolOrigin, Arc<dyn ToolSource>); 3] = [
        (ToolOrigin::Native, Arc::new(native)),
        (ToolOrigin::Channel, Arc::new(Channels::new(channels))),
        (ToolOrigin::Model, models),
    ];
    let toolbox = ToolBox::new(sources);
    let toolbox = match secrets {
        Some(secrets) => toolbox.with_secrets(secrets),
        None => toolbox,
    };
    let limits = Limits {
        stop_grace_ms: STOP_GRACE_MS,
        ..Limits::default()
    };
    let (store, clock) = (Arc::new(store), Arc::new(SystemClock));
    Ok(match scripts {
        Some(scripts) => Engine::with_scripts(store, toolbox, clock, limits, scripts),
        None => Engine::new(store, toolbox, clock, limits),
    })
}

/// A worker that runs in the background until it is stopped.
#[derive(Debug)]
pub(crate) struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), WorkerError>>,
}

impl Running {
    /// Starts a worker with a new incarnation.
    pub(crate) fn start(engine: &Engine, scope: ClaimScope) -> Running {
        let incarnation = Incarnation(format!("cli-{}", uuid::Uuid::now_v7()).into());
        let stop = CancellationToken::new();
        let worker = Worker::new(engine, incarnation, scope);
        let task = tokio::spawn(worker.run(stop.clone()));
        Running { stop, task }
    }

    /// Lets calls under way end, and gives all threads back.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.stop.cancel();
        outcome(self.task.await)
    }

    /// Returns when the worker ended although nobody told it to.
    pub(crate) async fn failed(&mut self) -> Failure {
        match outcome((&mut self.task).await) {
            Err(failure) => failure,
            Ok(()) => Failure::new(Code::Internal, "the worker ended by itself"),
        }
    }
}

fn outcome(ended: Result<Result<(), WorkerError>, tokio::task::JoinError>) -> Result<(), Failure> {
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure::new(Code::Unavailable, error.to_string())),
        Err(error) => Err(Failure::new(
            Code::Internal,
            format!("the worker broke down: {error}"),
        )),
    }
}

/// A thread id of this moment.
pub(crate) fn new_thread_id() -> ThreadId {
    ThreadId(uuid::Uuid::now_v7().as_u128())
}

/// A seed for jitter and for ids that a script makes.
pub(crate) fn new_seed() -> u64 {
    uuid::Uuid::now_v7().as_u64_pair().1
}

/// The pinned signatures as a catalogue.
pub(crate) fn pinned(pins: &[Arc<scriptum_contract::ToolSignature>]) -> ToolCatalog {
    ToolCatalog::new(pins.iter().map(|signature| (**signature).clone()))
}

/// The folder that file tools are confined to: as given, else that of the script, else the current one.
pub(crate) fn workspace(given: Option<&Path>, file: Option<&Path>) -> PathBuf {
    let beside = file
        .filter(|file| *file != Path::new("-"))
        .and_then(Path::parent);
    let folder = given.or(beside).filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// How this program was called, for commands that are printed to be called again.
pub(crate) fn program_name() -> OsString {
    std::env::args_os()
        .next()
        .unwrap_or_else(|| "scriptum".into())
}

/// An argument as a POSIX shell takes it.
pub(crate) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
