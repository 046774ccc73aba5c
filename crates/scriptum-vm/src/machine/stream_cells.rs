//! The streams among the state of a thread: what is known of one, and how it changes.
//!
//! A step in the background has its progress here instead of in the head of its scope. The items of a
//! call wait in its stream; those of a loop are the loop's results.

use std::collections::BTreeMap;

use scriptum_contract::Value;

use super::{
    cells::{Progress, StreamHead},
    changes::Undo,
    place::Place,
    state::State,
};
use crate::{StepPath, limits::STREAM_ITEMS_WAITING_MAX};

/// A step in the background.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) head: StreamHead,
    /// Items of a call that wait to be taken. Those of a loop are its results.
    pub(super) items: BTreeMap<u32, Value>,
}

impl Stream {
    /// A step that goes to the background.
    pub(super) fn new(head: StreamHead) -> Stream {
        Stream {
            head,
            items: BTreeMap::new(),
        }
    }
}

impl StreamHead {
    /// How many further items can be taken in.
    pub(super) fn room(&self) -> u32 {
        if self.drained {
            return u32::MAX;
        }
        STREAM_ITEMS_WAITING_MAX.saturating_sub(self.received - self.gone)
    }

    /// True when no further item will come.
    pub(super) fn is_over(&self) -> bool {
        self.step == Progress::Over
    }
}

impl State {
    /// What the step at a path is doing; `None` when it is not the current one.
    pub(super) fn progress(&self, path: &StepPath) -> Option<&Progress> {
        if let Some(stream) = self.streams.get(path) {
            return Some(&stream.head.step);
        }
        let (index, scope) = path.components().split_last()?;
        let head = &self.scopes.get(scope)?.head;
        (head.at == *index).then_some(&head.step)
    }

    /// Says what a step is doing, in the background or in its scope.
    pub(super) fn set_progress(&mut self, place: &Place<'_>, step: Progress) {
        match self.streams.get(&place.path) {
            Some(stream) => {
                let head = StreamHead {
                    step,
                    ..stream.head.clone()
                };
                self.set_stream_head(&place.path, head);
            }
            None => self.set_step(&place.scope, step),
        }
    }

    /// The streams whose steps are in a body itself, not in one below it.
    pub(super) fn streams_in(&self, scope: &StepPath) -> Vec<StepPath> {
        if self.streams.is_empty() {
            return Vec::new();
        }
        let below = self.streams.range(scope.clone()..);
        let below = below
            .map(|(path, _)| path)
            .take_while(|path| path.is_under(scope));
        let depth = scope.components().len() + 1;
        below
            .filter(|path| path.components().len() == depth)
            .cloned()
            .collect()
    }

    /// How many items of a stream follow each other from an index on, up to `most`.
    pub(super) fn items_from(&self, stream: &StepPath, first: u32, most: u32) -> u32 {
        let end = first.saturating_add(most);
        let all = match (self.loops.get(stream), self.streams.get(stream)) {
            (Some(body), _) => &body.results,
            (None, Some(stream)) => &stream.items,
            (None, None) => return 0,
        };
        let there = all.range(first..end).zip(first..);
        let there = there.take_while(|((index, _), expected)| *index == expected);
        u32::try_from(there.count()).unwrap_or(most)
    }

    /// Takes items of a stream, which are there.
    pub(super) fn take_items(&mut self, stream: &StepPath, first: u32, count: u32) -> Vec<Value> {
        let indices = first..first + count;
        if self.loops.contains_key(stream) {
            let taken = indices.filter_map(|index| self.take_result(stream, index));
            let taken: Vec<_> = taken.collect();
            let mut head = self.loop_at(stream.components()).head.clone();
            head.gone += count;
            self.set_loop_head(stream, head);
            return taken;
        }
        let taken: Vec<_> = indices
            .filter_map(|index| self.take_item(stream, index))
            .collect();
        let Some(before) = self.streams.get(stream) else {
            return taken;
        };
        let head = StreamHead {
            gone: before.head.gone + count,
            ..before.head.clone()
        };
        self.set_stream_head(stream, head);
        taken
    }
}

/// Changes that can be taken back.
impl State {
    /// Lets a step go to the background.
    pub(super) fn open_stream(&mut self, path: StepPath, stream: Stream) {
        self.insert_stream(path.clone(), stream);
        self.log.push(Undo::OpenedStream(path));
    }

    /// Takes a step in the background away, with the items that wait.
    pub(super) fn close_stream(&mut self, path: &StepPath) {
        if let Some(stream) = self.remove_stream(path) {
            self.log
                .push(Undo::ClosedStream(path.clone(), Box::new(stream)));
        }
    }

    /// Says how far a stream is, and what its step is doing.
    pub(super) fn set_stream_head(&mut self, path: &StepPath, head: StreamHead) {
        if let Some(before) = self.replace_stream_head(path, head) {
            self.log.push(Undo::StreamHead(path.clone(), before));
        }
    }

    /// Lets an item wait.
    pub(super) fn put_item(&mut self, path: &StepPath, index: u32, item: Value) {
        let before = self.replace_item(path, index, Some(item));
        self.log.push(Undo::Item(path.clone(), index, before));
    }

    /// Takes an item that waits.
    pub(super) fn take_item(&mut self, path: &StepPath, index: u32) -> Option<Value> {
        let item = self.replace_item(path, index, None)?;
        self.log
            .push(Undo::Item(path.clone(), index, Some(item.clone())));
        Some(item)
    }
}

/// The changes themselves; each keeps the index right, forwards and backwards.
impl State {
    pub(super) fn insert_stream(&mut self, path: StepPath, stream: Stream) {
        self.index.add_stream(&path, &stream.head);
        self.streams.insert(path, stream);
    }

    pub(super) fn remove_stream(&mut self, path: &StepPath) -> Option<Stream> {
        let stream = self.streams.remove(path)?;
        self.index.remove_stream(path, &stream.head);
        Some(stream)
    }

    pub(super) fn replace_stream_head(
        &mut self,
        path: &StepPath,
        head: StreamHead,
    ) -> Option<StreamHead> {
        let stream = self.streams.get_mut(path)?;
        self.index.remove_stream(path, &stream.head);
        self.index.add_stream(path, &head);
        Some(std::mem::replace(&mut stream.head, head))
    }

    pub(super) fn replace_item(
        &mut self,
        path: &StepPath,
        index: u32,
        item: Option<Value>,
    ) -> Option<Value> {
        let stream = self.streams.get_mut(path)?;
        match item {
            Some(item) => stream.items.insert(index, item),
            None => stream.items.remove(&index),
        }
    }
}
