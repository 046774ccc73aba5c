//! Opens stored values where their content matters, and measures what was made.

use std::{ops::ControlFlow, sync::Arc};

use scriptum_contract::{StoredValue, Value};

use super::{EvalError, Evaluator, Function, limit};
use crate::limits::{RESULT_BYTES_MAX, VALUE_DEPTH_MAX};

/// Depth beyond which no walk goes: values between two checks may be deeper than a result may be.
const WALK_DEPTH_MAX: u32 = 8 * VALUE_DEPTH_MAX;

/// What a walk over a value saw.
#[derive(Default)]
struct Seen {
    /// About the length of its JSON.
    size_bytes: usize,
    /// Levels of lists and objects.
    depth: u32,
    /// References to stored values in it.
    stored: Vec<Arc<StoredValue>>,
}

impl<'e> Evaluator<'e> {
    /// The value itself, never a reference to a stored one.
    pub(crate) fn open(&mut self, value: &Value) -> Result<Value, EvalError> {
        let mut value = value.clone();
        while let Value::Stored(stored) = &value {
            self.charge(1)?;
            value = match self.scope.load(stored) {
                Some(content) => content,
                None => return Err(EvalError::Need(vec![Arc::clone(stored)])),
            };
        }
        Ok(value)
    }

    /// The elements, opened; asks for all that are missing at once.
    pub(crate) fn open_all(&mut self, items: &[Value]) -> Result<Vec<Value>, EvalError> {
        self.charge(items.len())?;
        let missing = self.missing(items);
        if !missing.is_empty() {
            return Err(EvalError::Need(missing));
        }
        items.iter().map(|item| self.open(item)).collect()
    }

    /// The value without any reference to a stored one inside.
    pub(crate) fn open_deep(&mut self, value: &Value) -> Result<Value, EvalError> {
        let seen = self.walk(value)?;
        if seen.stored.is_empty() {
            return Ok(value.clone());
        }
        let missing: Vec<_> = seen
            .stored
            .into_iter()
            .filter(|stored| self.scope.load(stored).is_none())
            .collect();
        if !missing.is_empty() {
            return Err(EvalError::Need(missing));
        }
        self.opened(value, 0)
    }

    /// Applies a function to each element. When one needs stored values, the others are tried as well, to
    /// learn all needs at once. `act` sees position and result, in order, and says when to stop.
    pub(crate) fn for_each(
        &mut self,
        items: &[Value],
        function: Function<'e>,
        mut act: impl FnMut(&mut Self, usize, Value) -> Result<ControlFlow<()>, EvalError>,
    ) -> Result<(), EvalError> {
        let mut needs = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let done = self
                .apply(function, [item.clone(), index(at)])
                .and_then(|value| {
                    if needs.is_empty() {
                        act(self, at, value)
                    } else {
                        Ok(ControlFlow::Continue(()))
                    }
                });
            match done {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(()),
                Err(EvalError::Need(more)) => needs.extend(more),
                Err(failed) if needs.is_empty() => return Err(failed),
                // What failed may be met again, or not, once the needs are there.
                Err(EvalError::Failed(_)) => break,
            }
        }
        if needs.is_empty() {
            Ok(())
        } else {
            Err(EvalError::Need(needs))
        }
    }

    /// The same error, asking also for the elements that were not loaded.
    pub(crate) fn widen(&self, error: EvalError, items: &[Value]) -> EvalError {
        match error {
            EvalError::Need(mut stored) => {
                stored.extend(self.missing(items));
                EvalError::Need(stored)
            }
            EvalError::Failed(error) => EvalError::Failed(error),
        }
    }

    /// Refuses values beyond the limits of results.
    pub(crate) fn check_size(&mut self, value: &Value) -> Result<(), EvalError> {
        let seen = self.walk(value)?;
        if seen.depth > VALUE_DEPTH_MAX {
            return Err(too_deep());
        }
        Ok(())
    }

    fn missing(&self, items: &[Value]) -> Vec<Arc<StoredValue>> {
        let stored = items.iter().filter_map(|item| match item {
            Value::Stored(stored) => Some(stored),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_) => None,
        });
        stored
            .filter(|stored| self.scope.load(stored).is_none())
            .map(Arc::clone)
            .collect()
    }

    fn walk(&mut self, value: &Value) -> Result<Seen, EvalError> {
        let mut seen = Seen::default();
        self.visit(value, 0, &mut seen)?;
        Ok(seen)
    }

    fn visit(&mut self, value: &Value, depth: u32, seen: &mut Seen) -> Result<(), EvalError> {
        self.charge(1)?;
        if depth > WALK_DEPTH_MAX {
            return Err(too_deep());
        }
        seen.size_bytes += match value {
            Value::Text(text) => text.len() + 2,
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Stored(_) => 4,
        };
        if seen.size_bytes > RESULT_BYTES_MAX {
            return Err(limit(format!(
                "the value would be larger than {} MiB",
                RESULT_BYTES_MAX >> 20
            )));
        }
        match value {
            Value::List(items) => {
                seen.depth = seen.depth.max(depth + 1);
                items
                    .iter()
                    .try_for_each(|item| self.visit(item, depth + 1, seen))
            }
            Value::Object(object) => {
                seen.depth = seen.depth.max(depth + 1);
                object.iter().try_for_each(|(key, item)| {
                    seen.size_bytes += key.len() + 4;
                    self.visit(item, depth + 1, seen)
                })
            }
            Value::Stored(stored) => {
                seen.stored.push(Arc::clone(stored));
                Ok(())
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Ok(())
            }
        }
    }

    /// Rebuilds a value with the content of its references in their place.
    fn opened(&mut self, value: &Value, depth: u32) -> Result<Value, EvalError> {
        self.charge(1)?;
        if depth > WALK_DEPTH_MAX {
            return Err(too_deep());
        }
        match value {
            Value::List(items) => {
                let items: Result<Arc<[Value]>, _> = items
                    .iter()
                    .map(|item| self.opened(item, depth + 1))
                    .collect();
                Ok(Value::List(items?))
            }
            Value::Object(object) => {
                let entries = object
                    .iter()
                    .map(|(key, item)| Ok((Arc::clone(key), self.opened(item, depth + 1)?)));
                let entries: Result<_, EvalError> = entries.collect();
                Ok(Value::Object(entries?))
            }
            Value::Stored(_) => {
                let content = self.open(value)?;
                self.open_deep(&content)
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Ok(value.clone())
            }
        }
    }
}

/// The position of an element as a value.
pub(crate) fn index(at: usize) -> Value {
    Value::Int(i64::try_from(at).unwrap_or(i64::MAX))
}

fn too_deep() -> EvalError {
    limit(format!(
        "the value would be nested more than {VALUE_DEPTH_MAX} levels deep"
    ))
}
