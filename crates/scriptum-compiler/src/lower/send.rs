//! `send`: the channel and the fields of the message.

use scriptum_contract::{ToolName, ToolOrigin};
use scriptum_syntax::ast::{self, AstNode, StepNode};
use scriptum_vm::program::{Callee, Send, Step, StepKind};

use super::Lower;
use crate::source_map::Part;

impl Lower<'_> {
    pub(super) fn send_step(&mut self, step: &ast::SendStep) -> Step {
        let at = self.step_id(step, 0);
        let place = Part::First.of(at);
        let channel = step.channel();
        let name = channel.as_ref().and_then(ast::StringLiteral::plain);
        match (&channel, &name) {
            (Some(channel), _) => self.map.place(place, channel.span()),
            (None, _) => self.map.mark_hole(place),
        }
        let local = self.names.share(&name.unwrap_or_default());
        let kind = StepKind::Send(Send {
            callee: Callee {
                name: ToolName(std::sync::Arc::clone(&local)),
                local,
                origin: ToolOrigin::Channel,
            },
            fields: self.inputs(step.inputs()),
        });
        self.finish(step, at, kind)
    }
}
