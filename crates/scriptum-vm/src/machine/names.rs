//! What the expressions of a step can read, and the reading of them.

use std::{cell::Cell, sync::Arc};

use scriptum_contract::{StoredValue, Value};

use super::{
    backoff::mix_path,
    cells::Given,
    place::{self, Place},
    run::{Execution, Need, Run},
    state::{ScopeKind, State, items_of},
    values::Values,
};
use crate::{
    StepPath, Timestamp,
    eval::{EvalError, Scope, eval, interpolate, truth},
    program::{Expr, Input},
};

/// The names in the scopes around a step, innermost first, then the inputs, then the environment.
struct Names<'n> {
    state: &'n State,
    values: &'n Values,
    scope: &'n [u32],
    at: Timestamp,
    /// Differs for every step and attempt.
    source: u64,
    /// Numbers given out so far in this turn.
    given_out: &'n Cell<u64>,
}

impl Scope for Names<'_> {
    fn name(&self, name: &str) -> Option<Value> {
        let mut path = Some(self.scope);
        while let Some(scope) = path {
            if let Some(value) = self.in_scope(scope, name) {
                return Some(value);
            }
            path = place::around(scope);
        }
        let started = self.state.started.as_deref()?;
        let input = started.input.as_object().and_then(|input| input.get(name));
        input.or_else(|| started.env.get(name)).cloned()
    }

    fn env(&self, name: &str) -> Option<Value> {
        let started = self.state.started.as_deref()?;
        started.env.get(name).cloned()
    }

    fn load(&self, stored: &StoredValue) -> Option<Value> {
        self.values.load(stored)
    }

    fn now(&self) -> Timestamp {
        self.at
    }

    fn fresh(&self) -> u64 {
        let number = self.given_out.get();
        self.given_out.set(number + 1);
        mix_path(self.source, &[], number)
    }
}

impl Names<'_> {
    fn in_scope(&self, path: &[u32], name: &str) -> Option<Value> {
        let scope = self.state.scopes.get(path)?;
        match scope.kind {
            ScopeKind::Branch | ScopeKind::Round | ScopeKind::Cycle => None,
            ScopeKind::Root | ScopeKind::OnThreadError | ScopeKind::Lane => {
                scope.bindings.get(name).cloned()
            }
            ScopeKind::Iteration => {
                let bound = scope.bindings.get(name).cloned();
                bound.or_else(|| self.loop_variable(path, name))
            }
        }
    }

    fn loop_variable(&self, iteration: &[u32], name: &str) -> Option<Value> {
        let (index, loop_path) = iteration.split_last()?;
        let body = self.state.loops.get(loop_path)?;
        if *body.item == *name {
            let items = body.items.as_deref()?;
            return items.get(*index as usize).cloned();
        }
        let is_index = body.index.as_deref() == Some(name);
        is_index.then(|| Value::Int(i64::from(*index)))
    }
}

impl Run<'_> {
    /// The value of an expression of a step.
    pub(super) fn value(&mut self, of: &Execution<'_>, expr: &Expr) -> Result<Value, EvalError> {
        let [value] = self.values_of(&of.place, of.count.attempt, [expr])?;
        Ok(value)
    }

    /// The values of several expressions of a step.
    pub(super) fn values_of<const N: usize>(
        &mut self,
        place: &Place<'_>,
        attempt: u32,
        exprs: [&Expr; N],
    ) -> Result<[Value; N], EvalError> {
        let names = self.names(place, attempt)?;
        let mut values = [const { Value::Null }; N];
        for (value, expr) in values.iter_mut().zip(exprs) {
            *value = eval(&expr.root, &names)?;
        }
        Ok(values)
    }

    /// The value of an expression, itself rather than a reference to it.
    pub(super) fn open_value(
        &mut self,
        of: &Execution<'_>,
        expr: &Expr,
    ) -> Result<Value, EvalError> {
        let value = self.value(of, expr)?;
        self.opened(value)
    }

    /// The value itself rather than a reference to it.
    pub(super) fn opened(&self, mut value: Value) -> Result<Value, EvalError> {
        while let Value::Stored(stored) = &value {
            let Some(content) = self.values.load(stored) else {
                return Err(EvalError::Need(vec![Arc::clone(stored)]));
            };
            value = content;
        }
        Ok(value)
    }

    /// The truth of a condition.
    pub(super) fn truth(&mut self, of: &Execution<'_>, expr: &Expr) -> Result<bool, EvalError> {
        truth(&self.open_value(of, expr)?)
    }

    /// The inputs of a step as an object, its large fields replaced by references.
    pub(super) fn input(
        &mut self,
        of: &Execution<'_>,
        inputs: &[Input],
    ) -> Result<Value, EvalError> {
        match &of.given {
            Given::Whole(input) => Ok(input.clone()),
            Given::Parts(parts) => self.computed(&of.place, of.count.attempt, inputs, parts),
            Given::Nothing | Given::Answer(_) | Given::Branch(_) => {
                self.computed(&of.place, of.count.attempt, inputs, &Value::Null)
            }
        }
    }

    /// Inputs, computed as far as they are not given.
    pub(super) fn computed(
        &mut self,
        place: &Place<'_>,
        attempt: u32,
        inputs: &[Input],
        given: &Value,
    ) -> Result<Value, EvalError> {
        let given = given.as_object();
        let names = self.names(place, attempt)?;
        let mut fields = Vec::with_capacity(inputs.len());
        for input in inputs {
            let value = match given.and_then(|given| given.get(&input.name)) {
                Some(value) => value.clone(),
                None => eval(&input.value.root, &names)?,
            };
            fields.push((Arc::clone(&input.name), value));
        }
        for (_, value) in &mut fields {
            *value = self.values.keep(std::mem::take(value));
        }
        if let Some(given) = given {
            let further = given
                .iter()
                .filter(|(name, _)| inputs.iter().all(|input| input.name != *name));
            fields.extend(further.cloned());
        }
        Ok(Value::Object(fields.into_iter().collect()))
    }

    /// The label of a step. One that cannot be computed stays as it is written: it is there for
    /// people, and no reason to stop.
    pub(super) fn label(
        &mut self,
        place: &Place<'_>,
        attempt: u32,
    ) -> Result<Option<Arc<str>>, Need> {
        let Some(label) = &place.step.label else {
            return Ok(None);
        };
        if let Some(fixed) = place::fixed_label(label) {
            return Ok(Some(fixed));
        }
        match interpolate(&label.root, &self.names(place, attempt)?) {
            Ok(label) => Ok(Some(label)),
            Err(EvalError::Need(stored)) => Err(Need(stored)),
            Err(EvalError::Failed(_)) => Ok(place::written_label(place.step)),
        }
    }

    fn names<'n>(&'n mut self, place: &'n Place<'_>, attempt: u32) -> Result<Names<'n>, Need> {
        self.open_loops(&place.scope)?;
        let seed = self
            .state
            .started
            .as_deref()
            .map_or(0, |started| started.seed);
        Ok(Names {
            state: self.state,
            values: self.values,
            scope: place.scope.components(),
            at: self.at,
            source: mix_path(seed, place.path.components(), u64::from(attempt)),
            given_out: &self.given_out,
        })
    }

    /// Loads the lists of the loops around a scope, so that their elements can be named.
    fn open_loops(&mut self, scope: &StepPath) -> Result<(), Need> {
        let mut path = Some(scope.components());
        while let Some(scope) = path {
            if let Some((_, loop_path)) = scope.split_last()
                && let Some(body) = self.state.loops.get_mut(loop_path)
                && body.items.is_none()
                && let Value::Stored(stored) = &body.source
            {
                let Some(content) = self.values.load(stored) else {
                    return Err(Need(vec![Arc::clone(stored)]));
                };
                body.items = items_of(&content);
            }
            path = place::around(scope);
        }
        Ok(())
    }
}
