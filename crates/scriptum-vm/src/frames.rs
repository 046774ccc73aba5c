//! The state of a thread as cells, so that a turn names and stores only what it changed.
//!
//! The whole state is a map from [`FrameKey`] to [`FrameCell`]. A live scope (the thread's root, a
//! loop, an iteration, a branch) owns the cells under its path: its head (position and counters), one
//! cell a binding, one cell a finished iteration. A 100,000-wide loop so commits one small cell an
//! item, and a body of 10,000 steps one binding a step.

use std::collections::BTreeMap;

use crate::StepPath;

/// The complete state of a thread: what [`FrameDelta`]s add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frames {
    /// All cells.
    pub cells: BTreeMap<FrameKey, FrameCell>,
}

/// Names a cell: the path of the scope and a slot in it.
///
/// Keys are opaque to stores; they print as `path/slot` and are ordered by path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameKey {
    /// The path of the scope; the root path for the thread.
    pub path: StepPath,
    /// Which of its cells.
    pub slot: Slot,
}

/// Which cell of a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Position and counters.
    Head,
    /// A binding, by name.
    Binding(std::sync::Arc<str>),
    /// The value of a finished iteration, by index.
    Result(u32),
    /// How often a child step was executed, by index; kept where a jump can run it again.
    Attempts(u32),
}

/// The content of a cell: JSON in storage form, made and read by the machine alone.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameCell(pub std::sync::Arc<str>);

/// The cells that a turn changed. Later deltas win; [`FrameDelta::merge`] folds them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrameDelta {
    /// `Some`: the new content; `None`: the cell is gone.
    pub cells: BTreeMap<FrameKey, Option<FrameCell>>,
}

impl FrameDelta {
    /// Folds a later delta into this one.
    pub fn merge(&mut self, later: FrameDelta) {
        self.cells.extend(later.cells);
    }
}

impl Frames {
    /// Applies a delta.
    pub fn apply(&mut self, delta: FrameDelta) {
        for (key, cell) in delta.cells {
            match cell {
                Some(cell) => self.cells.insert(key, cell),
                None => self.cells.remove(&key),
            };
        }
    }
}
