//! `let`: binds the value of an expression.

use scriptum_contract::Value;

use super::run::{Done, Execution, Run};
use crate::{eval::EvalError, program::Let};

impl Run<'_> {
    pub(super) fn exec_let(
        &mut self,
        execution: &Execution<'_>,
        binding: &Let,
    ) -> Result<(), EvalError> {
        let value = self.value(execution, &binding.value)?;
        let value = self.values.keep(value);
        self.begin(execution, Value::Null)?;
        self.complete(&execution.place, execution.count, Done::with(value));
        Ok(())
    }
}
