//! The `scriptum` command: the only place that prints, exits and reads the command line.
//!
//! Each subcommand is one file under `cmd`. A command returns the exit code that the specification
//! gives to its outcome; what went wrong is a [`exit::Failure`], printed here and nowhere else.

#[macro_use]
mod out;

mod args;
mod beside;
mod cmd;
mod duration;
mod environment;
mod exit;
mod input;
mod local;
mod place;
mod planner;
mod rewrite;
mod source;
mod tools;
mod ui;
mod wire;

use clap::{
    Parser as _,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    args::{Args, Command, Form, Output},
    exit::{Code, Failure},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return refused(&error),
    };
    args.color.apply();
    start_logging(args.verbose);
    if args.reads_json() {
        out::make_notes_json();
    }
    match run(args) {
        Ok(code) => code.into(),
        Err(failure) => {
            failure.print();
            failure.code.into()
        }
    }
}

/// Shows what clap says, and what a file in the place of a command asks for.
fn refused(error: &clap::Error) -> std::process::ExitCode {
    // Nobody may read it; the exit code says the same.
    let _: std::io::Result<()> = error.print();
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
        && std::path::Path::new(word).is_file()
    {
        note!(
            "\nhelp: to run a script: scriptum run {}",
            local::quoted(word)
        );
    }
    u8::try_from(error.exit_code())
        .map_or(2, |code| code)
        .into()
}

fn run(args: Args) -> Result<Code, Failure> {
    let form = args.output;
    let output = || form.map(Form::general).transpose();
    let table = || output().map(|output| output.unwrap_or(Output::Table));
    match args.command {
        Command::Run(run) => {
            let (no_input, output) = (args.no_input, table()?);
            let run = args::Run {
                no_input,
                output,
                ..*run
            };
            cmd::run::main(run, args.quiet)
        }
        Command::Check(check) => cmd::check::main(&check, form.unwrap_or(Form::Table), args.quiet),
        Command::Fmt(fmt) => cmd::fmt::main(&fmt, args.quiet),
        Command::Contract(contract) => cmd::contract::main(&contract, output()?),
        Command::Ir(ir) => cmd::ir::main(&ir, table()?),
        Command::Ast(ast) => cmd::ast::main(&ast, table()?),
        Command::Test(test) => cmd::test::main(&test, table()?, args.quiet),
        Command::Graph(graph) => cmd::graph::main(&graph),
        Command::Explain(explain) => cmd::explain::main(&explain, table()?),
        Command::Bench(bench) => cmd::bench::main(&bench, table()?),
    }
}

/// Logs go to stderr, and only when asked for: progress and results are the command's own words.
fn start_logging(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "info",
        2 => "debug",
        3.. => "trace",
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("scriptum={level},{level}"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
