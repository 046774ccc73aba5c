//! `ask`: waits for somebody's answer, for as long as it takes.
//!
//! An open ask asks nothing of the outside: an event tells of it, and the answer comes as a notification.
//! The terms of the answer are in the step's input; they are checked before anybody is asked.

use std::sync::Arc;

use scriptum_contract::{Reason, Value, Violation, check};

use super::{
    Ignored, Refused,
    backoff::later,
    cells::{Asking, Calling, Count, Progress},
    exec_do::Attempt,
    exec_each::whole,
    model::said,
    place::Place,
    run::{Done, Execution, Need, Run},
};
use crate::{
    Asked, Effect, Event, StepError, StepPath,
    builtins::time_text,
    eval::{EXPRESSION_FAILED, EvalError},
    limits::WRONG_ANSWERS_MAX,
    program::{Ask, StepKind, duration_ms},
};

const ASK_TIMEOUT: &str = "ASK_TIMEOUT";
const ASK_INVALID: &str = "ASK_INVALID";

/// Who answers with the default when the time is up.
const BY_DEFAULT: &str = "default";

impl<'r> Run<'r> {
    pub(super) fn exec_ask(
        &mut self,
        execution: &Execution<'_>,
        ask: &Ask,
    ) -> Result<(), EvalError> {
        let input = self.input(execution, &ask.inputs)?;
        let timeout_ms = self.checked_terms(&input, ask)?;
        self.begin(execution, input.clone())?;
        let asking = Asking {
            label: self.label(&execution.place, execution.count.attempt)?,
            due: timeout_ms.map(|ms| later(self.at, ms)),
            ..new(execution.count, 0, input)
        };
        self.open_ask(&execution.place, asking);
        Ok(())
    }

    /// The time of one more try has come.
    pub(super) fn ask_again(
        &mut self,
        place: &Place<'_>,
        ask: &Ask,
        call: Calling,
    ) -> Result<(), Need> {
        let input = call.input.unwrap_or_default();
        let timeout_ms = match self.checked_terms(&input, ask) {
            Ok(timeout_ms) => timeout_ms,
            Err(EvalError::Need(stored)) => return Err(Need(stored)),
            // The terms were checked before anybody was asked for the first time.
            Err(EvalError::Failed(_)) => None,
        };
        let attempt = call.count.attempt;
        self.begin_with(place, attempt, None, input.clone())?;
        let asking = Asking {
            label: self.label(place, attempt)?,
            due: timeout_ms.map(|ms| later(self.at, ms)),
            ..new(call.count, call.tries, input)
        };
        self.open_ask(place, asking);
        Ok(())
    }

    fn open_ask(&mut self, place: &Place<'_>, asking: Asking) {
        self.events.push(Event::InputAsked(asked(place, &asking)));
        if let (Some(due), false) = (asking.due, self.state.thread.held) {
            self.effects.push(Effect::Timer {
                path: place.path.clone(),
                due,
            });
        }
        let asking = Progress::Asking(Box::new(asking));
        self.state.set_step(&place.scope, asking);
    }

    /// Somebody answered who saw this attempt of the ask, with so many wrong answers.
    pub(super) fn answered(
        &mut self,
        path: &StepPath,
        (attempt, wrong): (Option<u32>, Option<u32>),
        value: Value,
        by: &Arc<str>,
    ) -> Result<Value, Refused> {
        let (place, asking) = self.asking_at(path)?;
        if attempt.is_some_and(|attempt| attempt != asking.count.attempt) {
            return Err(Ignored::Stale.into());
        }
        let opened = self.values.open_deep(&value).map_err(Need)?;
        let violations = self.violations(&place, &asking, &opened)?;
        if violations.is_empty() {
            self.wake();
            self.answer_taken(&place, &asking, answer_in(&opened), by);
        } else if wrong.is_some_and(|wrong| wrong != asking.wrong) {
            return Err(Ignored::Stale.into());
        } else {
            self.refuse_answer(&place, asking, &violations)?;
        }
        Ok(self.values.keep(value))
    }

    /// Nobody answered in time.
    pub(super) fn ask_due(&mut self, place: &Place<'_>, asking: Asking) -> Result<(), Need> {
        self.wake();
        if let Some(default) = field(&asking.input, "default").cloned() {
            self.answer_taken(place, &asking, &default, &BY_DEFAULT.into());
            return Ok(());
        }
        let error = StepError::permanent(ASK_TIMEOUT, "nobody answered in time");
        self.ask_failed(place, asking, error)
    }

    fn answer_taken(&mut self, place: &Place<'_>, asking: &Asking, answer: &Value, by: &Arc<str>) {
        let result = Value::object([
            ("value", answer.clone()),
            ("provided_by", Value::Text(Arc::clone(by))),
            ("provided_at", Value::from(time_text(self.at))),
            ("attempt", Value::Int(i64::from(asking.wrong) + 1)),
        ]);
        let result = self.values.keep(result);
        self.complete(place, asking.count, Done::with(result));
    }

    fn refuse_answer(
        &mut self,
        place: &Place<'_>,
        mut asking: Asking,
        violations: &[Violation],
    ) -> Result<(), Need> {
        let reason: Arc<str> = format!("the answer {}", said(violations)).into();
        asking.wrong += 1;
        asking.refusal = Some(Arc::clone(&reason));
        self.events.push(Event::AnswerRefused {
            path: place.path.clone(),
            attempt: asking.count.attempt,
            wrong: asking.wrong,
            reason: Arc::clone(&reason),
        });
        if asking.wrong < wrong_max(&asking.input) {
            let asking = Progress::Asking(Box::new(asking));
            self.state.set_step(&place.scope, asking);
            return Ok(());
        }
        self.wake();
        let message = format!(
            "{} answers were wrong; of the last one, {reason}",
            asking.wrong
        );
        let error = StepError::permanent(ASK_INVALID, message);
        self.ask_failed(place, asking, error)
    }

    fn ask_failed(
        &mut self,
        place: &Place<'_>,
        asking: Asking,
        error: StepError,
    ) -> Result<(), Need> {
        let attempt = Attempt {
            count: asking.count,
            tries: asking.tries,
            input: Some(asking.input),
            fallback: false,
            reported: false,
        };
        self.attempt_failed(place, attempt, error)
    }

    fn asking_at(&self, path: &StepPath) -> Result<(Place<'r>, Asking), Refused> {
        let Some((index, scope)) = path.components().split_last() else {
            return Err(Ignored::NoSuchAsk.into());
        };
        let head = self.state.scopes.get(scope).map(|scope| &scope.head);
        match head.map(|head| (head.at == *index, &head.step)) {
            Some((true, Progress::Asking(asking))) => {
                let place = self.place(StepPath::from(scope), *index);
                Ok((place, Asking::clone(asking)))
            }
            Some(_) | None => Err(Ignored::NoSuchAsk.into()),
        }
    }

    fn violations(
        &self,
        place: &Place<'_>,
        asking: &Asking,
        answer: &Value,
    ) -> Result<Vec<Violation>, Need> {
        let asked = asked(place, asking);
        let options = self.values.open_deep(&asked.options).map_err(Need)?;
        Ok(Asked { options, ..asked }.violations(answer))
    }

    /// Checks what the script says of the answer, and gives the time that there is for it.
    fn checked_terms(&self, input: &Value, ask: &Ask) -> Result<Option<u64>, EvalError> {
        let term = |name: &str| match field(input, name) {
            Some(value) => self.values.open_deep(value).map_err(EvalError::Need),
            None => Ok(Value::Null),
        };
        let options = term("options")?;
        if let Value::List(items) = &options
            && items.is_empty()
        {
            return Err(unfit("options", "a list with something in it", &options));
        }
        if !matches!(options, Value::Null | Value::List(_)) {
            return Err(unfit("options", "a list", &options));
        }
        let max_retries = term("max_retries")?;
        let is_count = whole(&max_retries)
            .is_some_and(|count| (1..=i64::from(WRONG_ANSWERS_MAX)).contains(&count));
        if max_retries != Value::Null && !is_count {
            let expected = format!("a whole number from 1 to {WRONG_ANSWERS_MAX}");
            return Err(unfit("max_retries", &expected, &max_retries));
        }
        if let Some(default) = field(input, "default") {
            let default = self.values.open_deep(default).map_err(EvalError::Need)?;
            let broken = violations(&default, &ask.answer, &options);
            if !broken.is_empty() {
                return Err(failed(format!("the default of the ask {}", said(&broken))));
            }
        }
        let timeout = term("timeout")?;
        let timeout_ms = match timeout.as_text() {
            Some(text) => duration_ms(text),
            None => whole(&timeout).and_then(|ms| u64::try_from(ms).ok()),
        };
        if timeout != Value::Null && timeout_ms.is_none() {
            return Err(unfit(
                "timeout",
                "milliseconds or a duration such as 30m",
                &timeout,
            ));
        }
        Ok(timeout_ms)
    }
}

impl Asked {
    /// What is wrong with an answer; nothing when it may be given. `options` must be the list itself
    /// and no reference to it.
    pub fn violations(&self, answer: &Value) -> Vec<Violation> {
        violations(answer_in(answer), &self.answer, &self.options)
    }
}

fn violations(answer: &Value, ty: &scriptum_contract::Type, options: &Value) -> Vec<Violation> {
    let broken = check(answer, ty);
    let Some(options) = options.as_list().filter(|_| broken.is_empty()) else {
        return broken;
    };
    if options.contains(answer) {
        return broken;
    }
    let json = |value: &Value| value.to_json().unwrap_or_default();
    let known: Vec<_> = options.iter().map(json).collect();
    vec![Violation {
        pointer: String::new(),
        reason: Reason::Enum,
        message: format!("must be one of {}, is {}", known.join(", "), json(answer)),
    }]
}

/// The answer itself: the member `value` of an object that has one.
fn answer_in(given: &Value) -> &Value {
    given
        .as_object()
        .and_then(|given| given.get("value"))
        .unwrap_or(given)
}

fn new(count: Count, tries: u32, input: Value) -> Asking {
    Asking {
        count,
        tries,
        input,
        label: None,
        due: None,
        wrong: 0,
        refusal: None,
    }
}

/// What an open ask asks.
pub(super) fn asked(place: &Place<'_>, asking: &Asking) -> Asked {
    let answer = match &place.step.kind {
        StepKind::Ask(ask) => ask.answer.clone(),
        StepKind::Do(_)
        | StepKind::Let(_)
        | StepKind::Each(_)
        | StepKind::Decide(_)
        | StepKind::Check(_)
        | StepKind::Together(_)
        | StepKind::Pipe(_)
        | StepKind::Repeat(_)
        | StepKind::Wait(_)
        | StepKind::Agent(_)
        | StepKind::Plan(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => scriptum_contract::Type::Any,
    };
    let input = &asking.input;
    Asked {
        path: place.path.clone(),
        attempt: asking.count.attempt,
        label: asking.label.clone(),
        prompt: field(input, "prompt").cloned().unwrap_or_default(),
        answer,
        options: field(input, "options").cloned().unwrap_or_default(),
        default: field(input, "default").cloned(),
        due: asking.due,
        max_retries: wrong_max(input),
        wrong: asking.wrong,
        refusal: asking.refusal.clone(),
    }
}

/// Wrong answers after which an ask fails.
fn wrong_max(input: &Value) -> u32 {
    const USUAL: u32 = 3;
    let given = field(input, "max_retries").and_then(whole);
    let given = given.and_then(|count| u32::try_from(count).ok());
    given.unwrap_or(USUAL)
}

/// A term of an ask; null counts as not given.
fn field<'v>(input: &'v Value, name: &str) -> Option<&'v Value> {
    let given = input.as_object().and_then(|input| input.get(name));
    given.filter(|given| **given != Value::Null)
}

fn unfit(name: &str, expected: &str, found: &Value) -> EvalError {
    let found = found.to_json().unwrap_or_default();
    failed(format!("`{name}` of an ask must be {expected}, is {found}"))
}

fn failed(message: String) -> EvalError {
    EvalError::Failed(StepError::permanent(EXPRESSION_FAILED, message))
}
