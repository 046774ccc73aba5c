//! The names that are visible at a place, with a log of changes, so that a branch or a loop body can be
//! taken back at the cost of what it changed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use scriptum_contract::Type;
use scriptum_vm::program::NodeId;

/// What a name means.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) ty: Type,
    /// The node of the name where it was bound.
    pub(super) at: NodeId,
    pub(super) kind: Kind,
    /// False: only some ways to this place bind it, otherwise it reads as null.
    pub(super) always: bool,
}

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An input or an environment variable.
    Declared,
    /// The result of a step.
    Step,
    /// A variable of a loop or a lambda.
    Variable,
    /// `error` and `thread` in `on thread error`.
    Given,
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Mark(usize);

/// Names that changed, with what they mean after the change.
pub(super) type Changes = BTreeMap<Arc<str>, Binding>;

#[derive(Debug, Default)]
pub(super) struct Scope {
    now: HashMap<Arc<str>, Binding>,
    /// Each change: the name, and what it meant before.
    log: Vec<(Arc<str>, Option<Binding>)>,
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.now.get(name)
    }

    pub(super) fn set(&mut self, name: Arc<str>, binding: Binding) {
        let before = self.now.insert(Arc::clone(&name), binding);
        self.log.push((name, before));
    }

    /// A name means something else from here on, whatever is taken back later.
    pub(super) fn amend(&mut self, name: &str, change: impl FnOnce(&mut Binding)) {
        if let Some(binding) = self.now.get_mut(name) {
            change(binding);
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// Takes back all changes since the mark.
    pub(super) fn undo(&mut self, mark: Mark) {
        while self.log.len() > mark.0 {
            if let Some((name, before)) = self.log.pop() {
                match before {
                    Some(before) => self.now.insert(name, before),
                    None => self.now.remove(&name),
                };
            }
        }
    }

    /// Takes back all changes since the mark and tells what they were.
    pub(super) fn take(&mut self, mark: Mark) -> Changes {
        let since = self.log.get(mark.0..).unwrap_or_default().iter();
        let now = |name: &Arc<str>| Some((Arc::clone(name), self.now.get(name)?.clone()));
        let changes = since.filter_map(|(name, _)| now(name)).collect();
        self.undo(mark);
        changes
    }

    /// Names that were bound between both marks, and not surely before, are there only sometimes from
    /// here on.
    pub(super) fn weaken(&mut self, from: Mark, to: Mark) {
        let bound = self.log.get(from.0..to.0).unwrap_or_default();
        let is_new = |before: &Option<Binding>| before.as_ref().is_none_or(|before| !before.always);
        let new = bound.iter().filter(|(_, before)| is_new(before));
        let names: Vec<Arc<str>> = new.map(|(name, _)| Arc::clone(name)).collect();
        for name in names {
            if let Some(binding) = self.now.get(&name).filter(|binding| binding.always) {
                let always = false;
                let weaker = Binding {
                    always,
                    ..binding.clone()
                };
                self.set(name, weaker);
            }
        }
    }

    /// All visible names, in no particular order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.now.keys().map(|name| &**name)
    }
}
