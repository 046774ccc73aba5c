//! Decides: conditions, branches, and what is known after one of them was taken.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use scriptum_contract::Type;
use scriptum_vm::program::{Branch, Decide, NodeId, Step};

use super::{
    Checker,
    body::StepEnd,
    jumps::Goal,
    scope::{Binding, Changes, Kind, Mark},
};
use crate::{codes, limits::NARROWINGS_MAX, source_map::Part};

/// A name that some ways changed.
struct Merged {
    binding: Binding,
    ways: usize,
}

impl<'p> Checker<'p> {
    pub(super) fn decide(&mut self, step: &'p Step, decide: &'p Decide) -> StepEnd {
        match &decide.model {
            Some(model) => self.criteria(step, decide, model),
            None => self.conditions(decide),
        }
        // A model that names no branch fails the step, so no way leads past all branches.
        let passes_by = decide.otherwise.is_none() && decide.model.is_none();
        self.check_targets(step, decide);
        let mut ways = Vec::new();
        let mut passed_over = Vec::new();
        let mut value: Option<Type> = None;
        let cases = cases_by_target(decide);
        for branch in &decide.branches {
            let mark = self.enter_branch(decide, branch, &cases);
            let end = self.body(&branch.body, false);
            let changes = self.scope.take(mark);
            if end.falls_through {
                let last = end.value.unwrap_or(Type::Null);
                value = Some(value.map_or(last.clone(), |value| value.join(&last)));
                ways.push(changes);
            } else {
                passed_over.push(changes);
            }
        }
        let falls_through = !ways.is_empty() || passes_by;
        if passes_by {
            ways.push(Changes::new());
            value = value.map(Type::optional);
        }
        // Where nothing follows, names count as bound, so that the unreachable rest is not blamed too.
        self.merge(if falls_through { ways } else { passed_over });
        let value = value.unwrap_or(Type::Null);
        if let Some(bind) = &decide.bind {
            self.bind(bind, step.at, value.clone());
        }
        StepEnd {
            falls_through,
            value: Some(value),
        }
    }

    /// Each condition is read when the ones before it are false.
    fn conditions(&mut self, decide: &'p Decide) {
        let mark = self.scope.mark();
        for (index, case) in decide.cases.iter().enumerate() {
            self.condition(&case.when.root);
            if index < NARROWINGS_MAX {
                self.narrow(&case.when.root, false);
            }
        }
        self.scope.undo(mark);
    }

    /// What is known in a branch: the conditions before its own are false, its own is true.
    fn enter_branch(
        &mut self,
        decide: &'p Decide,
        branch: &'p Branch,
        cases: &HashMap<&str, Vec<usize>>,
    ) -> Mark {
        let mark = self.scope.mark();
        if decide.model.is_none() {
            self.narrow_branch(decide, branch, cases);
        }
        if self.goto_titles.contains(&*branch.name) {
            self.arrive(Goal::Title(&branch.name), true);
        }
        mark
    }

    fn narrow_branch(
        &mut self,
        decide: &'p Decide,
        branch: &'p Branch,
        cases: &HashMap<&str, Vec<usize>>,
    ) {
        let own = cases
            .get(&*branch.name)
            .map_or(&[] as &[usize], Vec::as_slice);
        let is_otherwise = decide.otherwise.as_ref() == Some(&branch.name);
        let (before, own) = match (own, is_otherwise) {
            ([only], false) => (*only, Some(*only)),
            ([], true) => (decide.cases.len(), None),
            // Several ways lead here, so nothing is sure.
            _ => (0, None),
        };
        for case in decide.cases.iter().take(before.min(NARROWINGS_MAX)) {
            self.narrow(&case.when.root, false);
        }
        if let Some(case) = own.and_then(|own| decide.cases.get(own)) {
            self.narrow(&case.when.root, true);
        }
    }

    /// Names after the decide: those that every way bound are bound, others sometimes.
    fn merge(&mut self, ways: Vec<Changes>) {
        let count = ways.len();
        let mut merged: BTreeMap<Arc<str>, Merged> = BTreeMap::new();
        for (name, binding) in ways.into_iter().flatten() {
            if let Some(known) = merged.get_mut(&name) {
                known.ways += 1;
                known.binding = known.binding.or(&binding);
            } else {
                merged.insert(name, Merged { binding, ways: 1 });
            }
        }
        for (name, Merged { mut binding, ways }) in merged {
            if ways < count {
                binding = match self.scope.left(&name) {
                    Some(before) => binding.or(before),
                    None => binding.or_unbound(),
                };
            }
            self.scope.set(name, binding);
        }
    }

    fn check_targets(&mut self, step: &'p Step, decide: &'p Decide) {
        let at = |index: usize| {
            let index = u32::try_from(index).expect("a step has fewer than 2^32 parts");
            Part::Further(index).of(step.at)
        };
        let branches = decide.branches.iter().enumerate();
        let first = decide.cases.len();
        let named = branches.map(|(index, branch)| (&branch.name, at(first + index)));
        let named: Vec<(&Arc<str>, NodeId)> =
            named.filter(|(_, at)| !self.map.is_hole(*at)).collect();
        let places = named
            .iter()
            .map(|(name, at)| (*name, self.span(*at)))
            .collect();
        self.duplicates("branch", places);
        let otherwise = decide
            .otherwise
            .iter()
            .map(|name| (name, Part::First.of(step.at)));
        let cases = decide.cases.iter().enumerate();
        let cases = cases.map(|(index, case)| (&case.target, at(index)));
        let targets: Vec<_> = cases.chain(otherwise).collect();
        let known: BTreeSet<&str> = named.iter().map(|(name, _)| &***name).collect();
        // A branch whose name could not be read may be the one that is meant.
        let all_named = named.len() == decide.branches.len();
        for (target, at) in &targets {
            if all_named && !known.contains(&***target) && !self.map.is_hole(*at) {
                let nearest = self.suggest.nearest(target, known.iter().copied());
                self.report(codes::unknown_branch(target, self.span(*at), nearest));
            }
        }
        if decide.model.is_some() {
            // A model may name any of them.
            return;
        }
        let wanted: BTreeSet<&str> = targets.iter().map(|(target, _)| &***target).collect();
        if targets.iter().any(|(_, at)| self.map.is_hole(*at)) {
            // A target that could not be read may be any of them.
            return;
        }
        for (name, at) in &named {
            if !wanted.contains(&***name) && !self.goto_titles.contains(&***name) {
                self.report(codes::unused_branch(name, self.span(*at)));
            }
        }
    }

    /// The result of a step gets a name.
    pub(super) fn bind(&mut self, name: &Arc<str>, step: NodeId, ty: Type) {
        if name.is_empty() {
            // The parser has reported that the name is missing.
            return;
        }
        let at = Part::Bind.of(step);
        self.facts.set_type(at, &ty);
        if let Some(before) = self.scope.get(name)
            && before.kind == Kind::Declared
        {
            let declared = self.span(before.at);
            self.report(codes::shadowed_input(name, self.span(at), declared));
        }
        let binding = Binding::new(ty, at, Kind::Step);
        self.remember_bound(name, &binding);
        self.scope.set(Arc::clone(name), binding);
    }
}

fn cases_by_target(decide: &Decide) -> HashMap<&str, Vec<usize>> {
    let mut by_target: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, case) in decide.cases.iter().enumerate() {
        by_target.entry(&case.target).or_default().push(index);
    }
    by_target
}
