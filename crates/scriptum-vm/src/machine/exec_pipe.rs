//! `pipe`: takes elements through its body as they come.
//!
//! Its iterations begin in groups: those of a group begin in one turn, which is one commit, and the next
//! group begins when all of them are over. Elements of a stream are taken when their iterations begin.
//! What nobody can name is not kept, so that a long pipe stays as small as what is under way in it.

use std::num::NonZeroU32;

use scriptum_contract::Value;

use super::{
    cells::{LoopHead, StreamHead},
    exec_each::{check_depth, failed, too_much},
    place::{self, Place},
    run::{Execution, Run},
    state::ScopeKind,
};
use crate::{
    StepPath,
    eval::EvalError,
    limits::PARALLEL_MAX,
    program::{Op, Pipe, StepKind},
};

impl Run<'_> {
    pub(super) fn exec_pipe(
        &mut self,
        execution: &Execution<'_>,
        pipe: &Pipe,
    ) -> Result<(), EvalError> {
        let from = self.stream_named(&execution.place, &pipe.source);
        let (source, total) = if from.is_some() {
            (Value::Null, None)
        } else {
            let source = self.value(execution, &pipe.source)?;
            self.check_stream(execution, pipe, &source)?;
            let total = self.length("pipe", &source, &pipe.source)?;
            (source, Some(total))
        };
        let parallel = self.count("parallel", execution, pipe.parallel.as_ref())?;
        let batch = self.count("batch", execution, pipe.batch.as_ref())?;
        if parallel.saturating_mul(batch) > PARALLEL_MAX {
            return Err(too_much(format!(
                "{parallel} batches of {batch} would run at once, a loop runs at most {PARALLEL_MAX}"
            )));
        }
        check_depth(&execution.place)?;
        let count = total.map(|total| ("count", total));
        let shape = count
            .into_iter()
            .chain([("parallel", parallel), ("batch", batch)]);
        let shape = shape.map(|(key, number)| (key, Value::Int(number.into())));
        self.begin(execution, Value::object(shape))?;
        let total = match &from {
            Some(from) => self.claim(from, &execution.place.path),
            None => total,
        };
        let head = LoopHead {
            total,
            from,
            parallel,
            group: NonZeroU32::new(batch).filter(|batch| batch.get() > 1),
            gone: 0,
            batch: None,
        };
        self.begin_loop(execution, head, source);
        Ok(())
    }

    /// Refuses the name of a stream that is not there any more, or not yet.
    fn check_stream(
        &self,
        execution: &Execution<'_>,
        pipe: &Pipe,
        source: &Value,
    ) -> Result<(), EvalError> {
        let (Value::Null, Op::Name(name)) = (source, &pipe.source.root.op) else {
            return Ok(());
        };
        let mut scope = Some(execution.place.scope.components());
        while let Some(path) = scope {
            let (body, _) = self.body(&StepPath::from(path));
            let mut kinds = body.steps.iter().map(|step| &step.kind);
            if kinds.any(|kind| kind.is_stream() && kind.bound_name() == Some(name)) {
                return Err(failed(format!(
                    "nothing comes from the stream {name}: its items were taken already, or the step that makes it did not run"
                )));
            }
            scope = place::around(path);
        }
        Ok(())
    }

    /// Takes a stream for a pipe; gives the number of its items when it is known.
    fn claim(&mut self, stream: &StepPath, pipe: &StepPath) -> Option<u32> {
        let head = &self.state.streams.get(stream)?.head;
        let total = head.is_over().then_some(head.received);
        let head = StreamHead {
            to: Some(pipe.clone()),
            ..head.clone()
        };
        self.state.set_stream_head(stream, head);
        self.close_if_spent(stream);
        total
    }

    /// False for a loop whose values nobody can read: nobody takes its stream; or it is a pipe without a
    /// name, and lies in no scope whose value is that of its last child.
    pub(super) fn keeps_values(&self, place: &Place<'_>) -> bool {
        if let Some(stream) = self.state.streams.get(&place.path) {
            return !stream.head.drained;
        }
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
