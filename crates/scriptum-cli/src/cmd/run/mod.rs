//! `scriptum run`: compiles a script and runs it durably on the embedded store.
//!
//! The first line on stderr is the thread id, the result goes to stdout. Whatever stops this process,
//! the thread stays in the store, and `--resume` goes on with it.

mod begin;
mod follow;
mod list;
mod report;
mod resume;

use std::path::PathBuf;

use scriptum_engine::{ClaimScope, Engine, ThreadId};
use scriptum_vm::Seq;

use crate::{
    args::Run,
    exit::{Code, Failure},
    local::{self, Running, Setup},
    ui::Progress,
};

/// A thread that this process is about to run, and what its user has to know to run it again.
#[derive(Debug)]
struct Session {
    engine: Engine,
    thread: ThreadId,
    /// Journal entries up to here are old news.
    after: Seq,
    data_dir: PathBuf,
    workspace: PathBuf,
    allow_net: Vec<String>,
    quiet: bool,
}

pub(crate) fn main(args: Run, quiet: bool) -> Result<Code, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        Failure::new(
            Code::Unavailable,
            format!("cannot start the runtime: {error}"),
        )
    })?;
    let outcome = runtime.block_on(run(args, quiet));
    // A tool that still blocks a thread must not keep the command from ending.
    runtime.shutdown_background();
    outcome
}

async fn run(args: Run, quiet: bool) -> Result<Code, Failure> {
    if args.list {
        return list::main(&args.data_dir).await;
    }
    let session = match (&args.resume, &args.file) {
        (Some(thread), _) => resume::session(thread, &args, quiet).await?,
        (None, Some(file)) => begin::session(file, &args, quiet).await?,
        (None, None) => {
            return Err(Failure::new(Code::InvalidArgument, "which script?")
                .help("scriptum run FILE, or --resume THREAD, or --list"));
        }
    };
    match session {
        Some(session) => work(session).await,
        None => Ok(Code::Success),
    }
}

async fn work(session: Session) -> Result<Code, Failure> {
    note!("{}", session.thread);
    let mut worker = Running::start(&session.engine, ClaimScope::Only(session.thread));
    let mut progress = Progress::new(session.quiet);
    let ending = follow::until_it_stands(&session, &mut worker, &mut progress).await;
    progress.finish();
    match ending {
        Ok(follow::Ending::Stands) => {
            worker.stop().await?;
            report::result(&session).await
        }
        Ok(follow::Ending::Interrupted) => {
            worker.stop().await?;
            report::interrupted(&session).await
        }
        Err(failure) => Err(report::with_command(failure, &session)),
    }
}

fn open(args: &Run, workspace: &std::path::Path) -> Result<Engine, Failure> {
    let setup = Setup {
        data_dir: &args.data_dir,
        workspace,
        allow_net: &args.allow_net,
    };
    local::open(&setup)
}
