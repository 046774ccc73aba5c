//! Names: each kept once, and whether a word of an enum means a value at the current place.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Every name of the script, and where words of enums are hidden by values of the same name.
///
/// Only names of enums and of their variants are watched, because only they mean something else where no
/// value has their name; whether a value is there at all is found by the checker.
#[derive(Debug, Default)]
pub(super) struct Names {
    all: HashSet<Arc<str>>,
    /// Every name that meant a value somewhere before.
    bound: HashSet<Arc<str>>,
    /// Words of enums, and how many values of that name are visible here.
    words: HashMap<Arc<str>, u32>,
    /// Words that became values, in order.
    hidden: Vec<Arc<str>>,
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

    /// A word of an enum: its name, or a variant.
    pub(super) fn watch(&mut self, word: Arc<str>) {
        self.words.entry(word).or_default();
    }

    /// A name means a value from here on.
    pub(super) fn see(&mut self, name: &Arc<str>) {
        if !self.bound.contains(name) {
            self.bound.insert(Arc::clone(name));
        }
        if self.words.is_empty() {
            return;
        }
        if let Some(count) = self.words.get_mut(name) {
            *count += 1;
            self.hidden.push(Arc::clone(name));
        }
    }

    /// True for a name that means a value, here or further up.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.bound.contains(name)
    }

    /// True for a word of an enum that no value hides here.
    pub(super) fn is_word(&self, name: &str) -> bool {
        !self.words.is_empty() && self.words.get(name) == Some(&0)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.hidden.len())
    }

    /// Forgets the values that came since the mark.
    pub(super) fn forget(&mut self, mark: Mark) {
        while self.hidden.len() > mark.0 {
            let name = self.hidden.pop();
            if let Some(count) = name.and_then(|name| self.words.get_mut(&name)) {
                *count -= 1;
            }
        }
    }
}
