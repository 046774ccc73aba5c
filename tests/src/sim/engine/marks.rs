//! Rare situations that were reached. A run in which none of them happened proves little.

use std::{collections::BTreeMap, sync::Mutex};

/// How often each situation was reached.
#[derive(Debug, Default)]
pub(crate) struct Marks(Mutex<BTreeMap<(&'static str, &'static str), u64>>);

impl Marks {
    /// Nothing was reached.
    pub(crate) const fn none() -> Marks {
        Marks(Mutex::new(BTreeMap::new()))
    }

    pub(crate) fn reach(&self, what: &'static str, how: &'static str) {
        *self.0.lock().unwrap().entry((what, how)).or_default() += 1;
    }

    pub(crate) fn merge(&self, other: &Marks) {
        let mut all = self.0.lock().unwrap();
        for (mark, times) in other.0.lock().unwrap().iter() {
            *all.entry(*mark).or_default() += times;
        }
    }

    /// Those of `wanted` that were never reached.
    pub(crate) fn missing<'a>(
        &self,
        wanted: &'a [(&'static str, &'static str)],
    ) -> Vec<&'a (&'static str, &'static str)> {
        let all = self.0.lock().unwrap();
        let is_missing = |mark: &&(&str, &str)| !all.contains_key(*mark);
        wanted.iter().filter(is_missing).collect()
    }
}
