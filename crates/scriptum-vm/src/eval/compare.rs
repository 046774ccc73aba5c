//! Equality, order and membership.

use std::{borrow::Cow, cmp::Ordering, ops::ControlFlow, sync::Arc};

use scriptum_contract::{Object, Value};

use super::{Evaluator, Number, Stop, describe::show, evaluator::both, failed};

impl Evaluator<'_> {
    /// Deep equality: `1 == 1.0`, objects regardless of key order.
    pub(crate) fn equal(&mut self, a: &Value, b: &Value) -> Result<bool, Stop> {
        self.charge(1)?;
        if let (Value::Stored(a), Value::Stored(b)) = (a, b)
            && a.hash == b.hash
        {
            return Ok(true);
        }
        let (a, b) = self.opened_both(a, b)?;
        match (&*a, &*b) {
            (Value::List(a), Value::List(b)) => self.equal_lists(a, b),
            (Value::Object(a), Value::Object(b)) => self.equal_objects(a, b),
            (Value::Text(a), Value::Text(b)) => {
                self.charge_text(a.len().min(b.len()))?;
                Ok(a == b)
            }
            (Value::Secret(_), Value::Secret(_) | Value::Text(_))
            | (Value::Text(_), Value::Secret(_)) => Err(secret_compared()),
            (a, b) => Ok(a == b),
        }
    }

    /// Which is greater: of two numbers, or of two texts by code points (dates and timestamps are texts).
    pub(crate) fn order(&mut self, a: &Value, b: &Value) -> Result<Ordering, Stop> {
        let (a, b) = self.opened_both(a, b)?;
        if let (Value::Text(a), Value::Text(b)) = (&*a, &*b) {
            self.charge_text(a.len().min(b.len()))?;
            return Ok(a.cmp(b));
        }
        match (Number::of(&a), Number::of(&b)) {
            (Some(a), Some(b)) => Ok(a.order(b)),
            (Some(_) | None, None) | (None, Some(_)) => Err(failed(format!(
                "cannot compare {} with {}: only two numbers or two texts have an order",
                show(&a),
                show(&b)
            ))),
        }
    }

    /// `item in container`: an element of a list, a key of an object, a part of a text.
    pub(crate) fn holds(&mut self, container: &Value, item: &Value) -> Result<bool, Stop> {
        let container = self.opened(container)?;
        if let Value::List(items) = &*container {
            return self.position(items, item).map(|found| found.is_some());
        }
        let item = self.opened(item)?;
        match (&*container, &*item) {
            (Value::Object(object), Value::Text(key)) => Ok(object.get(key).is_some()),
            (Value::Text(text), Value::Text(part)) => {
                self.charge_text(text.len())?;
                Ok(text.contains(&**part))
            }
            (Value::Object(_), _) => Err(failed(format!(
                "cannot look for {} in an object: its keys are texts",
                show(&item)
            ))),
            (Value::Text(_), _) => Err(failed(format!(
                "cannot look for {} in a text: only a text can be part of it",
                show(&item)
            ))),
            _ => Err(failed(format!(
                "cannot look for {} in {}: it is no list, object or text",
                show(&item),
                show(&container)
            ))),
        }
    }

    /// The position of the first element that equals `item`.
    pub(crate) fn position(
        &mut self,
        items: &[Value],
        item: &Value,
    ) -> Result<Option<usize>, Stop> {
        let mut found = None;
        self.visit(items, |me, at, candidate| {
            if me.equal(candidate, item)? {
                found = Some(at);
                return Ok(ControlFlow::Break(()));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Both values opened; asks for both at once.
    pub(crate) fn opened_both<'v>(
        &mut self,
        a: &'v Value,
        b: &'v Value,
    ) -> Result<(Cow<'v, Value>, Cow<'v, Value>), Stop> {
        let (a, b) = (self.opened(a), self.opened(b));
        both(a, b)
    }

    fn equal_lists(&mut self, a: &Arc<[Value]>, b: &Arc<[Value]>) -> Result<bool, Stop> {
        if Arc::ptr_eq(a, b) {
            return Ok(true);
        }
        if a.len() != b.len() {
            return Ok(false);
        }
        let mut equal = true;
        self.visit(a, |me, at, left| {
            equal = match b.get(at) {
                Some(right) => me.equal(left, right)?,
                None => false,
            };
            if equal {
                Ok(ControlFlow::Continue(()))
            } else {
                Ok(ControlFlow::Break(()))
            }
        })?;
        Ok(equal)
    }

    fn equal_objects(&mut self, a: &Object, b: &Object) -> Result<bool, Stop> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (key, left) in a {
            let Some(right) = b.get(key) else {
                return Ok(false);
            };
            if !self.equal(left, right)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether a secret equals something would tell what it is.
pub(super) fn secret_compared() -> Stop {
    failed("cannot compare a secret: it can be passed on, and no more")
}
