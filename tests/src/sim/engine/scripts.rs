//! Small programs by chance, made as data. Their results do not depend on when anything happens, so a
//! run with faults can be held against one without.

use std::sync::{Arc, LazyLock};

use scriptum_contract::{Contract, EnvField, Field, ToolName, ToolOrigin, Type, Value};
use scriptum_vm::program::{
    Action, Ask, Body, Branch, Callee, Case, Check, Decide, Do, Each, Emit, Expr, Goal, IR_VERSION,
    Input, Lane, Let, Node, NodeId, OnError, Op, Program, Repeat, Run, RunTarget, Step, StepKind,
    TemplatePart, Test, Together, Wait, Yield,
};

use super::{rng::Rng, tools::Kind};

/// The variable that holds a secret, and its key in the environment.
pub(crate) const SECRET: &str = "key";
pub(crate) const SECRET_KEY: &str = "API_KEY";
/// Of so many constants one is a text with the secret.
const SECRET_EVERY: i64 = 3;

/// The event that steps wait for.
pub(crate) const EVENT: &str = "go";

/// Loops and branches in each other.
const DEPTH: u32 = 2;

/// Programs that others run. Each runs only those behind it, so that none runs itself.
const CHILDREN: u64 = 12;

static CHILD_PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| children(0xC0DE, Verbs::Plain));
static THINKING_PROGRAMS: LazyLock<Vec<Program>> =
    LazyLock::new(|| children(0x7417, Verbs::WithModels));

/// Which steps a program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbs {
    /// No model is asked.
    Plain,
    /// Agents and plans as well.
    WithModels,
}

fn children(seed: u64, verbs: Verbs) -> Vec<Program> {
    let made = |number| numbered(&mut Rng::new(seed + number), number + 1, verbs);
    (0..CHILDREN).map(made).collect()
}

/// The program that others run under this name.
pub(crate) fn child(name: &str) -> Option<Program> {
    let (kind, number) = name.split_once('-')?;
    let programs = match kind {
        "child" => &CHILD_PROGRAMS,
        "thinker" => &THINKING_PROGRAMS,
        _ => return None,
    };
    programs.get(number.parse::<usize>().ok()?).cloned()
}

/// A program of a few steps.
pub(crate) fn program(rng: &mut Rng, verbs: Verbs) -> Program {
    numbered(rng, 0, verbs)
}

/// A program that may run those from a number on.
fn numbered(rng: &mut Rng, first_child: u64, verbs: Verbs) -> Program {
    let mut script = Script {
        rng,
        verbs,
        first_child,
        names: Vec::new(),
        next_name: 0,
    };
    let count = script.rng.between(1, if first_child == 0 { 5 } else { 3 });
    let mut steps = script.steps(count, DEPTH);
    // Some of those that others run end badly, so that this happens often enough.
    if script.rng.permille(60) || (first_child > 0 && first_child.is_multiple_of(4)) {
        steps.push(check_that_fails());
    }
    let result = script.value();
    steps.push(step(StepKind::Emit(Emit {
        fields: vec![input("out", result)],
    })));
    Program {
        ir: IR_VERSION,
        title: "simulated".into(),
        description: "".into(),
        version: None,
        contract: Contract {
            outputs: vec![Field::required("out", Type::Any)],
            env: vec![secret()],
            ..Contract::default()
        },
        tools: Vec::new(),
        body: body(steps),
        on_thread_error: None,
    }
}

/// A program that is being written.
pub(super) struct Script<'a> {
    pub(super) rng: &'a mut Rng,
    verbs: Verbs,
    /// The first program that this one may run.
    first_child: u64,
    /// Names that are bound where the next step stands.
    pub(super) names: Vec<Arc<str>>,
    next_name: u32,
}

impl Script<'_> {
    pub(super) fn name(&mut self) -> Arc<str> {
        self.next_name += 1;
        format!("n{}", self.next_name).into()
    }

    /// Something that was bound before, or a constant.
    pub(super) fn value(&mut self) -> Expr {
        let number = i64::try_from(self.rng.below(100)).unwrap();
        match self.names.last() {
            Some(name) if self.rng.permille(800) => expr(Op::Name(Arc::clone(name))),
            // No chance of its own, so that the programs of kept seeds stay.
            Some(_) | None if number % SECRET_EVERY == 0 => token(),
            Some(_) | None => constant(Value::Int(number)),
        }
    }

    /// So many steps, with those that belong to them.
    fn steps(&mut self, count: u64, depth: u32) -> Vec<Step> {
        let mut steps = Vec::new();
        for _ in 0..count {
            let thinks = self.verbs == Verbs::WithModels;
            if thinks && self.rng.permille(150) {
                steps.extend(self.agent());
            } else if thinks && self.may_run(depth) && self.rng.permille(90) {
                steps.extend(self.plan());
            } else {
                steps.push(self.step(depth));
            }
        }
        steps
    }

    fn step(&mut self, depth: u32) -> Step {
        match self.rng.below(14) {
            0 if depth > 0 => self.each(depth),
            1 if depth > 0 => self.decide(depth),
            2 if depth > 0 => self.together(depth),
            3 if depth > 0 => self.repeat(depth),
            4 => self.wait(),
            5 => self.yields(),
            6 => self.let_(),
            8 if self.may_run(depth) => self.run(),
            9 if depth == DEPTH => ask(),
            7 => step(StepKind::Check(Check {
                test: Test::Condition(constant(Value::Bool(true))),
                on_pass: Action::Continue,
                on_fail: Action::Fail(None),
            })),
            _ => self.do_(),
        }
    }

    fn do_(&mut self) -> Step {
        let kind = *self.rng.pick(&Kind::ALL);
        let message = self.value();
        let name = self.name();
        let step = step(StepKind::Do(Do {
            returns: None,
            stream: false,
            callee: callee(kind),
            inputs: vec![input("message", message)],
            on_error: self.on_error(kind),
            bind: Some(Arc::clone(&name)),
        }));
        self.names.push(name);
        step
    }

    /// A program that others run starts nothing in its loops, or there would be thousands of threads.
    fn may_run(&self, depth: u32) -> bool {
        self.first_child == 0 || (self.first_child < CHILDREN && depth == DEPTH)
    }

    pub(super) fn some_child(&mut self) -> u64 {
        self.rng.between(self.first_child, CHILDREN - 1)
    }

    pub(super) fn child_name(&self, number: u64) -> Arc<str> {
        let kind = match self.verbs {
            Verbs::Plain => "child",
            Verbs::WithModels => "thinker",
        };
        format!("{kind}-{number}").into()
    }

    fn run(&mut self) -> Step {
        let number = self.some_child();
        let name = self.name();
        let step = step(StepKind::Run(Run {
            target: RunTarget::Stored(self.child_name(number)),
            inputs: Vec::new(),
            on_error: None,
            bind: Some(Arc::clone(&name)),
        }));
        self.names.push(name);
        step
    }

    /// A failure that a fault can bring about must not change the result, so it is never ignored.
    fn on_error(&mut self, kind: Kind) -> Option<OnError> {
        let always_fails = matches!(kind, Kind::Fail | Kind::Panic | Kind::Liar);
        match self.rng.below(4) {
            0 => None,
            1 if always_fails => Some(OnError::Ignore),
            2 if always_fails => Some(OnError::Fallback {
                callee: callee(Kind::Echo),
                inputs: vec![input("message", constant(Value::text("instead")))],
            }),
            _ => Some(OnError::Retry {
                max: u32::try_from(self.rng.between(1, 3)).unwrap(),
                every_ms: self.rng.permille(500).then_some(2_500),
            }),
        }
    }

    fn let_(&mut self) -> Step {
        let value = match self.names.last() {
            // Looks into what may be a large value.
            Some(name) if self.rng.permille(500) => expr(Op::Field {
                of: Box::new(node(Op::Name(Arc::clone(name)))),
                name: "message".into(),
                safe: true,
            }),
            Some(_) | None => self.value(),
        };
        let name = self.name();
        self.names.push(Arc::clone(&name));
        step(StepKind::Let(Let { name, value }))
    }

    fn each(&mut self, depth: u32) -> Step {
        let count = i64::try_from(self.rng.between(0, 6)).unwrap();
        let (item, bind) = (self.name(), self.name());
        let outside = self.names.len();
        self.names.push(Arc::clone(&item));
        let length = self.rng.between(1, 2);
        let steps = self.steps(length, depth - 1);
        self.names.truncate(outside);
        self.names.push(Arc::clone(&bind));
        let parallel = i64::try_from(self.rng.between(1, 4)).unwrap();
        let pause = self.rng.permille(300).then(|| constant(Value::Int(1_500)));
        step(StepKind::Each(Each {
            stream: false,
            item,
            index: None,
            source: constant(Value::list((0..count).map(Value::Int))),
            parallel: Some(constant(Value::Int(parallel))),
            sleep: pause,
            body: body(steps),
            bind: Some(bind),
        }))
    }

    fn decide(&mut self, depth: u32) -> Step {
        let outside = self.names.len();
        let mut branch = |name: &str| {
            let steps = self.steps(1, depth - 1);
            self.names.truncate(outside);
            Branch {
                name: name.into(),
                body: body(steps),
            }
        };
        let branches = vec![branch("left"), branch("right")];
        let is_left = self.rng.permille(500);
        step(StepKind::Decide(Decide {
            model: None,
            cases: vec![Case {
                when: constant(Value::Bool(is_left)),
                target: "left".into(),
            }],
            otherwise: Some("right".into()),
            branches,
            bind: None,
        }))
    }
}

/// Steps that order others, wait, or show something.
impl Script<'_> {
    fn together(&mut self, depth: u32) -> Step {
        let outside = self.names.len();
        let mut bound = Vec::new();
        let mut lanes = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            let steps = self.steps(1, depth - 1);
            bound.extend(self.names.drain(outside..));
            lanes.push(Lane {
                name: None,
                body: body(steps),
            });
        }
        self.names.extend(bound);
        let bind = self.name();
        self.names.push(Arc::clone(&bind));
        step(StepKind::Together(Together {
            lanes,
            bind: Some(bind),
        }))
    }

    fn repeat(&mut self, depth: u32) -> Step {
        let length = self.rng.between(1, 2);
        let steps = self.steps(length, depth - 1);
        let rounds = i64::try_from(self.rng.between(1, 3)).unwrap();
        let pause = self.rng.permille(300).then(|| constant(Value::Int(1_500)));
        let bind = self.name();
        self.names.push(Arc::clone(&bind));
        step(StepKind::Repeat(Repeat {
            max: Some(constant(Value::Int(rounds))),
            until: None,
            sleep: pause,
            body: body(steps),
            bind: Some(bind),
        }))
    }

    /// An event always says the same, so it does not matter how often and when it comes.
    fn wait(&mut self) -> Step {
        let bind = self.name();
        let goal = if self.rng.permille(500) {
            let pause_ms = i64::try_from(self.rng.between(0, 10_000)).unwrap();
            Goal::Duration(constant(Value::Int(pause_ms)))
        } else {
            Goal::Event {
                name: constant(Value::text(EVENT)),
                timeout: None,
            }
        };
        self.names.push(Arc::clone(&bind));
        step(StepKind::Wait(Wait {
            goal,
            bind: Some(bind),
        }))
    }

    fn yields(&mut self) -> Step {
        let value = self.value();
        step(StepKind::Yield(Yield {
            fields: vec![input("shown", value)],
        }))
    }
}

fn secret() -> EnvField {
    EnvField {
        field: Field::required(SECRET, Type::text()),
        key: SECRET_KEY.into(),
        secret: true,
    }
}

/// A text that holds the secret.
fn token() -> Expr {
    expr(Op::Template(vec![
        TemplatePart::Text("token ".into()),
        TemplatePart::Expr(node(Op::Env(SECRET.into()))),
    ]))
}

/// When somebody answers differs from run to run, so nothing is made of the answer: no name is bound, and
/// no loop collects it. The second wrong answer fails the step.
fn ask() -> Step {
    step(StepKind::Ask(Ask {
        inputs: vec![
            input("prompt", constant(Value::text("Really?"))),
            input("max_retries", constant(Value::Int(2))),
        ],
        answer: Type::Boolean,
        on_error: None,
        bind: None,
    }))
}

fn check_that_fails() -> Step {
    step(StepKind::Check(Check {
        test: Test::Condition(constant(Value::Bool(false))),
        on_pass: Action::Continue,
        on_fail: Action::Fail(None),
    }))
}

pub(super) fn callee(kind: Kind) -> Callee {
    Callee {
        local: kind.name().into(),
        name: ToolName::new(kind.name()),
        origin: ToolOrigin::Native,
    }
}

fn body(steps: Vec<Step>) -> Body {
    Body {
        steps,
        sections: Vec::new(),
    }
}

pub(super) fn step(kind: StepKind) -> Step {
    Step {
        at: NodeId(0),
        line: 0,
        label: None,
        kind,
    }
}

pub(super) fn input(name: &str, value: Expr) -> Input {
    Input {
        at: NodeId(0),
        name: name.into(),
        value,
    }
}

pub(super) fn node(op: Op) -> Node {
    Node { at: NodeId(0), op }
}

pub(super) fn expr(op: Op) -> Expr {
    Expr {
        source: "".into(),
        root: node(op),
    }
}

pub(super) fn constant(value: Value) -> Expr {
    expr(Op::Literal(value))
}
