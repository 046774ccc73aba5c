//! Objects: few entries in insertion order, searched one by one; many entries with a sorted index.

use std::sync::Arc;

use super::Value;

/// Up to this many entries a walk beats a search.
const ENTRIES_WALKED_MAX: usize = 8;

/// An object of a running script: unique keys in insertion order, shared when cloned.
#[derive(Debug, Clone)]
pub struct Object(Arc<Body>);

#[derive(Debug)]
struct Body {
    entries: Box<[(Arc<str>, Value)]>,
    /// Positions in `entries` in the order of their keys; empty for few entries.
    sorted: Box<[u32]>,
}

impl Object {
    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let position = if self.0.sorted.is_empty() {
            self.0.entries.iter().position(|(name, _)| &**name == key)?
        } else {
            let key_at = |at: &u32| {
                self.0
                    .entries
                    .get(*at as usize)
                    .map_or("", |(name, _)| &**name)
            };
            let found = self
                .0
                .sorted
                .binary_search_by(|at| key_at(at).cmp(key))
                .ok()?;
            *self.0.sorted.get(found)? as usize
        };
        self.0.entries.get(position).map(|(_, value)| value)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Arc<str>, Value)> {
        self.0.entries.iter()
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.iter().map(|(key, _)| key)
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (Arc<str>, Value);
    type IntoIter = std::slice::Iter<'a, (Arc<str>, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Of equal keys the last value stays, at the place of the first.
impl FromIterator<(Arc<str>, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Object {
        let entries: Vec<_> = entries.into_iter().collect();
        if entries.len() <= ENTRIES_WALKED_MAX {
            few(entries)
        } else {
            many(entries)
        }
    }
}

fn few(entries: Vec<(Arc<str>, Value)>) -> Object {
    let mut unique: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        match unique.iter_mut().find(|(known, _)| *known == key) {
            Some(slot) => slot.1 = value,
            None => unique.push((key, value)),
        }
    }
    Object(Arc::new(Body {
        entries: unique.into(),
        sorted: Box::default(),
    }))
}

fn many(entries: Vec<(Arc<str>, Value)>) -> Object {
    let mut position_of = std::collections::BTreeMap::<Arc<str>, usize>::new();
    let mut unique: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        match position_of.get(&key).and_then(|at| unique.get_mut(*at)) {
            Some(slot) => slot.1 = value,
            None => {
                position_of.insert(Arc::clone(&key), unique.len());
                unique.push((key, value));
            }
        }
    }
    let as_index = |at: usize| u32::try_from(at).expect("an object has fewer than 2^32 entries");
    let sorted = if unique.len() <= ENTRIES_WALKED_MAX {
        Box::default()
    } else {
        position_of.into_values().map(as_index).collect()
    };
    Object(Arc::new(Body {
        entries: unique.into(),
        sorted,
    }))
}

/// Equal entries in any order.
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.len() == other.len()
                && self
                    .iter()
                    .all(|(key, value)| other.get(key) == Some(value)))
    }
}
