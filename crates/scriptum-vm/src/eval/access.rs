//! Fields and elements: `of.name`, `of[index]`, their null-safe forms, and the left side of `??`.

use std::sync::Arc;

use scriptum_contract::{Object, Value, nearest};

use super::{
    EXPRESSION_FAILED, Evaluator, Stop,
    describe::{describe, list_keys, show},
    evaluator::both,
    failed,
    load::index,
};
use crate::{
    StepError,
    program::{BinaryOp, Node, Op},
};

/// Keys that the details of an error name, and that are compared to find the nearest one.
const KEYS_IN_DETAILS_MAX: usize = 100;

impl<'e> Evaluator<'e> {
    /// `of.name`.
    pub(super) fn field(
        &mut self,
        of: &Node,
        value: &Value,
        name: &str,
        safe: bool,
    ) -> Result<Value, Stop> {
        let value = self.opened(value)?;
        match &*value {
            Value::Object(object) => match object.get(name) {
                Some(field) => Ok(field.clone()),
                None if safe => Ok(Value::Null),
                None => Err(missing_field(of, name, object)),
            },
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Secret(_)
            | Value::Stored(_) => {
                if safe {
                    return Ok(Value::Null);
                }
                Err(failed(format!(
                    "cannot read '{name}' of {}: it is {}, not an object",
                    describe(of),
                    show(&value)
                )))
            }
        }
    }

    /// `of[index]`.
    pub(super) fn index(
        &mut self,
        of: &Node,
        value: &Value,
        at: &Value,
        safe: bool,
    ) -> Result<Value, Stop> {
        let (value, at) = self.opened_both(value, at)?;
        match (&*value, &*at) {
            (Value::Object(_), Value::Text(name)) => self.field(of, &value, name, safe),
            (Value::List(items), Value::Int(position)) => match element(items, *position) {
                Some(item) => Ok(item.clone()),
                None if safe => Ok(Value::Null),
                None => Err(missing_element(of, *position, items.len())),
            },
            _ if safe => Ok(Value::Null),
            (Value::List(_), _) => Err(failed(format!(
                "cannot read an element of {}: its position must be an integer, this one is {}",
                describe(of),
                show(&at)
            ))),
            (Value::Object(_), _) => Err(failed(format!(
                "cannot read a field of {}: its key must be a text, this one is {}",
                describe(of),
                show(&at)
            ))),
            _ => Err(failed(format!(
                "cannot read an element of {}: it is {}, not a list or an object",
                describe(of),
                show(&value)
            ))),
        }
    }

    /// The value of the left side of `??`: as if each access on the way were null-safe.
    pub(crate) fn value_or_null(&mut self, node: &'e Node) -> Result<Value, Stop> {
        self.enter()?;
        let value = match &node.op {
            Op::Field { of, name, .. } => self.field_or_null(of, name),
            Op::Index { of, index, .. } => self.element_or_null(of, index),
            Op::Binary(BinaryOp::Coalesce, left, right) => self.coalesce_or_null(left, right),
            Op::Literal(_)
            | Op::Variant { .. }
            | Op::Name(_)
            | Op::Env(_)
            | Op::Template(_)
            | Op::List(_)
            | Op::Object(_)
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::If { .. }
            | Op::Call { .. }
            | Op::Lambda { .. } => self.op(node),
        };
        self.leave();
        value
    }

    /// `a ?? b` on the left side of a further `??`: both are.
    fn coalesce_or_null(&mut self, left: &'e Node, right: &'e Node) -> Result<Value, Stop> {
        let value = self.value_or_null(left)?;
        if matches!(value, Value::Null) {
            return self.value_or_null(right);
        }
        Ok(value)
    }

    fn field_or_null(&mut self, of: &'e Node, name: &str) -> Result<Value, Stop> {
        let value = self.value_or_null(of)?;
        self.field(of, &value, name, true)
    }

    fn element_or_null(&mut self, of: &'e Node, index: &'e Node) -> Result<Value, Stop> {
        let value = self.value_or_null(of);
        let index = self.value(index);
        let (value, index) = both(value, index)?;
        self.index(of, &value, &index, true)
    }
}

/// The element at a position; negative positions count from the end.
fn element(items: &[Value], position: i64) -> Option<&Value> {
    let from_start = if position < 0 {
        i64::try_from(items.len()).ok()?.checked_add(position)?
    } else {
        position
    };
    items.get(usize::try_from(from_start).ok()?)
}

fn missing_field(of: &Node, name: &str, object: &Object) -> Stop {
    let keys: Vec<&str> = object.keys().map(|key| &**key).collect();
    let close = nearest(name, keys.iter().copied().take(KEYS_IN_DETAILS_MAX));
    let mut message = format!("cannot read '{name}' of {}: ", describe(of));
    if keys.is_empty() {
        message.push_str("the object is empty");
    } else {
        message.push_str("the object has ");
        message.push_str(&list_keys(&keys));
    }
    let mut details = vec![(
        Arc::from("keys"),
        Value::list(
            keys.iter()
                .take(KEYS_IN_DETAILS_MAX)
                .map(|key| Value::text(key)),
        ),
    )];
    if let Some(close) = close {
        message.push_str("; did you mean '");
        message.push_str(close);
        message.push_str("'?");
        details.push((Arc::from("nearest"), Value::text(close)));
    }
    Stop::failed(StepError {
        details: Value::object(details),
        ..StepError::permanent(EXPRESSION_FAILED, message)
    })
}

fn missing_element(of: &Node, position: i64, length: usize) -> Stop {
    let has = match length {
        0 => "is empty".to_owned(),
        1 => "has 1 element".to_owned(),
        more => format!("has {more} elements"),
    };
    Stop::failed(StepError {
        details: Value::object([("length", index(length))]),
        ..StepError::permanent(
            EXPRESSION_FAILED,
            format!(
                "cannot read element {position} of {}: the list {has}",
                describe(of)
            ),
        )
    })
}
