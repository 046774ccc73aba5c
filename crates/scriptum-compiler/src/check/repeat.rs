//! Rounds: a round reads what the one before it bound, so its body is checked with types that hold for
//! every round.
//!
//! The body is checked with the types at its beginning. Where it ends with others, both are joined and it
//! is checked once more, until nothing changes or the types are given up for any.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::{Type, Value};
use scriptum_vm::{
    limits::ITERATIONS_MAX,
    program::{Body, Expr, Op, Repeat, Step},
};

use super::{
    Checker,
    body::{StepEnd, ValuedEnd},
    scope::{Binding, Kind, Mark},
    target::Target,
};
use crate::{
    codes,
    limits::{RECHECKED_STEPS_MAX, ROUNDS_CHECKED_MAX},
};

impl<'p> Checker<'p> {
    pub(super) fn repeat(&mut self, step: &'p Step, repeat: &'p Repeat) -> StepEnd {
        if let Some(max) = &repeat.max {
            self.rounds_max(max);
        }
        if let Some(sleep) = &repeat.sleep {
            self.length(sleep, "sleep");
        }
        let end = self.rounds(repeat);
        if let Some(bind) = &repeat.bind {
            self.bind(bind, step.at, end.value.clone());
        }
        StepEnd {
            falls_through: end.falls_through,
            value: Some(end.value),
        }
    }

    /// Checks the body until its types hold for every round.
    fn rounds(&mut self, repeat: &'p Repeat) -> ValuedEnd {
        let mut checked = 0;
        loop {
            if checked >= ROUNDS_CHECKED_MAX || self.steps_rechecked > RECHECKED_STEPS_MAX {
                self.forget_types(&repeat.body);
            }
            let start = self.scope.mark();
            let (said, streams) = (self.diagnostics.len(), self.streams.len());
            let steps = self.steps_checked;
            let end = self.round(repeat);
            let changed = self.unstable(start);
            checked += 1;
            if changed.is_empty() || checked > ROUNDS_CHECKED_MAX {
                return end;
            }
            self.steps_rechecked += self.steps_checked - steps;
            self.scope.undo(start);
            self.forget_said(said);
            self.streams.truncate(streams);
            for (name, binding) in changed {
                self.scope.set(name, binding);
            }
        }
    }

    fn round(&mut self, repeat: &'p Repeat) -> ValuedEnd {
        self.loops += 1;
        let end = self.valued_body(&repeat.body);
        self.loops -= 1;
        if let Some(until) = &repeat.until {
            self.condition(&until.root);
        }
        end
    }

    /// The names of which it is known less behind the round than before it, with what they mean when the
    /// next one begins.
    fn unstable(&mut self, start: Mark) -> Vec<(Arc<str>, Binding)> {
        let mut next = Vec::new();
        for (name, before) in self.scope.before(start) {
            let Some(now) = self.scope.left(&name) else {
                continue;
            };
            let joined = match &before {
                Some(before) if before.is_stream_of(now) => continue,
                Some(before) => {
                    self.facts.bound_again(before.at, now.at);
                    before.or(now)
                }
                // Nothing above binds it, and nothing in the round reads it without binding it.
                None if !self.scope.is_partial(&name) => continue,
                None => Binding {
                    kind: Kind::Leftover,
                    ..now.clone().or_unbound()
                },
            };
            if before.is_none_or(|before| joined.says_less_than(&before)) {
                next.push((name, joined));
            }
        }
        next
    }

    /// Takes every name that the body binds, and that is bound already, for any.
    fn forget_types(&mut self, body: &Body) {
        let mut names = BTreeSet::new();
        collect_names(&body.steps, &mut names);
        for name in names {
            if let Some(binding) = self.scope.left(&name).cloned() {
                let ty = Type::Any;
                self.scope.set(name, Binding { ty, ..binding });
            }
        }
    }

    fn rounds_max(&mut self, max: &'p Expr) {
        let node = &max.root;
        let clause = "max";
        self.expect(node, &Type::integer(), Target::Count { clause });
        if let Op::Literal(Value::Int(count)) = &node.op
            && !(1..=i64::from(ITERATIONS_MAX)).contains(count)
        {
            self.report(codes::invalid_count::rounds(self.span(node.at)));
        }
    }
}

/// The names that steps bind, at whatever depth.
pub(super) fn collect_names(steps: &[Step], names: &mut BTreeSet<Arc<str>>) {
    for step in steps {
        names.extend(step.kind.bound_name().cloned());
        for body in step.kind.bodies() {
            collect_names(&body.steps, names);
        }
    }
}
