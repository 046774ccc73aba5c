//! The scripts that a `run` step finds: those beside the script that was given, and plans.
//!
//! A name is the name of a file without its ending, in that folder and in no other. What is found is
//! compiled when a sub-thread begins, so that a script may be mended while its parent waits.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use scriptum_contract::{ToolCatalog, nearest};
use scriptum_engine::{Script, ScriptError, Scripts};
use scriptum_vm::program::{Body, RunTarget, StepKind};

use crate::{
    beside, cmd,
    environment::Environment,
    exit::Failure,
    local,
    source::{self, Source},
};

const ENDING: &str = "scriptum";
/// How many scripts a message names at most.
const NAMED_MAX: usize = 10;
/// What a plan is called in diagnostics.
const PLAN_NAME: &str = "<plan>";

/// The scripts of a folder.
#[derive(Debug)]
pub(super) struct Siblings {
    /// Where scripts are looked for; `None` when nobody said it.
    pub(super) folder: Option<PathBuf>,
    /// What they may call.
    pub(super) catalog: ToolCatalog,
    /// Their environment.
    pub(super) environment: Arc<Environment>,
}

#[async_trait]
impl Scripts for Siblings {
    async fn stored(&self, name: &str) -> Result<Script, ScriptError> {
        let Some(folder) = &self.folder else {
            let message = format!(
                "the folder of script '{name}' is not known; name the script beside it: \
                 `scriptum run FILE --resume THREAD`"
            );
            return Err(ScriptError::new("SCRIPT_NOT_FOUND", message));
        };
        let file = file_of(folder, name)?;
        let source = source::read(&file).map_err(|failure| invalid(&failure))?;
        self.script(&source)
    }

    async fn planned(&self, source: &str) -> Result<Script, ScriptError> {
        let (name, text) = (PLAN_NAME.to_owned(), source.to_owned());
        let folder = None;
        self.script(&Source { name, folder, text })
    }
}

impl Siblings {
    fn script(&self, source: &Source) -> Result<Script, ScriptError> {
        let compiled =
            cmd::compiled_quietly(source, &self.catalog).map_err(|failure| invalid(&failure))?;
        let program = compiled
            .program
            .expect("a compilation without errors has a program");
        let env = self.environment.resolved(&program.contract);
        let env = env.map_err(|failure| ScriptError::new("ENV_MISSING", in_one_line(&failure)))?;
        Ok(Script {
            pins: local::pinned(&compiled.tool_pins),
            program,
            source: Arc::from(&*source.text),
            env,
        })
    }
}

/// True when a step in it, at whatever depth, runs a script by its name.
pub(crate) fn runs_scripts(body: &Body) -> bool {
    any_run(body, |target| matches!(target, RunTarget::Stored(_)))
}

/// True when a step in it, at whatever depth, runs a script or a plan.
pub(super) fn starts_threads(body: &Body) -> bool {
    any_run(body, |_| true)
}

fn any_run(body: &Body, fits: fn(&RunTarget) -> bool) -> bool {
    body.steps.iter().any(|step| {
        let fits_here = matches!(&step.kind, StepKind::Run(run) if fits(&run.target));
        fits_here || step.kind.bodies().any(|body| any_run(body, fits))
    })
}

fn invalid(failure: &Failure) -> ScriptError {
    ScriptError::new("SCRIPT_INVALID", in_one_line(failure))
}

fn in_one_line(failure: &Failure) -> String {
    let details = failure.details.join("; ");
    match details.as_str() {
        "" => failure.message.clone(),
        details => format!("{}: {details}", failure.message),
    }
}

/// The file of a script.
fn file_of(folder: &Path, name: &str) -> Result<PathBuf, ScriptError> {
    if !beside::is_plain(name) {
        let message =
            format!("'{name}' is no name of a script: it is to be the plain name of a file");
        return Err(ScriptError::new("SCRIPT_NOT_FOUND", message));
    }
    beside::file_of(folder, name).ok_or_else(|| missing(folder, name))
}

fn missing(folder: &Path, name: &str) -> ScriptError {
    let names = beside::names_in(folder);
    let meant = nearest(name, names.iter().map(String::as_str));
    let hint = match (meant, names.as_slice()) {
        (Some(meant), _) => format!("; did you mean '{meant}'?"),
        (None, []) => String::new(),
        (None, [.., _]) => {
            let first: Vec<&str> = names.iter().map(String::as_str).take(NAMED_MAX).collect();
            format!("; there are {}", first.join(", "))
        }
    };
    let file = folder.join(format!("{name}.{ENDING}"));
    let message = format!("there is no script '{}'{hint}", file.display());
    ScriptError::new("SCRIPT_NOT_FOUND", message)
}
