//! Jumps: where a `goto` may lead, and what it may pass over.
//!
//! A jump stays in its scope (the thread, or one iteration of a loop). It can lead to a section of its own
//! or an enclosing body, or into a branch of a `decide` that stands directly in one of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use scriptum_syntax::Span;
use scriptum_vm::program::{Action, Body, NodeId, StepKind};

use super::Checker;
use crate::codes;

/// What a title names in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    /// The child that is reached first.
    child: usize,
    /// True when the title names several places.
    is_ambiguous: bool,
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
            if label.child > place.child && left.is_none() {
                let start = place.child_start;
                place.jumps.entry(title).or_insert(start);
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
    let sections = sections.map(|section| (&*section.title, section.before as usize));
    let branches = body.steps.iter().enumerate().flat_map(|(child, step)| {
        let branches = if let StepKind::Decide(decide) = &step.kind {
            decide.branches.as_slice()
        } else {
            &[]
        };
        branches.iter().map(move |branch| (&*branch.name, child))
    });
    let mut labels = HashMap::new();
    for (title, child) in sections.chain(branches) {
        let label = labels.entry(title).or_insert(Label {
            child,
            is_ambiguous: false,
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
