//! `send`: gives a message to a channel. The step has no value.

use super::run::{Execution, Run};
use crate::{eval::EvalError, program::Send};

impl Run<'_> {
    pub(super) fn exec_send(
        &mut self,
        execution: &Execution<'_>,
        send: &Send,
    ) -> Result<(), EvalError> {
        let message = self.input(execution, &send.fields)?;
        self.begin_call(execution, message)?;
        Ok(())
    }
}
