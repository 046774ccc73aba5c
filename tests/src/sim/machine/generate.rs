//! Programs that are well-typed, mostly do something, and now and then do something odd.

use std::sync::Arc;

use scriptum_contract::{Contract, Field, Text, ToolName, ToolOrigin, Type, Value};
use scriptum_vm::program::{
    Action, Agent, Ask, BinaryOp, Body, Branch, Callee, Case, Check, Decide, Do, Each, Emit, Expr,
    IR_VERSION, Input, Let, Model, Node, NodeId, OnError, Op, Pipe, Plan, Program, Run, RunTarget,
    Section, Send, Step, StepKind, TemplatePart, Test, Tools,
};

use crate::random::Random;

/// Steps of one program, all bodies together.
const STEPS_MAX: usize = 14;
/// Loops and branches in each other.
const DEPTH_MAX: usize = 3;

/// Tools by what they give.
pub(crate) const TOOLS: [(&str, Kind); 3] = [
    ("number", Kind::Number),
    ("numbers", Kind::Numbers),
    ("document", Kind::Anything),
];

/// The model that decides and answers.
pub(crate) const MODEL: &str = "model";

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Numbers,
    Truth,
    Anything,
}

pub(super) struct Generator<'r> {
    pub(super) random: &'r mut Random,
    steps_left: usize,
    /// Names that are bound so far, innermost last.
    pub(super) names: Vec<(Arc<str>, Kind)>,
    /// Streams of the current body that nobody takes yet.
    streams: Vec<Arc<str>>,
    /// Labels that a jump reaches from here.
    pub(super) labels: Vec<Arc<str>>,
    named: usize,
}

/// The program of a seed.
pub(crate) fn program(random: &mut Random) -> Program {
    let mut generator = Generator {
        steps_left: 3 + random.below(STEPS_MAX - 2),
        random,
        names: vec![("input".into(), Kind::Number)],
        streams: Vec::new(),
        labels: Vec::new(),
        named: 0,
    };
    let mut body = generator.body(0);
    if generator.random.percent(80) {
        let emit = generator.emit();
        body.steps.push(emit);
    }
    let on_thread_error = generator
        .random
        .percent(30)
        .then(|| generator.error_block());
    Program {
        ir: IR_VERSION,
        title: "generated".into(),
        description: "".into(),
        version: None,
        contract: generator.contract(),
        tools: Vec::new(),
        body,
        on_thread_error,
    }
}

impl Generator<'_> {
    fn contract(&mut self) -> Contract {
        let ty = match self.random.below(10) {
            0 => Type::Text(Text::default()),
            1..4 => Type::Any,
            _ => return Contract::default(),
        };
        Contract {
            outputs: vec![Field::required("a", ty)],
            ..Contract::default()
        }
    }

    fn error_block(&mut self) -> Body {
        self.steps_left = 1 + self.random.below(3);
        self.names = vec![("error".into(), Kind::Anything)];
        self.labels.clear();
        self.body(1)
    }

    pub(super) fn body(&mut self, depth: usize) -> Body {
        let streams = std::mem::take(&mut self.streams);
        let labels = self.labels.len();
        let sections = self.titles();
        self.labels.extend(sections.iter().cloned());
        let mut steps = Vec::new();
        let wanted = 1 + self.random.below(5);
        while steps.len() < wanted && self.steps_left > 0 {
            self.steps_left -= 1;
            let step = self.step(depth);
            steps.push(step);
        }
        self.labels.truncate(labels);
        self.streams = streams;
        let end = steps.len() + 1;
        let section = |title| Section {
            before: u32::try_from(self.random.below(end)).unwrap_or(0),
            title,
        };
        let mut sections: Vec<_> = sections.into_iter().map(section).collect();
        sections.sort_by_key(|section| section.before);
        Body { steps, sections }
    }

    fn titles(&mut self) -> Vec<Arc<str>> {
        let count = self.random.below(3).saturating_sub(1);
        (0..count).map(|_| self.fresh("Section")).collect()
    }

    pub(super) fn fresh(&mut self, prefix: &str) -> Arc<str> {
        self.named += 1;
        format!("{prefix}{}", self.named).into()
    }

    fn step(&mut self, depth: usize) -> Step {
        let kind = match self.random.below(100) {
            20..25 if depth < DEPTH_MAX => self.together(depth),
            25..30 if depth < DEPTH_MAX => self.repeat(depth),
            30..34 => self.wait(),
            34..37 => self.yields(),
            37..41 => self.ask(),
            41..43 => self.send(),
            43..54 => self.binding(),
            54..68 if depth < DEPTH_MAX => self.each(depth),
            68..82 if depth < DEPTH_MAX => self.decide(depth),
            82..96 => self.check(),
            96..98 => return self.emit(),
            10..16 => self.agent(),
            16..18 => self.plan(),
            18..20 => self.run(),
            _ => self.call(),
        };
        let label = self.random.percent(20).then(|| self.label());
        Step {
            at: NodeId::default(),
            line: 0,
            label,
            kind,
        }
    }

    fn label(&mut self) -> Expr {
        let number = self.expr(Kind::Number, 0).root;
        let parts = vec![
            TemplatePart::Text("step ".into()),
            TemplatePart::Expr(number),
        ];
        expr(Op::Template(parts))
    }

    /// A new name, or one that is bound already.
    fn bind(&mut self, kind: Kind) -> Arc<str> {
        let known = self.names.clone();
        let name = match self.random.pick(&known) {
            Some((name, _)) if self.random.percent(25) => Arc::clone(name),
            Some(_) | None => self.fresh("x"),
        };
        self.names.push((Arc::clone(&name), kind));
        name
    }

    pub(super) fn maybe_bind(&mut self, kind: Kind) -> Option<Arc<str>> {
        self.random.percent(70).then(|| self.bind(kind))
    }

    fn call(&mut self) -> StepKind {
        let (tool, gives) = self.random.choose(&TOOLS);
        let inputs = self.inputs();
        let on_error = self.on_error();
        // Most answers are no numbers, so most calls that want one are answered in vain.
        let returns = self.random.percent(5).then(Type::integer);
        let (bind, stream) = self.bind_or_stream(gives);
        StepKind::Do(Do {
            callee: callee(tool),
            inputs,
            returns: returns.filter(|_| !stream),
            on_error,
            bind,
            stream,
        })
    }

    fn agent(&mut self) -> StepKind {
        let size = self.random.below(60);
        let mut inputs = vec![input("task", literal("t".repeat(size)))];
        if self.random.percent(30) {
            inputs.push(input("system", self.expr(Kind::Anything, 0)));
        }
        // Zero, and whatever else is no number of turns, fails the step before it begins.
        let turns = self.number(4);
        inputs.push(input("max_iterations", literal(turns)));
        let listed = || Tools::Listed(vec![callee("number"), callee("document")]);
        StepKind::Agent(Agent {
            model: Model {
                callee: Callee {
                    origin: ToolOrigin::Model,
                    ..callee("llm")
                },
                inputs,
            },
            tools: self.random.percent(90).then(listed),
            on_error: self.on_error(),
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    fn plan(&mut self) -> StepKind {
        StepKind::Plan(Plan {
            model: Model {
                callee: Callee {
                    origin: ToolOrigin::Model,
                    ..callee("llm")
                },
                inputs: vec![input("task", self.label())],
            },
            tools: Some(Tools::Listed(vec![callee("number")])),
            on_error: self.on_error(),
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    fn run(&mut self) -> StepKind {
        let target = match self.random.below(4) {
            0 => RunTarget::Planned(self.expr(Kind::Anything, 0)),
            _ => RunTarget::Stored("other".into()),
        };
        StepKind::Run(Run {
            target,
            inputs: self.inputs(),
            on_error: self.on_error(),
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    fn on_error(&mut self) -> Option<OnError> {
        match self.random.below(10) {
            0..2 => Some(OnError::Retry {
                max: 1 + u32::try_from(self.random.below(2)).unwrap_or(0),
                every_ms: self.random.percent(50).then_some(100),
            }),
            2 => Some(OnError::Fallback {
                callee: callee("number"),
                inputs: self.inputs(),
            }),
            3 => Some(OnError::Ignore),
            _ => None,
        }
    }

    /// A question of every kind; now and then one that cannot be asked.
    fn ask(&mut self) -> StepKind {
        let mut inputs = vec![input("prompt", self.label())];
        if self.random.percent(30) {
            inputs.push(input("options", self.numbers_expr()));
        }
        if self.random.percent(30) {
            inputs.push(input("default", literal(self.number(5))));
        }
        if self.random.percent(50) {
            inputs.push(input("timeout", literal(50 + self.number(3) * 50)));
        }
        if self.random.percent(50) {
            inputs.push(input("max_retries", literal(1 + self.number(2))));
        }
        StepKind::Ask(Ask {
            inputs,
            answer: if self.random.percent(70) {
                Type::integer()
            } else {
                Type::Any
            },
            on_error: self.on_error(),
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    fn send(&mut self) -> StepKind {
        StepKind::Send(Send {
            callee: callee("document"),
            fields: self.inputs(),
        })
    }

    fn model(&mut self) -> Model {
        let mut inputs = self.inputs();
        if self.random.percent(50) {
            inputs.push(input("context", self.expr(Kind::Anything, 0)));
        }
        Model {
            callee: callee(MODEL),
            inputs,
        }
    }

    /// A name for a value, or for a stream.
    fn bind_or_stream(&mut self, kind: Kind) -> (Option<Arc<str>>, bool) {
        if self.random.percent(80) {
            return (self.maybe_bind(kind), false);
        }
        let name = self.fresh("stream");
        self.streams.push(Arc::clone(&name));
        (Some(name), true)
    }

    pub(super) fn inputs(&mut self) -> Vec<Input> {
        let count = self.random.below(3);
        let names = ["a", "b"];
        let kinds = [Kind::Number, Kind::Numbers, Kind::Anything];
        let inputs = names.iter().take(count).map(|name| {
            let kind = self.random.choose(&kinds);
            Input {
                at: NodeId::default(),
                name: (*name).into(),
                value: self.expr(kind, 0),
            }
        });
        inputs.collect()
    }

    fn binding(&mut self) -> StepKind {
        let kinds = [Kind::Number, Kind::Number, Kind::Numbers, Kind::Anything];
        let kind = self.random.choose(&kinds);
        let value = self.expr(kind, 0);
        StepKind::Let(Let {
            name: self.bind(kind),
            value,
        })
    }

    pub(super) fn emit(&mut self) -> Step {
        let kind = StepKind::Emit(Emit {
            fields: self.inputs(),
        });
        Step {
            at: NodeId::default(),
            line: 0,
            label: None,
            kind,
        }
    }

    fn each(&mut self, depth: usize) -> StepKind {
        let stream = self.streams.pop().filter(|_| self.random.percent(80));
        let of_stream = stream.is_some();
        let source = match stream {
            Some(name) => expr(Op::Name(name)),
            None => self.expr(Kind::Numbers, 0),
        };
        let parallel = self.random.percent(60).then(|| literal(1 + self.number(4)));
        let sleep = (!of_stream && self.random.percent(20)).then(|| literal(50));
        let outside = self.names.len();
        let labels = std::mem::take(&mut self.labels);
        let item = self.fresh("item");
        let index = (!of_stream && self.random.percent(50)).then(|| self.fresh("index"));
        self.names.push((Arc::clone(&item), Kind::Number));
        self.names
            .extend(index.iter().map(|index| (Arc::clone(index), Kind::Number)));
        let mut body = self.body(depth + 1);
        if self.random.percent(20) {
            let emit = self.emit();
            body.steps.push(emit);
        }
        self.names.truncate(outside);
        self.labels = labels;
        let (bind, stream) = self.bind_or_stream(Kind::Anything);
        if of_stream || index.is_none() && sleep.is_none() && self.random.percent(50) {
            return StepKind::Pipe(Pipe {
                item,
                source,
                batch: self.random.percent(40).then(|| literal(1 + self.number(3))),
                parallel,
                body,
                bind,
                stream,
            });
        }
        StepKind::Each(Each {
            item,
            index,
            source,
            parallel,
            sleep,
            body,
            bind,
            stream,
        })
    }

    fn decide(&mut self, depth: usize) -> StepKind {
        let names: Vec<_> = (0..=self.random.below(3))
            .map(|_| self.fresh("Branch"))
            .collect();
        let any = |random: &mut Random| random.choose(&names);
        let cases = (0..self.random.below(3)).map(|_| Case {
            when: self.expr(Kind::Truth, 0),
            target: any(self.random),
        });
        let cases = cases.collect();
        let otherwise = self.random.percent(60).then(|| any(self.random));
        self.labels.extend(names.iter().cloned());
        let branches = names.iter().map(|name| Branch {
            name: Arc::clone(name),
            body: self.body(depth + 1),
        });
        let branches = branches.collect();
        let model = self.random.percent(25).then(|| self.model());
        StepKind::Decide(Decide {
            model,
            cases,
            otherwise,
            branches,
            bind: self.maybe_bind(Kind::Anything),
        })
    }

    fn check(&mut self) -> StepKind {
        let test = if self.random.percent(25) {
            Test::Question {
                model: self.model(),
                prompt: self.label(),
            }
        } else {
            Test::Condition(self.expr(Kind::Truth, 0))
        };
        StepKind::Check(Check {
            test,
            on_pass: self.action(),
            on_fail: self.action(),
        })
    }

    fn action(&mut self) -> Action {
        let labels = self.labels.clone();
        match self.random.below(20) {
            0 => Action::Fail(None),
            1 => Action::Fail(Some(self.expr(Kind::Anything, 0))),
            2..6 => Action::Retry(1 + u32::try_from(self.random.below(2)).unwrap_or(0)),
            6..12 => self
                .random
                .pick(&labels)
                .map_or(Action::Continue, |label| Action::Goto(Arc::clone(label))),
            _ => Action::Continue,
        }
    }

    pub(super) fn number(&mut self, end: usize) -> i64 {
        i64::try_from(self.random.below(end)).unwrap_or(0)
    }

    pub(super) fn expr(&mut self, kind: Kind, depth: usize) -> Expr {
        let bound: Vec<_> = self
            .names
            .iter()
            .filter(|(_, of)| *of == kind)
            .cloned()
            .collect();
        if let Some((name, _)) = self.random.pick(&bound)
            && self.random.percent(60)
        {
            return expr(Op::Name(Arc::clone(name)));
        }
        match kind {
            Kind::Number => self.number_expr(depth),
            Kind::Numbers => self.numbers_expr(),
            Kind::Truth => self.truth_expr(depth),
            Kind::Anything => self.anything_expr(depth),
        }
    }

    fn number_expr(&mut self, depth: usize) -> Expr {
        if depth > 1 || self.random.percent(60) {
            return literal(self.number(5));
        }
        // Dividing by what may be zero, for errors that only a run shows.
        let ops = [BinaryOp::Add, BinaryOp::Multiply, BinaryOp::Divide];
        let op = self.random.choose(&ops);
        self.both(op, Kind::Number, depth)
    }

    fn numbers_expr(&mut self) -> Expr {
        let length = match self.random.below(20) {
            0 => 12,
            _ => self.number(5),
        };
        expr(Op::Literal(Value::list((0..length).map(Value::Int))))
    }

    fn truth_expr(&mut self, depth: usize) -> Expr {
        match self.random.below(10) {
            0 => literal(true),
            1 => literal(false),
            2 => expr(Op::Literal(Value::Int(1))),
            3..6 => self.both(BinaryOp::Equal, Kind::Number, depth),
            _ => self.both(BinaryOp::Less, Kind::Number, depth),
        }
    }

    fn anything_expr(&mut self, depth: usize) -> Expr {
        match self.random.below(10) {
            0 => literal("x".repeat(self.random.below(120))),
            1 => expr(Op::Call {
                function: "uuid".into(),
                args: vec![],
            }),
            2 => expr(Op::Call {
                function: "now".into(),
                args: vec![],
            }),
            3..6 if depth < 2 => {
                let value = self.expr(Kind::Anything, depth + 1).root;
                expr(Op::Object(vec![("k".into(), value)]))
            }
            6 => expr(Op::Call {
                function: "count".into(),
                args: vec![self.expr(Kind::Numbers, depth + 1).root],
            }),
            _ => self.expr(Kind::Number, depth + 1),
        }
    }

    fn both(&mut self, op: BinaryOp, kind: Kind, depth: usize) -> Expr {
        let left = self.expr(kind, depth + 1).root;
        let right = self.expr(kind, depth + 1).root;
        expr(Op::Binary(op, Box::new(left), Box::new(right)))
    }
}

fn expr(op: Op) -> Expr {
    Expr {
        source: "generated".into(),
        root: Node {
            at: NodeId::default(),
            op,
        },
    }
}

pub(super) fn literal(value: impl Into<Value>) -> Expr {
    expr(Op::Literal(value.into()))
}

fn input(name: &str, value: Expr) -> Input {
    Input {
        at: NodeId::default(),
        name: name.into(),
        value,
    }
}

fn callee(tool: &str) -> Callee {
    Callee {
        local: tool.into(),
        name: ToolName::new(tool),
        origin: ToolOrigin::Native,
    }
}
