//! When threads that were given back want to be looked at again. A memory aid only: what it forgets
//! the slow poll finds.

use std::{cmp::Reverse, collections::BinaryHeap};

use scriptum_vm::Timestamp;

use crate::limits::WAKE_UPS_REMEMBERED_MAX;

#[derive(Debug, Default)]
pub(super) struct Wakes(BinaryHeap<Reverse<Timestamp>>);

impl Wakes {
    pub(super) fn add(&mut self, wake_at: Option<Timestamp>) {
        if let Some(wake_at) = wake_at
            && self.0.len() < WAKE_UPS_REMEMBERED_MAX
        {
            self.0.push(Reverse(wake_at));
        }
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.0.peek().map(|Reverse(wake_at)| *wake_at)
    }

    pub(super) fn drop_until(&mut self, now: Timestamp) {
        while self.next().is_some_and(|wake_at| wake_at <= now) {
            self.0.pop();
        }
    }
}
