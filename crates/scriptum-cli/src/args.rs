//! The command line as types. Names and meanings are those of the specification.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::{
    duration::Duration,
    exit::{Code, Failure},
};

/// The version, the commit that it was built from, and the interface that it speaks.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (commit ",
    env!("SCRIPTUM_COMMIT"),
    ", protocol dodil.scriptum.v1)"
);

/// Typed, durable workflows: check a script, run it, and let it survive whatever happens.
#[derive(Debug, Parser)]
#[command(
    name = "scriptum",
    version = VERSION,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 80
)]
#[command(after_help = "Example: scriptum run examples/source_report.scriptum")]
pub(crate) struct Args {
    /// Form of the result
    #[arg(short, long, global = true, value_enum, env = "SCRIPTUM_OUTPUT")]
    pub(crate) output: Option<Form>,

    /// When to color
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(crate) color: Color,

    /// Print results only, no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Never ask anything
    #[arg(long, global = true)]
    pub(crate) no_input: bool,

    /// Log to stderr; twice or thrice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Args {
    /// True when a program reads what is printed.
    pub(crate) fn reads_json(&self) -> bool {
        let watches = matches!(&self.command, Command::Run(run) if run.watch_json);
        watches || self.output == Some(Form::Json)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile a script and run it durably on the embedded store
    #[command(after_help = "Example: scriptum run brief.scriptum --set topic=Rust")]
    Run(Box<Run>),
    /// Report all that is wrong with scripts
    #[command(after_help = "Example: scriptum check --fix examples")]
    Check(Check),
    /// Write scripts as everyone writes them
    #[command(after_help = "Example: scriptum fmt --check examples")]
    Fmt(Fmt),
    /// Show what a script takes and gives
    #[command(after_help = "Example: scriptum contract brief.scriptum --json-schema inputs")]
    Contract(Contract),
    /// Show the compiled form of a script
    #[command(after_help = "Example: scriptum ir brief.scriptum -o json")]
    Ir(Ir),
    /// Show the syntax tree of a script
    #[command(after_help = "Example: scriptum ast brief.scriptum")]
    Ast(Ast),
    /// Run the tests beside scripts, in virtual time
    #[command(after_help = "Example: scriptum test examples --filter amount")]
    Test(Test),
    /// Show the steps of a script as a picture
    #[command(after_help = "Example: scriptum graph brief.scriptum --format svg > brief.svg")]
    Graph(Graph),
    /// Explain a diagnostic code
    #[command(after_help = "Example: scriptum explain unknown-tool")]
    Explain(Explain),
    /// Measure the engine on this machine's disk
    #[command(after_help = "Example: scriptum bench -o json")]
    Bench(Bench),
}

/// Form of a result, as it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Table,
    Json,
    Yaml,
    Wide,
    /// For `check`: a SARIF log, for code scanners
    Sarif,
    /// For `check`: annotations of a GitHub workflow
    Github,
}

impl Form {
    /// The form, if it is not one for diagnostics alone.
    pub(crate) fn general(self) -> Result<Output, Failure> {
        match self {
            Form::Table => Ok(Output::Table),
            Form::Json => Ok(Output::Json),
            Form::Yaml => Ok(Output::Yaml),
            Form::Wide => Ok(Output::Wide),
            Form::Sarif | Form::Github => {
                let message = "the forms sarif and github are for `scriptum check`";
                Err(Failure::new(Code::InvalidArgument, message)
                    .help("the others are table, json, yaml and wide"))
            }
        }
    }
}

/// Form of a result, of those that all commands have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Output {
    #[default]
    Table,
    Json,
    Yaml,
    Wide,
}

/// When to color.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        match self {
            Color::Auto => (),
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// The script; optional with --resume and --list
    pub(crate) file: Option<PathBuf>,

    /// Inputs as a JSON object, @FILE, or - for standard input
    #[arg(long, value_name = "JSON|@FILE", conflicts_with = "resume")]
    pub(crate) input: Option<String>,

    /// One input, merged over --input: key=text, dotted keys, key:=json
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "resume")]
    pub(crate) set: Vec<String>,

    /// Go on with a thread that is paused, or whose process died
    #[arg(long, value_name = "THREAD")]
    pub(crate) resume: Option<String>,

    /// The answer to an open question of the thread
    #[arg(long, value_name = "JSON|@FILE", requires = "resume")]
    pub(crate) value: Option<String>,

    /// New inputs for the failed step, replacing all of them
    #[arg(long = "override", value_name = "JSON|@FILE", requires = "resume")]
    #[arg(conflicts_with_all = ["value", "step_output"])]
    pub(crate) override_input: Option<String>,

    /// Takes the failed step as completed with this output
    #[arg(
        long,
        value_name = "JSON|@FILE",
        requires = "resume",
        conflicts_with = "value"
    )]
    pub(crate) step_output: Option<String>,

    /// Reports that an event has arrived that the thread waits for, or will wait for
    #[arg(long, value_name = "NAME", requires = "resume")]
    #[arg(conflicts_with_all = ["value", "override_input", "step_output", "step"])]
    pub(crate) event: Option<String>,

    /// What there is to know of the event; null without it
    #[arg(long, value_name = "JSON|@FILE", requires = "event")]
    pub(crate) data: Option<String>,

    /// Which failed step is meant, such as 1.0.2
    #[arg(long, value_name = "PATH", requires = "resume")]
    pub(crate) step: Option<String>,

    /// From the flag of the whole command
    #[arg(skip)]
    pub(crate) no_input: bool,

    /// From the flag of the whole command
    #[arg(skip)]
    pub(crate) output: Output,

    /// A file with the environment of this run: KEY=VALUE, a line each
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,

    /// A variable of the environment of this run; without =VALUE, that of this process
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) env_var: Vec<String>,

    /// Folder of the embedded store
    #[arg(
        long,
        value_name = "DIR",
        env = "SCRIPTUM_DATA_DIR",
        default_value = "./.scriptum"
    )]
    pub(crate) data_dir: PathBuf,

    /// Folder that file tools are confined to; the folder of FILE without it
    #[arg(long, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,

    /// Folder of tool documents (*.yaml); ./tools without it, if that exists
    #[arg(long, value_name = "DIR")]
    pub(crate) tools: Vec<PathBuf>,

    /// Hosts or networks that tools may reach although they are private
    #[arg(long, value_name = "CIDR|NAME")]
    pub(crate) allow_net: Vec<String>,

    /// Longest time that the thread may run, such as 30s or 1h30m
    #[arg(long, value_name = "DUR", conflicts_with = "resume")]
    pub(crate) timeout: Option<Duration>,

    /// Events as JSON on stderr, one a line, instead of progress
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) watch_json: bool,

    /// Show the threads of the embedded store, newest first
    #[arg(long, conflicts_with_all = ["resume", "input", "set", "file"])]
    pub(crate) list: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    /// Scripts, folders of scripts, or - for standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,

    /// Make the edits that are certain
    #[arg(long)]
    pub(crate) fix: bool,

    /// Take warnings as errors
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// Folder of tool documents (*.yaml); ./tools without it, if that exists
    #[arg(long, value_name = "DIR")]
    pub(crate) tools: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Fmt {
    /// Scripts, folders of scripts, or - to read standard input and write standard output
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,

    /// Change nothing; name the files that differ, and end with 1 if there are any
    #[arg(long)]
    pub(crate) check: bool,

    /// Change nothing; show what would change
    #[arg(long)]
    pub(crate) diff: bool,

    /// Change nothing; write the formatted text to standard output
    #[arg(long, conflicts_with_all = ["check", "diff"])]
    pub(crate) stdout: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Contract {
    /// A script, a program as YAML or JSON, or - for standard input
    pub(crate) file: PathBuf,

    /// JSON Schema 2020-12 of one part instead
    #[arg(long, value_name = "PART", value_enum, num_args = 0..=1, default_missing_value = "inputs")]
    pub(crate) json_schema: Option<Part>,

    /// Folder of tool documents (*.yaml); ./tools without it, if that exists
    #[arg(long, value_name = "DIR")]
    pub(crate) tools: Vec<PathBuf>,
}

/// A part of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Inputs,
    Outputs,
    Stream,
    Env,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Ir {
    /// A script, a program as YAML or JSON, or - for standard input
    pub(crate) file: PathBuf,

    /// Folder of tool documents (*.yaml); ./tools without it, if that exists
    #[arg(long, value_name = "DIR")]
    pub(crate) tools: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Ast {
    /// The script, or - for standard input
    pub(crate) file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Test {
    /// Test files (*.test.yaml), scripts that have one beside them, or folders
    #[arg(default_value = ".", value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,

    /// Run the tests with this text in their name
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    /// Write what came of the tests into their `expect`
    #[arg(long)]
    pub(crate) update: bool,

    /// Write the results in the XML of `JUnit`, too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Folder of tool documents (*.yaml); ./tools without it, if that exists
    #[arg(long, value_name = "DIR")]
    pub(crate) tools: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Graph {
    /// A script, a program as YAML or JSON, or - for standard input
    pub(crate) file: PathBuf,

    /// Notation of the picture
    #[arg(long, value_enum, default_value = "mermaid")]
    pub(crate) format: GraphFormat,

    /// Folder of tool documents (*.yaml); ./tools without it, if that exists
    #[arg(long, value_name = "DIR")]
    pub(crate) tools: Vec<PathBuf>,
}

/// Notation of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Text that Markdown pages show as a picture
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// A picture that stands alone, light and dark
    Svg,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A code such as unknown-tool
    #[arg(required_unless_present = "list")]
    pub(crate) code: Option<String>,

    /// All codes with a line each
    #[arg(long)]
    pub(crate) list: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Bench {
    /// Which measurements: seq10, load, long, wide; all without it
    #[arg(value_enum)]
    pub(crate) only: Vec<Measurement>,

    /// Folder for the store that is measured; a temporary one in the current folder without it
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// One measurement of `scriptum bench`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measurement {
    /// One thread of 10 steps, again and again: latency.
    Seq10,
    /// 2,000 threads of 10 steps, 64 at once: throughput.
    Load,
    /// One thread of 10,000 steps in sequence: flatness.
    Long,
    /// One loop over 100,000 items, 64 at once: throughput and memory.
    Wide,
}
