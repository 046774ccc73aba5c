//! Emits: the result of the thread against its declared output, or the value of an iteration.

use std::{collections::HashSet, sync::Arc};

use scriptum_contract::{Field, Type};
use scriptum_syntax::Span;
use scriptum_vm::program::{Emit, Input, Step};

use super::{
    Checker,
    arrivals::Arrivals,
    body::{End, StepEnd},
    target::Target,
};
use crate::{codes, source_map::Part};

/// What an emit gives its fields to.
#[derive(Debug)]
pub(super) enum EmitScope {
    /// The thread: they are checked against `output`.
    Thread,
    /// `on thread error`: they are checked as far as `output` declares them.
    Handler,
    /// An iteration, a lane or a round: they are its value.
    Iteration(Box<Emitted>),
}

/// What the emits of an iteration, a lane or a round gave so far.
#[derive(Debug)]
pub(super) struct Emitted {
    /// The body, as a place in the list of those around the current step.
    pub(super) body: usize,
    /// The type of all emits.
    pub(super) ty: Option<Type>,
    /// An emit leads to the end of the body, with what it knew.
    pub(super) ends: Arrivals,
}

impl<'p> Checker<'p> {
    pub(super) fn emit(&mut self, step: &'p Step, emit: &'p Emit) -> StepEnd {
        let fields = emit.fields.iter();
        let named = fields
            .map(|field| (&field.name, self.span(field.at)))
            .collect();
        self.duplicates("field", named);
        match self.emit_scopes.last() {
            Some(EmitScope::Iteration(_)) => self.emit_of_iteration(emit),
            Some(EmitScope::Thread) => self.emit_of_thread(step, emit, true),
            Some(EmitScope::Handler) | None => self.emit_of_thread(step, emit, false),
        }
        StepEnd {
            falls_through: false,
            value: None,
        }
    }

    fn emit_of_iteration(&mut self, emit: &'p Emit) {
        let fields = emit.fields.iter().map(|field| {
            let ty = self.infer(&field.value.root);
            self.facts.set_type(field.at, &ty);
            Field {
                name: Arc::clone(&field.name),
                ..Field::required("", ty)
            }
        });
        let shape = Type::shape(fields.collect());
        if let Some(EmitScope::Iteration(emitted)) = self.emit_scopes.last_mut() {
            let before = emitted.ty.take();
            emitted.ty = Some(before.map_or(shape.clone(), |before| before.join(&shape)));
            if let Some(place) = self.places.get(emitted.body) {
                let (child, base) = (place.child, place.child_start);
                emitted.ends.add(&self.scope, child, base, None);
            }
        }
    }

    /// Checks fields against `output`; in the thread itself, all that is declared must be there.
    fn emit_of_thread(&mut self, step: &'p Step, emit: &'p Emit, whole: bool) {
        let program = self.program;
        let outputs = &program.contract.outputs;
        let given: HashSet<&str> = emit.fields.iter().map(|field| &*field.name).collect();
        let missing = outputs.iter().zip(&self.map.outputs);
        let missing = missing
            .filter(|(output, _)| whole && output.is_needed() && !given.contains(&*output.name));
        let mut missing: Vec<(&str, Span)> = missing
            .map(|(output, place)| (&*output.name, place.name))
            .collect();
        for field in &emit.fields {
            let Some((output, place)) = self.outputs.get(&*field.name).copied() else {
                let ty = self.infer(&field.value.root);
                self.refuse_secret(&format!("output `{}`", field.name), &field.value.root, &ty);
                self.unknown_output(field, &mut missing);
                continue;
            };
            let target = Target::Output {
                name: &field.name,
                declared: Some(place.ty),
            };
            let ty = self.expect(&field.value.root, &output.ty, target);
            self.refuse_secret(&target.to_string(), &field.value.root, &ty);
            self.facts.set_type(field.at, &ty);
        }
        if !missing.is_empty() && !self.gaps.is_around(self.span(step.at)) {
            let verb = self.part(step.at, Part::Verb);
            self.report(codes::missing_output(&missing, verb));
        }
    }

    /// A field that is not declared. One that is near to a missing one is that one misspelt.
    fn unknown_output(&mut self, field: &Input, missing: &mut Vec<(&str, Span)>) {
        let span = self.span(field.at);
        let meant = self
            .suggest
            .nearest(&field.name, missing.iter().map(|(name, _)| *name));
        if let Some(index) = missing.iter().position(|(name, _)| Some(*name) == meant) {
            let (name, declared) = missing.swap_remove(index);
            return self.report(codes::missing_output::misspelt(
                &field.name,
                name,
                span,
                declared,
            ));
        }
        let outputs = &self.program.contract.outputs;
        let nearest = self
            .suggest
            .nearest(&field.name, outputs.iter().map(|output| &*output.name));
        self.report(codes::unknown_output(&field.name, span, nearest, outputs));
    }

    /// Reports a script whose end is reached although it has declared a result.
    pub(super) fn check_end(&mut self, end: &End) {
        let program = self.program;
        let needed = program
            .contract
            .outputs
            .iter()
            .find(|output| output.is_needed());
        let (true, Some(needed)) = (end.falls_through, needed) else {
            return;
        };
        let output = self.map.output.unwrap_or(self.map.header);
        let last = program.body.steps.last();
        let last = last.map(|step| self.part(step.at, Part::Verb));
        self.report(codes::missing_emit(&needed.name, last, output));
    }
}
