//! `together`: runs its lanes at once.
//!
//! Each lane has a scope of its own, which stays when its steps are done. With the last one the names of
//! all lanes are bound around the step, in the order of the lanes.

use std::sync::Arc;

use scriptum_contract::{Object, Value};

use super::{
    cells::Progress,
    exec_each::{check_depth, too_much},
    place::{self, Place},
    run::{Done, Execution, Run},
    state::ScopeKind,
};
use crate::{
    StepPath,
    eval::EvalError,
    limits::PARALLEL_MAX,
    program::{Lane, StepKind, Together},
};

impl Run<'_> {
    pub(super) fn exec_together(
        &mut self,
        execution: &Execution<'_>,
        together: &Together,
    ) -> Result<(), EvalError> {
        let place = &execution.place;
        check_depth(place)?;
        let count = together.lanes.len();
        if count > PARALLEL_MAX as usize {
            return Err(too_much(format!(
                "together has {count} lanes, at most {PARALLEL_MAX} run at once"
            )));
        }
        self.begin(execution, Value::Null)?;
        if together.lanes.is_empty() {
            let empty = Done::with(Value::object::<&str>([]));
            self.complete(place, execution.count, empty);
            return Ok(());
        }
        let inside = Progress::Inside {
            attempt: execution.count.attempt,
        };
        self.state.set_step(&place.scope, inside);
        for (index, lane) in (0u32..).zip(&together.lanes) {
            self.open_body(place, index, (ScopeKind::Lane, &lane.body));
        }
        Ok(())
    }

    /// The steps of a lane are done: the last lane completes the step.
    pub(super) fn end_lane(&mut self, scope: &StepPath) {
        self.state.set_step(scope, Progress::Over);
        let place = self.container(scope);
        let lanes = lanes_of(&place);
        let is_over = |(_, path): &(&Lane, StepPath)| {
            let lane = self.state.scope(path.components());
            matches!(lane.head.step, Progress::Over)
        };
        if with_paths(&place, lanes).all(|lane| is_over(&lane)) {
            self.end_lanes(&place, lanes);
        }
    }

    fn end_lanes(&mut self, place: &Place<'_>, lanes: &[Lane]) {
        let count = self.inside_count(place);
        let around = self.binding_scope(&place.scope);
        let mut values: Vec<(Arc<str>, Value)> = Vec::new();
        for (lane, path) in with_paths(place, lanes) {
            let scope = self.state.scope(path.components());
            let value = scope.last.clone().unwrap_or_default();
            values.extend(key_of(lane).map(|key| (Arc::clone(key), value)));
            for (name, value) in scope.bindings.clone() {
                self.state.bind(&around, &name, value);
            }
            self.close_body(place, &path);
        }
        let values: Object = values.into_iter().collect();
        let value = self.values.keep(Value::Object(values));
        self.complete(place, count, Done::with(value));
    }

    /// True for a scope in a lane, whose errors wait for the other lanes.
    pub(super) fn is_in_lane(&self, scope: &StepPath) -> bool {
        let mut path = Some(scope.components());
        while let Some(scope) = path {
            if self.state.scope(scope).kind == ScopeKind::Lane {
                return true;
            }
            path = place::around(scope);
        }
        false
    }
}

/// The name of a lane's value among the values of all: its own, else the one that its last step binds.
fn key_of(lane: &Lane) -> Option<&Arc<str>> {
    let bound = || lane.body.steps.last()?.kind.bound_name();
    lane.name.as_ref().or_else(bound)
}

fn lanes_of<'p>(place: &Place<'p>) -> &'p [Lane] {
    let StepKind::Together(together) = &place.step.kind else {
        unreachable!("a lane lies below a together");
    };
    &together.lanes
}

fn with_paths<'l>(
    place: &Place<'_>,
    lanes: &'l [Lane],
) -> impl Iterator<Item = (&'l Lane, StepPath)> {
    let step = place.path.clone();
    let paths = (0u32..).map(move |index| step.child(index));
    lanes.iter().zip(paths)
}
