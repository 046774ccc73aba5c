//! Steps that ask models: agents, and plans that are run.
//!
//! What an agent's calls bring depends on whether they were made in time, so of an agent no more is read
//! than what its model said.

use scriptum_contract::{ToolName, ToolOrigin, Value};
use scriptum_vm::program::{
    Agent, Callee, Let, Model, OnError, Op, Plan, Run, RunTarget, Step, StepKind, Tools,
};

use super::{
    models::{BADLY, MODEL, never_answers, task},
    scripts::{Script, callee, constant, expr, input, node, step},
    tools::Kind,
};

/// What is told of an agent by what its model said.
const READ: [&str; 3] = ["text", "iterations", "exhausted"];

impl Script<'_> {
    /// An agent, and what is read of it.
    pub(super) fn agent(&mut self) -> [Step; 2] {
        let number = self.rng.below(64);
        let mut inputs = vec![
            input("task", constant(Value::from(task(number)))),
            input("max_iterations", constant(self.count(1, 4))),
        ];
        if self.rng.permille(300) {
            let told = self.value();
            inputs.push(input("system", told));
        }
        let tools: Vec<Callee> = (0..3).map(|_| callee(*self.rng.pick(&Kind::ALL))).collect();
        let (result, name) = (self.name(), self.name());
        let agent = step(StepKind::Agent(Agent {
            model: model(inputs),
            tools: self.rng.permille(900).then_some(Tools::Listed(tools)),
            on_error: self.on_thinking_error(never_answers(number)),
            bind: Some(result.clone()),
        }));
        let read = step(StepKind::Let(Let {
            name: name.clone(),
            value: expr(Op::Field {
                of: Box::new(node(Op::Name(result))),
                name: (*self.rng.pick(&READ)).into(),
                safe: true,
            }),
        }));
        self.names.push(name);
        [agent, read]
    }

    /// A plan, and the thread that runs it.
    pub(super) fn plan(&mut self) -> [Step; 2] {
        let number = self.some_child();
        let name = self.child_name(number);
        let task = match self.rng.below(6) {
            0 => format!("{name} {BADLY}"),
            1 => "nothing".to_owned(),
            _ => name.to_string(),
        };
        let (plan, bind) = (self.name(), self.name());
        let writes = step(StepKind::Plan(Plan {
            model: model(vec![input("task", constant(Value::from(task)))]),
            tools: Some(Tools::Listed(vec![callee(Kind::Echo)])),
            on_error: self.on_thinking_error(false),
            bind: Some(plan.clone()),
        }));
        let runs = step(StepKind::Run(Run {
            target: RunTarget::Planned(expr(Op::Name(plan))),
            inputs: Vec::new(),
            on_error: None,
            bind: Some(bind.clone()),
        }));
        self.names.push(bind);
        [writes, runs]
    }

    /// As for calls: what a fault can bring about must not change the result.
    fn on_thinking_error(&mut self, always_fails: bool) -> Option<OnError> {
        match self.rng.below(4) {
            0 => None,
            1 if always_fails => Some(OnError::Ignore),
            2 if always_fails => Some(OnError::Fallback {
                callee: callee(Kind::Echo),
                inputs: vec![input("message", constant(Value::text("instead")))],
            }),
            _ => Some(OnError::Retry {
                max: 2,
                every_ms: self.rng.permille(500).then_some(2_500),
            }),
        }
    }

    fn count(&mut self, low: u64, high: u64) -> Value {
        Value::Int(i64::try_from(self.rng.between(low, high)).unwrap())
    }
}

fn model(inputs: Vec<scriptum_vm::program::Input>) -> Model {
    Model {
        callee: Callee {
            local: MODEL.into(),
            name: ToolName::new(MODEL),
            origin: ToolOrigin::Model,
        },
        inputs,
    }
}
