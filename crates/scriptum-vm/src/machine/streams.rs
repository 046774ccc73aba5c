//! Streams: steps with `->>`, which go on in the background while the cursor is behind them.
//!
//! Such a step has cells of its own under its path, instead of a place in the head of its scope. A call
//! hands its items in one by one, as long as there is room; a loop's stream are the values of its
//! iterations. One `pipe` takes the items, in order. A stream belongs to the body that its step is in:
//! the body ends when its streams have, and what nobody will take any more is then dropped.

use std::sync::Arc;

use scriptum_contract::Value;

use super::{
    Ignored, Refused,
    cells::{Again, Calling, Count, Failed, Given, Head, Progress, StreamHead},
    place::{self, Place},
    run::{Done, Execution, Run},
    state::ScopeKind,
    stream_cells::Stream,
};
use crate::{
    Recovery, StepError, StepPath,
    eval::LIMIT_EXCEEDED,
    limits::STREAM_ITEMS_AT_ONCE_MAX,
    program::{Expr, Op},
};

impl Run<'_> {
    /// Lets a step go to the background; the cursor goes behind it.
    pub(super) fn launch(&mut self, execution: Execution<'_>) {
        let Execution { place, given, .. } = execution;
        self.drop_stream(&place.path);
        let count = self.count_of(&place.path);
        let step = match given {
            Given::Nothing => Progress::Ready,
            Given::Whole(_) | Given::Parts(_) | Given::Answer(_) | Given::Branch(_) => {
                Progress::Again(Box::new(Again { count, given }))
            }
        };
        if let Some(name) = place.step.kind.bound_name() {
            self.hide_stream(&place.scope, name);
            let scope = self.binding_scope(&place.scope);
            self.state.unbind(&scope, name);
        }
        let head = StreamHead {
            step,
            received: 0,
            gone: 0,
            to: None,
            drained: false,
        };
        self.state
            .open_stream(place.path.clone(), Stream::new(head));
        let before = &self.state.scope(place.scope.components()).head;
        let behind = Head {
            at: place.index + 1,
            step: Progress::Ready,
            rounds: before.rounds.clone(),
        };
        self.state.set_head(&place.scope, behind);
    }

    /// The stream that a source names, if it is one and nobody takes it yet.
    pub(super) fn stream_named(&self, place: &Place<'_>, source: &Expr) -> Option<StepPath> {
        let Op::Name(name) = &source.root.op else {
            return None;
        };
        self.unclaimed(&place.scope, name)
    }

    /// The stream of that name which nobody takes yet, unless something nearer has the name.
    fn unclaimed(&self, scope: &StepPath, name: &str) -> Option<StepPath> {
        let mut scope = scope.components();
        loop {
            let path = StepPath::from(scope);
            let all = self.state.streams_in(&path);
            let is_it = |path: &StepPath| {
                let head = &self.state.streams.get(path)?.head;
                let bound = self.step_at(path).step.kind.bound_name()?;
                let is_free = head.to.is_none() && !head.drained;
                (is_free && **bound == *name).then_some(())
            };
            if let Some(found) = all.iter().rev().find(|path| is_it(path).is_some()) {
                return Some(found.clone());
            }
            if self.is_bound_in(scope, name) {
                return None;
            }
            scope = place::around(scope)?;
        }
    }

    fn is_bound_in(&self, scope: &[u32], name: &str) -> bool {
        let Some(body) = self.state.scopes.get(scope) else {
            return false;
        };
        if body.bindings.contains_key(name) {
            return true;
        }
        let around = scope
            .split_last()
            .filter(|_| body.kind == ScopeKind::Iteration);
        let around = around.and_then(|(_, path)| self.state.loops.get(path));
        around.is_some_and(|it| *it.item == *name || it.index.as_deref() == Some(name))
    }

    /// A name means something else from here on: the stream that had it will not be taken.
    pub(super) fn hide_stream(&mut self, scope: &StepPath, name: &str) {
        if self.state.streams.is_empty() {
            return;
        }
        if let Some(stream) = self.unclaimed(scope, name)
            && self.binding_scope(scope) == self.binding_scope_of(&stream)
        {
            self.drain(&stream);
        }
    }

    fn binding_scope_of(&self, step: &StepPath) -> StepPath {
        let scope = step.parent().expect("a step lies in a scope");
        self.binding_scope(&scope)
    }

    /// An item of an open call.
    pub(super) fn item(
        &mut self,
        path: &StepPath,
        attempt: u32,
        (index, value): (u32, Value),
    ) -> Result<Value, Refused> {
        let stream = self.state.streams.get(path).ok_or(Ignored::NoSuchCall)?;
        let head = stream.head.clone();
        match &head.step {
            Progress::Calling(calling) if calling.count.attempt == attempt => {}
            Progress::Calling(_)
            | Progress::Ready
            | Progress::Again(_)
            | Progress::Waiting(_)
            | Progress::Asking(_)
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Draining(_)
            | Progress::Over => return Err(Ignored::NoSuchCall.into()),
        }
        if index != head.received || index == u32::MAX {
            return Err(Ignored::NoSuchItem.into());
        }
        if head.room() == 0 {
            return Err(Ignored::NoRoom.into());
        }
        let value = self.values.keep(value);
        self.receive(path, head, vec![value.clone()]);
        Ok(value)
    }

    /// Takes items in, or drops them when nobody wants them.
    fn receive(&mut self, path: &StepPath, mut head: StreamHead, items: Vec<Value>) {
        for (index, item) in (head.received..).zip(items) {
            head.received = index + 1;
            if head.drained {
                head.gone = index + 1;
            } else {
                self.state.put_item(path, index, item);
            }
        }
        let to = head.to.clone();
        self.state.set_stream_head(path, head);
        self.advancing.extend(to);
    }

    /// The call of a stream came to its end. A list that it gives holds the items that did not come by
    /// themselves.
    pub(super) fn stream_returned(
        &mut self,
        place: &Place<'_>,
        calling: &Calling,
        output: Value,
    ) -> Result<Value, StepError> {
        let recovery = calling.fallback.is_some().then_some(Recovery::Fallback);
        let output = self.take_rest(place, output)?;
        self.complete_stream(place, calling.count, recovery);
        Ok(output)
    }

    /// Somebody gives the items that a failed step did not.
    pub(super) fn stream_given(
        &mut self,
        place: &Place<'_>,
        failed: &Failed,
        output: Value,
    ) -> Result<(), Refused> {
        let Value::List(_) = &output else {
            return Err(Ignored::NoSuchChange.into());
        };
        let taken = self.take_rest(place, output);
        taken.map_err(|_| Ignored::NoSuchChange)?;
        self.complete_stream(place, failed.count, Some(Recovery::Operator));
        Ok(())
    }

    fn take_rest(&mut self, place: &Place<'_>, output: Value) -> Result<Value, StepError> {
        let Value::List(items) = output else {
            return Ok(self.values.keep(output));
        };
        let Some(stream) = self.state.streams.get(&place.path) else {
            return Ok(Value::List(items));
        };
        let head = stream.head.clone();
        let rest = items.get(head.received as usize..).unwrap_or_default();
        if rest.len() > STREAM_ITEMS_AT_ONCE_MAX {
            let message = format!(
                "{} items came at once, a stream takes at most {STREAM_ITEMS_AT_ONCE_MAX}",
                rest.len()
            );
            return Err(StepError::permanent(LIMIT_EXCEEDED, message));
        }
        let first = head.received as usize;
        let items: Vec<_> = items
            .iter()
            .map(|item| self.values.keep(item.clone()))
            .collect();
        let rest = items.get(first..).unwrap_or_default().to_vec();
        self.receive(&place.path, head, rest);
        Ok(Value::list(items))
    }

    fn complete_stream(&mut self, place: &Place<'_>, count: Count, recovery: Option<Recovery>) {
        let stream = self.state.streams.get(&place.path);
        let received = stream.map_or(0, |stream| stream.head.received);
        let done = Done {
            output: Some(counted(received)),
            value: None,
            recovery,
        };
        self.complete(place, count, done);
    }

    /// No further item will come: the pipe that takes them learns how many there are.
    pub(super) fn end_stream(&mut self, place: &Place<'_>, count: Count) {
        self.remember(place, count);
        let path = &place.path;
        let Some(stream) = self.state.streams.get(path) else {
            return;
        };
        let mut head = stream.head.clone();
        if let Some(body) = self.state.loops.get(path) {
            head.received = body.finished();
        }
        head.step = Progress::Over;
        let (to, total) = (head.to.clone(), head.received);
        self.state.set_stream_head(path, head);
        if let Some(to) = to {
            self.set_total(&to, total);
        }
        self.close_if_spent(path);
        self.wake_draining(&place.scope);
    }

    /// The number of elements of a loop is known.
    fn set_total(&mut self, path: &StepPath, total: u32) {
        let mut head = self.state.loop_at(path.components()).head.clone();
        head.total = Some(total);
        self.state.set_loop_head(path, head);
        self.advancing.push(path.clone());
    }

    /// Forgets a stream whose items were all taken.
    pub(super) fn close_if_spent(&mut self, path: &StepPath) {
        let Some(stream) = self.state.streams.get(path) else {
            return;
        };
        let is_empty = match self.state.loops.get(path) {
            Some(body) => body.results.is_empty(),
            None => stream.items.is_empty(),
        };
        let is_claimed = stream.head.to.is_some() || stream.head.drained;
        if stream.head.is_over() && is_claimed && is_empty {
            self.close_stream(path);
        }
    }

    pub(super) fn close_stream(&mut self, path: &StepPath) {
        if self.state.loops.contains_key(path) {
            self.state.close_loop(path);
        }
        self.state.close_stream(path);
    }

    /// Nobody will take the items: those that wait are dropped, as are those to come.
    pub(super) fn drain(&mut self, path: &StepPath) {
        let Some(stream) = self.state.streams.get(path) else {
            return;
        };
        let mut head = stream.head.clone();
        head.to = None;
        head.drained = true;
        let waiting: Vec<u32> = stream.items.keys().copied().collect();
        for index in waiting {
            self.state.take_item(path, index);
        }
        if !head.is_over() {
            head.gone = head.received;
        }
        self.state.set_stream_head(path, head);
        if let Some(body) = self.state.loops.get(path) {
            let kept: Vec<u32> = body.results.keys().copied().collect();
            let mut head = body.head.clone();
            for index in kept {
                self.state.take_result(path, index);
                head.gone += 1;
            }
            self.state.set_loop_head(path, head);
            self.advancing.push(path.clone());
        }
        self.close_if_spent(path);
    }

    /// True when streams of a body, and of those around it up to another one, are still at work: the
    /// cursor then waits for them, and what nobody takes is dropped.
    pub(super) fn waits_for_streams(&mut self, from: &StepPath, to: &StepPath) -> bool {
        if self.state.streams.is_empty() {
            return false;
        }
        let mut live = Vec::new();
        let mut scope = from.components();
        loop {
            let all = self.state.streams_in(&StepPath::from(scope));
            live.extend(all.into_iter().filter(|path| self.is_live(path)));
            if scope == to.components() {
                break;
            }
            let Some(outer) = place::around(scope) else {
                break;
            };
            scope = outer;
        }
        for path in &live {
            let stream = self.state.streams.get(path);
            if stream.is_some_and(|stream| stream.head.to.is_none() && !stream.head.drained) {
                self.drain(path);
            }
        }
        if live.is_empty() {
            return false;
        }
        let again = match &self.state.scope(from.components()).head.step {
            Progress::Again(again) => Some(again.clone()),
            Progress::Ready
            | Progress::Calling(_)
            | Progress::Waiting(_)
            | Progress::Asking(_)
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Draining(_)
            | Progress::Over => None,
        };
        self.state.set_step(from, Progress::Draining(again));
        true
    }

    fn is_live(&self, path: &StepPath) -> bool {
        let stream = self.state.streams.get(path);
        stream.is_some_and(|stream| !stream.head.is_over())
    }

    /// A stream of this body has ended: whoever waits for that, here or in a body inside, looks again.
    fn wake_draining(&mut self, scope: &StepPath) {
        let below = self.state.scopes.range(scope.clone()..);
        let below = below.take_while(|(path, _)| path.is_under(scope));
        let waiting = below.filter_map(|(path, body)| match &body.head.step {
            Progress::Draining(again) => Some((path.clone(), again.clone())),
            Progress::Ready
            | Progress::Again(_)
            | Progress::Calling(_)
            | Progress::Waiting(_)
            | Progress::Asking(_)
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Over => None,
        });
        for (path, again) in waiting.collect::<Vec<_>>() {
            let step = again.map_or(Progress::Ready, Progress::Again);
            self.state.set_step(&path, step);
        }
    }
}

/// What the record of a step shows whose values went elsewhere.
pub(super) fn counted(items: u32) -> Value {
    Value::object([(Arc::from("count"), Value::Int(items.into()))])
}
