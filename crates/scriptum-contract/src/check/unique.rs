//! Finds equal elements of a list in one pass over all their content: elements are sorted into
//! groups by a hash that equal values share, and only the members of a group are compared.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::{Value, value::number};

/// Index of each element that is equal to an earlier one, with the index of the first such.
pub(crate) fn repeated(items: &[Value]) -> Vec<(usize, usize)> {
    let mut distinct_by_hash: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut repeated = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let distinct = distinct_by_hash.entry(hash(item)).or_default();
        match distinct.iter().find(|at| items.get(**at) == Some(item)) {
            Some(first) => repeated.push((index, *first)),
            None => distinct.push(index),
        }
    }
    repeated
}

fn hash(value: &Value) -> u64 {
    // SipHash with fixed keys: the same list gives the same answer on every machine.
    let mut hasher = DefaultHasher::new();
    feed(value, &mut hasher);
    hasher.finish()
}

/// Feeds equal values equally: `1` as `1.0`, entries of objects in the order of their keys.
fn feed(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => hasher.write_u8(0),
        Value::Bool(bool) => (1_u8, bool).hash(hasher),
        Value::Int(int) => (2_u8, int).hash(hasher),
        Value::Float(float) => match number::whole(*float) {
            Some(int) => (2_u8, int).hash(hasher),
            None => (3_u8, float.to_bits()).hash(hasher),
        },
        Value::Text(text) => (4_u8, text).hash(hasher),
        Value::List(items) => {
            (5_u8, items.len()).hash(hasher);
            items.iter().for_each(|item| feed(item, hasher));
        }
        Value::Object(object) => {
            (6_u8, object.len()).hash(hasher);
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key);
            for (key, value) in entries {
                key.hash(hasher);
                feed(value, hasher);
            }
        }
        Value::Secret(text) => (8_u8, text).hash(hasher),
        Value::Stored(stored) => (7_u8, stored).hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_elements_are_found_whatever_their_form() {
        let object = |keys: [&str; 2]| Value::object(keys.map(|key| (key, Value::text(key))));
        let items = [
            Value::Int(1),
            Value::text("1"),
            Value::Float(1.0),
            object(["a", "b"]),
            Value::list([Value::Int(0)]),
            object(["b", "a"]),
            Value::list([Value::Float(-0.0)]),
            Value::Int(1),
            Value::Float(0.5),
        ];
        assert_eq!(repeated(&items), [(2, 0), (5, 3), (6, 4), (7, 0)]);
    }
}
