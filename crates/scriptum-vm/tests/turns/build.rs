//! Programs as data, in a few words each.

use std::sync::Arc;

use scriptum_contract::{Contract, Field, ToolName, ToolOrigin, Type, Value};
use scriptum_vm::program::{
    Action, BinaryOp, Body, Branch, Callee, Case, Check, Decide, Do, Each, Emit, Expr, IR_VERSION,
    Input, Let, Node, NodeId, OnError, Op, Program, Section, Step, StepKind, Test,
};

pub(crate) fn node(op: Op) -> Node {
    Node {
        at: NodeId::default(),
        op,
    }
}

pub(crate) fn expr(op: Op) -> Expr {
    Expr {
        source: "expr".into(),
        root: node(op),
    }
}

pub(crate) fn literal(value: impl Into<Value>) -> Expr {
    expr(Op::Literal(value.into()))
}

pub(crate) fn name(name: &str) -> Expr {
    Expr {
        source: name.into(),
        root: node(Op::Name(name.into())),
    }
}

pub(crate) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(Op::Binary(op, Box::new(left.root), Box::new(right.root)))
}

/// `a + b`
pub(crate) fn plus(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Add, left, right)
}

pub(crate) fn call(function: &str, args: Vec<Expr>) -> Expr {
    let args = args.into_iter().map(|arg| arg.root).collect();
    expr(Op::Call {
        function: function.into(),
        args,
    })
}

pub(crate) fn ints(values: impl IntoIterator<Item = i64>) -> Expr {
    literal(Value::list(values.into_iter().map(Value::Int)))
}

pub(crate) fn step(kind: StepKind) -> Step {
    Step {
        at: NodeId::default(),
        line: 0,
        label: None,
        kind,
    }
}

pub(crate) fn labelled(label: &str, mut step: Step) -> Step {
    step.label = Some(literal(label));
    step
}

pub(crate) fn callee(tool: &str) -> Callee {
    Callee {
        local: tool.into(),
        name: ToolName::new(tool),
        origin: ToolOrigin::Native,
    }
}

pub(crate) fn inputs(inputs: Vec<(&str, Expr)>) -> Vec<Input> {
    let input = |(name, value): (&str, Expr)| Input {
        at: NodeId::default(),
        name: name.into(),
        value,
    };
    inputs.into_iter().map(input).collect()
}

fn bind(name: &str) -> Option<Arc<str>> {
    (!name.is_empty()).then(|| name.into())
}

/// `do` with a binding, or none when it is empty.
pub(crate) fn run(tool: &str, given: Vec<(&str, Expr)>, bound: &str) -> Step {
    run_or(tool, given, bound, None)
}

pub(crate) fn run_or(
    tool: &str,
    given: Vec<(&str, Expr)>,
    bound: &str,
    on_error: Option<OnError>,
) -> Step {
    step(StepKind::Do(Do {
        returns: None,
        stream: false,
        callee: callee(tool),
        inputs: inputs(given),
        on_error,
        bind: bind(bound),
    }))
}

pub(crate) fn retry(max: u32, every_ms: Option<u64>) -> OnError {
    OnError::Retry { max, every_ms }
}

pub(crate) fn set(name: &str, value: Expr) -> Step {
    step(StepKind::Let(Let {
        name: name.into(),
        value,
    }))
}

pub(crate) fn emit(fields: Vec<(&str, Expr)>) -> Step {
    step(StepKind::Emit(Emit {
        fields: inputs(fields),
    }))
}

/// `each item, index in source`, with `parallel` and `sleep` when they are not 0.
pub(crate) fn each(source: Expr, parallel: i64, sleep: i64, bound: &str, steps: Vec<Step>) -> Step {
    let above_zero = |number: i64| (number != 0).then(|| literal(number));
    step(StepKind::Each(Each {
        stream: false,
        item: "item".into(),
        index: Some("index".into()),
        source,
        parallel: above_zero(parallel),
        sleep: above_zero(sleep),
        body: body(steps),
        bind: bind(bound),
    }))
}

/// A decide whose cases lead to the branches of the same index; `otherwise` names a branch.
pub(crate) fn decide(
    cases: Vec<(Expr, &str)>,
    otherwise: Option<&str>,
    branches: Vec<(&str, Vec<Step>)>,
    bound: &str,
) -> Step {
    let case = |(when, target): (Expr, &str)| Case {
        when,
        target: target.into(),
    };
    let branch = |(name, steps): (&str, Vec<Step>)| Branch {
        name: name.into(),
        body: body(steps),
    };
    step(StepKind::Decide(Decide {
        model: None,
        cases: cases.into_iter().map(case).collect(),
        otherwise: otherwise.map(Arc::from),
        branches: branches.into_iter().map(branch).collect(),
        bind: bind(bound),
    }))
}

pub(crate) fn check(condition: Expr, on_pass: Action, on_fail: Action) -> Step {
    step(StepKind::Check(Check {
        test: Test::Condition(condition),
        on_pass,
        on_fail,
    }))
}

pub(crate) fn body(steps: Vec<Step>) -> Body {
    Body {
        steps,
        sections: Vec::new(),
    }
}

pub(crate) fn program(steps: Vec<Step>) -> Program {
    Program {
        ir: IR_VERSION,
        title: "test".into(),
        description: "".into(),
        version: None,
        contract: Contract::default(),
        tools: Vec::new(),
        body: body(steps),
        on_thread_error: None,
    }
}

/// A program whose output has one required field.
pub(crate) fn with_output(mut program: Program, field: &str, ty: Type) -> Program {
    program.contract.outputs = vec![Field::required(field, ty)];
    program
}

pub(crate) fn with_sections(mut program: Program, sections: &[(&str, u32)]) -> Program {
    let section = |(title, before): &(&str, u32)| Section {
        title: (*title).into(),
        before: *before,
    };
    program.body.sections = sections.iter().map(section).collect();
    program
}

pub(crate) fn with_error_block(mut program: Program, steps: Vec<Step>) -> Program {
    program.on_thread_error = Some(body(steps));
    program
}
