//! `ask`: what is asked, and the type that the answer must have.

use std::sync::Arc;

use scriptum_contract::Type;
use scriptum_syntax::ast::{self, AstNode, StepNode};
use scriptum_vm::program::{Ask, Step, StepKind};

use super::Lower;
use crate::{codes, vocabulary};

/// The input that names the type of the answer.
const TYPE: &str = "type";

/// What an answer may be beside an enum.
const ANSWER_TYPES: &[&str] = &["text", "number", "integer", "boolean", "date", "timestamp"];

impl Lower<'_> {
    pub(super) fn ask_step(&mut self, step: &ast::AskStep) -> Step {
        let at = self.step_id(step, 0);
        let is_type = |input: &ast::Input| input.name().is_some_and(|name| name.text() == TYPE);
        let ty = step.inputs().find(is_type);
        let answer = ty.map_or(Type::Any, |ty| self.answer_type(&ty));
        let inputs = self.inputs(step.inputs().filter(|input| !is_type(input)));
        let on_error = step
            .on_error()
            .and_then(|clause| self.on_error(&clause, at));
        let kind = StepKind::Ask(Ask {
            inputs,
            answer,
            on_error,
            bind: self.bind(step, at),
        });
        self.finish(step, at, kind)
    }

    /// The type that a text names. It is a part of the program and not a value, so it stands in the
    /// text of the script.
    fn answer_type(&mut self, input: &ast::Input) -> Type {
        let Some(value) = input.value() else {
            return Type::Any;
        };
        let name = match &value {
            ast::Expr::String(text) => text.plain(),
            ast::Expr::Name(name) => name.name().map(|name| name.text().to_owned()),
            ast::Expr::Literal(_)
            | ast::Expr::Field(_)
            | ast::Expr::Index(_)
            | ast::Expr::Optional(_)
            | ast::Expr::Call(_)
            | ast::Expr::Lambda(_)
            | ast::Expr::List(_)
            | ast::Expr::Object(_)
            | ast::Expr::Paren(_)
            | ast::Expr::Unary(_)
            | ast::Expr::Binary(_)
            | ast::Expr::If(_)
            | ast::Expr::Type(_) => None,
        };
        let name = name.unwrap_or_default();
        if let Some(def) = self.enums.get(&*name) {
            return Type::Enum(Arc::clone(def));
        }
        let plain =
            vocabulary::primitive(&name).filter(|ty| ANSWER_TYPES.contains(&&*ty.to_string()));
        if let Some(ty) = plain {
            return ty;
        }
        let mut known: Vec<&str> = ANSWER_TYPES.to_vec();
        let mut enums: Vec<&str> = self.enums.keys().map(|name| &**name).collect();
        enums.sort_unstable();
        known.extend(enums);
        let nearest = self.suggest.nearest(&name, known.iter().copied());
        let unknown = codes::unknown_answer_type(&name, &known, value.span(), nearest);
        self.report(unknown);
        Type::Any
    }
}
