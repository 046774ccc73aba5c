//! Bodies: steps in order, the sections between them, and whether their end is reached.
//!
//! A jump back makes the steps between its goal and itself run again, with what they bound. They are
//! checked again, too, from the goal on, until what is known there holds for every time.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
};

use scriptum_contract::Type;
use scriptum_vm::{
    limits::SCOPE_DEPTH_MAX,
    program::{Action, Body, NodeId, Section, Step, StepKind},
};

use super::{
    Checker,
    arrivals::{Arrivals, Weakened},
    emit::{EmitScope, Emitted},
    jumps::{Entry, Goal, Label},
    scope::Mark,
};
use crate::{codes, source_map::Part};

/// A body around the current step.
pub(super) struct Place<'p> {
    pub(super) body: &'p Body,
    /// True when jumps do not leave this body: the thread's own, a loop's.
    pub(super) is_scope: bool,
    /// Where the log stood before the child that is being checked.
    pub(super) child_start: Mark,
    /// Index of that child.
    pub(super) child: usize,
    /// How the children before it ended.
    pub(super) way: Way,
    /// Places in this body that were jumped to, and what the jumps knew.
    pub(super) arrivals: BTreeMap<Goal<'p>, Arrivals>,
    /// Places up to the current child that a jump may lead back to.
    pub(super) entries: BTreeMap<Goal<'p>, Entry>,
    /// What names a place in this body, found when it is first needed.
    pub(super) labels: OnceCell<HashMap<&'p str, Label>>,
    pub(super) weakened: Weakened,
}

/// What is known between two children of a body.
#[derive(Debug, Clone, Default)]
pub(super) struct Way {
    /// The step behind which nothing is reached, until a reached section begins.
    ended_by: Option<NodeId>,
    /// True when that was said.
    is_reported: bool,
    /// The type of the last child that has a value.
    pub(super) value: Option<Type>,
}

/// How a body ends.
#[derive(Debug)]
pub(super) struct End {
    /// True when its last step can be followed by another one.
    pub(super) falls_through: bool,
    /// The type of the last child that has a value.
    pub(super) value: Option<Type>,
}

/// How a body ends whose emits give it its value: an iteration, a lane, a round.
pub(super) struct ValuedEnd {
    /// True when it can end other than by an error.
    pub(super) falls_through: bool,
    /// The type of its value.
    pub(super) value: Type,
}

/// How a step ends.
pub(super) struct StepEnd {
    /// True when the next step can follow.
    pub(super) falls_through: bool,
    /// The type of its value, for verbs that have one.
    pub(super) value: Option<Type>,
}

impl<'p> Checker<'p> {
    pub(super) fn body(&mut self, body: &'p Body, is_scope: bool) -> End {
        let start = self.scope.mark();
        self.places.push(Place {
            body,
            is_scope,
            child_start: start,
            child: 0,
            way: Way::default(),
            arrivals: BTreeMap::new(),
            entries: BTreeMap::new(),
            labels: OnceCell::new(),
            weakened: Weakened::at(start),
        });
        let end = if self.places.len() > SCOPE_DEPTH_MAX as usize {
            self.report_depth(body)
        } else {
            self.steps(body)
        };
        self.places.pop();
        end
    }

    /// Checks an iteration, a lane or a round.
    pub(super) fn valued_body(&mut self, body: &'p Body) -> ValuedEnd {
        let emitted = Emitted {
            body: self.places.len(),
            ty: None,
            ends: Arrivals::default(),
        };
        let start = self.scope.mark();
        self.emit_scopes
            .push(EmitScope::Iteration(Box::new(emitted)));
        let end = self.body(body, true);
        let mut emitted = match self.emit_scopes.pop() {
            Some(EmitScope::Iteration(emitted)) => *emitted,
            Some(EmitScope::Thread | EmitScope::Handler) | None => {
                unreachable!("a body takes away what it put there")
            }
        };
        if emitted.ty.is_some() {
            let (scope, mut weakened) = (&mut self.scope, Weakened::at(start));
            emitted.ends.arrive(scope, end.falls_through, &mut weakened);
        }
        let fallen = end.falls_through.then(|| end.value.unwrap_or(Type::Null));
        let value = match (emitted.ty, fallen) {
            (Some(emitted), Some(fallen)) => Some(emitted.join(&fallen)),
            (Some(value), None) | (None, Some(value)) => Some(value),
            (None, None) => None,
        };
        ValuedEnd {
            falls_through: value.is_some(),
            value: value.unwrap_or(Type::Never),
        }
    }

    fn steps(&mut self, body: &'p Body) -> End {
        let (mut index, mut section) = (0, 0);
        while let Some(step) = body.steps.get(index) {
            self.remember_entries(body, index);
            while let Some(next) = body.sections.get(section)
                && next.before as usize <= index
            {
                self.enter_section(next);
                section += 1;
            }
            self.child(step, index);
            index += 1;
            if let Some(again) = self.go_back() {
                index = again;
                section = body
                    .sections
                    .partition_point(|section| (section.before as usize) < again);
            }
        }
        for section in body.sections.get(section..).unwrap_or_default() {
            self.enter_section(section);
        }
        let way = self.place().map(|place| std::mem::take(&mut place.way));
        let way = way.unwrap_or_default();
        End {
            falls_through: way.ended_by.is_none(),
            value: way.value,
        }
    }

    fn place(&mut self) -> Option<&mut Place<'p>> {
        self.places.last_mut()
    }

    fn child(&mut self, step: &'p Step, index: usize) {
        let mark = self.scope.mark();
        let mut unreachable = None;
        if let Some(place) = self.place() {
            (place.child, place.child_start) = (index, mark);
            let is_new = !std::mem::replace(&mut place.way.is_reported, true);
            unreachable = place.way.ended_by.filter(|_| is_new);
        }
        if let Some(ender) = unreachable {
            let verb = self.part(step.at, Part::Verb);
            let ender = self.part(ender, Part::Verb);
            self.report(codes::unreachable_step(verb, ender));
        }
        let end = self.step(step);
        if let Some(Place { way, .. }) = self.place() {
            way.value = end.value.or(way.value.take());
            if !end.falls_through && way.ended_by.is_none() {
                (way.ended_by, way.is_reported) = (Some(step.at), false);
            }
        }
    }

    /// Goes on below a section header.
    fn enter_section(&mut self, section: &'p Section) {
        if !self.goto_titles.contains(&*section.title) {
            return;
        }
        let reachable = self.place().is_some_and(|it| it.way.ended_by.is_none());
        self.arrive(Goal::Title(&section.title), reachable);
        if let Some(place) = self.place() {
            (place.way.ended_by, place.way.is_reported) = (None, false);
        }
    }

    /// Joins what is known here with what jumps to here knew. `reachable`: other ways lead here, too.
    pub(super) fn arrive(&mut self, goal: Goal<'p>, reachable: bool) {
        let Some(place) = self.places.last_mut() else {
            return;
        };
        let Some(arrivals) = place.arrivals.get_mut(&goal) else {
            return;
        };
        arrivals.arrive(&mut self.scope, reachable, &mut place.weakened);
        if let Some(value) = arrivals.value() {
            let known = reachable.then(|| place.way.value.take().unwrap_or(Type::Null));
            place.way.value = Some(known.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
    }

    /// Remembers where jumps may lead back to: sections in front of a child, its branches, and the child
    /// itself, which the check behind it may run again.
    fn remember_entries(&mut self, body: &'p Body, child: usize) {
        let sections = body.sections.iter();
        let from = body
            .sections
            .partition_point(|section| (section.before as usize) < child);
        let sections = sections
            .skip(from)
            .take_while(|section| section.before as usize == child);
        for section in sections {
            if self.goto_titles.contains(&*section.title) {
                self.remember(Goal::Title(&section.title), child);
            }
        }
        if let Some(StepKind::Decide(decide)) = body.steps.get(child).map(|step| &step.kind) {
            for branch in &decide.branches {
                if self.goto_titles.contains(&*branch.name) {
                    self.remember(Goal::Title(&branch.name), child);
                }
            }
        }
        if body.steps.get(child + 1).is_some_and(is_retry) {
            self.remember(Goal::Before(child + 1), child);
            self.arrive(Goal::Before(child + 1), true);
        }
    }

    fn remember(&mut self, goal: Goal<'p>, child: usize) {
        let mark = self.scope.mark();
        let (said, streams) = (self.diagnostics.len(), self.streams.len());
        let steps = self.steps_checked;
        let Some(place) = self.place() else {
            return;
        };
        let way = place.way.clone();
        let entry = place.entries.entry(goal).or_default();
        if entry.mark != Some(mark) || entry.child != child {
            *entry = Entry::default();
        }
        (entry.child, entry.mark, entry.way) = (child, Some(mark), way);
        (entry.said, entry.streams, entry.steps) = (said, streams, steps);
    }

    fn report_depth(&mut self, body: &'p Body) -> End {
        if let Some(step) = body.steps.first() {
            let verb = self.part(step.at, Part::Verb);
            self.report(codes::steps_too_deep(verb));
        }
        End {
            falls_through: true,
            value: Some(Type::Any),
        }
    }
}

/// True for a check that may run the step before it again.
fn is_retry(step: &Step) -> bool {
    let StepKind::Check(check) = &step.kind else {
        return false;
    };
    let actions = [&check.on_pass, &check.on_fail];
    actions
        .iter()
        .any(|action| matches!(action, Action::Retry(_)))
}
