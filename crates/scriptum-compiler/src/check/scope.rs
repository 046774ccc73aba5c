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
    /// The stream of a step; the type is that of its items.
    Stream(Stream),
}

/// What is known of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    /// Its number.
    pub(super) number: usize,
    /// How many loops are around the step that makes it.
    pub(super) loops: usize,
    /// Where its items are taken, if they are.
    pub(super) taken: Option<NodeId>,
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

    /// What the names that changed since the mark meant before.
    pub(super) fn before(&self, mark: Mark) -> Changes {
        let mut before = Changes::new();
        // Backwards, so that the first change of a name stays.
        for (name, binding) in self.log.get(mark.0..).unwrap_or_default().iter().rev() {
            match binding {
                Some(binding) => before.insert(Arc::clone(name), binding.clone()),
                None => before.remove(name),
            };
        }
        before
    }

    /// What was bound between both marks may have been passed over: names that were not there before are
    /// there only sometimes, others may still mean what they meant.
    pub(super) fn weaken(&mut self, from: Mark, to: Mark) {
        for index in from.0..to.0 {
            let Some((name, before)) = self.log.get(index).cloned() else {
                return;
            };
            let Some(now) = self.now.get(&name) else {
                continue;
            };
            let (ty, always) = match before {
                Some(before) => (now.ty.join(&before.ty), now.always && before.always),
                None => (now.ty.clone(), false),
            };
            if ty != now.ty || always != now.always {
                let weaker = Binding {
                    ty,
                    always,
                    ..now.clone()
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
