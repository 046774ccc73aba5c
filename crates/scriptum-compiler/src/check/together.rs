//! Lanes: each sees what was bound before the step; behind it all of their names are visible.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Field, Type};
use scriptum_vm::program::{Lane, NodeId, Step, Together};

use super::{
    Checker,
    body::StepEnd,
    scope::{Binding, Changes, Kind},
};
use crate::{codes, source_map::Part};

impl<'p> Checker<'p> {
    pub(super) fn together(&mut self, step: &'p Step, together: &'p Together) -> StepEnd {
        self.lane_names(step, together);
        let mut all = Changes::new();
        let mut values: BTreeMap<Arc<str>, Field> = BTreeMap::new();
        let mut falls_through = true;
        for lane in &together.lanes {
            let mark = self.scope.mark();
            let end = self.valued_body(&lane.body);
            let changes = self.scope.take(mark);
            falls_through &= end.falls_through;
            if let Some(key) = key_of(lane) {
                let field = Field {
                    name: Arc::clone(key),
                    ..Field::required("", end.value)
                };
                values.insert(Arc::clone(key), field);
            }
            for (name, binding) in changes {
                self.join_lane(&mut all, name, binding);
            }
        }
        for (name, binding) in all {
            self.scope.set(name, binding);
        }
        let value = Type::shape(values.into_values().collect());
        if let Some(bind) = &together.bind {
            self.bind(bind, step.at, value.clone());
        }
        StepEnd {
            falls_through,
            value: Some(value),
        }
    }

    fn lane_names(&mut self, step: &'p Step, together: &'p Together) {
        let lanes = (0..).zip(&together.lanes);
        let places = lanes.filter_map(|(index, lane)| {
            let at = Part::Further(index).of(step.at);
            let name = lane.name.as_ref().filter(|_| !self.map.is_hole(at))?;
            Some((name, self.span(at)))
        });
        let places = places.collect();
        self.duplicates("lane", places);
    }

    /// Adds what a lane changed to what those before it did. Of two that bind a name, the later one
    /// counts, but which of them did so may depend on the way they took.
    fn join_lane(&mut self, all: &mut Changes, name: Arc<str>, binding: Binding) {
        let Some(known) = all.get_mut(&name) else {
            all.insert(name, binding);
            return;
        };
        let outer = self.scope.get(&name).map(|outer| outer.at);
        let is_bound = |binding: &Binding| Some(binding.at) != outer;
        let both = is_bound(known) && is_bound(&binding);
        let twice = taken_twice(known.kind, binding.kind);
        let places = [known.at, binding.at];
        let always = known.always || binding.always;
        let joined = if is_bound(&binding) {
            binding.or(known)
        } else {
            known.or(&binding)
        };
        *known = Binding { always, ..joined };
        if both && places[0] != places[1] {
            let [first, second] = places.map(|at| self.span(at));
            self.report(codes::lane_replaces_name(&name, second, first));
        }
        if let Some([first, second]) = twice {
            let [first, second] = [first, second].map(|at| self.span(at));
            self.report(codes::stream_taken::twice(&name, second, first));
        }
    }
}

/// Where two lanes take the items of one stream.
fn taken_twice(first: Kind, second: Kind) -> Option<[NodeId; 2]> {
    let (Kind::Stream(first), Kind::Stream(second)) = (first, second) else {
        return None;
    };
    let places = [first.taken?, second.taken?];
    (first.number == second.number && places[0] != places[1]).then_some(places)
}

/// The name of a lane's value: its own, else the one that its last step binds.
pub(crate) fn key_of(lane: &Lane) -> Option<&Arc<str>> {
    let bound = || lane.body.steps.last()?.kind.bound_name();
    let key = lane.name.as_ref().or_else(bound);
    key.filter(|key| !key.is_empty())
}
