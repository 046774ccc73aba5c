//! The keys of a document, one at a time, and what is wrong with them.

use std::sync::Arc;

use scriptum_contract::{Object, Value, nearest};

use super::DocumentFault;

/// A mapping of a document that is being read. What is wrong is collected and left out.
pub(super) struct Keys<'d> {
    object: &'d Object,
    pointer: String,
    pub(super) faults: Vec<DocumentFault>,
}

impl<'d> Keys<'d> {
    pub(super) fn new(object: &'d Object, pointer: &str) -> Keys<'d> {
        Keys {
            object,
            pointer: pointer.to_owned(),
            faults: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, key: &str, message: impl Into<String>) {
        let pointer = if key.is_empty() {
            self.pointer.clone()
        } else {
            format!("{}/{key}", self.pointer)
        };
        let message = message.into();
        self.faults.push(DocumentFault { pointer, message });
    }

    /// Reports keys that are not among the known ones.
    pub(super) fn only(&mut self, known: &[&str]) {
        for (key, _) in self.object {
            if known.contains(&&**key) {
                continue;
            }
            let near = nearest(key, known.iter().copied());
            let hint = near.map(|near| format!(", did you mean '{near}'?"));
            self.fault(key, format!("no such key{}", hint.unwrap_or_default()));
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'d Value> {
        let value = self.object.get(key);
        value.filter(|value| !matches!(value, Value::Null))
    }

    /// A value that must be there.
    pub(super) fn need(&mut self, key: &str) -> Option<&'d Value> {
        let value = self.get(key);
        if value.is_none() {
            self.fault(key, "is missing");
        }
        value
    }

    pub(super) fn text(&mut self, key: &str) -> Option<Arc<str>> {
        let value = self.get(key)?;
        if let Value::Text(text) = value {
            return Some(Arc::clone(text));
        }
        self.fault(key, "must be a text");
        None
    }

    pub(super) fn needed_text(&mut self, key: &str) -> Option<Arc<str>> {
        self.need(key)?;
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.fault(key, "must not be empty");
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, key: &str) -> bool {
        match self.get(key) {
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.fault(key, "must be true or false");
                false
            }
            None => false,
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Vec<Arc<str>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let items = value.as_list().unwrap_or_default();
        let texts: Vec<Arc<str>> = items.iter().filter_map(as_shared).collect();
        if value.as_list().is_none() || texts.len() < items.len() {
            self.fault(key, "must be a list of texts");
        }
        texts
    }

    pub(super) fn object(&mut self, key: &str) -> Option<&'d Object> {
        let value = self.get(key)?;
        let object = value.as_object();
        if object.is_none() {
            self.fault(key, "must be a mapping");
        }
        object
    }

    pub(super) fn pointer_of(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }
}

fn as_shared(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Text(text) => Some(Arc::clone(text)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}
