//! The name that was probably meant, with a budget for the whole compilation.

use std::cell::Cell;

use scriptum_contract::nearest;

use crate::limits::NAME_COMPARISONS_MAX;

/// Finds near names until [`NAME_COMPARISONS_MAX`] comparisons were made, and none after that.
#[derive(Debug)]
pub(crate) struct Suggest {
    comparisons_left: Cell<usize>,
}

impl Suggest {
    pub(crate) fn new() -> Suggest {
        Suggest {
            comparisons_left: Cell::new(NAME_COMPARISONS_MAX),
        }
    }

    /// True when nothing will be found any more, so that candidates need not be gathered.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.comparisons_left.get() == 0
    }

    /// The candidate nearest to `name`, if one is near enough.
    pub(crate) fn nearest<'a>(
        &self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let left = self.comparisons_left.get();
        let mut compared = 0;
        let within_budget = candidates.into_iter().take(left).inspect(|_| compared += 1);
        let found = nearest(name, within_budget);
        self.comparisons_left.set(left - compared);
        found
    }
}
