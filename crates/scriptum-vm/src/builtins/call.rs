//! One call under way: arguments checked against the row, and read by position.

use std::sync::Arc;

use scriptum_contract::Value;
use smallvec::SmallVec;

use super::{Builtin, Kind, Presence, Takes};
use crate::{
    eval::{EvalError, Evaluator, Function, failed, show},
    program::{Node, Op},
};

/// A call of a built-in function.
pub(crate) struct Call<'c, 'e> {
    /// Where it happens.
    pub(crate) evaluator: &'c mut Evaluator<'e>,
    builtin: &'static Builtin,
    args: SmallVec<[Arg<'e>; 4]>,
}

enum Arg<'e> {
    /// Evaluated, and opened where the row names a kind.
    Value(Value),
    Function(Function<'e>),
}

impl<'c, 'e> Call<'c, 'e> {
    /// Evaluates the arguments and checks them against the row.
    pub(crate) fn new(
        evaluator: &'c mut Evaluator<'e>,
        builtin: &'static Builtin,
        nodes: &'e [Node],
    ) -> Result<Call<'c, 'e>, EvalError> {
        if nodes.len() < builtin.args_min()
            || builtin.args_max().is_some_and(|max| nodes.len() > max)
        {
            return Err(failed(format!(
                "cannot call {}: {} arguments were given",
                builtin.signature(),
                nodes.len()
            )));
        }
        let mut call = Call {
            evaluator,
            builtin,
            args: SmallVec::new(),
        };
        let mut needs = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            match call.argument(at, node) {
                Ok(arg) => call.args.push(arg),
                Err(EvalError::Need(more)) => needs.extend(more),
                Err(error) if needs.is_empty() => return Err(error),
                // What failed is met again, if it still fails, once the needs are there.
                Err(EvalError::Failed(_)) => break,
            }
        }
        if needs.is_empty() {
            Ok(call)
        } else {
            Err(EvalError::Need(needs))
        }
    }

    fn argument(&mut self, at: usize, node: &'e Node) -> Result<Arg<'e>, EvalError> {
        let param = self
            .builtin
            .param(at)
            .expect("the number of arguments was checked");
        match (&param.takes, &node.op) {
            (Takes::Function(_), Op::Lambda { params, body }) => {
                Ok(Arg::Function(Function { params, body }))
            }
            (Takes::Function(_), _) => Err(self.wrong(at, "it is no function")),
            (Takes::Any | Takes::Fallback | Takes::OneOf(_), Op::Lambda { .. }) => {
                Err(self.wrong(at, "it is a function"))
            }
            (Takes::Any | Takes::Fallback, _) => self.evaluator.value(node).map(Arg::Value),
            (Takes::OneOf(kinds), _) => {
                let value = self.evaluator.value(node)?;
                let value = self.evaluator.open(&value)?;
                let absent = param.presence == Presence::Optional && matches!(value, Value::Null);
                if absent || kinds.iter().any(|kind| kind.is(&value)) {
                    Ok(Arg::Value(value))
                } else {
                    Err(self.wrong(at, &format!("it is {}", show(&value))))
                }
            }
        }
    }

    /// A function.
    pub(crate) fn function(&self, at: usize) -> Function<'e> {
        match self.args.get(at) {
            Some(Arg::Function(function)) => *function,
            Some(Arg::Value(_)) | None => unreachable!("the row takes a function here"),
        }
    }

    /// A list.
    pub(crate) fn list(&self, at: usize) -> Arc<[Value]> {
        match self.args.get(at) {
            Some(Arg::Value(Value::List(items))) => Arc::clone(items),
            Some(Arg::Value(_) | Arg::Function(_)) | None => {
                unreachable!("the row takes a list here")
            }
        }
    }

    fn wrong(&self, at: usize, reason: &str) -> EvalError {
        let param = self
            .builtin
            .param(at)
            .expect("the number of arguments was checked");
        failed(format!(
            "cannot call {}: {} must be {}, {reason}",
            self.builtin.signature(),
            param.name,
            param.takes
        ))
    }
}

impl Kind {
    /// True when a value is of this kind.
    fn is(self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Text, Value::Text(_))
            | (Kind::Number | Kind::Integer, Value::Int(_))
            | (Kind::Number, Value::Float(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::List | Kind::Numbers, Value::List(_))
            | (Kind::Object, Value::Object(_)) => true,
            (Kind::Integer, Value::Float(float)) => crate::eval::whole(*float).is_some(),
            (
                Kind::Text
                | Kind::Number
                | Kind::Integer
                | Kind::Boolean
                | Kind::List
                | Kind::Numbers
                | Kind::Object,
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_)
                | Value::Stored(_),
            ) => false,
        }
    }
}
