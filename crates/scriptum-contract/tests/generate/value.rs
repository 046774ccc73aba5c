//! Generators of values of no type in particular.

use std::sync::Arc;

use proptest::{collection::vec, prelude::*};
use scriptum_contract::{StoredValue, Value, ValueHash};

/// Keys that collide with each other and with the reserved one often enough.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-d]{1,2}",
        1 => r"\${0,3}stored",
        1 => any::<String>(),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3..3_i64).prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", Value::float),
        any::<String>().prop_map(Value::from),
    ]
}

fn nested(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    leaf.prop_recursive(4, 60, 12, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::list),
            vec((key(), inner), 0..12).prop_map(Value::object),
        ]
    })
}

/// Any value without references.
pub(crate) fn loaded_value() -> impl Strategy<Value = Value> {
    nested(scalar())
}

/// Any value.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let stored = (any::<[u8; 32]>(), any::<u64>()).prop_map(|(hash, size_bytes)| {
        let hash = ValueHash(hash);
        Value::Stored(Arc::new(StoredValue { hash, size_bytes }))
    });
    nested(prop_oneof![4 => scalar(), 1 => stored])
}
