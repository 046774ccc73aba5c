//! `check`: tests a condition, or asks a model, and acts on the answer.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    cells::{Calling, Given, Head, Progress, Rounds},
    jump::Landing,
    model::{ANSWER, wrong_answer},
    place::Place,
    run::{Done, Execution, Need, Run},
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
        let passed = match (&execution.given, &check.test) {
            (Given::Answer(answer), _) => *answer,
            (_, Test::Condition(condition)) => self.truth(execution, condition)?,
            (_, Test::Question { model, prompt }) => {
                return self.ask_model(execution, model, prompt);
            }
        };
        let verdict = self.decided(execution, check, passed)?;
        self.begin(execution, Value::Null)?;
        Ok(self.act(execution, passed, verdict)?)
    }

    /// A model answered the question of a check.
    pub(super) fn question_answered(
        &mut self,
        place: &Place<'_>,
        calling: Calling,
        check: &Check,
        output: &Value,
    ) -> Result<(), Need> {
        let answer = match self.model_field(output, ANSWER)? {
            Some(Value::Bool(answer)) => answer,
            other => {
                let error = wrong_answer(ANSWER, other.as_ref(), "neither true nor false");
                return self.answer_failed(place, calling, error);
            }
        };
        let execution = Execution {
            place: place.clone(),
            count: calling.count,
            given: Given::Nothing,
        };
        match self.decided(&execution, check, answer) {
            Ok(verdict) => self.act(&execution, answer, verdict),
            Err(EvalError::Need(stored)) => Err(Need(stored)),
            Err(EvalError::Failed(error)) => {
                self.fail(place, calling.count.used_up(), calling.input, error);
                Ok(())
            }
        }
    }

    /// What a check does about its answer.
    fn decided(
        &mut self,
        execution: &Execution<'_>,
        check: &Check,
        passed: bool,
    ) -> Result<Verdict, EvalError> {
        let action = if passed {
            &check.on_pass
        } else {
            &check.on_fail
        };
        self.verdict(execution, action, (check, passed))
    }

    fn act(
        &mut self,
        execution: &Execution<'_>,
        passed: bool,
        verdict: Verdict,
    ) -> Result<(), Need> {
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
                // The call of a model is over: nothing of the step is cut off.
                self.state.set_step(&place.scope, Progress::Ready);
                self.fail_thread_at(place, execution.count, error)?;
            }
        }
        Ok(())
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
            | Value::Secret(_)
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
