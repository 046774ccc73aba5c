//! `pipe`: takes elements through its body as they come.
//!
//! Over a list it is a loop whose iterations begin in groups: those of a group begin in one turn, which
//! is one commit, and the next group begins when all of them are over. What nobody can name is not
//! kept, so that a long pipe stays as small as what is under way in it.

use std::num::NonZeroU32;

use scriptum_contract::Value;

use super::{
    cells::LoopHead,
    exec_each::{check_depth, too_much},
    place::Place,
    run::{Execution, Run},
    state::ScopeKind,
};
use crate::{
    eval::EvalError,
    limits::PARALLEL_MAX,
    program::{Pipe, StepKind},
};

impl Run<'_> {
    pub(super) fn exec_pipe(
        &mut self,
        execution: &Execution<'_>,
        pipe: &Pipe,
    ) -> Result<(), EvalError> {
        let source = self.value(execution, &pipe.source)?;
        let total = self.length("pipe", &source, &pipe.source)?;
        let parallel = self.count("parallel", execution, pipe.parallel.as_ref())?;
        let batch = self.count("batch", execution, pipe.batch.as_ref())?;
        if parallel.saturating_mul(batch) > PARALLEL_MAX {
            return Err(too_much(format!(
                "{parallel} batches of {batch} would run at once, a loop runs at most {PARALLEL_MAX}"
            )));
        }
        check_depth(&execution.place)?;
        let shape = [("count", total), ("parallel", parallel), ("batch", batch)];
        let shape = shape.map(|(key, number)| (key, Value::Int(number.into())));
        self.begin(execution, Value::object(shape))?;
        let head = LoopHead {
            total,
            parallel,
            group: NonZeroU32::new(batch).filter(|batch| batch.get() > 1),
            gone: 0,
            batch: None,
        };
        self.begin_loop(execution, head, source);
        Ok(())
    }

    /// False for a pipe whose values nobody can read: it has no name, and lies in no scope whose value
    /// is that of its last child.
    pub(super) fn keeps_values(&self, place: &Place<'_>) -> bool {
        let StepKind::Pipe(pipe) = &place.step.kind else {
            return true;
        };
        match self.state.scope(place.scope.components()).kind {
            ScopeKind::Root | ScopeKind::OnThreadError => pipe.bind.is_some(),
            ScopeKind::Iteration
            | ScopeKind::Branch
            | ScopeKind::Lane
            | ScopeKind::Round
            | ScopeKind::Cycle => true,
        }
    }
}
