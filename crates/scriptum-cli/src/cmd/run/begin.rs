//! A new thread from a script: compile, check the inputs, make it durable.

use std::{path::Path, sync::Arc};

use scriptum_contract::{Contract, Value};
use scriptum_engine::Start;
use scriptum_vm::Seq;

use super::{
    Session,
    again::Again,
    siblings::{runs_scripts, starts_threads},
};
use crate::{
    args::Run,
    cmd,
    environment::Environment,
    exit::{Code, Failure},
    input, local, source, tools,
    ui::Shown,
};

pub(super) async fn session(file: &Path, args: &Run, shown: Shown) -> Result<Session, Failure> {
    let source = source::read(file)?;
    let compiled = cmd::without_errors(&source, &tools::catalog(&args.tools)?)?;
    let warnings = cmd::check::noted(&source.name, &source.text, &compiled.diagnostics);
    let program = compiled
        .program
        .expect("a compilation without errors has a program");
    let input = checked_input(&program.contract, file, args)?;
    let environment = Arc::new(Environment::read(args)?);
    if !starts_threads(&program.body) {
        environment.check_named(&program.contract)?;
    }
    let env = environment.resolved(&program.contract)?;

    let workspace = local::workspace(args.workspace.as_deref(), Some(file));
    let engine = super::open(args, &workspace, &environment)?;
    let pins = local::pinned(&compiled.tool_pins);
    let hash = engine.publish(&program, &pins, &source.text).await?;
    let thread = local::new_thread_id();
    let start = Start {
        id: thread,
        program: hash,
        input,
        env,
        seed: local::new_seed(),
        timeout_ms: args.timeout.map(|it| it.ms),
        request_id: None,
    };
    engine.start(start).await?;
    let file = runs_scripts(&program.body).then_some(file);
    Ok(Session {
        engine,
        thread,
        after: Seq(0),
        again: Arc::new(Again::new(
            args,
            file,
            workspace,
            (&environment, &program.contract),
        )),
        warnings,
        shown,
        output: args.output,
        no_input: args.no_input,
        asks_first: false,
    })
}

/// The inputs with defaults; every violation at once otherwise. Texts of `--set` are converted.
fn checked_input(contract: &Contract, file: &Path, args: &Run) -> Result<Value, Failure> {
    let given = args
        .input
        .as_deref()
        .map(|json| input::json(json, "--input"))
        .transpose()?;
    let merged = input::merged(given, &args.set)?;
    contract
        .check_inputs(&merged, !args.set.is_empty())
        .map_err(|violations| {
            let message = "the input does not satisfy the contract of the script";
            let file = local::quoted(&file.to_string_lossy());
            let help = format!("`scriptum contract {file} -o table` shows what the script takes");
            Failure::new(Code::InvalidArgument, message)
                .violations(violations)
                .help(help)
        })
}
