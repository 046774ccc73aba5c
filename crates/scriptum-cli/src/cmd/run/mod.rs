//! `scriptum run`: compiles a script and runs it durably on the embedded store.
//!
//! The first line on stderr is the thread id, the result goes to stdout. Whatever stops this process,
//! the thread stays in the store, and `--resume` goes on with it.

mod again;
mod ask;
mod begin;
mod children;
mod follow;
mod hints;
mod list;
mod report;
mod resume;
mod siblings;

use std::{path::Path, sync::Arc};

use scriptum_engine::{ClaimScope, Engine, ThreadId};
use scriptum_vm::{PauseReason, Seq};

use crate::{
    args::{Output, Run},
    environment::Environment,
    exit::{Code, Failure},
    local::{self, Running, Setup},
    tools,
    ui::{Names, Progress, Shown},
    wire,
};
use again::Again;
use siblings::Siblings;
pub(crate) use siblings::runs_scripts;

/// A thread that this process is about to run, and what its user has to know to run it again.
#[derive(Debug)]
struct Session {
    engine: Engine,
    thread: ThreadId,
    /// Journal entries up to here are old news.
    after: Seq,
    /// What a command that goes on has to say.
    again: Arc<Again>,
    /// What there is to say behind the thread's id.
    warnings: Option<String>,
    shown: Shown,
    /// Form of the result.
    output: Output,
    /// True when nobody is to be asked.
    no_input: bool,
    /// True when the thread waits for an answer before anything else can happen.
    asks_first: bool,
}

impl Session {
    /// The exact command that goes on with this thread, from the present folder.
    fn command(&self) -> String {
        self.again.command(self.thread)
    }
}

pub(crate) fn main(args: Run, quiet: bool) -> Result<Code, Failure> {
    let runtime = local::runtime()?;
    let outcome = runtime.block_on(run(args, quiet));
    // A tool that still blocks a thread must not keep the command from ending.
    runtime.shutdown_background();
    outcome
}

async fn run(args: Run, quiet: bool) -> Result<Code, Failure> {
    if args.list {
        return list::main(&args.data_dir, args.output, quiet).await;
    }
    let shown = match (args.watch_json, quiet) {
        (true, _) => Shown::Events,
        (false, true) => Shown::Little,
        (false, false) => Shown::Progress,
    };
    let session = match (&args.resume, &args.file) {
        (Some(thread), _) => resume::session(thread, &args, shown).await?,
        (None, Some(file)) => begin::session(file, &args, shown).await?,
        (None, None) => {
            return Err(Failure::new(Code::InvalidArgument, "which script?")
                .help("scriptum run FILE, or --resume THREAD, or --list"));
        }
    };
    work(session).await
}

/// Who answers on this machine.
fn who() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let known = names.iter().find_map(|name| std::env::var(name).ok());
    known.unwrap_or_else(|| "somebody".to_owned())
}

async fn work(mut session: Session) -> Result<Code, Failure> {
    let mut progress = progress(&session).await?;
    if let Some(warnings) = session.warnings.take() {
        note!("{warnings}");
    }
    let mut worker = Running::start(&session.engine, ClaimScope::Only(session.thread));
    let ending = with_answers(&mut session, &mut worker, &mut progress).await;
    progress.finish();
    match ending {
        Ok(follow::Ending::Stands) => {
            worker.stop().await?;
            report::result(&session).await
        }
        Ok(follow::Ending::ChildrenPaused(children)) => {
            worker.stop().await?;
            report::children_paused(&session, &children).await
        }
        Ok(follow::Ending::Interrupted) => {
            worker.stop().await?;
            report::interrupted(&session).await
        }
        Err(failure) => Err(report::with_command(failure, &session)),
    }
}

/// Says which thread it is, and how it will be shown.
async fn progress(session: &Session) -> Result<Progress, Failure> {
    let row = session.engine.thread(session.thread).await?;
    if session.shown == Shown::Events {
        let events = wire::Events::default();
        let listed = wire::listed(&session.engine, row).await?;
        note!("{}", wire::snapshot(&listed).to_json().unwrap_or_default());
        return Ok(Progress::Json(Box::new(events)));
    }
    note!("{}", session.thread);
    let names = Names::of(session.engine.program(&row.program).await?);
    Ok(Progress::new(session.shown == Shown::Little, names))
}

/// Follows the thread, and puts its questions to whoever sits at the terminal.
async fn with_answers(
    session: &mut Session,
    worker: &mut Running,
    progress: &mut Progress,
) -> Result<follow::Ending, Failure> {
    let mut terminal: Option<ask::Terminal> = None;
    loop {
        if !std::mem::take(&mut session.asks_first) {
            let ending = follow::until_it_stands(session, worker, progress).await?;
            let row = session.engine.thread(session.thread).await?;
            let asks = row.pause == Some(PauseReason::Ask);
            if !(asks && matches!(ending, follow::Ending::Stands)) {
                return Ok(ending);
            }
        }
        if session.shown == Shown::Events || !ask::is_possible(session.no_input) {
            return Ok(follow::Ending::Stands);
        }
        progress.finish();
        let terminal = terminal.get_or_insert_with(ask::Terminal::open);
        match terminal.ask(session).await? {
            ask::Asking::Done => (),
            ask::Asking::Nobody => return Ok(follow::Ending::Stands),
            ask::Asking::Interrupted => return Ok(follow::Ending::Interrupted),
        }
    }
}

fn open(args: &Run, workspace: &Path, environment: &Arc<Environment>) -> Result<Engine, Failure> {
    if !workspace.is_dir() {
        let message = format!("there is no folder '{}' to work in", workspace.display());
        return Err(Failure::new(Code::NotFound, message).help("name another one with --workspace"));
    }
    let setup = Setup {
        data_dir: &args.data_dir,
        workspace,
        allow_net: &args.allow_net,
        slack_token: environment.slack_token(),
    };
    let file = args.file.as_deref();
    let siblings = Siblings {
        folder: file.map(|file| local::workspace(None, Some(file))),
        catalog: tools::catalog(&args.tools)?,
        environment: Arc::clone(environment),
    };
    let secrets = Arc::clone(environment);
    local::open(setup, Some(Arc::new(siblings)), Some(secrets))
}
