//! Names: each kept once, and which of them mean a value at the current place.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Every name of the script, and how often each is visible here.
///
/// Visibility only decides whether a bare word is a value or a variant of an enum; whether a value is
/// there at all is found by the checker.
#[derive(Debug, Default)]
pub(super) struct Names {
    all: HashSet<Arc<str>>,
    visible: HashMap<Arc<str>, u32>,
    seen: Vec<Arc<str>>,
}

/// A place to go back to when a scope ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize);

impl Names {
    /// The shared form of a name.
    pub(super) fn share(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.all.get(name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = name.into();
        self.all.insert(Arc::clone(&shared));
        shared
    }

    /// A name means a value from here on.
    pub(super) fn see(&mut self, name: Arc<str>) {
        *self.visible.entry(Arc::clone(&name)).or_default() += 1;
        self.seen.push(name);
    }

    /// True when the name means a value here.
    pub(super) fn is_visible(&self, name: &str) -> bool {
        self.visible.get(name).is_some_and(|count| *count > 0)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.seen.len())
    }

    /// Forgets what became visible since the mark.
    pub(super) fn forget(&mut self, mark: Mark) {
        while self.seen.len() > mark.0 {
            let name = self.seen.pop();
            if let Some(count) = name.and_then(|name| self.visible.get_mut(&name)) {
                *count -= 1;
            }
        }
    }
}
