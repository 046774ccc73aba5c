//! How deep a value nests.

use super::Value;

impl Value {
    /// How many lists and objects lie one inside the other: 0 for `1`, 1 for `[]`, 2 for `[{}]`.
    ///
    /// It walks the whole value, without recursion, so that it can be asked of any value.
    pub fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut open = vec![(self, 1)];
        while let Some((value, depth)) = open.pop() {
            match value {
                Value::List(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
                Value::Object(object) => {
                    open.extend(object.iter().map(|(_, value)| (value, depth + 1)));
                }
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::Secret(_)
                | Value::Stored(_) => continue,
            }
            deepest = deepest.max(depth);
        }
        deepest
    }
}
