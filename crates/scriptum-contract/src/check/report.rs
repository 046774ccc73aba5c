//! Collects violations. Pointers and messages are made only for what is reported, so a valid value
//! costs no allocation but the stack of its path.

use crate::{
    Reason, Violation,
    limits::{VIOLATIONS_COUNTED_MAX, VIOLATIONS_MAX},
};

/// A step of the path from the whole value to the place under check.
#[derive(Debug, Clone, Copy)]
pub(super) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

#[derive(Debug, Default)]
pub(super) struct Report<'a> {
    path: Vec<Segment<'a>>,
    violations: Vec<Violation>,
    /// How many were left out, and the rule that the first of them broke.
    omitted: Option<(usize, Reason)>,
}

impl<'a> Report<'a> {
    pub(super) fn enter(&mut self, segment: Segment<'a>) {
        self.path.push(segment);
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    pub(super) fn add(&mut self, reason: Reason, message: impl FnOnce() -> String) {
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation {
                pointer: pointer(&self.path),
                reason,
                message: message(),
            });
        } else {
            let (omitted, _) = self.omitted.get_or_insert((0, reason));
            *omitted += 1;
        }
    }

    /// True when nothing more needs to be found.
    pub(super) fn is_full(&self) -> bool {
        let omitted = self.omitted.map_or(0, |(omitted, _)| omitted);
        VIOLATIONS_COUNTED_MAX <= self.violations.len() + omitted
    }

    pub(super) fn finish(mut self) -> Vec<Violation> {
        let bound = if self.is_full() { "at least " } else { "" };
        if let Some((omitted, reason)) = self.omitted {
            self.violations.push(Violation {
                pointer: String::new(),
                reason,
                message: format!("… and {bound}{omitted} more"),
            });
        }
        self.violations
    }
}

/// RFC 6901: `~` and `/` inside a key are written `~0` and `~1`.
fn pointer(path: &[Segment<'_>]) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Index(index) => pointer.push_str(&index.to_string()),
            Segment::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
        }
    }
    pointer
}
