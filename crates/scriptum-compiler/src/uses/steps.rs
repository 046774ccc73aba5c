//! Follows values of answers through steps, in the order of the program, again where a round or a jump leads
//! back with something new.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::{Field, KnownScript, Shape, ToolCatalog, Type};
use scriptum_vm::program::{
    Action, Body, Callee, Check, Decide, Expr, Goal, Input, Model, NodeId, OnError, Program,
    RunTarget, Step, StepKind, Test, Tools,
};

use super::{
    demand::Null,
    exprs::Walk,
    flow::{Flow, Place},
};
use crate::{
    check::{agent_inputs, key_of, plan_inputs, question_inputs},
    compiled::Facts,
    source_map::Part,
};

/// Walks in which a name may still be bound to something that an earlier place reads.
const ROUNDS_MAX: usize = 4;

/// What each undeclared answer must be; `None`: plain text.
pub(super) fn returns(
    program: &Program,
    facts: &Facts,
    catalog: &ToolCatalog,
    untyped: &BTreeSet<NodeId>,
) -> BTreeMap<NodeId, Option<Type>> {
    let mut walk = Steps {
        program,
        catalog,
        untyped,
        walk: Walk::new(facts),
        answers: BTreeMap::new(),
        emitted: Vec::new(),
    };
    for _ in 0..ROUNDS_MAX {
        walk.walk.is_late = false;
        for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
            walk.body(body);
        }
        if !walk.walk.is_late {
            break;
        }
    }
    let demands = &walk.walk.demands;
    let answers = walk.answers.iter();
    answers
        .map(|(at, answer)| (*at, demands.returns(*answer)))
        .collect()
}

struct Steps<'p> {
    program: &'p Program,
    catalog: &'p ToolCatalog,
    untyped: &'p BTreeSet<NodeId>,
    walk: Walk<'p>,
    answers: BTreeMap<NodeId, Place>,
    /// What the emits of the iterations, lanes and rounds around the current step gave.
    emitted: Vec<Flow>,
}

impl Steps<'_> {
    /// Where the value of a body comes from.
    fn body(&mut self, body: &Body) -> Flow {
        let mut value = Flow::elsewhere();
        for step in &body.steps {
            if let Some(flow) = self.step(step) {
                value = flow;
            }
        }
        value
    }

    /// Where the value of an iteration, a lane or a round comes from.
    fn valued_body(&mut self, body: &Body) -> Flow {
        self.emitted.push(Flow::elsewhere());
        let value = self.body(body);
        let emitted = self.emitted.pop().unwrap_or_default();
        value.or(emitted)
    }

    /// Where the value of a step comes from; `None` for steps without a value.
    fn step(&mut self, step: &Step) -> Option<Flow> {
        if let Some(label) = &step.label {
            self.expr(label);
        }
        let flow = self.kind(step);
        if let Some(OnError::Fallback { callee, inputs }) = step.kind.on_error() {
            self.call(callee, inputs);
        }
        if let (Some(_), Some(flow)) = (step.kind.bound_name(), &flow) {
            let at = Part::Bind.of(step.at);
            self.walk.bind(at, flow.clone());
        }
        flow
    }

    fn kind(&mut self, step: &Step) -> Option<Flow> {
        let elsewhere = Some(Flow::elsewhere());
        match &step.kind {
            StepKind::Do(call) => {
                self.call(&call.callee, &call.inputs);
                if !self.untyped.contains(&step.at) {
                    return elsewhere;
                }
                let (answers, demands) = (&mut self.answers, &mut self.walk.demands);
                let answer = answers.entry(step.at).or_insert_with(|| demands.answer());
                Some(Flow::of(*answer))
            }
            StepKind::Let(binding) => Some(self.expr(&binding.value)),
            StepKind::Each(each) => {
                self.count(each.parallel.as_ref());
                self.exprs([&each.sleep, &None]);
                Some(self.iterate(step, &each.source, &each.body))
            }
            StepKind::Pipe(pipe) => {
                self.count(pipe.batch.as_ref());
                self.count(pipe.parallel.as_ref());
                Some(self.iterate(step, &pipe.source, &pipe.body))
            }
            StepKind::Decide(decide) => Some(self.decide(decide)),
            StepKind::Check(check) => {
                self.check(check);
                None
            }
            StepKind::Together(together) => {
                let lanes = together.lanes.iter().filter_map(|lane| {
                    let value = self.valued_body(&lane.body);
                    Some((Arc::clone(key_of(lane)?), value))
                });
                Some(Flow::object(lanes.collect::<Vec<_>>()))
            }
            StepKind::Repeat(repeat) => {
                self.count(repeat.max.as_ref());
                self.exprs([&repeat.sleep, &None]);
                let value = self.valued_body(&repeat.body);
                if let Some(until) = &repeat.until {
                    self.walk.flow_into(&until.root, &Type::Boolean);
                }
                Some(value)
            }
            StepKind::Wait(wait) => {
                match &wait.goal {
                    Goal::Duration(expr) => _ = self.expr(expr),
                    Goal::Time(expr) => _ = self.walk.flow_into(&expr.root, &Type::Timestamp),
                    Goal::Event { name, timeout } => {
                        self.walk.flow_into(&name.root, &Type::text());
                        self.exprs([timeout, &None]);
                    }
                }
                elsewhere
            }
            StepKind::Agent(agent) => {
                self.asked(&agent.model, agent_inputs(), agent.tools.as_ref());
                elsewhere
            }
            StepKind::Plan(plan) => {
                self.asked(&plan.model, plan_inputs(), plan.tools.as_ref());
                elsewhere
            }
            StepKind::Ask(ask) => {
                for input in &ask.inputs {
                    let ty = match &*input.name {
                        "prompt" => Type::text(),
                        "options" => Type::list(ask.answer.clone()),
                        "default" => ask.answer.clone(),
                        _ => Type::Any,
                    };
                    self.walk.flow_into(&input.value.root, &ty);
                }
                elsewhere
            }
            StepKind::Run(run) => {
                let contract = match &run.target {
                    RunTarget::Stored(name) => match self.catalog.script(name) {
                        KnownScript::Is(contract) => Some(contract),
                        KnownScript::Anything | KnownScript::Missing | KnownScript::There => None,
                    },
                    RunTarget::Planned(plan) => {
                        self.expr(plan);
                        None
                    }
                };
                let inputs = contract.map(|contract| contract.inputs.as_slice());
                self.fields(&run.inputs, inputs);
                elsewhere
            }
            StepKind::Emit(emit) if !self.emitted.is_empty() => {
                let fields = emit.fields.iter();
                let fields = fields.map(|it| (it.name.clone(), self.walk.flow(&it.value.root)));
                let emitted = Flow::object(fields.collect::<Vec<_>>());
                if let Some(all) = self.emitted.last_mut() {
                    *all = std::mem::take(all).or(emitted.clone());
                }
                Some(emitted)
            }
            StepKind::Emit(emit) => {
                let outputs = &self.program.contract.outputs;
                self.fields(&emit.fields, Some(outputs));
                None
            }
            StepKind::Yield(shown) => {
                let stream = self.program.contract.stream.as_deref();
                self.fields(&shown.fields, stream);
                None
            }
            StepKind::Send(send) => {
                self.call(&send.callee, &send.fields);
                None
            }
        }
    }

    fn iterate(&mut self, step: &Step, source: &Expr, body: &Body) -> Flow {
        let source = self.expr(source);
        let items = self.walk.demands.element(&source, Null::InTheWay);
        self.walk.bind(Part::First.of(step.at), items);
        Flow::list(self.valued_body(body))
    }

    fn decide(&mut self, decide: &Decide) -> Flow {
        let condition = match &decide.model {
            Some(model) => {
                self.asked(model, question_inputs(), None);
                Type::text()
            }
            None => Type::Boolean,
        };
        for case in &decide.cases {
            self.walk.flow_into(&case.when.root, &condition);
        }
        let mut value = Flow::elsewhere();
        for branch in &decide.branches {
            let flow = self.body(&branch.body);
            value = value.or(flow);
        }
        value
    }

    fn check(&mut self, check: &Check) {
        match &check.test {
            Test::Condition(condition) => _ = self.walk.flow_into(&condition.root, &Type::Boolean),
            Test::Question { model, prompt } => {
                self.asked(model, question_inputs(), None);
                self.walk.flow_into(&prompt.root, &Type::text());
            }
        }
        for action in [&check.on_pass, &check.on_fail] {
            if let Action::Fail(Some(message)) = action {
                self.walk.flow_into(&message.root, &Type::text());
            }
        }
    }

    /// A model that a step of the language asks, which takes these inputs.
    fn asked(&mut self, model: &Model, takes: &[Field], tools: Option<&Tools>) {
        self.fields(&model.inputs, Some(takes));
        if let Some(Tools::Computed(names)) = tools {
            self.walk.flow_into(&names.root, &Type::list(Type::text()));
        }
    }

    fn call(&mut self, callee: &Callee, inputs: &[Input]) {
        let signature = self.catalog.find(&callee.origin, &callee.name);
        let shape = signature.and_then(|signature| signature.input.clone());
        let fields = shape
            .as_deref()
            .map(|shape: &Shape| shape.fields.as_slice());
        self.fields(inputs, fields);
    }

    fn fields(&mut self, inputs: &[Input], fields: Option<&[Field]>) {
        for input in inputs {
            let known = fields.into_iter().flatten();
            let field = known.into_iter().find(|field| field.name == input.name);
            match field {
                Some(field) => self.walk.flow_into(&input.value.root, &field.ty),
                None => self.walk.flow(&input.value.root),
            };
        }
    }

    fn exprs(&mut self, exprs: [&Option<Expr>; 2]) {
        for expr in exprs.into_iter().flatten() {
            self.expr(expr);
        }
    }

    fn count(&mut self, count: Option<&Expr>) {
        if let Some(count) = count {
            self.walk.flow_into(&count.root, &Type::integer());
        }
    }

    fn expr(&mut self, expr: &Expr) -> Flow {
        self.walk.flow(&expr.root)
    }
}
