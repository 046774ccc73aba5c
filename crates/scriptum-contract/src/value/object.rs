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
        from_entries(entries.into_iter().collect())
    }
}

fn from_entries(entries: Vec<(Arc<str>, Value)>) -> Object {
    if entries.len() <= ENTRIES_WALKED_MAX {
        few(entries)
    } else {
        many(entries)
    }
}

fn few(mut entries: Vec<(Arc<str>, Value)>) -> Object {
    let mut at = 1;
    while let Some((before, [(key, value), ..])) = entries.split_at_mut_checked(at) {
        match before.iter_mut().find(|(known, _)| known == key) {
            Some(slot) => {
                slot.1 = std::mem::take(value);
                entries.remove(at);
            }
            None => at += 1,
        }
    }
    Object(Arc::new(Body {
        entries: entries.into(),
        sorted: Box::default(),
    }))
}

fn many(entries: Vec<(Arc<str>, Value)>) -> Object {
    let count = u32::try_from(entries.len()).expect("an object has fewer than 2^32 entries");
    let key = |at: &u32| entries.get(*at as usize).map(|(key, _)| key);
    let mut sorted: Vec<u32> = (0..count).collect();
    // The sort is stable: equal keys stay in the order of their entries.
    sorted.sort_by(|a, b| key(a).cmp(&key(b)));
    let all_differ = sorted.is_sorted_by(|a, b| key(a) < key(b));
    if !all_differ {
        return from_entries(without_repeats(entries, &sorted));
    }
    Object(Arc::new(Body {
        entries: entries.into(),
        sorted: sorted.into(),
    }))
}

fn without_repeats(mut entries: Vec<(Arc<str>, Value)>, sorted: &[u32]) -> Vec<(Arc<str>, Value)> {
    let keys: Vec<_> = entries.iter().map(|(key, _)| Arc::clone(key)).collect();
    let mut stays = vec![true; entries.len()];
    for equal in sorted.chunk_by(|a, b| keys.get(*a as usize) == keys.get(*b as usize)) {
        let (Some(first), Some(last)) = (equal.first(), equal.last()) else {
            continue;
        };
        let value = entries.get(*last as usize).map(|(_, value)| value.clone());
        if let (Some(slot), Some(value)) = (entries.get_mut(*first as usize), value) {
            slot.1 = value;
        }
        for later in equal.iter().skip(1) {
            if let Some(stays) = stays.get_mut(*later as usize) {
                *stays = false;
            }
        }
    }
    let mut stays = stays.into_iter();
    entries.retain(|_| stays.next() == Some(true));
    entries
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries named by `names`, each with its position as its value.
    fn object(names: &[&str]) -> Object {
        let entries = names.iter().zip(0..);
        entries
            .map(|(name, at)| (Arc::from(*name), Value::Int(at)))
            .collect()
    }

    #[test]
    fn of_equal_keys_the_last_value_stays_at_the_first_place() {
        let few = object(&["b", "a", "b"]);
        assert_eq!(
            few,
            [
                (Arc::from("b"), Value::Int(2)),
                (Arc::from("a"), Value::Int(1))
            ]
            .into_iter()
            .collect()
        );
        assert_eq!(few.keys().map(|key| &**key).collect::<String>(), "ba");

        let many = object(&[
            "j", "i", "h", "g", "f", "e", "d", "c", "b", "j", "a", "h", "j",
        ]);
        assert_eq!(
            many.keys().map(|key| &**key).collect::<String>(),
            "jihgfedcba"
        );
        assert_eq!(many.get("j"), Some(&Value::Int(12)));
        assert_eq!(many.get("h"), Some(&Value::Int(11)));
        assert_eq!(many.get("a"), Some(&Value::Int(10)));
        assert_eq!(many.get("k"), None);

        let one = object(&["x"; 20]);
        assert_eq!((one.len(), one.get("x")), (1, Some(&Value::Int(19))));
    }
}
