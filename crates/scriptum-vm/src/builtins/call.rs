//! One call under way: arguments checked against the row, and read by position.

use std::{fmt, sync::Arc};

use scriptum_contract::{Object, Value};
use smallvec::SmallVec;

use super::{Builtin, Kind, Param, Presence, Takes};
use crate::{
    eval::{Evaluator, Function, Needs, Number, Stop, failed, show, whole},
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
    /// Evaluated when the function asks for it.
    Later(&'e Node),
}

impl<'c, 'e> Call<'c, 'e> {
    /// Evaluates the arguments and checks them against the row.
    pub(crate) fn new(
        evaluator: &'c mut Evaluator<'e>,
        builtin: &'static Builtin,
        nodes: &'e [Node],
    ) -> Result<Call<'c, 'e>, Stop> {
        check_count(builtin, nodes.len())?;
        let mut call = Call {
            evaluator,
            builtin,
            args: SmallVec::new(),
        };
        let mut needs = Needs::default();
        for (at, node) in nodes.iter().enumerate() {
            let param = builtin
                .param(at)
                .expect("the number of arguments was checked");
            let arg = call.argument(param, node);
            call.args.extend(needs.value(arg)?);
        }
        needs.end()?;
        Ok(call)
    }

    fn argument(&mut self, param: &Param, node: &'e Node) -> Result<Arg<'e>, Stop> {
        match (&param.takes, &node.op) {
            (Takes::Function(_), Op::Lambda { params, body }) => {
                Ok(Arg::Function(Function { params, body }))
            }
            (Takes::Function(_), _) => Err(self.wrong(param, "a value, as in x => x")),
            (Takes::Any | Takes::Fallback | Takes::OneOf(_) | Takes::Part, Op::Lambda { .. }) => {
                Err(self.wrong(param, "a function"))
            }
            (Takes::Fallback, _) => Ok(Arg::Later(node)),
            (Takes::Any | Takes::Part, _) => self.evaluator.value(node).map(Arg::Value),
            (Takes::OneOf(kinds), _) => {
                let value = self.evaluator.value(node)?;
                let value = self.evaluator.open(&value)?;
                let absent = param.presence == Presence::Optional && matches!(value, Value::Null);
                let hidden = matches!(value, Value::Secret(_)) && self.builtin.codes_secrets();
                if absent || hidden || kinds.iter().any(|kind| kind.is(&value)) {
                    Ok(Arg::Value(value))
                } else {
                    Err(self.wrong(param, &show(&value)))
                }
            }
        }
    }

    /// Number of arguments.
    pub(crate) fn len(&self) -> usize {
        self.args.len()
    }

    /// An argument as it is; null when it was not given.
    pub(crate) fn value(&self, at: usize) -> Value {
        match self.args.get(at) {
            Some(Arg::Value(value)) => value.clone(),
            Some(Arg::Function(_) | Arg::Later(_)) | None => Value::Null,
        }
    }

    /// All arguments.
    pub(crate) fn values(&self) -> Vec<Value> {
        (0..self.len()).map(|at| self.value(at)).collect()
    }

    /// The value of an argument that waited to be asked for, read null-safely.
    pub(crate) fn later(&mut self, at: usize) -> Result<Value, Stop> {
        match self.args.get(at) {
            Some(Arg::Later(node)) => self.evaluator.value_or_null(node),
            Some(Arg::Value(_) | Arg::Function(_)) | None => Ok(Value::Null),
        }
    }

    /// A function, if it was given.
    pub(crate) fn given_function(&self, at: usize) -> Option<Function<'e>> {
        match self.args.get(at)? {
            Arg::Function(function) => Some(*function),
            Arg::Value(_) | Arg::Later(_) => None,
        }
    }

    /// A function.
    pub(crate) fn function(&self, at: usize) -> Function<'e> {
        self.given_function(at)
            .expect("the row asks for a function")
    }

    /// A text, if it was given.
    pub(crate) fn given_text(&self, at: usize) -> Option<Arc<str>> {
        match self.args.get(at)? {
            Arg::Value(Value::Text(text)) => Some(Arc::clone(text)),
            Arg::Value(_) | Arg::Function(_) | Arg::Later(_) => None,
        }
    }

    /// A text, whose length is charged.
    pub(crate) fn text(&mut self, at: usize) -> Result<Arc<str>, Stop> {
        let text = self.given_text(at).expect("the row asks for a text");
        self.evaluator.charge_text(text.len())?;
        Ok(text)
    }

    /// A list.
    pub(crate) fn list(&self, at: usize) -> Arc<[Value]> {
        match self.args.get(at) {
            Some(Arg::Value(Value::List(items))) => Arc::clone(items),
            Some(Arg::Value(_) | Arg::Function(_) | Arg::Later(_)) | None => {
                unreachable!("the row asks for a list")
            }
        }
    }

    /// Number of elements of a list, or of entries of an object.
    pub(crate) fn entries(&self, at: usize) -> usize {
        match self.value(at).as_object() {
            Some(object) => object.len(),
            None => self.list(at).len(),
        }
    }

    /// An object.
    pub(crate) fn object(&self, at: usize) -> Object {
        match self.args.get(at) {
            Some(Arg::Value(Value::Object(object))) => object.clone(),
            Some(Arg::Value(_) | Arg::Function(_) | Arg::Later(_)) | None => {
                unreachable!("the row asks for an object")
            }
        }
    }

    /// A number.
    pub(crate) fn number(&self, at: usize) -> Number {
        Number::of(&self.value(at)).expect("the row asks for a number")
    }

    /// An integer, if it was given.
    pub(crate) fn given_int(&self, at: usize) -> Option<i64> {
        match Number::of(&self.value(at))? {
            Number::Int(int) => Some(int),
            Number::Float(float) => whole(float),
        }
    }

    /// The numbers of a list.
    pub(crate) fn numbers(&mut self, at: usize) -> Result<Vec<Number>, Stop> {
        let items = self.list(at);
        let items = self.evaluator.open_all(&items)?;
        let numbers = items.iter().enumerate().map(|(position, item)| {
            let found = || format!("element {position} is {}, not a number", show(item));
            Number::of(item).ok_or_else(|| self.failed(&found()))
        });
        numbers.collect()
    }

    /// The call cannot be computed, for this reason.
    pub(crate) fn failed(&self, reason: &str) -> Stop {
        failed(format!(
            "cannot compute {}: {reason}",
            self.builtin.signature()
        ))
    }

    /// The call cannot be computed, for a reason in the words of a library.
    pub(crate) fn failed_with(&self, what: &str, error: &dyn fmt::Display) -> Stop {
        let error = error.to_string();
        self.failed(&format!("{what}: {}", error.trim_end_matches('.')))
    }

    fn wrong(&self, param: &Param, found: &str) -> Stop {
        failed(format!(
            "cannot call {}: {} must be {}, not {found}",
            self.builtin.signature(),
            param.name,
            param.takes,
        ))
    }
}

fn check_count(builtin: &Builtin, given: usize) -> Result<(), Stop> {
    let enough = given >= builtin.args_min();
    if enough && builtin.args_max().is_none_or(|max| given <= max) {
        return Ok(());
    }
    let arguments = match given {
        1 => "1 argument was given".to_owned(),
        other => format!("{other} arguments were given"),
    };
    Err(failed(format!(
        "cannot call {}: {arguments}",
        builtin.signature()
    )))
}

impl Kind {
    /// True when a value is of this kind.
    fn is(self, value: &Value) -> bool {
        match self {
            Kind::Text => matches!(value, Value::Text(_)),
            Kind::Number => matches!(value, Value::Int(_) | Value::Float(_)),
            Kind::Integer => match value {
                Value::Int(_) => true,
                Value::Float(float) => whole(*float).is_some(),
                Value::Null
                | Value::Bool(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_)
                | Value::Secret(_)
                | Value::Stored(_) => false,
            },
            Kind::Boolean => matches!(value, Value::Bool(_)),
            Kind::List | Kind::Numbers => matches!(value, Value::List(_)),
            Kind::Object => matches!(value, Value::Object(_)),
        }
    }
}
