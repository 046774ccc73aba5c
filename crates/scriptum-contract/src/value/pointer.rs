//! Places inside a value, as JSON pointers (RFC 6901).

use super::Value;

impl Value {
    /// The value at a JSON pointer, `/items/0/name`; the empty pointer is the value itself.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        if pointer.is_empty() {
            return Some(self);
        }
        let path = pointer.strip_prefix('/')?;
        path.split('/')
            .try_fold(self, |value, segment| match value {
                Value::List(items) => items.get(segment.parse::<usize>().ok()?),
                Value::Object(object) => object.get(&segment.replace("~1", "/").replace("~0", "~")),
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::Secret(_)
                | Value::Stored(_) => None,
            })
    }
}
