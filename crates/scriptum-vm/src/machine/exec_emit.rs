//! `emit`: gives the thread, an iteration, a lane, a round or `on thread error` its result and ends it.

use scriptum_contract::{Reason, Value, Violation};

use super::{
    cells::Head,
    run::{Done, Execution, Need, Run},
    state::ScopeKind,
};
use crate::{Event, Status, StepError, StepPath, eval::EvalError, program::Emit};

impl Run<'_> {
    pub(super) fn exec_emit(
        &mut self,
        execution: &Execution<'_>,
        emit: &Emit,
    ) -> Result<(), EvalError> {
        let fields = self.input(execution, &emit.fields)?;
        let scope = self.emitting_scope(&execution.place.scope);
        match self.state.scope(scope.components()).kind {
            ScopeKind::Iteration | ScopeKind::Lane | ScopeKind::Round => {
                self.emit_of_iteration(execution, &scope, fields)
            }
            ScopeKind::OnThreadError => self.emit_of_error_block(execution, &scope, fields),
            ScopeKind::Root | ScopeKind::Branch | ScopeKind::Cycle => {
                self.emit_of_thread(execution, &fields)
            }
        }
    }

    fn emit_of_iteration(
        &mut self,
        execution: &Execution<'_>,
        iteration: &StepPath,
        fields: Value,
    ) -> Result<(), EvalError> {
        self.begin(execution, Value::Null)?;
        let value = self.values.keep(fields);
        self.complete(&execution.place, execution.count, Done::with(value.clone()));
        self.leave_branches(&execution.place.scope, iteration);
        self.state.set_last(iteration, value);
        let end = Head {
            at: self.state.scope(iteration.components()).len,
            ..Head::first()
        };
        self.state.set_head(iteration, end);
        Ok(())
    }

    fn emit_of_error_block(
        &mut self,
        execution: &Execution<'_>,
        block: &StepPath,
        fields: Value,
    ) -> Result<(), EvalError> {
        self.begin(execution, Value::Null)?;
        let output = self.values.keep(fields);
        self.complete(
            &execution.place,
            execution.count,
            Done::with(output.clone()),
        );
        self.leave_branches(&execution.place.scope, block);
        self.end_failed(Some(output));
        Ok(())
    }

    fn emit_of_thread(
        &mut self,
        execution: &Execution<'_>,
        fields: &Value,
    ) -> Result<(), EvalError> {
        let checked = self.checked_output(fields)?;
        self.begin(execution, Value::Null)?;
        match checked {
            Ok(output) => {
                let output = self.values.keep(output);
                self.complete(
                    &execution.place,
                    execution.count,
                    Done::with(output.clone()),
                );
                self.leave_branches(&execution.place.scope, &StepPath::root());
                self.end_thread(Status::Completed, Event::ThreadCompleted { output });
            }
            Err(error) => self.fail_thread_at(&execution.place, execution.count, error)?,
        }
        Ok(())
    }

    /// The body of the thread ended without an emit.
    pub(super) fn end_thread_body(&mut self) -> Result<(), Need> {
        let nothing = Value::object::<&str>([]);
        match self.program.contract.check_output(&nothing) {
            Ok(output) => {
                let output = self.values.keep(output);
                self.end_thread(Status::Completed, Event::ThreadCompleted { output });
                Ok(())
            }
            Err(violations) => self.fail_thread(output_error(&violations), None),
        }
    }

    /// The output with its defaults, or what is wrong with it.
    fn checked_output(&self, fields: &Value) -> Result<Result<Value, StepError>, Need> {
        let opened = self.values.open_deep(fields).map_err(Need)?;
        let checked = self.program.contract.check_output(&opened);
        Ok(checked.map_err(|violations| output_error(&violations)))
    }
}

fn output_error(violations: &[Violation]) -> StepError {
    let missing = violations
        .iter()
        .any(|violation| violation.reason == Reason::Missing);
    let code = if missing {
        "OUTPUT_MISSING"
    } else {
        "OUTPUT_INVALID"
    };
    let texts: Vec<_> = violations.iter().map(text).collect();
    let message = format!(
        "the output does not satisfy the contract: {}",
        texts.join("; ")
    );
    StepError {
        details: Value::object([("violations", Value::list(violations.iter().map(shown)))]),
        ..StepError::permanent(code, message)
    }
}

fn text(violation: &Violation) -> String {
    format!("{} {}", violation.pointer, violation.message)
}

fn shown(violation: &Violation) -> Value {
    Value::object([
        ("pointer", Value::text(&violation.pointer)),
        ("reason", Value::text(violation.reason.as_str())),
        ("message", Value::text(&violation.message)),
    ])
}
