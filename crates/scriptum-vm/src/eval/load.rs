//! Opens stored values where their content matters, and measures what was made.

use std::{borrow::Cow, ops::ControlFlow, sync::Arc};

use scriptum_contract::{StoredValue, Value};

use super::{Evaluator, Function, Needs, Stop, limit};
use crate::limits::{RESULT_BYTES_MAX, TEXT_BYTES_PER_STEP, VALUE_DEPTH_MAX};

/// What a walk over a value saw.
#[derive(Default)]
struct Seen {
    /// Lists, objects and what is in them, and the value itself.
    parts: usize,
    /// About the length of its JSON.
    size_bytes: usize,
    /// Levels of lists and objects.
    depth: usize,
    /// True when a text in it holds a secret.
    secrets: bool,
    /// References to stored values in it.
    stored: Vec<Arc<StoredValue>>,
}

impl<'e> Evaluator<'e> {
    /// The value itself, never a reference to a stored one.
    pub(crate) fn opened<'v>(&mut self, value: &'v Value) -> Result<Cow<'v, Value>, Stop> {
        match value {
            Value::Stored(_) => self.open(value).map(Cow::Owned),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_) => Ok(Cow::Borrowed(value)),
        }
    }

    /// As [`Evaluator::opened`], as a value of its own.
    pub(crate) fn open(&mut self, value: &Value) -> Result<Value, Stop> {
        let mut value = value.clone();
        while let Value::Stored(stored) = &value {
            self.charge(1)?;
            value = match self.scope.load(stored) {
                Some(content) => content,
                None => return Err(Stop::need(vec![Arc::clone(stored)])),
            };
        }
        Ok(value)
    }

    /// The elements, opened; asks for all that are missing at once.
    pub(crate) fn open_all(&mut self, items: &[Value]) -> Result<Vec<Value>, Stop> {
        self.charge(items.len())?;
        let missing = self.missing(items);
        if !missing.is_empty() {
            return Err(Stop::need(missing));
        }
        items.iter().map(|item| self.open(item)).collect()
    }

    /// The value without any reference to a stored one inside, no deeper and larger than a result.
    pub(crate) fn open_deep(&mut self, value: &Value) -> Result<Value, Stop> {
        let mut value = self.open(value)?;
        loop {
            let seen = self.measure(&value)?;
            if seen.stored.is_empty() {
                return Ok(value);
            }
            let missing: Vec<_> = seen
                .stored
                .into_iter()
                .filter(|stored| self.scope.load(stored).is_none())
                .collect();
            if !missing.is_empty() {
                return Err(Stop::need(missing));
            }
            value = self.rebuilt(&value)?;
        }
    }

    /// Visits the elements in order until told to stop. When one needs stored values, the others are
    /// visited as well, to learn all needs at once; what the visits did then must not be used.
    pub(crate) fn visit(
        &mut self,
        items: &[Value],
        mut visit: impl FnMut(&mut Self, usize, &Value) -> Result<ControlFlow<()>, Stop>,
    ) -> Result<(), Stop> {
        let mut needs = Needs::default();
        for (at, item) in items.iter().enumerate() {
            let visited = visit(self, at, item);
            let done = needs.value(visited)? == Some(ControlFlow::Break(()));
            if done && needs.is_empty() {
                return Ok(());
            }
        }
        needs.end()
    }

    /// Visits the results of a function for the elements, as [`Evaluator::visit`] does.
    pub(crate) fn for_each(
        &mut self,
        items: &[Value],
        function: Function<'e>,
        mut act: impl FnMut(&mut Self, usize, Value) -> Result<ControlFlow<()>, Stop>,
    ) -> Result<(), Stop> {
        self.visit(items, |me, at, item| {
            let value = me.apply(function, [item.clone(), index(at)])?;
            act(me, at, value)
        })
    }

    /// The same error, asking also for the elements that were not loaded: for loops whose rounds depend on
    /// each other.
    pub(crate) fn widen(&self, stop: Stop, items: &[Value]) -> Stop {
        stop.and(|| self.missing(items))
    }

    /// Refuses values beyond the limits of results.
    pub(crate) fn check_size(&mut self, value: &Value) -> Result<(), Stop> {
        self.measure(value).map(|_| ())
    }

    /// Takes the steps for comparing a value so many times.
    pub(crate) fn charge_comparisons(
        &mut self,
        value: &Value,
        comparisons: usize,
    ) -> Result<(), Stop> {
        let seen = self.measure(value)?;
        let once = seen.parts + seen.size_bytes / TEXT_BYTES_PER_STEP;
        self.charge(once.saturating_mul(comparisons))
    }

    /// Bytes that the JSON of a value has at least, and whether there is a secret in it.
    pub(super) fn json_bytes_min(&mut self, value: &Value) -> Result<(usize, bool), Stop> {
        let seen = self.measure(value)?;
        // A part counts four bytes, and takes two with the comma behind it.
        Ok((seen.size_bytes / 2, seen.secrets))
    }

    fn missing(&self, items: &[Value]) -> Vec<Arc<StoredValue>> {
        let stored = items.iter().filter_map(as_stored);
        stored
            .filter(|stored| self.scope.load(stored).is_none())
            .map(Arc::clone)
            .collect()
    }

    /// Walks over a value without recursion, however deep it is. Parts that are there several times are
    /// counted as often.
    fn measure(&mut self, value: &Value) -> Result<Seen, Stop> {
        let mut seen = Seen::default();
        let mut open = vec![(value, 0)];
        while let Some((value, depth)) = open.pop() {
            seen.parts += 1;
            seen.size_bytes += 4;
            match value {
                Value::Text(text) => seen.size_bytes += text.len(),
                Value::Secret(text) => {
                    seen.size_bytes += text.clear_bytes();
                    seen.secrets = true;
                }
                Value::List(items) => {
                    self.charge(items.len() + 1)?;
                    seen.depth = seen.depth.max(depth + 1);
                    open.extend(items.iter().map(|item| (item, depth + 1)));
                }
                Value::Object(object) => {
                    self.charge(object.len() + 1)?;
                    seen.depth = seen.depth.max(depth + 1);
                    seen.size_bytes += object.keys().map(|key| key.len()).sum::<usize>();
                    open.extend(object.iter().map(|(_, item)| (item, depth + 1)));
                }
                Value::Stored(stored) => seen.stored.push(Arc::clone(stored)),
                Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
            }
            check_seen(&seen)?;
        }
        Ok(seen)
    }

    /// Rebuilds a value with the content of its references in their place; the content may have
    /// references again.
    fn rebuilt(&mut self, value: &Value) -> Result<Value, Stop> {
        self.charge(1)?;
        match value {
            Value::List(items) => {
                let items: Result<Arc<[Value]>, _> =
                    items.iter().map(|item| self.rebuilt(item)).collect();
                Ok(Value::List(items?))
            }
            Value::Object(object) => {
                let entries = object
                    .iter()
                    .map(|(key, item)| Ok((Arc::clone(key), self.rebuilt(item)?)));
                let entries: Result<_, Stop> = entries.collect();
                Ok(Value::Object(entries?))
            }
            Value::Secret(_)
            | Value::Stored(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_) => self.open(value),
        }
    }
}

/// The position of an element as a value.
pub(crate) fn index(at: usize) -> Value {
    Value::Int(i64::try_from(at).unwrap_or(i64::MAX))
}

fn as_stored(value: &Value) -> Option<&Arc<StoredValue>> {
    match value {
        Value::Stored(stored) => Some(stored),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_) => None,
    }
}

fn check_seen(seen: &Seen) -> Result<(), Stop> {
    if seen.depth > VALUE_DEPTH_MAX {
        return Err(limit(format!(
            "the value would be nested more than {VALUE_DEPTH_MAX} levels deep"
        )));
    }
    if seen.size_bytes > RESULT_BYTES_MAX {
        return Err(limit(format!(
            "the value would be larger than {} MiB",
            RESULT_BYTES_MAX >> 20
        )));
    }
    Ok(())
}
