//! Tools: imports against the catalog, and the inputs of calls against signatures.

use std::sync::Arc;

use scriptum_contract::{Shape, ToolOrigin, ToolSignature, Type, capabilities};
use scriptum_syntax::Span;
use scriptum_vm::program::{Callee, Do, Input, NodeId, OnError, Step, ToolImport};

use super::{
    Checker,
    body::StepEnd,
    steps::{goes_on, without_value},
    target::Target,
};
use crate::{
    codes,
    source_map::Part,
    vocabulary::{CAPABILITIES, CLOUD_SERVER},
};

/// More names than this are not searched for repeats one by one.
const INPUTS_WALKED_MAX: usize = 8;

impl<'p> Checker<'p> {
    pub(super) fn imports(&mut self) {
        let program = self.program;
        let places = &self.map.tools;
        let at = |index: usize| places.get(index).copied().unwrap_or_default();
        let named = program.tools.iter().enumerate();
        let named = named
            .map(|(index, import)| (&import.local, at(index)))
            .collect();
        self.duplicates("tool", named);
        for (index, import) in program.tools.iter().enumerate() {
            let found = self.catalog.find(&import.origin, &import.name).is_some();
            if !found {
                self.report_missing(import, at(index));
            }
            self.imports.insert(&import.local, found);
        }
    }

    fn report_missing(&mut self, import: &ToolImport, span: Span) {
        let name = &import.name;
        let native = self.catalog.find(&ToolOrigin::Native, name).is_some();
        if matches!(&import.origin, ToolOrigin::Mcp(server) if &**server == CLOUD_SERVER) {
            return self.report_missing_behind_server(import, span);
        }
        if let (ToolOrigin::Mcp(server), None) =
            (&import.origin, self.catalog.of(&import.origin).next())
        {
            let nearest = self.suggest.nearest(server, self.catalog.servers());
            let missing = codes::unknown_tool::of_server(&name.0, server, span, nearest, native);
            return self.report(missing);
        }
        if native && import.origin == ToolOrigin::Cloud {
            return self.report(codes::unknown_tool::without_source(&name.0, span));
        }
        let of_origin = self.catalog.of(&import.origin);
        let names = of_origin.map(|signature| &*signature.name.0);
        let nearest = self.suggest.nearest(&name.0, names);
        self.report(codes::unknown_tool(&name.0, &import.origin, span, nearest));
    }

    /// Behind the server of the cloud, registered and built-in tools have short names.
    fn report_missing_behind_server(&mut self, import: &ToolImport, span: Span) {
        let cloud = self.catalog.of(&ToolOrigin::Cloud);
        let names = cloud.map(|signature| signature.name.last_segment());
        let native = self.catalog.of(&ToolOrigin::Native);
        let names = names.chain(native.map(|signature| &*signature.name.0));
        let nearest = self.suggest.nearest(&import.name.0, names);
        let missing = codes::unknown_tool(&import.name.0, &ToolOrigin::Cloud, span, nearest);
        self.report(missing);
    }

    pub(super) fn call_tool(&mut self, step: &'p Step, call: &'p Do) -> StepEnd {
        let at = Part::First.of(step.at);
        let value = self.call(&call.callee, &call.inputs, at);
        let value = match &call.returns {
            Some(returns) => self.answer(call, returns, value, at),
            None => value,
        };
        let value = self.on_error(step, call.on_error.as_ref(), value);
        if call.stream {
            return self.stream_of_call(step, call);
        }
        if let Some(bind) = &call.bind {
            self.bind(bind, step.at, value.clone());
            let callee = &call.callee;
            let signature = self.catalog.find(&callee.origin, &callee.name);
            if signature.is_some_and(|signature| signature.item.is_some()) {
                self.unstreamed.insert(Part::Bind.of(step.at));
            }
        }
        goes_on(value)
    }

    /// What a step gives, with what its `on error:` gives instead.
    pub(super) fn on_error(
        &mut self,
        step: &'p Step,
        clause: Option<&'p OnError>,
        value: Type,
    ) -> Type {
        match clause {
            Some(OnError::Ignore) => value.optional(),
            Some(OnError::Fallback { callee, inputs }) => {
                let instead = self.call(callee, inputs, Part::Second.of(step.at));
                value.join(&instead)
            }
            Some(OnError::Retry { .. }) | None => value,
        }
    }

    /// A call whose items are handed on. A fallback takes over where the tool stopped.
    fn stream_of_call(&mut self, step: &'p Step, call: &'p Do) -> StepEnd {
        let mut item = self.item_of(&call.callee, Part::First.of(step.at), false);
        if let Some(OnError::Fallback { callee, .. }) = &call.on_error {
            let instead = self.item_of(callee, Part::Second.of(step.at), true);
            item = item.join(&instead);
        }
        if let Some(bind) = &call.bind {
            self.bind_stream(bind, step.at, item);
        }
        without_value()
    }

    /// The type of the items that a tool hands on. A fallback may give them as a list instead.
    fn item_of(&mut self, callee: &'p Callee, at: NodeId, is_fallback: bool) -> Type {
        if self.map.is_hole(at) {
            return Type::Any;
        }
        let Some(signature) = self.catalog.find(&callee.origin, &callee.name) else {
            return Type::Any;
        };
        if !signature.streaming {
            if is_fallback && let Some(list) = signature.output.as_list() {
                return list.item.clone();
            }
            if is_fallback && signature.output == Type::Any {
                return Type::Any;
            }
            let span = self.span(at);
            self.report(codes::no_stream::of_tool(&callee.local, span));
            return Type::Any;
        }
        signature.item.clone().unwrap_or(Type::Any)
    }

    /// Checks a call and gives the type of what it returns.
    pub(super) fn call(&mut self, callee: &'p Callee, inputs: &'p [Input], at: NodeId) -> Type {
        self.repeated_inputs(inputs);
        let signature = self.signature(callee, at);
        let shape = signature
            .as_ref()
            .and_then(|signature| signature.input.clone());
        match (&signature, shape) {
            (Some(signature), Some(shape)) => {
                self.inputs(&callee.local, signature, &shape, inputs, at);
            }
            (_, _) => {
                for input in inputs {
                    let ty = self.infer(&input.value.root);
                    self.facts.set_type(input.at, &ty);
                }
            }
        }
        let output = signature.map_or(Type::Any, |signature| signature.output.clone());
        self.facts.set_type(at, &output);
        output
    }

    /// Reports inputs that are given twice.
    pub(super) fn repeated_inputs(&mut self, inputs: &'p [Input]) {
        if may_repeat(inputs) {
            let named = inputs
                .iter()
                .map(|input| (&input.name, self.span(input.at)));
            self.duplicates("input", named.collect());
        }
    }

    /// The signature of a callee; `None`, once reported, when there is none.
    pub(super) fn signature(
        &mut self,
        callee: &'p Callee,
        at: NodeId,
    ) -> Option<Arc<ToolSignature>> {
        if self.map.is_hole(at) {
            return None;
        }
        if callee.origin == ToolOrigin::Model {
            return self.catalog.find(&callee.origin, &callee.name).cloned();
        }
        match self.imports.get(&*callee.local) {
            // The import is wrong, and was reported there.
            Some(false) => None,
            Some(true) => self.catalog.find(&callee.origin, &callee.name).cloned(),
            None => {
                self.report_not_imported(callee, at);
                // The tool is known all the same when only its import is missing.
                self.catalog.find(&callee.origin, &callee.name).cloned()
            }
        }
    }

    fn report_not_imported(&mut self, callee: &Callee, at: NodeId) {
        let span = self.span(at);
        if self.catalog.find(&callee.origin, &callee.name).is_some() {
            if self.gaps.imports {
                return;
            }
            let slot = self.map.imports_end;
            return self.report(codes::tool_not_imported(
                &callee.name.0,
                &callee.origin,
                span,
                slot,
            ));
        }
        let nearest = self.nearest_tool(&callee.local);
        let nearest = nearest.as_deref();
        self.report(codes::unknown_tool(
            &callee.local,
            &callee.origin,
            span,
            nearest,
        ));
    }

    fn nearest_tool(&self, name: &str) -> Option<String> {
        if self.suggest.is_exhausted() {
            return None;
        }
        let mut known: Vec<&str> = self.imports.keys().copied().collect();
        known.sort_unstable();
        known.extend(CAPABILITIES);
        known.extend(self.catalog.iter().map(|signature| &*signature.name.0));
        self.suggest.nearest(name, known).map(str::to_owned)
    }

    pub(super) fn inputs(
        &mut self,
        tool: &str,
        signature: &ToolSignature,
        shape: &Shape,
        inputs: &'p [Input],
        at: NodeId,
    ) {
        let given = |name: &str| inputs.iter().any(|input| &*input.name == name);
        let needed = shape.fields.iter().filter(|field| field.is_needed());
        let mut missing: Vec<&str> = needed
            .map(|field| &*field.name)
            .filter(|name| !given(name))
            .collect();
        let mut choice = match signature.origin {
            ToolOrigin::Model => capabilities::one_of(&signature.name.0).to_vec(),
            ToolOrigin::Native | ToolOrigin::Cloud | ToolOrigin::Mcp(_) | ToolOrigin::Channel => {
                Vec::new()
            }
        };
        if choice.iter().any(|name| given(name)) {
            choice.clear();
        }
        missing.extend(&choice);
        for input in inputs {
            let Some(field) = shape.field(&input.name) else {
                self.infer(&input.value.root);
                let unknown = inputs.iter().filter(|it| shape.field(&it.name).is_none());
                let is_only = !shape.open && unknown.count() == 1;
                self.unknown_input(tool, input, shape, is_only, &mut missing);
                continue;
            };
            let target = Target::Input {
                name: &input.name,
                tool,
            };
            let ty = self.expect(&input.value.root, &field.ty, target);
            self.facts.set_type(input.at, &ty);
        }
        // One of a choice is enough; a misspelt one was taken off the list.
        let is_open = !choice.is_empty() && choice.iter().all(|name| missing.contains(name));
        missing.retain(|name| !choice.contains(name));
        if self.gaps.is_around(self.span(self.step_at)) {
            // What is missing may be what was given up.
            return;
        }
        if !missing.is_empty() {
            let span = self.span(at);
            self.report(codes::missing_input(&missing, tool, signature, span));
        }
        if is_open {
            let span = self.span(at);
            self.report(codes::missing_input::of_choice(&choice, tool, span));
        }
    }

    /// An input that the tool does not name. One that is near to a missing one is that one misspelt, and
    /// so is the only one where only one is missing.
    fn unknown_input(
        &mut self,
        tool: &str,
        input: &Input,
        shape: &Shape,
        is_only: bool,
        missing: &mut Vec<&str>,
    ) {
        let span = self.span(input.at);
        let names = || shape.fields.iter().map(|field| &*field.name);
        let meant = match missing.as_slice() {
            [only] if is_only && self.suggest.nearest(&input.name, names()).is_none() => {
                Some(*only)
            }
            _ => self.suggest.nearest(&input.name, missing.iter().copied()),
        };
        if let Some(index) = missing.iter().position(|name| Some(*name) == meant) {
            let name = missing.swap_remove(index);
            let misspelt = codes::unknown_input::misspelt(&input.name, name, tool, span);
            return self.report(misspelt);
        }
        let nearest = self.suggest.nearest(&input.name, names());
        self.report(codes::unknown_input(
            &input.name,
            tool,
            shape,
            span,
            nearest,
        ));
    }
}

/// A cheap first look, because most calls repeat nothing.
fn may_repeat(inputs: &[Input]) -> bool {
    if inputs.len() > INPUTS_WALKED_MAX {
        return true;
    }
    inputs.iter().enumerate().any(|(index, input)| {
        let mut before = inputs.iter().take(index);
        before.any(|before| before.name == input.name)
    })
}
