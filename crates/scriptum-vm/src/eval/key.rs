//! Values as keys: an order that is total and agrees with equality, for finding equal values fast.

use std::{cmp::Ordering, sync::Arc};

use scriptum_contract::Value;

use super::{Evaluator, Number, Stop, compare::secret_compared};

/// A value without references, so that equal values are equal keys: `1` and `1.0`, objects in any order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Null,
    Bool(bool),
    Number(NumberKey),
    Text(Arc<str>),
    List(Vec<Key>),
    /// Entries by key.
    Object(Vec<(Arc<str>, Key)>),
}

/// A number as a key.
#[derive(Debug)]
pub(crate) struct NumberKey(Number);

impl PartialEq for NumberKey {
    fn eq(&self, other: &NumberKey) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for NumberKey {}

impl PartialOrd for NumberKey {
    fn partial_cmp(&self, other: &NumberKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NumberKey {
    fn cmp(&self, other: &NumberKey) -> Ordering {
        self.0.order(other.0)
    }
}

impl Evaluator<'_> {
    /// The key of a value, which is opened throughout; charges for `comparisons` with other keys.
    pub(crate) fn key(&mut self, value: &Value, comparisons: usize) -> Result<Key, Stop> {
        let value = self.open_deep(value)?;
        self.charge_comparisons(&value, comparisons)?;
        key_of(&value)
    }
}

/// The key of a value without references.
pub(crate) fn key_of(value: &Value) -> Result<Key, Stop> {
    Ok(match value {
        // An opened value holds no reference.
        Value::Null | Value::Stored(_) => Key::Null,
        Value::Bool(truth) => Key::Bool(*truth),
        Value::Int(int) => Key::Number(NumberKey(Number::Int(*int))),
        Value::Float(float) => Key::Number(NumberKey(Number::Float(*float))),
        Value::Text(text) => Key::Text(Arc::clone(text)),
        Value::Secret(_) => return Err(secret_compared()),
        Value::List(items) => Key::List(items.iter().map(key_of).collect::<Result<_, _>>()?),
        Value::Object(object) => {
            let entry = |(key, value): &(Arc<str>, Value)| Ok((Arc::clone(key), key_of(value)?));
            let mut entries: Vec<_> = object.iter().map(entry).collect::<Result<_, Stop>>()?;
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Key::Object(entries)
        }
    })
}
