//! Finds expressions whose type is open: there it is the run that finds faults, as it should.

use scriptum_compiler::Compiled;
use scriptum_contract::Type;
use scriptum_vm::program::{Body, Expr, Input, Node, Op, StepKind, TemplatePart};

/// True when some expression of the program may be of any type.
pub(crate) fn has_open_types(compiled: &Compiled) -> bool {
    let program = compiled.program.as_ref();
    program.is_some_and(|program| body(&program.body, compiled))
}

fn body(steps: &Body, compiled: &Compiled) -> bool {
    steps.steps.iter().any(|step| {
        let exprs = exprs_of(&step.kind);
        exprs.iter().any(|expr| node(&expr.root, compiled))
            || step.kind.bodies().any(|inner| body(inner, compiled))
    })
}

fn exprs_of(kind: &StepKind) -> Vec<&Expr> {
    match kind {
        StepKind::Let(step) => vec![&step.value],
        StepKind::Do(step) => values(&step.inputs),
        StepKind::Each(step) => vec![&step.source],
        StepKind::Decide(step) => step.cases.iter().map(|case| &case.when).collect(),
        StepKind::Check(step) => vec![step.test.expr()],
        StepKind::Pipe(step) => vec![&step.source],
        StepKind::Repeat(step) => step.until.iter().collect(),
        StepKind::Together(_) | StepKind::Wait(_) => Vec::new(),
        StepKind::Agent(step) => values(&step.model.inputs),
        StepKind::Ask(step) => values(&step.inputs),
        StepKind::Plan(step) => values(&step.model.inputs),
        StepKind::Run(step) => values(&step.inputs),
        StepKind::Emit(step) => values(&step.fields),
        StepKind::Yield(step) => values(&step.fields),
        StepKind::Send(step) => values(&step.fields),
    }
}

fn node(at: &Node, compiled: &Compiled) -> bool {
    if is_open(compiled.tables.facts.ty(at.at)) {
        return true;
    }
    let open = |at: &Node| node(at, compiled);
    match &at.op {
        Op::Literal(_) | Op::Variant { .. } | Op::Name(_) | Op::Env(_) => false,
        Op::Template(parts) => parts.iter().any(|part| match part {
            TemplatePart::Text(_) => false,
            TemplatePart::Expr(value) => open(value),
        }),
        Op::List(items) => items.iter().any(open),
        Op::Object(fields) => fields.iter().any(|(_, value)| open(value)),
        Op::Index { of, index, .. } => open(of) || open(index),
        Op::Field { of, .. } | Op::Unary(_, of) => open(of),
        Op::Binary(_, left, right) => open(left) || open(right),
        Op::If { condition, yes, no } => open(condition) || open(yes) || open(no),
        Op::Call { args, .. } => args.iter().any(open),
        Op::Lambda { body, .. } => open(body),
    }
}

fn is_open(ty: &Type) -> bool {
    let text = ty.to_string();
    text.contains("any") || text.contains("object")
}

fn values(inputs: &[Input]) -> Vec<&Expr> {
    inputs.iter().map(|input| &input.value).collect()
}
