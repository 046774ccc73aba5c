//! Calls of built-ins: the table says what each takes and what type it gives.

use std::sync::Arc;

use scriptum_contract::{Assignable, Type};
use scriptum_syntax::Severity;
use scriptum_vm::{
    builtins::{self, Builtin, Kind, Lambda, Param, Presence, Takes},
    program::{Node, Op},
};

use super::{Checker, exprs::Reading, secrets};
use crate::{codes, source_map::part_of};

/// Rounds in which the type of a lambda's body may still change the types of its parameters.
const ROUNDS_MAX: usize = 4;

/// What can be part of a text, or a key of an object.
static TEXT_PART: Param = Param {
    name: "item",
    takes: Takes::OneOf(&[Kind::Text]),
    presence: Presence::Required,
};

/// True when the first argument is surely a text or an object.
fn holds_texts_only(types: &[Type]) -> bool {
    let texts = Takes::OneOf(&[Kind::Text, Kind::Object]);
    let is_one = |holder: &Type| matches!(texts.accepts(holder), Assignable::Yes);
    types.first().is_some_and(is_one)
}

impl Checker<'_> {
    pub(super) fn builtin(&mut self, node: &Node, function: &Arc<str>, args: &[Node]) -> Type {
        let name = self.span(part_of(node.at, 0));
        if &**function == "env" {
            self.infer_all(args);
            self.report(codes::unknown_env::not_a_name(self.span(node.at)));
            return Type::Any;
        }
        let Some(builtin) = builtins::find(function) else {
            self.infer_all(args);
            let names = builtins::ALL.iter().map(|builtin| builtin.name);
            let nearest = self.suggest.nearest(function, names);
            let is_tool = self.imports.contains_key(&**function);
            self.report(codes::unknown_function(function, name, nearest, is_tool));
            return Type::Any;
        };
        let count = args.len();
        if count < builtin.args_min() || builtin.args_max().is_some_and(|max| max < count) {
            self.infer_all(args);
            self.report(codes::argument_count(builtin, count, self.span(node.at)));
            return Type::Any;
        }
        if let Some(lambda) = misplaced_lambda(builtin, args) {
            self.infer_all(args);
            self.report(codes::misplaced_lambda::in_call(
                builtin,
                self.span(lambda.at),
            ));
            return Type::Any;
        }
        self.arguments(builtin, args)
    }

    fn infer_all(&mut self, args: &[Node]) {
        for arg in args {
            match &arg.op {
                Op::Lambda { params, body } => {
                    let any = vec![Type::Any; params.len()];
                    self.lambda_body(arg, params, body, &any);
                }
                Op::Literal(_)
                | Op::Variant { .. }
                | Op::Name(_)
                | Op::Env(_)
                | Op::Template(_)
                | Op::List(_)
                | Op::Object(_)
                | Op::Field { .. }
                | Op::Index { .. }
                | Op::Unary(..)
                | Op::Binary(..)
                | Op::If { .. }
                | Op::Call { .. } => {
                    self.infer(arg);
                }
            }
        }
    }

    fn arguments(&mut self, builtin: &'static Builtin, args: &[Node]) -> Type {
        let mut types: Vec<Type> = Vec::with_capacity(args.len());
        let mut sound = true;
        for (index, arg) in args.iter().enumerate() {
            let Some(param) = builtin.param(index) else {
                continue;
            };
            let ty = match param.takes {
                Takes::Function(lambda) => self.function(builtin, param, lambda, arg, &types),
                Takes::Fallback => Some(self.infer_as(arg, Reading::Safe)),
                Takes::Part if holds_texts_only(&types) => {
                    self.value_argument(builtin, &TEXT_PART, arg)
                }
                Takes::Any | Takes::OneOf(_) | Takes::Part => {
                    self.value_argument(builtin, param, arg)
                }
            };
            sound &= ty.is_some();
            types.push(ty.unwrap_or(Type::Any));
        }
        if !sound || !self.elements_fit(builtin, args, &types) {
            return Type::Any;
        }
        self.doomed_call(builtin, args, &types);
        let result = (builtin.result)(&types);
        if self.has_secrets {
            secrets::of_call(builtin, &types, result)
        } else {
            result
        }
    }

    /// The type of an argument that is a value; `None` when it does not fit, which was reported.
    fn value_argument(
        &mut self,
        builtin: &'static Builtin,
        param: &'static Param,
        arg: &Node,
    ) -> Option<Type> {
        let ty = self.infer(arg);
        let span = self.span(arg.at);
        // Null counts as not given where an argument may be left out.
        let given = match param.presence {
            Presence::Optional => ty.without_null(),
            Presence::Required | Presence::Repeated => &ty,
        };
        let is_absent = param.presence == Presence::Optional && matches!(given, Type::Null);
        if is_absent || accepts(param, given) {
            return Some(ty);
        }
        let diagnostic = if accepts(param, ty.without_null()) {
            codes::possibly_null::argument(&ty, builtin.name, span)
        } else {
            codes::type_mismatch::argument(&ty, builtin, param, span)
        };
        self.report(diagnostic);
        None
    }

    /// The type of a lambda's body; `None` when the argument is no fitting lambda.
    fn function(
        &mut self,
        builtin: &'static Builtin,
        param: &'static Param,
        lambda: Lambda,
        arg: &Node,
        before: &[Type],
    ) -> Option<Type> {
        let span = self.span(arg.at);
        let Op::Lambda { params, body } = &arg.op else {
            let is_builtin = matches!(&arg.op, Op::Name(name) if builtins::find(name).is_some());
            let ty = if is_builtin {
                Type::Any
            } else {
                self.infer(arg)
            };
            if !self.map.is_hole(arg.at) {
                let name = builtin.name;
                self.report(codes::type_mismatch::no_function(
                    &ty,
                    name,
                    lambda.names,
                    span,
                ));
            }
            return None;
        };
        if params.len() > lambda.names.len() {
            self.infer_all(std::slice::from_ref(arg));
            let name = builtin.name;
            self.report(codes::argument_count::of_lambda(
                name,
                lambda.names,
                params.len(),
                span,
            ));
            return None;
        }
        let ty = self.settled(arg, params, body, lambda, before);
        if accepts(param, &ty) {
            return Some(ty);
        }
        let kind = lambda
            .result
            .expect("without a demand every body is accepted");
        self.report(codes::type_mismatch::lambda_body(
            &ty,
            builtin.name,
            kind,
            self.span(body.at),
        ));
        None
    }

    /// The type of a body whose parameters may depend on it, as in `reduce`: asked again until it stays.
    fn settled(
        &mut self,
        arg: &Node,
        params: &[Arc<str>],
        body: &Node,
        lambda: Lambda,
        before: &[Type],
    ) -> Type {
        let mut known = before.to_vec();
        let mut types = (lambda.params)(&known);
        for round in 0..ROUNDS_MAX {
            let reported = self.diagnostics.len();
            let ty = self.lambda_body(arg, params, body, &types);
            let mut found = self.diagnostics.iter().skip(reported);
            if round == 0 && found.any(|it| it.severity == Severity::Error) {
                // What is wrong with the first element stays wrong.
                return Type::Any;
            }
            known.truncate(before.len());
            known.push(ty.clone());
            let next = (lambda.params)(&known);
            if next == types {
                return ty;
            }
            // What was found with other types is found again, if it is still so.
            self.diagnostics.truncate(reported);
            types = next;
        }
        let any = vec![Type::Any; lambda.names.len()];
        self.lambda_body(arg, params, body, &any)
    }

    fn lambda_body(
        &mut self,
        arg: &Node,
        params: &[Arc<str>],
        body: &Node,
        types: &[Type],
    ) -> Type {
        let mark = self.scope.mark();
        for (index, param) in (0..).zip(params) {
            let ty = types.get(index as usize).cloned().unwrap_or(Type::Any);
            self.variable(param, part_of(arg.at, index), ty);
        }
        let ty = self.infer(body);
        self.scope.undo(mark);
        ty
    }
}

fn accepts(param: &Param, ty: &Type) -> bool {
    match param.takes.accepts(ty) {
        Assignable::Yes | Assignable::Checked => true,
        Assignable::No(_) => false,
    }
}

/// A lambda where the function takes a value.
fn misplaced_lambda<'n>(builtin: &Builtin, args: &'n [Node]) -> Option<&'n Node> {
    let is_lambda = |node: &Node| matches!(node.op, Op::Lambda { .. });
    let takes_function = |param: &Param| matches!(param.takes, Takes::Function(_));
    let mut args = args.iter().enumerate();
    let misplaced = args
        .find(|(index, arg)| is_lambda(arg) && !builtin.param(*index).is_some_and(takes_function));
    misplaced.map(|(_, arg)| arg)
}
