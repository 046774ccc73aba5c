//! Steps: where each of them has its names, its inputs and its bodies.
//!
//! Which part of a step has which number is what lowering decides; the checker asks for the same parts,
//! whatever a program was made from.

use std::sync::Arc;

use scriptum_syntax::Span;
use scriptum_vm::program::{
    Action, Body, Check, Decide, DocumentPart, Each, Expr, Goal, Input, Model, NodeId, OnError,
    Pipe, Repeat, RunTarget, Step, StepKind, Test, Together, Tools, Wait,
};

use super::{Doc, Placer};
use crate::source_map::Part;

impl Placer {
    pub(super) fn body(&mut self, body: &mut Body, at: Doc<'_>) {
        let parts = at.into_iter().flat_map(DocumentPart::items);
        let mut steps = parts.filter(|part| part.field("section").is_none());
        for step in &mut body.steps {
            self.step(step, steps.next());
        }
    }

    fn step(&mut self, step: &mut Step, at: Doc<'_>) {
        let around = self.around;
        self.around = self.span(at);
        let verb = field(at, "primitive");
        let parts = Part::COUNT + further(&step.kind);
        step.at = self.map.add(self.around, parts);
        self.around = self.span(verb);
        self.part(step.at, Part::Verb, verb);
        if let Some(label) = &mut step.label {
            self.expr(label, field(at, "label"));
        }
        self.part(step.at, Part::Bind, field(at, "bind"));
        self.kind(&mut step.kind, step.at, at);
        self.around = around;
    }

    fn kind(&mut self, kind: &mut StepKind, step: NodeId, at: Doc<'_>) {
        match kind {
            StepKind::Do(call) => {
                self.part(step, Part::First, tool_name(field(at, "tool")));
                self.inputs(&mut call.inputs, field(at, "inputs"));
                self.on_error(&mut call.on_error, step, at);
            }
            StepKind::Let(binding) => {
                self.part(step, Part::Bind, field(at, "name"));
                self.expr(&mut binding.value, field(at, "value"));
            }
            StepKind::Each(each) => self.each(each, step, at),
            StepKind::Decide(decide) => self.decide(decide, step, at),
            StepKind::Check(check) => self.check(check, step, at),
            StepKind::Together(together) => self.together(together, step, at),
            StepKind::Pipe(pipe) => self.pipe(pipe, step, at),
            StepKind::Repeat(repeat) => self.repeat(repeat, at),
            StepKind::Wait(wait) => self.wait(wait, at),
            StepKind::Agent(agent) => {
                self.model(&mut agent.model, Part::First.of(step), at);
                self.tools(&mut agent.tools, step, at);
                self.on_error(&mut agent.on_error, step, at);
            }
            StepKind::Ask(ask) => {
                self.inputs(&mut ask.inputs, field(at, "inputs"));
                self.on_error(&mut ask.on_error, step, at);
            }
            StepKind::Plan(plan) => {
                self.model(&mut plan.model, Part::First.of(step), at);
                self.tools(&mut plan.tools, step, at);
                self.on_error(&mut plan.on_error, step, at);
            }
            StepKind::Run(run) => {
                match &mut run.target {
                    RunTarget::Planned(plan) => self.expr(plan, field(at, "plan")),
                    RunTarget::Stored(_) => self.part(step, Part::First, field(at, "script")),
                }
                self.inputs(&mut run.inputs, field(at, "inputs"));
                self.on_error(&mut run.on_error, step, at);
            }
            StepKind::Emit(emit) => self.inputs(&mut emit.fields, field(at, "fields")),
            StepKind::Yield(shown) => self.inputs(&mut shown.fields, field(at, "fields")),
            StepKind::Send(send) => {
                self.part(step, Part::First, tool_name(field(at, "tool")));
                self.inputs(&mut send.fields, field(at, "fields"));
            }
        }
    }

    fn model(&mut self, model: &mut Model, part: NodeId, at: Doc<'_>) {
        self.map
            .place(part, self.span(tool_name(field(at, "model"))));
        self.inputs(&mut model.inputs, field(at, "inputs"));
    }

    fn tools(&mut self, tools: &mut Option<Tools>, step: NodeId, at: Doc<'_>) {
        let place = field(at, "tools");
        match tools {
            Some(Tools::Listed(callees)) => {
                let listed = field(place, "listed");
                for (index, part) in further_parts(callees.len()) {
                    self.part(step, part, tool_name(item(listed, index)));
                }
            }
            Some(Tools::Computed(names)) => self.expr(names, field(place, "computed")),
            None => {}
        }
    }

    fn on_error(&mut self, on_error: &mut Option<OnError>, step: NodeId, at: Doc<'_>) {
        match on_error {
            Some(OnError::Fallback { inputs, .. }) => {
                let fallback = field(field(at, "on_error"), "fallback");
                self.part(step, Part::Second, tool_name(field(fallback, "tool")));
                self.inputs(inputs, field(fallback, "inputs"));
            }
            Some(OnError::Retry { .. } | OnError::Ignore) | None => {}
        }
    }

    fn each(&mut self, each: &mut Each, step: NodeId, at: Doc<'_>) {
        self.part(step, Part::First, field(at, "item"));
        self.part(step, Part::Second, field(at, "index"));
        self.expr(&mut each.source, field(at, "in"));
        self.clause(each.parallel.as_mut(), at, "parallel");
        self.clause(each.sleep.as_mut(), at, "sleep");
        self.body(&mut each.body, field(at, "steps"));
        self.exported(&each.body, each.bind.as_ref(), step);
    }

    /// A loop whose list has the name of its last child's value exports that name, as it would without an
    /// arrow in a script.
    fn exported(&mut self, body: &Body, bind: Option<&Arc<str>>, step: NodeId) {
        let Some(last) = body.steps.last().filter(|last| !last.kind.is_stream()) else {
            return;
        };
        if bind.is_some() && last.kind.bound_name() == bind {
            let place = self.map.span(Part::Bind.of(last.at));
            self.map.place(Part::Bind.of(step), place);
        }
    }

    fn pipe(&mut self, pipe: &mut Pipe, step: NodeId, at: Doc<'_>) {
        self.part(step, Part::First, field(at, "item"));
        self.expr(&mut pipe.source, field(at, "from"));
        self.clause(pipe.batch.as_mut(), at, "batch");
        self.clause(pipe.parallel.as_mut(), at, "parallel");
        self.body(&mut pipe.body, field(at, "steps"));
        self.exported(&pipe.body, pipe.bind.as_ref(), step);
    }

    fn repeat(&mut self, repeat: &mut Repeat, at: Doc<'_>) {
        self.clause(repeat.max.as_mut(), at, "max");
        self.clause(repeat.until.as_mut(), at, "until");
        self.clause(repeat.sleep.as_mut(), at, "sleep");
        self.body(&mut repeat.body, field(at, "steps"));
    }

    fn wait(&mut self, wait: &mut Wait, at: Doc<'_>) {
        match &mut wait.goal {
            Goal::Duration(duration) => self.expr(duration, field(at, "for")),
            Goal::Time(time) => self.expr(time, field(at, "until")),
            Goal::Event { name, timeout } => {
                self.expr(name, field(at, "event"));
                self.clause(timeout.as_mut(), at, "timeout");
            }
        }
    }

    fn together(&mut self, together: &mut Together, step: NodeId, at: Doc<'_>) {
        let lanes = field(at, "lanes");
        let count = together.lanes.len();
        for ((index, part), lane) in further_parts(count).zip(&mut together.lanes) {
            let place = item(lanes, index);
            self.part(step, part, field(place, "name"));
            self.body(&mut lane.body, field(place, "steps"));
        }
    }

    fn decide(&mut self, decide: &mut Decide, step: NodeId, at: Doc<'_>) {
        if let Some(model) = &mut decide.model {
            self.model(model, Part::Second.of(step), at);
        }
        let (cases, branches) = (field(at, "cases"), field(at, "branches"));
        if decide.otherwise.is_some() {
            self.part(step, Part::First, field(at, "otherwise"));
        }
        let mut parts = further_parts(decide.cases.len() + decide.branches.len());
        for (case, (index, part)) in decide.cases.iter_mut().zip(&mut parts) {
            let place = item(cases, index);
            self.part(step, part, field(place, "target"));
            self.expr(&mut case.when, field(place, "when"));
        }
        for (index, (branch, (_, part))) in decide.branches.iter_mut().zip(parts).enumerate() {
            let place = item(branches, index);
            self.part(step, part, field(place, "name"));
            self.body(&mut branch.body, field(place, "steps"));
        }
    }

    fn check(&mut self, check: &mut Check, step: NodeId, at: Doc<'_>) {
        match &mut check.test {
            Test::Condition(condition) => self.expr(condition, field(at, "condition")),
            Test::Question { model, prompt } => {
                self.expr(prompt, field(at, "ask"));
                self.inputs(&mut model.inputs, field(at, "inputs"));
            }
        }
        self.action(&mut check.on_pass, step, Part::First, field(at, "on_pass"));
        self.action(&mut check.on_fail, step, Part::Second, field(at, "on_fail"));
    }

    fn action(&mut self, action: &mut Action, step: NodeId, part: Part, at: Doc<'_>) {
        match action {
            Action::Continue | Action::Retry(_) | Action::Fail(None) => self.part(step, part, at),
            Action::Goto(_) => self.part(step, part, field(at, "goto")),
            Action::Fail(Some(message)) => {
                self.part(step, part, at);
                self.expr(message, field(at, "fail"));
            }
        }
    }

    /// An expression that may be absent.
    fn clause(&mut self, clause: Option<&mut Expr>, at: Doc<'_>, key: &str) {
        if let Some(expr) = clause {
            self.expr(expr, field(at, key));
        }
    }

    /// Named inputs, each at its name.
    fn inputs(&mut self, inputs: &mut [Input], at: Doc<'_>) {
        let mut places = at.into_iter().flat_map(DocumentPart::entries);
        for input in inputs {
            let place = places.next();
            let name = place.as_ref().map(|(_, key, _)| key);
            let name = name.map(|key| Span::new(key.start, key.end));
            input.at = self.map.add(name.unwrap_or(self.around), 0);
            self.expr(&mut input.value, place.map(|(_, _, value)| value));
        }
    }

    fn part(&mut self, step: NodeId, part: Part, at: Doc<'_>) {
        self.map.place(part.of(step), self.span(at));
    }
}

fn field<'d>(of: Doc<'d>, key: &str) -> Doc<'d> {
    of.and_then(|of| of.field(key))
}

fn item(of: Doc<'_>, index: usize) -> Doc<'_> {
    of.and_then(|of| of.item(index))
}

/// Where the name of a tool stands: `{local: grep, name: grep, origin: native}`.
fn tool_name(tool: Doc<'_>) -> Doc<'_> {
    field(tool, "local").or(tool)
}

/// The parts of a step beyond those that all steps have, with their places in a list.
fn further_parts(count: usize) -> impl Iterator<Item = (usize, Part)> {
    (0..count).zip((0..).map(Part::Further))
}

/// How many of them a step has.
fn further(kind: &StepKind) -> u32 {
    let listed = |tools: &Option<Tools>| match tools {
        Some(Tools::Listed(callees)) => callees.len(),
        Some(Tools::Computed(_)) | None => 0,
    };
    let count = match kind {
        StepKind::Decide(decide) => decide.cases.len() + decide.branches.len(),
        StepKind::Together(together) => together.lanes.len(),
        StepKind::Agent(agent) => listed(&agent.tools),
        StepKind::Plan(plan) => listed(&plan.tools),
        StepKind::Do(_)
        | StepKind::Let(_)
        | StepKind::Each(_)
        | StepKind::Check(_)
        | StepKind::Pipe(_)
        | StepKind::Repeat(_)
        | StepKind::Wait(_)
        | StepKind::Ask(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => 0,
    };
    u32::try_from(count).expect("a document has fewer than 2^32 parts")
}
