//! The names that are visible at a place, with a log of changes, so that a branch or a loop body can be
//! taken back at the cost of what it changed.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use scriptum_contract::Type;
use scriptum_vm::program::NodeId;

use crate::limits::DEFINITIONS_MAX;

/// What a name means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Binding {
    pub(super) ty: Type,
    /// The node of the name where it was bound.
    pub(super) at: NodeId,
    /// Where else it may have been bound, by another way to the same place.
    pub(super) also: Option<Arc<[NodeId]>>,
    pub(super) kind: Kind,
    /// False: only some ways to this place bind it, otherwise it reads as null.
    pub(super) always: bool,
    /// Ways of fields from the name that a condition found not to be null, whatever their types.
    pub(super) present: Option<Arc<[Path]>>,
}

/// Names of fields, outermost first; none: the name itself.
pub(super) type Path = Box<[Arc<str>]>;

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
    /// An earlier round, or a jump back, may have left a value; nothing above this place binds the name,
    /// so it is not visible.
    Leftover,
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

impl Binding {
    /// A name that every way to here binds.
    pub(super) fn new(ty: Type, at: NodeId, kind: Kind) -> Binding {
        Binding {
            ty,
            at,
            also: None,
            kind,
            always: true,
            present: None,
        }
    }

    /// What the name means where one way or another leads to.
    #[must_use]
    pub(super) fn or(&self, other: &Binding) -> Binding {
        Binding {
            ty: self.ty.join(&other.ty),
            at: self.at,
            also: self.also_at(other),
            kind: self.kind.or(other.kind),
            always: self.always && other.always,
            present: self.present_in_both(other),
        }
    }

    /// What the name means where another way does not bind it.
    #[must_use]
    pub(super) fn or_unbound(self) -> Binding {
        Binding {
            always: false,
            present: None,
            ..self
        }
    }

    /// True when a condition found the value at the end of these fields not to be null.
    pub(super) fn is_present(&self, path: &[&Arc<str>]) -> bool {
        let present = self.present.as_deref().unwrap_or_default();
        present
            .iter()
            .any(|known| known.iter().eq(path.iter().copied()))
    }

    /// True when both are one stream; taking it is what a step does, not what the name means.
    pub(super) fn is_stream_of(&self, other: &Binding) -> bool {
        match (self.kind, other.kind) {
            (Kind::Stream(one), Kind::Stream(other)) => one.number == other.number,
            (_, _) => false,
        }
    }

    /// True when it is known less of this one than of the other, whichever places bind them.
    pub(super) fn says_less_than(&self, other: &Binding) -> bool {
        let said = |it: &Binding| (it.always, it.kind);
        said(self) != said(other) || self.present != other.present || self.ty != other.ty
    }

    fn also_at(&self, other: &Binding) -> Option<Arc<[NodeId]>> {
        let mine = self.also.as_deref().unwrap_or_default();
        let is_new = |at: &NodeId| *at != self.at && !mine.contains(at);
        let others = other.also.as_deref().unwrap_or_default();
        let mut new: Vec<NodeId> = std::iter::once(&other.at)
            .chain(others)
            .copied()
            .filter(is_new)
            .collect();
        if new.is_empty() {
            return self.also.clone();
        }
        new.extend(mine);
        new.truncate(DEFINITIONS_MAX);
        Some(new.into())
    }

    fn present_in_both(&self, other: &Binding) -> Option<Arc<[Path]>> {
        let (mine, others) = (self.present.as_deref()?, other.present.as_deref()?);
        let both: Vec<Path> = mine
            .iter()
            .filter(|path| others.contains(path))
            .cloned()
            .collect();
        (!both.is_empty()).then(|| both.into())
    }
}

impl Kind {
    fn or(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Stream(stream), Kind::Stream(other)) => Kind::Stream(Stream {
                taken: stream.taken.or(other.taken),
                ..stream
            }),
            // What may be a stream cannot be read.
            (
                Kind::Declared | Kind::Step | Kind::Variable | Kind::Given,
                stream @ Kind::Stream(_),
            ) => stream,
            (Kind::Leftover, kind) | (kind, _) => kind,
        }
    }
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Mark(usize);

impl Mark {
    /// Entries of the log between both.
    pub(super) fn distance(self, to: Mark) -> usize {
        to.0.saturating_sub(self.0)
    }
}

/// Names that changed, with what they mean after the change.
pub(super) type Changes = BTreeMap<Arc<str>, Binding>;

#[derive(Debug, Default)]
pub(super) struct Scope {
    now: HashMap<Arc<str>, Binding>,
    /// Each change: the name, and what it meant before.
    log: Vec<(Arc<str>, Option<Binding>)>,
    /// Names that were ever bound by some ways only.
    partial: HashSet<Arc<str>>,
}

impl Scope {
    /// What a visible name means.
    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.left(name)
            .filter(|binding| binding.kind != Kind::Leftover)
    }

    /// What a name means, or what an earlier round may have left in it.
    pub(super) fn left(&self, name: &str) -> Option<&Binding> {
        self.now.get(name)
    }

    pub(super) fn set(&mut self, name: Arc<str>, binding: Binding) {
        if !binding.always && !self.partial.contains(&name) {
            self.partial.insert(Arc::clone(&name));
        }
        let before = self.now.insert(Arc::clone(&name), binding);
        self.log.push((name, before));
    }

    /// True when some place was ever reached with the name and without it.
    pub(super) fn is_partial(&self, name: &str) -> bool {
        self.partial.contains(name)
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
        let changes = self.since(mark);
        self.undo(mark);
        changes
    }

    /// What the names mean now that changed since the mark.
    pub(super) fn since(&self, mark: Mark) -> Changes {
        let since = self.log.get(mark.0..).unwrap_or_default().iter();
        let now = |name: &Arc<str>| Some((Arc::clone(name), self.now.get(name)?.clone()));
        since.filter_map(|(name, _)| now(name)).collect()
    }

    /// What the names that changed since the mark meant before; `None`: they were not bound.
    pub(super) fn before(&self, mark: Mark) -> BTreeMap<Arc<str>, Option<Binding>> {
        let mut before = BTreeMap::new();
        // Backwards, so that the first change of a name stays.
        for (name, binding) in self.log.get(mark.0..).unwrap_or_default().iter().rev() {
            before.insert(Arc::clone(name), binding.clone());
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
            let weaker = match before {
                Some(before) => now.or(&before),
                None => now.clone().or_unbound(),
            };
            if weaker != *now {
                self.set(name, weaker);
            }
        }
    }

    /// All visible names, in no particular order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let visible = self
            .now
            .iter()
            .filter(|(_, binding)| binding.kind != Kind::Leftover);
        visible.map(|(name, _)| &**name)
    }
}
