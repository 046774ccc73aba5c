//! Follows values of answers through steps, in the order of the program.

use std::collections::{BTreeMap, BTreeSet};

use scriptum_contract::{Field, Shape, ToolCatalog, Type};
use scriptum_vm::program::{
    Action, Body, Callee, Check, Decide, Expr, Goal, Input, Model, NodeId, OnError, Program,
    RunTarget, Step, StepKind, Test, Tools,
};

use super::{
    demand::{Demands, Flow, Place},
    exprs::Walk,
};
use crate::{compiled::Facts, source_map::Part};

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
        walk: Walk {
            facts,
            demands: Demands::default(),
            bound: BTreeMap::new(),
        },
        answers: BTreeMap::new(),
        iterations: 0,
    };
    for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
        walk.body(body);
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
    /// Loops around the current step: an emit in one of them gives its iteration a value.
    iterations: usize,
}

impl Steps<'_> {
    /// Where the value of a body comes from.
    fn body(&mut self, body: &Body) -> Flow {
        let mut value = Flow::Elsewhere;
        for step in &body.steps {
            if let Some(flow) = self.step(step) {
                value = flow;
            }
        }
        value
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
            self.walk.bound.insert(at, flow.clone());
        }
        flow
    }

    fn kind(&mut self, step: &Step) -> Option<Flow> {
        let elsewhere = Some(Flow::Elsewhere);
        match &step.kind {
            StepKind::Do(call) => {
                self.call(&call.callee, &call.inputs);
                if !self.untyped.contains(&step.at) {
                    return elsewhere;
                }
                let answer = self.walk.demands.answer();
                self.answers.insert(step.at, answer);
                Some(Flow::From(vec![answer]))
            }
            StepKind::Let(binding) => Some(self.expr(&binding.value)),
            StepKind::Each(each) => {
                self.exprs([&each.parallel, &each.sleep]);
                Some(self.iterate(step, &each.source, &each.body))
            }
            StepKind::Pipe(pipe) => {
                self.exprs([&pipe.batch, &pipe.parallel]);
                Some(self.iterate(step, &pipe.source, &pipe.body))
            }
            StepKind::Decide(decide) => Some(self.decide(decide)),
            StepKind::Check(check) => {
                self.check(check);
                None
            }
            StepKind::Together(together) => {
                for lane in &together.lanes {
                    self.body(&lane.body);
                }
                elsewhere
            }
            StepKind::Repeat(repeat) => {
                self.exprs([&repeat.max, &repeat.sleep]);
                let value = self.body(&repeat.body);
                if let Some(until) = &repeat.until {
                    self.walk.flow_into(&until.root, &Type::Boolean);
                }
                Some(value)
            }
            StepKind::Wait(wait) => {
                match &wait.goal {
                    Goal::Duration(expr) | Goal::Time(expr) => _ = self.expr(expr),
                    Goal::Event { name, timeout } => {
                        self.walk.flow_into(&name.root, &Type::text());
                        self.exprs([timeout, &None]);
                    }
                }
                elsewhere
            }
            StepKind::Agent(agent) => {
                self.model(&agent.model, agent.tools.as_ref());
                elsewhere
            }
            StepKind::Plan(plan) => {
                self.model(&plan.model, plan.tools.as_ref());
                elsewhere
            }
            StepKind::Ask(ask) => {
                for input in &ask.inputs {
                    let ty = match &*input.name {
                        "prompt" => Type::text(),
                        "options" => Type::list(Type::Any),
                        _ => Type::Any,
                    };
                    self.walk.flow_into(&input.value.root, &ty);
                }
                elsewhere
            }
            StepKind::Run(run) => {
                if let RunTarget::Planned(plan) = &run.target {
                    self.expr(plan);
                }
                for input in &run.inputs {
                    self.expr(&input.value);
                }
                elsewhere
            }
            StepKind::Emit(emit) if self.iterations > 0 => {
                let fields = emit.fields.iter();
                let fields = fields.map(|it| (it.name.clone(), self.walk.flow(&it.value.root)));
                Some(Flow::Object(fields.collect()))
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
        let items = self.walk.demands.element(&source);
        self.walk.bound.insert(Part::First.of(step.at), items);
        self.iterations += 1;
        let value = self.body(body);
        self.iterations -= 1;
        Flow::List(Box::new(value))
    }

    fn decide(&mut self, decide: &Decide) -> Flow {
        let condition = match &decide.model {
            Some(model) => {
                self.model(model, None);
                Type::text()
            }
            None => Type::Boolean,
        };
        for case in &decide.cases {
            self.walk.flow_into(&case.when.root, &condition);
        }
        let mut value = Flow::Elsewhere;
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
                self.model(model, None);
                self.walk.flow_into(&prompt.root, &Type::text());
            }
        }
        for action in [&check.on_pass, &check.on_fail] {
            if let Action::Fail(Some(message)) = action {
                self.walk.flow_into(&message.root, &Type::text());
            }
        }
    }

    fn model(&mut self, model: &Model, tools: Option<&Tools>) {
        self.call(&model.callee, &model.inputs);
        if let Some(Tools::Computed(names)) = tools {
            self.expr(names);
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

    fn expr(&mut self, expr: &Expr) -> Flow {
        self.walk.flow(&expr.root)
    }
}
