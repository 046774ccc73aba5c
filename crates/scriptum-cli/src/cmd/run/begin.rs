//! A new thread from a script: compile, check the inputs, make it durable.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use scriptum_contract::{Contract, Reason, Value, Violation};
use scriptum_engine::Start;
use scriptum_vm::Seq;

use super::{Session, siblings::runs_scripts};
use crate::{
    args::Run,
    cmd,
    exit::{Code, Failure, violation_line},
    input, local, out, source, tools,
};

pub(super) async fn session(file: &Path, args: &Run, quiet: bool) -> Result<Session, Failure> {
    let source = source::read(file)?;
    let compiled = cmd::compiled(&source, &tools::catalog(&args.tools)?)?;
    let program = compiled
        .program
        .expect("a compilation without errors has a program");
    let input = checked_input(&program.contract, args)?;
    let env = environment(&program.contract, &args.env_var)?;

    let workspace = local::workspace(args.workspace.as_deref(), Some(file));
    let engine = super::open(args, &workspace)?;
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
    let data_dir = args.data_dir.clone();
    Ok(Session {
        engine,
        thread,
        after: Seq(0),
        data_dir,
        workspace,
        file: runs_scripts(&program.body).then(|| file.to_owned()),
        allow_net: args.allow_net.clone(),
        quiet,
        no_input: args.no_input,
        asks_first: false,
    })
}

/// The inputs with defaults; every violation at once otherwise. Texts of `--set` are converted.
fn checked_input(contract: &Contract, args: &Run) -> Result<Value, Failure> {
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
            let help = "`scriptum contract FILE` shows what the script takes";
            Failure::new(Code::InvalidArgument, message)
                .details(violations.iter().map(violation_line))
                .help(help)
        })
}

/// Values for the declared variables, converted to their types.
pub(super) fn environment(
    contract: &Contract,
    given: &[String],
) -> Result<BTreeMap<Arc<str>, Value>, Failure> {
    let given = given
        .iter()
        .map(|pair| key_and_value(pair))
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    let (mut env, mut secrets) = (BTreeMap::new(), Vec::new());
    let mut faults = Vec::new();
    for declared in &contract.env {
        match declared.read(given.get(&*declared.key).copied()) {
            Ok(value) => {
                if declared.secret {
                    secrets.extend(value.as_text().map(str::to_owned));
                }
                env.insert(Arc::clone(&declared.field.name), value);
            }
            Err(violations) => {
                let fault = |it: &Violation| {
                    if it.reason == Reason::Missing {
                        return format!("{}: has no value and no default", declared.key);
                    }
                    format!("{}: {}", declared.key, it.message)
                };
                faults.extend(violations.iter().map(fault));
            }
        }
    }
    out::hide(secrets);
    if faults.is_empty() {
        return Ok(env);
    }
    let message = "the environment does not satisfy the contract of the script";
    Err(Failure::new(Code::FailedPrecondition, message)
        .details(faults)
        .help("give values with --env-var KEY=VALUE"))
}

fn key_and_value(pair: &str) -> Result<(&str, &str), Failure> {
    pair.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| {
            Failure::new(Code::InvalidArgument, format!("'{pair}' is no variable"))
                .help("write --env-var KEY=VALUE")
        })
}
