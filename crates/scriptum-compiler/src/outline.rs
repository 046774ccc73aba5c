//! What other scripts need to know of a script: what it takes and gives, and which scripts it runs.
//!
//! Whoever compiles a script that runs others reads their outlines first and puts them into the
//! catalogue; the compiler itself opens no file.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::{Contract, ToolCatalog};
use scriptum_syntax::{Severity, parse};
use scriptum_vm::program::{Body, Program, RunTarget, StepKind};

use crate::{limits::SCRIPT_BYTES_MAX, lower, suggest::Suggest};

/// What other scripts need to know of a script.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// What it takes and gives; `None` when its text has mistakes that the contract may depend on.
    pub contract: Option<Contract>,
    /// The stored scripts that it runs.
    pub runs: BTreeSet<Arc<str>>,
}

/// Reads the outline of a script; expressions are not checked for that.
pub fn outline(text: &str, catalog: &ToolCatalog) -> Outline {
    if text.len() > SCRIPT_BYTES_MAX {
        return Outline::default();
    }
    let parse = parse(text);
    let suggest = Suggest::new();
    let lowered = lower::lower(text, &parse.tree(), catalog, &suggest);
    let runs = runs(&lowered.program);
    let mut found = parse.diagnostics.iter().chain(&lowered.diagnostics);
    let is_sound = found.all(|it| it.severity != Severity::Error);
    Outline {
        contract: is_sound.then_some(lowered.program.contract),
        runs,
    }
}

/// The stored scripts that a program runs.
pub fn runs(program: &Program) -> BTreeSet<Arc<str>> {
    let mut names = BTreeSet::new();
    for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
        collect(body, &mut names);
    }
    names
}

fn collect(body: &Body, names: &mut BTreeSet<Arc<str>>) {
    for step in &body.steps {
        if let StepKind::Run(run) = &step.kind
            && let RunTarget::Stored(name) = &run.target
        {
            names.insert(Arc::clone(name));
        }
        for body in step.kind.bodies() {
            collect(body, names);
        }
    }
}
