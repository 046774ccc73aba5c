//! Large values, read from the store when somebody needs what is in them.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use scriptum_contract::{Object, Value, ValueHash};

use crate::{
    Store, StoreError, limits::VALUE_CACHE_BYTES_MAX, ports::store::value_from_storage,
    retry::in_time,
};

/// Reads large values and keeps the last ones. A hash fixes its content, so nothing grows stale.
pub(crate) struct Values {
    store: Arc<dyn Store>,
    recent: Mutex<Recent>,
}

/// The oldest leaves first.
#[derive(Default)]
struct Recent {
    values: BTreeMap<ValueHash, Value>,
    order: VecDeque<(ValueHash, usize)>,
    size_bytes: usize,
}

impl Values {
    pub(crate) fn new(store: Arc<dyn Store>) -> Values {
        let recent = Mutex::default();
        Values { store, recent }
    }

    /// The value of that hash; parts of it may be references in turn.
    pub(crate) async fn value(&self, hash: &ValueHash) -> Result<Value, StoreError> {
        if let Some(value) = self.with_recent(|recent| recent.values.get(hash).cloned()) {
            return Ok(value);
        }
        let bytes = in_time(self.store.value(hash)).await?;
        let value = value_from_storage(&bytes)?;
        self.with_recent(|recent| recent.keep(*hash, value.clone(), bytes.len()));
        Ok(value)
    }

    /// The value with all references, at any depth, replaced by what they stand for.
    pub(crate) async fn load(&self, value: &Value) -> Result<Value, StoreError> {
        let mut loaded = value.clone();
        // Each round opens one level of references in references; content cannot refer to itself.
        loop {
            let mut wanted = BTreeMap::new();
            note_references(&loaded, &mut wanted);
            if wanted.is_empty() {
                return Ok(loaded);
            }
            for (hash, found) in &mut wanted {
                *found = self.value(hash).await?;
            }
            loaded = with_references(&loaded, &wanted);
        }
    }

    fn with_recent<T>(&self, act: impl FnOnce(&mut Recent) -> T) -> T {
        // Whatever a panic left behind is still a true copy of stored values.
        act(&mut self.recent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Recent {
    fn keep(&mut self, hash: ValueHash, value: Value, size_bytes: usize) {
        if VALUE_CACHE_BYTES_MAX < size_bytes || self.values.insert(hash, value).is_some() {
            return;
        }
        self.order.push_back((hash, size_bytes));
        self.size_bytes += size_bytes;
        while VALUE_CACHE_BYTES_MAX < self.size_bytes {
            let Some((oldest, size_bytes)) = self.order.pop_front() else {
                return;
            };
            self.values.remove(&oldest);
            self.size_bytes -= size_bytes;
        }
    }
}

/// True when a part of the value, or all of it, lies in the store.
pub(crate) fn has_references(value: &Value) -> bool {
    match value {
        Value::Stored(_) => true,
        Value::List(items) => items.iter().any(has_references),
        Value::Object(object) => object.iter().any(|(_, value)| has_references(value)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_) => false,
    }
}

fn note_references(value: &Value, found: &mut BTreeMap<ValueHash, Value>) {
    match value {
        Value::Stored(stored) => {
            found.insert(stored.hash, Value::Null);
        }
        Value::List(items) => items.iter().for_each(|item| note_references(item, found)),
        Value::Object(object) => {
            for (_, value) in object {
                note_references(value, found);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_) => {}
    }
}

fn with_references(value: &Value, known: &BTreeMap<ValueHash, Value>) -> Value {
    match value {
        Value::Stored(stored) => known.get(&stored.hash).unwrap_or(value).clone(),
        Value::List(items) => Value::list(items.iter().map(|item| with_references(item, known))),
        Value::Object(object) => {
            let entry =
                |(key, value): &(Arc<str>, Value)| (Arc::clone(key), with_references(value, known));
            Value::Object(object.iter().map(entry).collect::<Object>())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Secret(_) => value.clone(),
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").finish_non_exhaustive()
    }
}
