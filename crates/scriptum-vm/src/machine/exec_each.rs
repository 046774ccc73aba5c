//! `each`: runs its body once an element, some of them at once; and what all loops share.
//!
//! A loop makes room and fills it: whenever an iteration ends, the next ones begin. With a pause it
//! goes by batches instead, each as wide as the loop. The list of results is made at the end.

use std::{num::NonZeroU32, ops::Range, sync::Arc};

use scriptum_contract::Value;

use super::{
    backoff::later,
    cells::{Batch, Count, LoopHead, Progress},
    place::{self, Place},
    run::{Done, Execution, Run},
    state::{Loop, ScopeKind, Variables},
    streams::counted,
};
use crate::{
    StepError, StepPath,
    eval::{EXPRESSION_FAILED, EvalError, LIMIT_EXCEEDED},
    limits::{ITERATIONS_MAX, PARALLEL_MAX, SCOPE_DEPTH_MAX, STREAM_ITEMS_WAITING_MAX},
    program::{Body, Each, Expr},
};

impl Run<'_> {
    pub(super) fn exec_each(
        &mut self,
        execution: &Execution<'_>,
        each: &Each,
    ) -> Result<(), EvalError> {
        let source = self.value(execution, &each.source)?;
        let total = self.length("each", &source, &each.source)?;
        let parallel = self.count("parallel", execution, each.parallel.as_ref())?;
        let sleep_ms = match &each.sleep {
            Some(sleep) => self.length_ms(execution, sleep, "sleep")?,
            None => 0,
        };
        check_depth(&execution.place)?;
        let shape = [("count", total), ("parallel", parallel)];
        let shape = shape.map(|(key, number)| (key, Value::Int(number.into())));
        self.begin(execution, Value::object(shape))?;
        let head = LoopHead {
            total: Some(total),
            from: None,
            parallel,
            group: None,
            gone: 0,
            batch: (sleep_ms > 0).then_some(Batch {
                sleep_ms,
                end: parallel.min(total),
                due: None,
            }),
        };
        self.begin_loop(execution, head, source);
        Ok(())
    }

    /// Lets a loop over a list begin; one without elements is over at once.
    pub(super) fn begin_loop(&mut self, execution: &Execution<'_>, head: LoopHead, source: Value) {
        let place = &execution.place;
        if head.total == Some(0) {
            let is_stream = self.state.streams.contains_key(&place.path);
            let done = if self.keeps_values(place) && !is_stream {
                Done::with(Value::list([]))
            } else {
                without_values(0)
            };
            self.complete(place, execution.count, done);
            return;
        }
        let (variables, _) = parts(place);
        let body = Loop::new(variables, head, self.values.keep(source));
        let inside = Progress::Inside {
            attempt: execution.count.attempt,
        };
        self.state.set_progress(place, inside);
        self.state.open_loop(place.path.clone(), body);
        self.advancing.push(place.path.clone());
    }

    /// Lets loops go on that may.
    pub(super) fn advance_all(&mut self) {
        while let Some(path) = self.advancing.pop() {
            self.advance(&path);
        }
    }

    fn advance(&mut self, path: &StepPath) {
        let Some(body) = self.state.loops.get(path) else {
            return;
        };
        if self.state.progress(path) == Some(&Progress::Over) {
            // Its values wait to be taken.
            return;
        }
        if body.is_over() {
            let place = self.step_at(path);
            self.end_loop(&place);
            return;
        }
        self.fill(path);
        self.check_length(path);
    }

    /// A loop over a stream learns only on the way that its list gets too long.
    fn check_length(&mut self, path: &StepPath) {
        let body = self.state.loop_at(path.components());
        let is_stream = self.state.streams.contains_key(path);
        if is_stream || body.head.from.is_none() || body.results.len() < ITERATIONS_MAX as usize {
            return;
        }
        let place = self.step_at(path);
        let count = self.inside_count(&place);
        let from = body.head.from.clone();
        let message = format!(
            "the list has more than {ITERATIONS_MAX} elements; hand them on with `->>` or give none"
        );
        let error = StepError::permanent(LIMIT_EXCEEDED, message);
        self.cancel_below(path);
        self.drop_under(path);
        self.state.close_loop(path);
        if let Some(from) = from {
            self.drain(&from);
        }
        self.fail(&place, count, None, error);
    }

    /// Lets as many iterations begin as there is room for.
    fn fill(&mut self, path: &StepPath) {
        if self.state.thread.held {
            return;
        }
        let begin = self.next_iterations(path);
        if begin.is_empty() {
            return;
        }
        let place = self.step_at(path);
        let (variables, body) = parts(&place);
        let from = self.state.loop_at(path.components()).head.from.clone();
        let Some(from) = from else {
            for index in begin {
                self.open_body(&place, index, (ScopeKind::Iteration, body));
            }
            return;
        };
        let items = self
            .state
            .take_items(&from, begin.start, begin.end - begin.start);
        for (index, item) in begin.zip(items) {
            self.open_body(&place, index, (ScopeKind::Iteration, body));
            let iteration = place.path.child(index);
            self.state.bind(&iteration, &variables.item, item);
        }
        self.close_if_spent(&from);
        self.advancing.push(from);
    }

    /// The iterations that can begin now.
    fn next_iterations(&self, path: &StepPath) -> Range<u32> {
        let body = self.state.loop_at(path.components());
        let head = &body.head;
        let end = head.batch.map(|batch| batch.end).or(head.total);
        let group = head.group.map_or(1, NonZeroU32::get);
        let first = body.begun();
        let left = end.unwrap_or(u32::MAX) - first;
        let mut count = left.min(body.room().saturating_mul(group));
        if self.state.streams.contains_key(path) {
            count = count.min(window(body));
        }
        if let Some(from) = &head.from {
            count = self.state.items_from(from, first, count);
        }
        if count < left {
            // Groups begin as a whole; what is left at the end is one, too.
            count -= count % group;
        }
        first..first + count
    }

    /// The steps of an iteration are done: keeps its value and goes on with the loop.
    pub(super) fn end_iteration(&mut self, scope: &StepPath) {
        let (index, path) = scope
            .components()
            .split_last()
            .expect("an iteration lies below its loop");
        let path = StepPath::from(path);
        let place = self.step_at(&path);
        let value = self.state.scope(scope.components()).last.clone();
        self.close_body(&place, scope);
        if self.keeps_values(&place) {
            self.state
                .add_result(&path, *index, value.unwrap_or_default());
        } else {
            let mut head = self.state.loop_at(path.components()).head.clone();
            head.gone += 1;
            self.state.set_loop_head(&path, head);
        }
        let body = self.state.loop_at(path.components());
        if let Some(batch) = body.head.batch
            && !body.is_over()
            && body.finished() == batch.end
        {
            self.sleep(&path, batch);
        }
        self.advancing.push(path.clone());
        let stream = self.state.streams.get(&path);
        self.advancing
            .extend(stream.and_then(|stream| stream.head.to.clone()));
    }

    /// The pause between two batches is over.
    pub(super) fn next_batch(&mut self, path: &StepPath) {
        let head = &self.state.loop_at(path.components()).head;
        let Some(batch) = head.batch else {
            return;
        };
        let end = batch.end.saturating_add(head.parallel);
        let end = head.total.map_or(end, |total| end.min(total));
        self.set_batch(
            path,
            Batch {
                end,
                due: None,
                ..batch
            },
        );
        self.advancing.push(path.clone());
    }

    fn sleep(&mut self, path: &StepPath, batch: Batch) {
        let due = later(self.at, batch.sleep_ms);
        self.set_batch(
            path,
            Batch {
                due: Some(due),
                ..batch
            },
        );
        self.ask_timer(path, due);
    }

    fn set_batch(&mut self, path: &StepPath, batch: Batch) {
        let head = LoopHead {
            batch: Some(batch),
            ..self.state.loop_at(path.components()).head.clone()
        };
        self.state.set_loop_head(path, head);
    }

    fn end_loop(&mut self, place: &Place<'_>) {
        let body = self.state.loop_at(place.path.components());
        if self.state.streams.contains_key(&place.path) {
            let done = without_values(body.finished());
            let count = self.inside_count(place);
            return self.complete(place, count, done);
        }
        let done = if self.keeps_values(place) {
            let list = Value::list(body.results.values().cloned());
            Done::with(self.values.keep(list))
        } else {
            without_values(body.finished())
        };
        self.state.close_loop(&place.path);
        let count = self.inside_count(place);
        self.complete(place, count, done);
    }

    /// The count of a step whose loop or branch is under way.
    pub(super) fn inside_count(&self, place: &Place<'_>) -> Count {
        let attempt = match self.state.progress(&place.path) {
            Some(Progress::Inside { attempt }) => *attempt,
            Some(
                Progress::Ready
                | Progress::Again(_)
                | Progress::Calling(_)
                | Progress::Waiting(_)
                | Progress::Asking(_)
                | Progress::Sleeping(_)
                | Progress::Listening(_)
                | Progress::Failed(_)
                | Progress::Draining(_)
                | Progress::Over,
            )
            | None => 0,
        };
        Count {
            attempt,
            ..self.count_of(&place.path)
        }
    }

    /// Elements of the list that a loop goes over.
    pub(super) fn length(&self, verb: &str, source: &Value, expr: &Expr) -> Result<u32, EvalError> {
        let opened = self.opened(source.clone())?;
        let Some(items) = opened.as_list() else {
            let (source, kind) = (&expr.source, opened.kind());
            return Err(failed(format!("{verb} needs a list, {source} is {kind}")));
        };
        let length = u32::try_from(items.len()).unwrap_or(u32::MAX);
        if length > ITERATIONS_MAX {
            return Err(too_much(format!(
                "the list has {length} elements, a loop takes at most {ITERATIONS_MAX}"
            )));
        }
        Ok(length)
    }

    /// The number behind `parallel` or `batch`; 1 without one.
    pub(super) fn count(
        &mut self,
        clause: &str,
        execution: &Execution<'_>,
        expr: Option<&Expr>,
    ) -> Result<u32, EvalError> {
        let Some(expr) = expr else {
            return Ok(1);
        };
        let value = self.open_value(execution, expr)?;
        let Some(width) = whole(&value).filter(|width| *width >= 1) else {
            let shown = shown(&value);
            return Err(failed(format!(
                "{clause} needs a whole number of at least 1, {} is {shown}",
                expr.source
            )));
        };
        u32::try_from(width)
            .ok()
            .filter(|width| *width <= PARALLEL_MAX)
            .ok_or_else(|| {
                too_much(format!(
                    "{clause} is {width}, a loop runs at most {PARALLEL_MAX} at once"
                ))
            })
    }
}

/// Refuses to go deeper than a path may be long.
pub(super) fn check_depth(place: &Place<'_>) -> Result<(), EvalError> {
    if place.path.components().len() / 2 < SCOPE_DEPTH_MAX as usize {
        return Ok(());
    }
    Err(too_much(format!(
        "loops and branches lie more than {SCOPE_DEPTH_MAX} deep in each other"
    )))
}

/// How many further values of a stream may come into being before some are taken.
fn window(body: &Loop) -> u32 {
    let group = body.head.group.map_or(1, NonZeroU32::get);
    let most = body.head.parallel.saturating_mul(group);
    let most = most.max(STREAM_ITEMS_WAITING_MAX);
    let waiting = u32::try_from(body.results.len()).unwrap_or(u32::MAX);
    most.saturating_sub(waiting.saturating_add(body.live))
}

/// What a loop consists of.
fn parts<'p>(place: &Place<'p>) -> (Variables, &'p Body) {
    place::loop_of(place.step).expect("a loop lies below a step that loops")
}

/// The end of a loop that keeps no values: the record shows how many there were.
fn without_values(iterations: u32) -> Done {
    Done {
        output: Some(counted(iterations)),
        ..Done::default()
    }
}

/// A number without fraction.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range was checked just before"
        )]
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 1e15 => Some(*float as i64),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

/// A scalar as JSON, anything else by its kind.
pub(super) fn shown(value: &Value) -> Arc<str> {
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => value
            .to_json()
            .map_or_else(|_| value.kind().into(), Arc::from),
        Value::List(_) | Value::Object(_) | Value::Secret(_) | Value::Stored(_) => {
            value.kind().into()
        }
    }
}

pub(super) fn failed(message: String) -> EvalError {
    EvalError::Failed(StepError::permanent(EXPRESSION_FAILED, message))
}

pub(super) fn too_much(message: String) -> EvalError {
    EvalError::Failed(StepError::permanent(LIMIT_EXCEEDED, message))
}
