//! Jumps that lead to one place: what names mean where one way or another leads there.
//!
//! Few jumps over a short stretch are remembered exactly, each with what it knew. Of many, or of far ones,
//! it is only kept what may have been passed over, so that a script with many jumps stays cheap to check.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::Type;

use super::scope::{Binding, Changes, Mark, Scope};
use crate::limits::{JUMPS_JOINED_MAX, NAMES_JOINED_MAX};

/// Jumps to one place.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    exact: Vec<Jump>,
    /// All jumps back to here as one.
    back: Option<Jump>,
    /// Very many jumps, or far ones, as one.
    rough: Option<Jump>,
}

/// What one jump knew.
#[derive(Debug, Clone, PartialEq)]
struct Jump {
    /// The child, of the body that it leads to a place of, that it comes from.
    child: usize,
    /// Where the log stood before that child, or before the place that it leads back to.
    base: Mark,
    /// What changed from there to the jump.
    changes: Changes,
    /// The last value that a child of the body had.
    value: Option<Type>,
}

/// The stretch of the log in which all names were weakened already, so that many jumps cost no more than
/// one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weakened {
    from: Mark,
    to: Mark,
}

impl Weakened {
    /// An empty stretch.
    pub(super) fn at(mark: Mark) -> Weakened {
        Weakened {
            from: mark,
            to: mark,
        }
    }

    /// Leaves out what lies behind the mark.
    pub(super) fn cut(&mut self, mark: Mark) {
        (self.from, self.to) = (self.from.min(mark), self.to.min(mark));
    }
}

impl Arrivals {
    /// Adds a jump from here; `base`: where the log stood before the child that it comes from.
    pub(super) fn add(&mut self, scope: &Scope, child: usize, base: Mark, value: Option<Type>) {
        let jump = Jump {
            child,
            base,
            changes: scope.since(base),
            value,
        };
        if self.exact.last() == Some(&jump) {
            return;
        }
        self.exact.push(jump);
        if self.exact.len() > JUMPS_JOINED_MAX {
            self.simplify();
        }
    }

    /// Says what names may mean that a jump leads back with, when the log stood at `base` before here.
    pub(super) fn come_back(&mut self, child: usize, base: Mark, changes: Changes, value: Type) {
        self.back = Some(Jump {
            child,
            base,
            changes,
            value: Some(value),
        });
    }

    /// The last value that a child of the body had before one of the jumps; `None` without a jump.
    pub(super) fn value(&self) -> Option<Type> {
        let jumps = self.exact.iter().chain(&self.back).chain(&self.rough);
        let values = jumps.map(|jump| jump.value.clone().unwrap_or(Type::Null));
        values.reduce(|joined, value| joined.join(&value))
    }

    /// Forgets the jumps from a child and those behind it, which are checked again; the log then ends at
    /// `mark`.
    pub(super) fn forget(&mut self, child: usize, mark: Mark) {
        self.exact.retain(|jump| jump.child < child);
        self.back = self.back.take().filter(|jump| jump.child <= child);
        if let Some(rough) = &mut self.rough {
            rough.base = rough.base.min(mark);
        }
    }

    /// Joins what is known here with what the jumps knew. `reachable`: other ways lead here, too.
    pub(super) fn arrive(&mut self, scope: &mut Scope, reachable: bool, weakened: &mut Weakened) {
        let base = self.exact.iter().map(|jump| jump.base).min();
        if base.is_some_and(|base| base.distance(scope.mark()) > NAMES_JOINED_MAX) {
            self.simplify();
        }
        self.join(scope, reachable || self.rough.is_some());
        if let Some(rough) = &self.rough {
            weaken(scope, rough, weakened);
        }
    }

    /// Makes one of the jumps that lead forward.
    fn simplify(&mut self) {
        for jump in self.exact.drain(..) {
            let Some(rough) = &mut self.rough else {
                self.rough = Some(jump);
                continue;
            };
            rough.base = rough.base.min(jump.base);
            rough.value = match (rough.value.take(), jump.value) {
                (Some(value), Some(other)) => Some(value.join(&other)),
                (value, other) => value.or(other).map(Type::optional),
            };
            for (name, binding) in jump.changes {
                let known = rough.changes.get(&name);
                let joined = known.map_or_else(|| binding.clone(), |known| known.or(&binding));
                rough.changes.insert(name, joined);
            }
        }
    }

    fn join(&self, scope: &mut Scope, reachable: bool) {
        let jumps: Vec<&Jump> = self.exact.iter().chain(&self.back).collect();
        let befores: Vec<_> = jumps.iter().map(|jump| scope.before(jump.base)).collect();
        let changed = befores.iter().flat_map(|before| before.keys());
        let taken = jumps.iter().flat_map(|jump| jump.changes.keys());
        let names: BTreeSet<Arc<str>> = changed.chain(taken).cloned().collect();
        for name in names {
            let here = scope.left(&name);
            let known = jumps.iter().zip(&befores).map(|(jump, before)| {
                let unchanged = || before.get(&name).map_or(here, Option::as_ref);
                jump.changes.get(&name).or_else(unchanged)
            });
            let ways = reachable.then_some(here).into_iter().chain(known);
            let joined = join_ways(ways).or_else(|| Some(here?.clone().or_unbound()));
            if let Some(joined) = joined.filter(|joined| Some(joined) != here) {
                scope.set(name, joined);
            }
        }
    }
}

/// Weakens what jumps that are not remembered exactly may have passed over.
fn weaken(scope: &mut Scope, rough: &Jump, weakened: &mut Weakened) {
    let now = scope.mark();
    let (early_end, late_start) = if rough.base < weakened.from {
        (weakened.from, weakened.to)
    } else {
        (rough.base, rough.base.max(weakened.to))
    };
    *weakened = Weakened {
        from: weakened.from.min(rough.base),
        to: now,
    };
    scope.weaken(rough.base, early_end);
    scope.weaken(late_start, now);
    for (name, binding) in &rough.changes {
        let here = scope.left(name);
        let joined = join_ways([here, Some(binding)].into_iter());
        if let Some(joined) = joined.filter(|joined| Some(joined) != here) {
            scope.set(Arc::clone(name), joined);
        }
    }
}

/// What a name means where these ways meet; `None`: no way binds it.
fn join_ways<'b>(ways: impl Iterator<Item = Option<&'b Binding>>) -> Option<Binding> {
    let mut joined: Option<Binding> = None;
    let mut always = true;
    for way in ways {
        match (way, &joined) {
            (Some(way), Some(known)) => joined = Some(known.or(way)),
            (Some(way), None) => joined = Some(way.clone()),
            (None, _) => always = false,
        }
    }
    if always {
        joined
    } else {
        joined.map(Binding::or_unbound)
    }
}
