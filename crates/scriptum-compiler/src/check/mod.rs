//! The one checker. It sees a program, not a text, so that programs from every source obey the same
//! rules; where something stands, it learns from the source map.
//!
//! It walks the steps in order with the names that are visible, computes the type of every expression,
//! and reports what cannot work. An expression that is wrong has type any, so that one mistake is
//! reported once.

mod access;
mod agent;
mod arrivals;
mod ask;
mod body;
mod calls;
mod contract;
mod decide;
mod doomed;
mod elements;
mod emit;
mod exprs;
mod jumps;
mod models;
mod narrow;
mod operators;
mod pipe;
mod repeat;
mod run;
mod scope;
mod secrets;
mod send;
mod steps;
mod streams;
mod target;
mod together;
mod tools;
mod wait;
mod yields;

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use scriptum_contract::{EnumDef, EnvField, Field, ToolCatalog, Type, Value};
use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::program::{Body, NodeId, Program};

use crate::{
    compiled::Facts,
    source_map::{FieldPlace, Part, SourceMap},
    suggest::Suggest,
};
use body::Place;
use emit::EmitScope;
use scope::{Binding, Changes, Kind, Scope};
use streams::Made;
pub(crate) use {
    agent::agent_inputs, models::question_inputs, run::plan_inputs, target::Target,
    together::key_of,
};

/// What of a text could not be read and so is missing in the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gaps {
    /// Steps or parts of steps.
    pub(crate) steps: bool,
    /// Imports of tools.
    pub(crate) imports: bool,
    /// The parts that were given up, in the order of the text.
    pub(crate) unread: Vec<Span>,
    /// Names that seem to be bound there.
    pub(crate) names: BTreeSet<Box<str>>,
}

impl Gaps {
    /// Drops what is said about parts of the text that were given up, and about what holds such a part.
    pub(crate) fn forget_guesses(&self, found: &mut Vec<Diagnostic>) {
        if !self.unread.is_empty() {
            found.retain(|it| !self.is_around(it.primary.span));
        }
    }

    /// True when something in this place was given up.
    pub(crate) fn is_around(&self, place: Span) -> bool {
        let after = self
            .unread
            .partition_point(|unread| unread.end <= place.start);
        let next = self.unread.get(after);
        next.is_some_and(|unread| unread.start < place.end)
    }
}

/// Checks a program and says what every node is.
///
/// Nothing is said that the gaps could explain.
pub(crate) fn check<'p>(
    program: &'p Program,
    map: &'p SourceMap,
    catalog: &'p ToolCatalog,
    suggest: &'p Suggest,
    gaps: &'p Gaps,
    diagnostics: &'p mut Vec<Diagnostic>,
) -> Facts {
    let contract = &program.contract;
    let outputs = contract.outputs.iter().zip(&map.outputs);
    let env = contract.env.iter().zip(&map.env);
    let mut checker = Checker {
        program,
        map,
        catalog,
        suggest,
        diagnostics,
        facts: Facts::new(map.len()),
        scope: Scope::default(),
        imports: HashMap::new(),
        enums: contract.enums.iter().map(|def| (&*def.name, def)).collect(),
        outputs: outputs.map(|it| (&*it.0.name, it)).collect(),
        env: env
            .map(|(env, place)| (&*env.field.name, (env, place.at)))
            .collect(),
        variants: variants(&contract.enums),
        goto_titles: HashSet::new(),
        emit_scopes: Vec::new(),
        places: Vec::new(),
        titles: OnceCell::new(),
        later: OnceCell::new(),
        in_handler: false,
        local_bodies: 0,
        ever_bound: Changes::new(),
        said_unbound: HashMap::new(),
        streams: Vec::new(),
        unstreamed: HashSet::new(),
        loops: 0,
        has_secrets: contract.env.iter().any(|env| env.secret),
        steps_checked: 0,
        steps_rechecked: 0,
        step_at: NodeId::default(),
        gaps,
    };
    checker.program();
    checker.facts
}

struct Checker<'p> {
    program: &'p Program,
    map: &'p SourceMap,
    catalog: &'p ToolCatalog,
    suggest: &'p Suggest,
    diagnostics: &'p mut Vec<Diagnostic>,
    facts: Facts,
    scope: Scope,
    /// Local names of imported tools, and whether each is in the catalog.
    imports: HashMap<&'p str, bool>,
    /// Enums by name.
    enums: HashMap<&'p str, &'p Arc<EnumDef>>,
    /// Outputs by name, with where their names and types stand.
    outputs: HashMap<&'p str, (&'p Field, &'p FieldPlace)>,
    /// Environment variables by name, with the nodes of their names.
    env: HashMap<&'p str, (&'p EnvField, NodeId)>,
    /// Enums by the words of their variants.
    variants: HashMap<&'p str, Vec<Arc<EnumDef>>>,
    /// Every title that some `goto` names.
    goto_titles: HashSet<&'p str>,
    emit_scopes: Vec<EmitScope>,
    /// The bodies around the current step, outermost first.
    places: Vec<Place<'p>>,
    /// Every title in the program, for titles that nothing has.
    titles: OnceCell<BTreeSet<&'p str>>,
    /// Names by where they are first bound, for names used too early.
    later: OnceCell<HashMap<&'p str, NodeId>>,
    in_handler: bool,
    /// Bodies around the current step whose names are visible nowhere else: iterations.
    local_bodies: usize,
    /// All that the thread's names ever meant, for `on thread error`, which may begin at any time.
    ever_bound: Changes,
    /// Where names were bound that some ways do not bind, by the number of the diagnostic that said so.
    said_unbound: HashMap<NodeId, usize>,
    /// Streams by number.
    streams: Vec<Made>,
    /// Where results are bound that their tools could have handed on item by item.
    unstreamed: HashSet<NodeId>,
    /// How many loops are around the current step.
    loops: usize,
    /// True when some environment variable is a secret, which is then followed through the script.
    has_secrets: bool,
    /// Steps checked so far, and how many of them because a `repeat` was checked again.
    steps_checked: u64,
    steps_rechecked: u64,
    /// The step that is checked.
    step_at: NodeId,
    gaps: &'p Gaps,
}

fn variants(enums: &[Arc<EnumDef>]) -> HashMap<&str, Vec<Arc<EnumDef>>> {
    let mut by_word: HashMap<&str, Vec<Arc<EnumDef>>> = HashMap::new();
    for def in enums {
        for variant in &def.variants {
            if let Value::Text(word) = &variant.value {
                by_word.entry(word).or_default().push(Arc::clone(def));
            }
        }
    }
    by_word
}

impl<'p> Checker<'p> {
    fn program(&mut self) {
        let program = self.program;
        self.contract();
        self.imports();
        self.declare();
        jumps::collect_titles(&program.body, &mut self.goto_titles);
        if let Some(handler) = &program.on_thread_error {
            jumps::collect_titles(handler, &mut self.goto_titles);
        }
        let start = self.scope.mark();
        self.emit_scopes.push(EmitScope::Thread);
        let end = self.body(&program.body, true);
        self.emit_scopes.pop();
        if !self.gaps.steps {
            self.check_end(&end);
        }
        if let Some(handler) = &program.on_thread_error {
            self.scope.undo(start);
            self.failed_anywhere();
            self.handler(handler);
        }
        self.unused_streams();
    }

    /// Inputs and environment variables.
    fn declare(&mut self) {
        let contract = &self.program.contract;
        for (env, place) in contract.env.iter().zip(&self.map.env) {
            self.declare_field(&env.field.name, secrets::type_of(env), place.at);
        }
        for (field, place) in contract.inputs.iter().zip(&self.map.inputs) {
            self.declare_field(&field.name, field.ty.clone(), place.at);
        }
    }

    fn declare_field(&mut self, name: &Arc<str>, ty: Type, at: NodeId) {
        self.facts.set_type(at, &ty);
        let binding = Binding::new(ty, at, Kind::Declared);
        self.scope.set(Arc::clone(name), binding);
    }

    /// A binding of a step was made.
    fn remember_bound(&mut self, name: &Arc<str>, binding: &Binding) {
        if self.program.on_thread_error.is_none() || self.in_handler || self.local_bodies > 0 {
            return;
        }
        let known = self.ever_bound.get(name);
        let known = known.map_or_else(|| binding.clone(), |known| known.or(binding));
        self.ever_bound.insert(Arc::clone(name), known);
    }

    /// The thread may have failed anywhere, so nothing that it bound is sure to be there.
    fn failed_anywhere(&mut self) {
        for (name, bound) in std::mem::take(&mut self.ever_bound) {
            let weaker = match self.scope.get(&name) {
                Some(declared) => declared.or(&bound),
                None => bound.or_unbound(),
            };
            self.scope.set(name, weaker);
        }
    }

    /// Forgets what was reported since then; those steps are checked again.
    fn forget_said(&mut self, said: usize) {
        self.diagnostics.truncate(said);
        self.said_unbound.retain(|_, at| *at < said);
    }

    /// The steps of `on thread error`, which read what the error was.
    fn handler(&mut self, body: &'p Body) {
        for (name, ty) in [("error", error_type()), ("thread", thread_type())] {
            let binding = Binding::new(ty, NodeId::default(), Kind::Given);
            self.scope.set(name.into(), binding);
        }
        self.in_handler = true;
        self.emit_scopes.push(EmitScope::Handler);
        self.body(body, true);
        self.emit_scopes.pop();
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn span(&self, at: NodeId) -> Span {
        self.map.span(at)
    }

    fn part(&self, step: NodeId, part: Part) -> Span {
        self.map.span(part.of(step))
    }

    /// Where a name is bound that is not visible yet, if it is bound at all.
    fn bound_later(&self, name: &str) -> Option<NodeId> {
        let later = self.later.get_or_init(|| {
            let mut later = HashMap::new();
            collect_bound(&self.program.body, &mut later);
            if let Some(handler) = &self.program.on_thread_error {
                collect_bound(handler, &mut later);
            }
            later
        });
        later.get(name).copied()
    }
}

fn collect_bound<'p>(body: &'p Body, later: &mut HashMap<&'p str, NodeId>) {
    for step in &body.steps {
        if let Some(name) = step.kind.bound_name() {
            later.entry(name).or_insert(Part::Bind.of(step.at));
        }
        for body in step.kind.bodies() {
            collect_bound(body, later);
        }
    }
}

/// What `error` is in `on thread error`.
fn error_type() -> Type {
    Type::shape(vec![
        Field::required("message", Type::text()),
        Field::required("code", Type::text()),
        Field::required("details", Type::Any),
        Field::required("step", Type::text().optional()),
        Field::required("step_path", Type::text().optional()),
        Field::required("tool", Type::text().optional()),
        Field::required("attempt", Type::integer().optional()),
    ])
}

/// What `thread` is there.
fn thread_type() -> Type {
    Type::shape(vec![
        Field::required("id", Type::text()),
        Field::required("status", Type::text()),
        Field::required("script", Type::text()),
        Field::required("version", Type::text().optional()),
    ])
}
