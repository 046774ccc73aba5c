//! Jumps: where a `goto` may lead, and what it may pass over.
//!
//! A jump stays in its scope (the thread, or one iteration of a loop). It can lead to a section of its own
//! or an enclosing body, or into a branch of a `decide` that stands directly in one of them. `retry` is a
//! jump to the step before.

use std::collections::{BTreeSet, HashMap, HashSet};

use scriptum_contract::Type;
use scriptum_syntax::Span;
use scriptum_vm::program::{Action, Body, NodeId, Step, StepKind};

use super::{
    Checker,
    body::Way,
    emit::EmitScope,
    repeat::collect_names,
    scope::{Binding, Changes, Kind, Mark, Scope},
};
use crate::{
    codes,
    limits::{NAMES_CARRIED_BACK_MAX, RECHECKED_STEPS_MAX, ROUNDS_CHECKED_MAX},
};

/// A place in a body that jumps lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Goal<'p> {
    /// A section or a branch.
    Title(&'p str),
    /// The step before the check with this index.
    Before(usize),
}

/// A place that a jump may lead back to, as it was when it was reached.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The child that is reached first.
    pub(super) child: usize,
    /// Where the log stood.
    pub(super) mark: Option<Mark>,
    /// How the children before it ended.
    pub(super) way: Way,
    /// How many diagnostics and streams there were, and how many steps had been checked.
    pub(super) said: usize,
    pub(super) streams: usize,
    pub(super) steps: u64,
    /// What names may mean that jumps lead back with.
    known: Changes,
    /// The last value of a child before such a jump.
    value: Option<Type>,
    /// True when some jump leads back.
    is_jumped_to: bool,
    /// True when a jump knows something that was not reckoned with.
    is_stale: bool,
    /// True when every name that is bound on the way counts as any.
    is_wide: bool,
    /// How often the steps behind it were checked again.
    rounds: u32,
}

/// What a title names in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    /// The child that is reached first.
    child: usize,
    /// True when the title names several places.
    is_ambiguous: bool,
    /// True for a branch, in which more is known than in front of its step.
    is_branch: bool,
}

impl Entry {
    /// Takes every name that these steps bind for any, from now on for good. The log stood at `mark` in
    /// front of them.
    fn widen(&mut self, steps: &[Step], scope: &Scope, mark: Mark) {
        (self.is_wide, self.is_stale) = (true, true);
        self.value = Some(Type::Any);
        let mut names = BTreeSet::new();
        collect_names(steps, &mut names);
        names.extend(self.known.keys().cloned());
        let before = scope.before(mark);
        for name in names {
            let (binding, kind) = match (before.get(&name), scope.left(&name)) {
                (Some(Some(before)), _) => (before, before.kind),
                (None, Some(unchanged)) => (unchanged, unchanged.kind),
                // Nothing above binds it, and nothing below reads it without binding it.
                (Some(None), Some(now)) if scope.is_partial(&name) => (now, Kind::Leftover),
                (Some(None) | None, _) => continue,
            };
            let binding = Binding {
                ty: Type::Any,
                kind,
                always: binding.always && !scope.is_partial(&name),
                present: None,
                ..binding.clone()
            };
            self.known.insert(name, binding);
        }
    }
}

/// Every title that some jump names.
pub(super) fn collect_titles<'p>(body: &'p Body, titles: &mut HashSet<&'p str>) {
    for step in &body.steps {
        if let StepKind::Check(check) = &step.kind {
            for action in [&check.on_pass, &check.on_fail] {
                if let Action::Goto(title) = action {
                    titles.insert(title);
                }
            }
        }
        for body in step.kind.bodies() {
            collect_titles(body, titles);
        }
    }
}

impl<'p> Checker<'p> {
    /// A jump from the current step.
    pub(super) fn jump(&mut self, title: &'p str, at: NodeId) {
        if self.map.is_hole(at) {
            return;
        }
        // The outermost body that the jump would leave and cannot.
        let mut left = None;
        for index in (0..self.places.len()).rev() {
            let Some(place) = self.places.get_mut(index) else {
                continue;
            };
            let labels = place.labels.get_or_init(|| labels(place.body));
            let Some(label) = labels.get(title).copied() else {
                if place.is_scope {
                    left = Some(index);
                }
                continue;
            };
            let is_forward = label.child > place.child;
            if is_forward && left.is_none() {
                let (child, base) = (place.child, place.child_start);
                let arrivals = place.arrivals.entry(Goal::Title(title)).or_default();
                arrivals.add(&self.scope, child, base, place.way.value.clone());
            } else if left.is_none() {
                self.jump_back(Goal::Title(title), index, label.is_branch);
            }
            if let Some(left) = left {
                let is_lane = self.is_lane(left);
                let span = self.span(at);
                self.report(if is_lane {
                    codes::jump_out_of_loop::of_lane(title, span)
                } else {
                    codes::jump_out_of_loop::jump_out_of_loop(title, span)
                });
            } else if label.is_ambiguous {
                self.report(codes::ambiguous_label(title, self.span(at)));
            } else {
                self.streams_passed_again(title, (index, label.child), at);
            }
            return;
        }
        self.report_unknown(title, self.span(at));
    }

    /// `retry`: the step before the current one runs again.
    pub(super) fn jump_to_step_before(&mut self) {
        let Some(place) = self.places.last() else {
            return;
        };
        let goal = Goal::Before(place.child);
        self.jump_back(goal, self.places.len() - 1, false);
    }

    /// A jump to a place of the body `index` that was reached already. What it leads back with must hold
    /// there, too.
    fn jump_back(&mut self, goal: Goal<'p>, index: usize, is_branch: bool) {
        let Some(place) = self.places.get_mut(index) else {
            return;
        };
        let value = place.way.value.clone().unwrap_or(Type::Null);
        let (body, last) = (place.body, place.child);
        let Some(entry) = place.entries.get_mut(&goal) else {
            return;
        };
        let Some(mark) = entry.mark.filter(|_| !entry.is_wide) else {
            return;
        };
        let is_first = !std::mem::replace(&mut entry.is_jumped_to, true);
        entry.is_stale |= is_first && is_branch;
        let before = entry.value.take().or(entry.way.value.clone());
        let before = before.unwrap_or(Type::Null);
        let value = before.join(&value);
        // The thread itself has no value.
        entry.is_stale |= index > 0 && value != before;
        entry.value = Some(value);
        if mark.distance(self.scope.mark()) > NAMES_CARRIED_BACK_MAX {
            let steps = body.steps.get(entry.child..=last).unwrap_or_default();
            return entry.widen(steps, &self.scope, mark);
        }
        let before = self.scope.before(mark);
        for (name, now) in self.scope.since(mark) {
            let known = entry.known.get(&name);
            let known = known.or_else(|| before.get(&name).and_then(Option::as_ref));
            let joined = match known {
                Some(known) if known.is_stream_of(&now) => continue,
                Some(known) => {
                    self.facts.bound_again(known.at, now.at);
                    known.or(&now)
                }
                // Nothing above binds it, and nothing below reads it without binding it.
                None if !self.scope.is_partial(&name) => continue,
                None => Binding {
                    kind: Kind::Leftover,
                    ..now.or_unbound()
                },
            };
            if known.is_none_or(|known| joined.says_less_than(known)) {
                entry.known.insert(name, joined);
                entry.is_stale = true;
            }
        }
    }

    /// The child of the innermost body from which on it must be checked again, since a jump leads back with
    /// more than was known. What was found behind it is forgotten.
    pub(super) fn go_back(&mut self) -> Option<usize> {
        let in_doubt = self.steps_rechecked > RECHECKED_STEPS_MAX;
        let inner = self.places.len().checked_sub(1)?;
        let place = self.places.last_mut()?;
        let stale = place.entries.values().filter(|entry| entry.is_stale);
        let child = stale.map(|entry| entry.child).min()?;
        let steps = place
            .body
            .steps
            .get(child..=place.child)
            .unwrap_or_default();
        place.entries.retain(|_, entry| entry.child <= child);
        let mut found = None;
        for (goal, entry) in &mut place.entries {
            if !std::mem::take(&mut entry.is_stale) {
                continue;
            }
            let mark = entry.mark.unwrap_or_default();
            entry.rounds += 1;
            if (entry.rounds >= ROUNDS_CHECKED_MAX || in_doubt) && !entry.is_wide {
                entry.widen(steps, &self.scope, mark);
                entry.is_stale = false;
            }
            let value = entry.value.clone().unwrap_or(Type::Null);
            let arrivals = place.arrivals.entry(*goal).or_default();
            arrivals.come_back(child, mark, entry.known.clone(), value);
            found = Some((mark, entry.said, entry.streams, entry.steps));
            place.way = entry.way.clone();
        }
        let (mark, said, streams, steps) = found?;
        place.weakened.cut(mark);
        for arrivals in place.arrivals.values_mut() {
            arrivals.forget(child, mark);
        }
        if let Some(EmitScope::Iteration(emitted)) = self.emit_scopes.last_mut()
            && emitted.body == inner
        {
            emitted.ends.forget(child, mark);
        }
        self.steps_rechecked += self.steps_checked - steps;
        self.scope.undo(mark);
        self.forget_said(said);
        self.streams.truncate(streams);
        Some(child)
    }

    /// True for the body of a lane, among those around the current step.
    fn is_lane(&self, body: usize) -> bool {
        let around = body.checked_sub(1).and_then(|index| self.places.get(index));
        let step = around.and_then(|around| around.body.steps.get(around.child));
        step.is_some_and(|step| matches!(step.kind, StepKind::Together(_)))
    }

    fn report_unknown(&mut self, title: &str, span: Span) {
        let program = self.program;
        let titles = self.titles.get_or_init(|| {
            let mut titles = BTreeSet::new();
            for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
                collect_labels(body, &mut titles);
            }
            titles
        });
        let diagnostic = if titles.contains(title) {
            codes::jump_into_scope(title, span)
        } else {
            let nearest = self.suggest.nearest(title, titles.iter().copied());
            codes::unknown_label(title, span, nearest, titles)
        };
        self.report(diagnostic);
    }
}

/// Sections of a body, and branches of the decides that stand directly in it.
fn labels(body: &Body) -> HashMap<&str, Label> {
    let sections = body.sections.iter();
    let sections = sections.map(|section| (&*section.title, section.before as usize, false));
    let branches = body.steps.iter().enumerate().flat_map(|(child, step)| {
        let branches = if let StepKind::Decide(decide) = &step.kind {
            decide.branches.as_slice()
        } else {
            &[]
        };
        branches
            .iter()
            .map(move |branch| (&*branch.name, child, true))
    });
    let mut labels = HashMap::new();
    for (title, child, is_branch) in sections.chain(branches) {
        let label = labels.entry(title).or_insert(Label {
            child,
            is_ambiguous: false,
            is_branch,
        });
        label.is_ambiguous = label.child != child || label.is_ambiguous;
    }
    labels
}

/// The titles of a body and of all bodies inside it.
fn collect_labels<'p>(body: &'p Body, all: &mut BTreeSet<&'p str>) {
    all.extend(labels(body).into_keys());
    for body in body.steps.iter().flat_map(|step| step.kind.bodies()) {
        collect_labels(body, all);
    }
}
