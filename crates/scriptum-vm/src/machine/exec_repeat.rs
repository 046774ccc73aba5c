//! `repeat`: runs its body again and again.
//!
//! Names bound in a round belong to the scope around the step, so the next round and the steps behind
//! read them. The end is tested after each round. A test that fails fails the step; when it runs again,
//! it is the test that is made again, and no round is lost.

use scriptum_contract::Value;

use super::{
    backoff::later,
    cells::{Count, Given, Progress, RepeatHead},
    exec_each::{check_depth, failed, shown, too_much, whole},
    place::Place,
    run::{Done, Execution, Need, Run},
    state::ScopeKind,
};
use crate::{
    StepPath,
    eval::EvalError,
    limits::{ITERATIONS_MAX, ROUNDS_DEFAULT},
    program::{Expr, Repeat, StepKind},
};

impl Run<'_> {
    pub(super) fn exec_repeat(
        &mut self,
        execution: &Execution<'_>,
        repeat: &Repeat,
    ) -> Result<(), EvalError> {
        let place = &execution.place;
        if let Some(head) = self.state.repeats.get(&place.path).cloned() {
            return self.test_again(execution, &head);
        }
        let max = self.rounds_max(execution, repeat.max.as_ref())?;
        let sleep_ms = match &repeat.sleep {
            Some(sleep) => self.length_ms(execution, sleep, "sleep")?,
            None => 0,
        };
        check_depth(place)?;
        let shape = [("max", Value::Int(max.into()))];
        self.begin(execution, Value::object(shape))?;
        self.set_inside(execution);
        let head = RepeatHead {
            round: 0,
            max,
            sleep_ms,
            due: None,
            value: None,
        };
        self.open_round(place, head);
        Ok(())
    }

    fn test_again(
        &mut self,
        execution: &Execution<'_>,
        head: &RepeatHead,
    ) -> Result<(), EvalError> {
        self.begin(execution, Value::Null)?;
        self.set_inside(execution);
        let value = head.value.clone().unwrap_or_default();
        self.round_over(&execution.place, head, value)?;
        Ok(())
    }

    fn set_inside(&mut self, execution: &Execution<'_>) {
        let inside = Progress::Inside {
            attempt: execution.count.attempt,
        };
        self.state.set_step(&execution.place.scope, inside);
    }

    /// The steps of a round are done.
    pub(super) fn end_round(&mut self, scope: &StepPath) -> Result<(), Need> {
        let place = self.container(scope);
        let value = self.state.scope(scope.components()).last.clone();
        self.close_body(&place, scope);
        let head = self.state.repeats.get(&place.path).cloned();
        let head = head.expect("a round belongs to a repeat under way");
        self.round_over(&place, &head, value.unwrap_or_default())
    }

    /// Tests the end, and lets the next round begin, or the pause before it.
    fn round_over(
        &mut self,
        place: &Place<'_>,
        head: &RepeatHead,
        value: Value,
    ) -> Result<(), Need> {
        let count = self.inside_count(place);
        match self.is_enough(place, count, head) {
            Ok(true) => {
                self.state.set_repeat(&place.path, None);
                self.complete(place, count, Done::with(value));
            }
            Ok(false) if head.sleep_ms == 0 => self.next_round(place, head),
            Ok(false) => {
                let due = later(self.at, head.sleep_ms);
                self.ask_timer(&place.path, due);
                let asleep = RepeatHead {
                    due: Some(due),
                    value: None,
                    ..*head
                };
                self.state.set_repeat(&place.path, Some(asleep));
            }
            Err(EvalError::Need(stored)) => return Err(Need(stored)),
            Err(EvalError::Failed(error)) => {
                let untested = RepeatHead {
                    value: Some(value),
                    ..*head
                };
                self.state.set_repeat(&place.path, Some(untested));
                self.fail(place, count, None, error);
            }
        }
        Ok(())
    }

    fn is_enough(
        &mut self,
        place: &Place<'_>,
        count: Count,
        head: &RepeatHead,
    ) -> Result<bool, EvalError> {
        if let Some(until) = &repeat_of(place).until {
            let execution = Execution {
                place: place.clone(),
                count,
                given: Given::Nothing,
            };
            if self.truth(&execution, until)? {
                return Ok(true);
            }
        }
        Ok(head.round + 1 >= head.max)
    }

    /// The pause between two rounds is over, or there is none.
    pub(super) fn next_round(&mut self, place: &Place<'_>, head: &RepeatHead) {
        let next = RepeatHead {
            round: head.round + 1,
            due: None,
            value: None,
            ..*head
        };
        self.open_round(place, next);
    }

    fn open_round(&mut self, place: &Place<'_>, head: RepeatHead) {
        let round = head.round;
        self.state.set_repeat(&place.path, Some(head));
        let body = &repeat_of(place).body;
        self.open_body(place, round, (ScopeKind::Round, body));
    }

    fn rounds_max(
        &mut self,
        execution: &Execution<'_>,
        expr: Option<&Expr>,
    ) -> Result<u32, EvalError> {
        let Some(expr) = expr else {
            return Ok(ROUNDS_DEFAULT);
        };
        let value = self.open_value(execution, expr)?;
        let Some(max) = whole(&value).filter(|max| *max >= 1) else {
            let shown = shown(&value);
            return Err(failed(format!(
                "max needs a whole number of at least 1, {} is {shown}",
                expr.source
            )));
        };
        let max = u32::try_from(max).ok().filter(|max| *max <= ITERATIONS_MAX);
        max.ok_or_else(|| {
            too_much(format!(
                "max is {}, a loop makes at most {ITERATIONS_MAX} rounds",
                shown(&value)
            ))
        })
    }
}

fn repeat_of<'p>(place: &Place<'p>) -> &'p Repeat {
    let StepKind::Repeat(repeat) = &place.step.kind else {
        unreachable!("a round lies below a repeat");
    };
    repeat
}
