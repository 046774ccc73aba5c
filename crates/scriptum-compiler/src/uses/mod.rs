//! Types the answers of models by what a script reads of them.
//!
//! Where a script declares nothing, the fields that it reads of an answer, and the types of the places
//! that they flow into, are the schema that the model is given. Those types may depend on other
//! answers, so the program is checked and walked again until nothing changes any more.

mod calls;
mod demand;
mod exprs;
mod flow;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use scriptum_contract::{ToolCatalog, ToolOrigin, Type};
use scriptum_syntax::Diagnostic;
use scriptum_vm::program::{Body, Do, NodeId, Program, StepKind};

use crate::compiled::Facts;

/// The capability whose answers are typed.
const MODEL: &str = "llm";

/// The input that declares the type of an answer, or computes it.
const SCHEMA: &str = "schema";

/// Rounds in which the type of one answer may still change that of another.
const ROUNDS_MAX: usize = 4;

/// What a check finds out.
pub(crate) type Found = (Facts, Vec<Diagnostic>);

/// Sets what each undeclared answer must be. `check` says what it finds out of the program as it is;
/// what it found last comes back, if that was of the program as it is now.
pub(crate) fn settle(
    program: &mut Program,
    catalog: &ToolCatalog,
    mut check: impl FnMut(&Program) -> Found,
) -> Option<Found> {
    let mut untyped = BTreeSet::new();
    for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
        collect_untyped(body, &mut untyped);
    }
    if untyped.is_empty() {
        return None;
    }
    for _ in 0..ROUNDS_MAX {
        let found = check(program);
        let returns = steps::returns(program, &found.0, catalog, &untyped);
        let mut changed = false;
        for body in std::iter::once(&mut program.body).chain(&mut program.on_thread_error) {
            changed |= set_returns(body, &returns);
        }
        if !changed {
            return Some(found);
        }
    }
    None
}

/// True for calls whose answers may have fields that the script asks for.
pub(crate) fn is_model(call: &Do) -> bool {
    call.callee.origin == ToolOrigin::Model && *call.callee.name.0 == *MODEL
}

fn collect_untyped(body: &Body, untyped: &mut BTreeSet<NodeId>) {
    for step in &body.steps {
        if let StepKind::Do(call) = &step.kind {
            let declares = call.inputs.iter().any(|input| *input.name == *SCHEMA);
            let is_read = call.bind.is_some() && !call.stream;
            if is_model(call) && is_read && call.returns.is_none() && !declares {
                untyped.insert(step.at);
            }
        }
        for body in step.kind.bodies() {
            collect_untyped(body, untyped);
        }
    }
}

/// True when a step's type is another one now.
fn set_returns(body: &mut Body, returns: &BTreeMap<NodeId, Option<Type>>) -> bool {
    let mut changed = false;
    for step in &mut body.steps {
        if let StepKind::Do(call) = &mut step.kind
            && let Some(returns) = returns.get(&step.at)
            && call.returns != *returns
        {
            call.returns.clone_from(returns);
            changed = true;
        }
        for body in bodies(&mut step.kind) {
            changed |= set_returns(body, returns);
        }
    }
    changed
}

fn bodies(kind: &mut StepKind) -> Vec<&mut Body> {
    match kind {
        StepKind::Each(step) => vec![&mut step.body],
        StepKind::Pipe(step) => vec![&mut step.body],
        StepKind::Repeat(step) => vec![&mut step.body],
        StepKind::Decide(step) => step.branches.iter_mut().map(|it| &mut it.body).collect(),
        StepKind::Together(step) => step.lanes.iter_mut().map(|it| &mut it.body).collect(),
        StepKind::Do(_)
        | StepKind::Let(_)
        | StepKind::Check(_)
        | StepKind::Wait(_)
        | StepKind::Agent(_)
        | StepKind::Ask(_)
        | StepKind::Plan(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => Vec::new(),
    }
}
