//! `check`: tests a condition and acts on the answer.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    cells::{Given, Head, Progress, Rounds},
    jump::Landing,
    run::{Done, Execution, Run, not_built},
};
use crate::{
    StepError,
    eval::EvalError,
    program::{Action, Check, Expr, Test},
};

/// Code of the error with which a check ends a thread.
const CHECK_FAILED: &str = "CHECK_FAILED";

/// What a check does, once all that it takes is computed.
enum Verdict {
    Continue,
    Jump(Landing),
    /// The step before runs again; so many rounds will have been made.
    Round(u32),
    Fail(Arc<str>),
}

impl Run<'_> {
    pub(super) fn exec_check(
        &mut self,
        execution: &Execution<'_>,
        check: &Check,
    ) -> Result<(), EvalError> {
        let passed = match execution.given {
            Given::Answer(answer) => answer,
            Given::Nothing | Given::Whole(_) | Given::Parts(_) | Given::Branch(_) => {
                self.tested(execution, &check.test)?
            }
        };
        let action = if passed {
            &check.on_pass
        } else {
            &check.on_fail
        };
        let verdict = self.verdict(execution, action, (check, passed))?;
        self.begin(execution, Value::Null)?;
        let place = &execution.place;
        let done = Done {
            output: Some(Value::Bool(passed)),
            ..Done::default()
        };
        match verdict {
            Verdict::Continue => {
                self.complete(place, execution.count, done);
                self.set_rounds(execution, 0);
            }
            Verdict::Jump(landing) => {
                self.complete(place, execution.count, done);
                self.jump(place, &landing);
            }
            Verdict::Round(made) => {
                self.complete(place, execution.count, done);
                self.set_rounds(execution, made);
                self.step_back(execution);
            }
            Verdict::Fail(message) => {
                let error = StepError::permanent(CHECK_FAILED, message);
                self.fail_thread_at(place, execution.count, error)?;
            }
        }
        Ok(())
    }

    fn tested(&mut self, execution: &Execution<'_>, test: &Test) -> Result<bool, EvalError> {
        match test {
            Test::Condition(condition) => self.truth(execution, condition),
            Test::Question { .. } => Err(not_built(&execution.place.step.kind)),
        }
    }

    fn verdict(
        &mut self,
        execution: &Execution<'_>,
        action: &Action,
        (check, passed): (&Check, bool),
    ) -> Result<Verdict, EvalError> {
        match action {
            Action::Continue => Ok(Verdict::Continue),
            Action::Goto(label) => Ok(Verdict::Jump(self.landing(&execution.place, label)?)),
            Action::Retry(max) => {
                let made = self.rounds_made(execution);
                if made < *max && execution.place.index > 0 {
                    return Ok(Verdict::Round(made + 1));
                }
                let message = format!("{} after {made} retries", answer(check, passed));
                Ok(Verdict::Fail(message.into()))
            }
            Action::Fail(None) => Ok(Verdict::Fail(answer(check, passed).into())),
            Action::Fail(Some(message)) => {
                let message = self.message(execution, message)?;
                Ok(Verdict::Fail(message))
            }
        }
    }

    fn message(&mut self, execution: &Execution<'_>, expr: &Expr) -> Result<Arc<str>, EvalError> {
        match self.open_value(execution, expr)? {
            Value::Text(text) => Ok(text),
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Stored(_)) => {
                let json = other.to_json();
                Ok(json.map_or_else(|_| Arc::clone(&expr.source), Arc::from))
            }
        }
    }

    fn rounds_made(&self, execution: &Execution<'_>) -> u32 {
        let head = &self.state.scope(execution.place.scope.components()).head;
        let rounds = head
            .rounds
            .iter()
            .find(|rounds| rounds.check == execution.place.index);
        rounds.map_or(0, |rounds| rounds.made)
    }

    /// Remembers the rounds of a check; none when it goes on.
    fn set_rounds(&mut self, execution: &Execution<'_>, made: u32) {
        let check = execution.place.index;
        let head = &self.state.scope(execution.place.scope.components()).head;
        if made == 0 && head.rounds.iter().all(|rounds| rounds.check != check) {
            return;
        }
        let mut head = head.clone();
        head.rounds.retain(|rounds| rounds.check != check);
        if made > 0 {
            head.rounds.push(Rounds { check, made });
        }
        self.state.set_head(&execution.place.scope, head);
    }

    fn step_back(&mut self, execution: &Execution<'_>) {
        let place = &execution.place;
        let rounds = &self.state.scope(place.scope.components()).head.rounds;
        let head = Head {
            at: place.index.saturating_sub(1),
            step: Progress::Ready,
            rounds: rounds.clone(),
        };
        self.state.set_head(&place.scope, head);
    }
}

fn answer(check: &Check, passed: bool) -> String {
    format!("{} is {passed}", check.test.expr().source)
}
