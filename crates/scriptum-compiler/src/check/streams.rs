//! Streams: who makes one, and who takes its items.
//!
//! The items come once. So a stream is taken by one pipe, in the body that makes it or below, in no loop
//! that the stream is not made in, and by none that a jump back reaches without the step that makes it.

use std::sync::Arc;

use scriptum_contract::Type;
use scriptum_vm::program::{Node, NodeId, Op};

use super::{
    Checker,
    scope::{Binding, Kind, Stream},
};
use crate::{codes, source_map::Part};

/// A stream of the script.
pub(super) struct Made {
    name: Arc<str>,
    /// The node of the name where it is bound.
    at: NodeId,
    /// True when a step does something with it.
    is_used: bool,
    /// True for one of `on thread error`.
    in_handler: bool,
    /// The step that makes it: its index in each of the bodies around, outermost first.
    maker: Vec<usize>,
    /// The pipe that takes it, likewise.
    taker: Vec<usize>,
}

impl Checker<'_> {
    /// The result of a loop gets a name: a list, or a stream of its values.
    pub(super) fn bind_values(&mut self, name: &Arc<str>, step: NodeId, item: Type, stream: bool) {
        if stream {
            self.bind_stream(name, step, item);
        } else {
            self.bind(name, step, Type::list(item));
        }
    }

    /// The stream of a step gets a name.
    pub(super) fn bind_stream(&mut self, name: &Arc<str>, step: NodeId, item: Type) {
        self.bind(name, step, Type::list(item.clone()));
        if name.is_empty() {
            return;
        }
        let at = Part::Bind.of(step);
        let stream = Stream {
            number: self.streams.len(),
            loops: self.loops,
            taken: None,
        };
        self.streams.push(Made {
            name: Arc::clone(name),
            at,
            is_used: false,
            in_handler: self.in_handler,
            maker: self.children(),
            taker: Vec::new(),
        });
        let binding = Binding::new(item, at, Kind::Stream(stream));
        self.remember_bound(name, &binding);
        self.scope.set(Arc::clone(name), binding);
    }

    /// The type of the items, when a pipe goes over a stream; the pipe takes them.
    pub(super) fn taken_stream(&mut self, source: &Node) -> Option<Type> {
        let Op::Name(name) = &source.op else {
            return None;
        };
        let binding = self.scope.get(name)?;
        let Kind::Stream(stream) = binding.kind else {
            return None;
        };
        let (binding, span) = (binding.clone(), self.span(source.at));
        let made = self.span(binding.at);
        self.facts.set_definition(source.at, binding.at);
        self.facts.set_also(source.at, binding.also.as_ref());
        self.facts
            .set_type(source.at, &Type::list(binding.ty.clone()));
        self.use_stream(stream);
        if let Some(first) = stream.taken {
            let first = self.span(first);
            self.report(codes::stream_taken::twice(name, span, first));
        } else if self.has_ended(stream) {
            self.report(codes::stream_taken::left(name, span, made));
        } else if self.loops > stream.loops {
            self.report(codes::stream_taken::in_loop(name, span, made));
        } else if !binding.always {
            self.report(codes::maybe_unbound::stream(name, span, made));
        }
        let here = self.children();
        if let Some(made) = self.streams.get_mut(stream.number) {
            made.taker = here;
        }
        let taken = Stream {
            taken: Some(source.at),
            ..stream
        };
        let item = binding.ty.clone();
        let kind = Kind::Stream(taken);
        self.scope
            .set(Arc::clone(name), Binding { kind, ..binding });
        Some(item)
    }

    /// An expression reads a stream, which has no value.
    pub(super) fn read_stream(&mut self, node: &Node, name: &str, made: NodeId, stream: Stream) {
        self.use_stream(stream);
        let (span, made) = (self.span(node.at), self.span(made));
        self.report(codes::stream_read::stream_read(name, span, made));
    }

    /// The index of the current step in each of the bodies around it, outermost first.
    fn children(&self) -> Vec<usize> {
        self.places.iter().map(|place| place.child).collect()
    }

    /// True when the body that makes a stream is not around the current step.
    fn has_ended(&self, stream: Stream) -> bool {
        let Some(stream) = self.streams.get(stream.number) else {
            return false;
        };
        let around = stream.maker.split_last().map_or(&[][..], |(_, body)| body);
        let is_around = self.places.len() > around.len() && self.children().starts_with(around);
        !is_around || stream.in_handler != self.in_handler
    }

    /// `check … retry` runs the step before it again.
    pub(super) fn retried_streams(&mut self, before: usize, at: NodeId) {
        let Some(body) = self.places.len().checked_sub(1) else {
            return;
        };
        for (name, pipe) in self.taken_again(body, before) {
            let (span, pipe) = (self.span(at), self.span(pipe));
            self.report(codes::stream_taken::by_retry(&name, span, pipe));
        }
    }

    /// A jump from the current step to a title in a body around it, before a child of that.
    pub(super) fn streams_passed_again(
        &mut self,
        title: &str,
        (body, target): (usize, usize),
        at: NodeId,
    ) {
        for (name, pipe) in self.taken_again(body, target) {
            let (span, pipe) = (self.span(at), self.span(pipe));
            self.report(codes::stream_taken::by_jump(&name, title, span, pipe));
        }
    }

    /// The streams whose pipe runs again when this body goes on at a child, but not the step that makes
    /// them; with where they are taken.
    fn taken_again(&self, body: usize, target: usize) -> Vec<(Arc<str>, NodeId)> {
        let here = self.children();
        let around = here.get(..body).unwrap_or_default();
        let again = |step: &[usize]| {
            step.starts_with(around) && step.get(body).is_some_and(|child| *child >= target)
        };
        let streams = self.streams.iter().enumerate();
        let streams = streams.filter(|(_, it)| again(&it.taker) && !again(&it.maker));
        let taken = streams.filter_map(|(number, it)| match self.scope.get(&it.name)?.kind {
            Kind::Stream(stream) if stream.number == number => {
                Some((Arc::clone(&it.name), stream.taken?))
            }
            Kind::Stream(_)
            | Kind::Declared
            | Kind::Step
            | Kind::Variable
            | Kind::Given
            | Kind::Leftover => None,
        });
        taken.collect()
    }

    /// True when an `each` goes over a stream, which is reported.
    pub(super) fn stream_by_each(&mut self, source: &Node, each: NodeId) -> bool {
        let Op::Name(name) = &source.op else {
            return false;
        };
        let Some((made, Kind::Stream(stream))) =
            self.scope.get(name).map(|found| (found.at, found.kind))
        else {
            return false;
        };
        self.use_stream(stream);
        self.facts.set_definition(source.at, made);
        let (span, made) = (self.span(source.at), self.span(made));
        let verb = self.part(each, Part::Verb);
        self.report(codes::stream_read::by_each(name, span, made, verb));
        true
    }

    /// The name of a result that its tool could have handed on item by item.
    pub(super) fn unstreamed<'n>(&self, node: &'n Node) -> Option<&'n str> {
        let Op::Name(name) = &node.op else {
            return None;
        };
        let binding = self.scope.get(name)?;
        self.unstreamed.contains(&binding.at).then_some(&**name)
    }

    fn use_stream(&mut self, stream: Stream) {
        if let Some(made) = self.streams.get_mut(stream.number) {
            made.is_used = true;
        }
    }

    pub(super) fn unused_streams(&mut self) {
        for made in std::mem::take(&mut self.streams) {
            if !made.is_used {
                let span = self.span(made.at);
                self.report(codes::unused_stream(&made.name, span));
            }
        }
    }
}
