//! `yield`: shows something to the watchers.

use scriptum_contract::{Violation, check};

use scriptum_contract::Value;

use super::{
    run::{Done, Execution, Need, Run},
    values::storage_size,
};
use crate::{
    Event, StepError,
    eval::{EvalError, LIMIT_EXCEEDED},
    limits::{YIELD_BYTES_MAX, YIELDS_MAX},
    program::Yield,
};

impl Run<'_> {
    pub(super) fn exec_yield(
        &mut self,
        execution: &Execution<'_>,
        step: &Yield,
    ) -> Result<(), EvalError> {
        let fields = self.input(execution, &step.fields)?;
        self.check_yield(&fields)?;
        let place = &execution.place;
        self.begin(execution, Value::Null)?;
        let label = self.label(place, execution.count.attempt)?;
        let index = self.state.thread.yields;
        self.state.change_thread(|thread| thread.yields += 1);
        self.events.push(Event::Yielded {
            path: place.path.clone(),
            index,
            label,
            value: fields,
        });
        let done = Done {
            output: Some(Value::Null),
            ..Done::default()
        };
        self.complete(place, execution.count, done);
        Ok(())
    }

    fn check_yield(&self, fields: &Value) -> Result<(), EvalError> {
        if self.state.thread.yields >= YIELDS_MAX {
            return Err(too_much(format!(
                "the thread has yielded {YIELDS_MAX} values, which is as many as one may"
            )));
        }
        let opened = self.values.open_deep(fields).map_err(Need)?;
        let size = storage_size(&opened);
        if size > YIELD_BYTES_MAX {
            return Err(too_much(format!(
                "the value has {size} bytes, a yield shows at most {YIELD_BYTES_MAX}"
            )));
        }
        let violations = self.stream_violations(&opened);
        if violations.is_empty() {
            return Ok(());
        }
        let message = format!(
            "the yielded fields do not satisfy the contract: {}",
            violations.join("; ")
        );
        Err(EvalError::Failed(StepError::permanent(
            "OUTPUT_INVALID",
            message,
        )))
    }

    /// What is wrong with fields that the script declares. It may yield some of them, and others.
    fn stream_violations(&self, fields: &Value) -> Vec<String> {
        let declared = self.program.contract.stream.iter().flatten();
        let given = declared.filter_map(|field| {
            let value = fields.as_object()?.get(&field.name)?;
            let violations = check(value, &field.ty).into_iter();
            Some(violations.map(move |violation| text(&field.name, &violation)))
        });
        given.flatten().collect()
    }
}

fn text(field: &str, violation: &Violation) -> String {
    format!("/{field}{} {}", violation.pointer, violation.message)
}

fn too_much(message: String) -> EvalError {
    EvalError::Failed(StepError::permanent(LIMIT_EXCEEDED, message))
}
