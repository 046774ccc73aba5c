//! Secrets: environment variables whose values are never stored or shown. Their texts have a type of
//! their own, which follows them through the script, and which the places refuse that show values.
//!
//! A condition about a secret, its length, and what a tool answers to it are no secrets.

use scriptum_contract::{EnvField, Type};
use scriptum_vm::{
    builtins::{Builtin, Takes},
    program::{Action, Input, Node, Step, StepKind},
};

use super::Checker;
use crate::codes;

/// Functions whose texts tell nothing of the values of their arguments.
const TELL_NOTHING: &[&str] = &["keys", "type_of"];

impl<'p> Checker<'p> {
    /// Reports secrets in what a step shows: questions, yielded fields, messages of failures. Its parts
    /// have been checked, so their types are known. What a result holds is judged with the result.
    pub(super) fn refuse_secrets_of(&mut self, step: &'p Step) {
        if !self.has_secrets {
            return;
        }
        match &step.kind {
            StepKind::Ask(ask) => self.refuse_inputs("a question", &ask.inputs),
            StepKind::Yield(sent) => self.refuse_inputs("a yielded value", &sent.fields),
            StepKind::Check(check) => {
                for action in [&check.on_pass, &check.on_fail] {
                    if let Action::Fail(Some(message)) = action {
                        self.refuse("the message of a failure", &message.root);
                    }
                }
            }
            StepKind::Do(_)
            | StepKind::Let(_)
            | StepKind::Each(_)
            | StepKind::Together(_)
            | StepKind::Pipe(_)
            | StepKind::Repeat(_)
            | StepKind::Decide(_)
            | StepKind::Wait(_)
            | StepKind::Agent(_)
            | StepKind::Plan(_)
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
