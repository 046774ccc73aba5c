//! Secrets: environment variables whose values are never stored or shown. Their texts have a type of
//! their own, which follows them through the script, and which the places refuse that show values or tell
//! them to models.
//!
//! What a secret is cannot be looked at: it is known by its name until a tool is called with it. What a
//! tool answers to it is no secret.

use scriptum_contract::{EnvField, ToolOrigin, Type};
use scriptum_vm::{
    builtins::{self, Builtin, Takes},
    program::{Action, BinaryOp, Callee, Input, Node, OnError, Op, Step, StepKind, Test},
};

use super::Checker;
use crate::codes;

/// The channel between machines; what goes through the others is read by people.
const WEBHOOK: &str = "webhook";
const MODEL: &str = "the input of a model";

/// Functions whose texts tell nothing of the values of their arguments.
const TELL_NOTHING: &[&str] = &["keys", "type_of"];

impl<'p> Checker<'p> {
    /// Reports secrets in what a step shows: questions, yielded fields, messages of failures and to people,
    /// what models are told. Its parts have been checked, so their types are known. What a result holds is
    /// judged with the result.
    pub(super) fn refuse_secrets_of(&mut self, step: &'p Step) {
        if !self.has_secrets {
            return;
        }
        match &step.kind {
            StepKind::Ask(ask) => self.refuse_inputs("a question", &ask.inputs),
            StepKind::Yield(sent) => self.refuse_inputs("a yielded value", &sent.fields),
            StepKind::Do(call) => {
                if is_model(&call.callee) {
                    self.refuse_inputs(MODEL, &call.inputs);
                }
                if let Some(OnError::Fallback { callee, inputs }) = &call.on_error
                    && is_model(callee)
                {
                    self.refuse_inputs(MODEL, inputs);
                }
            }
            StepKind::Agent(agent) => self.refuse_inputs(MODEL, &agent.model.inputs),
            StepKind::Plan(plan) => self.refuse_inputs(MODEL, &plan.model.inputs),
            StepKind::Decide(decide) => {
                if let Some(model) = &decide.model {
                    self.refuse_inputs(MODEL, &model.inputs);
                    for case in &decide.cases {
                        self.refuse(MODEL, &case.when.root);
                    }
                }
            }
            StepKind::Send(send) if &*send.callee.name.0 != WEBHOOK => {
                self.refuse_inputs("a message", &send.fields);
            }
            StepKind::Check(check) => {
                if let Test::Question { model, prompt } = &check.test {
                    self.refuse(MODEL, &prompt.root);
                    self.refuse_inputs(MODEL, &model.inputs);
                }
                for action in [&check.on_pass, &check.on_fail] {
                    if let Action::Fail(Some(message)) = action {
                        self.refuse("the message of a failure", &message.root);
                    }
                }
            }
            StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Wait(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Send(_) => {}
        }
    }

    fn refuse_inputs(&mut self, place: &str, inputs: &'p [Input]) {
        for input in inputs {
            self.refuse(place, &input.value.root);
        }
    }

    fn refuse(&mut self, place: &str, node: &Node) {
        let ty = self.facts.ty(node.at).clone();
        self.refuse_secret(place, node, &ty);
    }

    /// Reports an operator or a function that would have to look into a secret, as it then fails. The
    /// operands have been checked.
    pub(super) fn refuse_looking(&mut self, node: &Node) {
        match &node.op {
            Op::Binary(op, left, right) if is_comparison(*op) => {
                let types = [&**left, &**right].map(|side| self.facts.ty(side.at).clone());
                let asks_for_null = types.contains(&Type::Null);
                for (side, ty) in [left, right].into_iter().zip(&types) {
                    if ty.is_secret() && !asks_for_null {
                        self.refuse_reading("compared", side);
                    }
                }
            }
            Op::Call { function, args } => {
                let Some(builtin) = builtins::find(function) else {
                    return;
                };
                for arg in args {
                    if builtin.looks_into(self.facts.ty(arg.at)) {
                        self.refuse_reading(&format!("given to `{}`", builtin.name), arg);
                    }
                }
            }
            Op::Binary(..)
            | Op::Literal(_)
            | Op::Variant { .. }
            | Op::Name(_)
            | Op::Env(_)
            | Op::Template(_)
            | Op::List(_)
            | Op::Object(_)
            | Op::Field { .. }
            | Op::Index { .. }
            | Op::Unary(..)
            | Op::If { .. }
            | Op::Lambda { .. } => {}
        }
    }

    fn refuse_reading(&mut self, what: &str, node: &Node) {
        let span = self.span(node.at);
        self.report(codes::secret_read(what, span));
    }

    /// Reports a secret in a value that is stored and shown; `place` names where.
    pub(super) fn refuse_secret(&mut self, place: &str, node: &Node, ty: &Type) {
        if self.has_secrets && ty.is_secret() {
            let span = self.span(node.at);
            self.report(codes::secret_shown(place, span));
        }
    }
}

/// The type that an environment variable has in expressions.
pub(super) fn type_of(env: &EnvField) -> Type {
    if env.secret {
        env.field.ty.secret()
    } else {
        env.field.ty.clone()
    }
}

pub(super) fn text(secret: bool) -> Type {
    if secret {
        Type::text().secret()
    } else {
        Type::text()
    }
}

/// The result of a built-in function. Where it is made of the texts of its arguments, their secrets are
/// in it; a function over functions has said so by the types of its parts.
pub(super) fn of_call(builtin: &Builtin, arguments: &[Type], result: Type) -> Type {
    let takes_function = (0..arguments.len())
        .filter_map(|index| builtin.param(index))
        .any(|param| matches!(param.takes, Takes::Function(_)));
    let is_made_of_them = !takes_function && !TELL_NOTHING.contains(&builtin.name);
    if is_made_of_them && arguments.iter().any(Type::is_secret) {
        result.secret()
    } else {
        result
    }
}

/// True for what hands its input to a model: providers keep what they are told.
fn is_model(callee: &Callee) -> bool {
    callee.origin == ToolOrigin::Model
}

fn is_comparison(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::In => true,
        BinaryOp::Coalesce
        | BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Remainder => false,
    }
}
