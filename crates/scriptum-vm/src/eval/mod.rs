//! Computes expressions: pure, bounded, and lazy about stored values.
//!
//! An expression reads what its [`Scope`] shows and nothing else. A value that lies in the store is only
//! opened where its content matters; passing it on (a binding, an argument, an element) leaves it closed.
//! Opening one that was not loaded ends the evaluation with [`EvalError::Need`], which names all that the
//! same loop will want, so that a list of stored elements costs one round trip.
//!
//! Every evaluation ends: nodes, elements and text are counted against
//! [`EVAL_STEPS_MAX`](crate::limits::EVAL_STEPS_MAX). Built-in functions are in [`crate::builtins`].

mod access;
mod arithmetic;
mod compare;
mod describe;
mod error;
mod evaluator;
mod key;
mod load;
mod number;
mod render;

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::{StoredValue, Value};

use crate::{Timestamp, program::Node};

pub(crate) use arithmetic::Arithmetic;
pub(crate) use describe::show;
pub use error::{EXPRESSION_FAILED, EvalError, LIMIT_EXCEEDED};
pub(crate) use error::{Needs, Stop, failed, limit};
pub(crate) use evaluator::{Evaluator, Function, nesting};
pub(crate) use key::{Key, key_of};
pub(crate) use load::index;
pub(crate) use number::{Number, whole};

/// What an expression can read.
pub trait Scope {
    /// A binding, an input or an environment variable by name, innermost scope first; `None` reads as
    /// null: the branch that would have bound it did not run.
    fn name(&self, name: &str) -> Option<Value>;

    /// An environment variable by its name in the script; `None` reads as null.
    fn env(&self, name: &str) -> Option<Value>;

    /// The content of a stored value, if it was loaded.
    fn load(&self, stored: &StoredValue) -> Option<Value>;

    /// The time of the turn.
    fn now(&self) -> Timestamp;

    /// A number that is never the same twice in a thread and always the same when the thread is
    /// replayed; advances at each call.
    fn fresh(&self) -> u64;
}

/// The value of an expression.
///
/// A result may contain references to stored values, and its depth and size are within the limits of
/// [`crate::limits`].
pub fn eval(node: &Node, scope: &dyn Scope) -> Result<Value, EvalError> {
    let mut evaluator = Evaluator::new(scope);
    let value = evaluator.value(node);
    let value = value.and_then(|value| evaluator.finished(value));
    value.map_err(distinct)
}

/// The value of an expression as text, for labels: texts as they are, numbers in their shortest form,
/// null as nothing, secrets masked, everything else as compact JSON.
pub fn interpolate(node: &Node, scope: &dyn Scope) -> Result<Arc<str>, EvalError> {
    let mut evaluator = Evaluator::new(scope);
    let value = evaluator.value(node);
    let text = value.and_then(|value| evaluator.shown(&value));
    text.map_err(distinct)
}

/// The truth of a condition's value: booleans only.
pub fn truth(value: &Value) -> Result<bool, EvalError> {
    is_true(value).map_err(EvalError::from)
}

pub(crate) fn is_true(value: &Value) -> Result<bool, Stop> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Null
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => Err(failed(format!(
            "a condition must be true or false, this one is {}",
            show(value)
        ))),
    }
}

/// The error for the caller, each stored value named once.
fn distinct(stop: Stop) -> EvalError {
    let mut error = EvalError::from(stop);
    if let EvalError::Need(stored) = &mut error {
        let mut known = BTreeSet::new();
        stored.retain(|stored| known.insert(stored.hash));
    }
    error
}
