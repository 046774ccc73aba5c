//! Bodies: steps in order, the sections between them, and whether their end is reached.

use std::{cell::OnceCell, collections::HashMap};

use scriptum_contract::Type;
use scriptum_vm::{
    limits::SCOPE_DEPTH_MAX,
    program::{Body, NodeId, Section},
};

use super::{
    Checker,
    emit::{EmitScope, Emitted},
    jumps::Label,
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
    /// Titles below the current child that were jumped to, and from where at the earliest.
    pub(super) jumps: HashMap<&'p str, Mark>,
    /// What names a place in this body, found when it is first needed.
    pub(super) labels: OnceCell<HashMap<&'p str, Label>>,
    /// The stretch of the log whose names were weakened already.
    weakened: (Mark, Mark),
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
            jumps: HashMap::new(),
            labels: OnceCell::new(),
            weakened: (start, start),
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
            first: None,
        };
        self.emit_scopes.push(EmitScope::Iteration(emitted));
        let end = self.body(body, true);
        let emitted = match self.emit_scopes.pop() {
            Some(EmitScope::Iteration(emitted)) => emitted,
            Some(EmitScope::Thread | EmitScope::Handler) | None => {
                unreachable!("a body takes away what it put there")
            }
        };
        if let Some(first) = emitted.first {
            self.scope.weaken(first, self.scope.mark());
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
        let mut sections = body.sections.iter().peekable();
        let mut value = None;
        let mut reachable = true;
        // The step behind which nothing is reached, until a reached section begins.
        let mut ender: Option<NodeId> = None;
        for (index, step) in body.steps.iter().enumerate() {
            while let Some(section) = sections.next_if(|section| section.before as usize <= index) {
                if self.enter_section(section) {
                    (reachable, ender) = (true, None);
                }
            }
            if let (false, Some(ender)) = (reachable, ender.take()) {
                let verb = self.part(step.at, Part::Verb);
                let ender = self.part(ender, Part::Verb);
                self.report(codes::unreachable_step(verb, ender));
            }
            let mark = self.scope.mark();
            if let Some(place) = self.places.last_mut() {
                (place.child, place.child_start) = (index, mark);
            }
            let end = self.step(step);
            value = end.value.or(value);
            if reachable && !end.falls_through {
                (reachable, ender) = (false, Some(step.at));
            }
        }
        for section in sections {
            reachable |= self.enter_section(section);
        }
        End {
            falls_through: reachable,
            value,
        }
    }

    /// Goes on below a section header; true when a jump may lead here.
    fn enter_section(&mut self, section: &'p Section) -> bool {
        if !self.goto_titles.contains(&*section.title) {
            return false;
        }
        self.arrive(&section.title, self.places.len() - 1);
        true
    }

    /// Weakens what a jump to `title` in the body `place` may have passed over.
    pub(super) fn arrive(&mut self, title: &'p str, place: usize) {
        let now = self.scope.mark();
        let Some(place) = self.places.get_mut(place) else {
            return;
        };
        let Some(from) = place.jumps.get(title).copied() else {
            return;
        };
        // Stretches that were weakened before are left out, so that many jumps cost no more than one.
        let (done_from, done_to) = place.weakened;
        let (early_end, late_start) = if from < done_from {
            (done_from, done_to)
        } else {
            (from, from.max(done_to))
        };
        place.weakened = (done_from.min(from), now);
        self.scope.weaken(from, early_end);
        self.scope.weaken(late_start, now);
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
