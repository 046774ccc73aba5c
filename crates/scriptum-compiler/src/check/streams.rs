//! Streams: who makes one, and who takes its items.

use std::sync::Arc;

use scriptum_contract::Type;
use scriptum_vm::program::{Node, NodeId, Op};

use super::{
    Checker,
    scope::{Binding, Kind, Stream},
};
use crate::{codes, source_map::Part};

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
            depth: self.places.len(),
            loops: self.emit_scopes.len(),
            taken: None,
        };
        self.streams.push((Arc::clone(name), at, false));
        let binding = Binding {
            ty: item,
            at,
            kind: Kind::Stream(stream),
            always: true,
        };
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
        self.facts
            .set_type(source.at, &Type::list(binding.ty.clone()));
        self.use_stream(stream);
        if let Some(first) = stream.taken {
            let first = self.span(first);
            self.report(codes::stream_taken::twice(name, span, first));
        } else if self.places.len() < stream.depth {
            self.report(codes::stream_taken::left(name, span, made));
        } else if self.emit_scopes.len() > stream.loops {
            self.report(codes::stream_taken::in_loop(name, span, made));
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
        self.report(codes::stream_read(name, span, made));
    }

    fn use_stream(&mut self, stream: Stream) {
        if let Some((_, _, is_used)) = self.streams.get_mut(stream.number) {
            *is_used = true;
        }
    }

    pub(super) fn unused_streams(&mut self) {
        for (name, at, is_used) in std::mem::take(&mut self.streams) {
            if !is_used {
                let span = self.span(at);
                self.report(codes::unused_stream(&name, span));
            }
        }
    }
}
