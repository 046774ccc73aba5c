//! Sends: the channel, and the fields of the message against it.

use scriptum_contract::{ToolSignature, channels};
use scriptum_vm::program::{Send, Step};

use super::{Checker, body::StepEnd};
use crate::{codes, source_map::Part};

impl<'p> Checker<'p> {
    pub(super) fn send(&mut self, step: &'p Step, send: &'p Send) -> StepEnd {
        let at = Part::First.of(step.at);
        let callee = &send.callee;
        let known = self.catalog.find(&callee.origin, &callee.name).cloned();
        if known.is_none() && !self.map.is_hole(at) {
            let signatures = channels::ALL.iter();
            let names: Vec<&str> = signatures.map(|it: &_| channel_name(it)).collect();
            let nearest = self.suggest.nearest(&callee.local, names.iter().copied());
            let unknown = codes::unknown_channel(&callee.local, &names, self.span(at), nearest);
            self.report(unknown);
        }
        self.message(known.as_deref(), send, step);
        StepEnd {
            falls_through: true,
            value: None,
        }
    }

    fn message(&mut self, channel: Option<&ToolSignature>, send: &'p Send, step: &'p Step) {
        let named = send.fields.iter();
        let named = named.map(|field| (&field.name, self.span(field.at)));
        self.duplicates("field", named.collect());
        match channel.and_then(|channel| Some((channel, channel.input.as_deref()?))) {
            Some((channel, shape)) => {
                let at = Part::First.of(step.at);
                self.inputs(&send.callee.local, channel, shape, &send.fields, at);
            }
            None => {
                for field in &send.fields {
                    let ty = self.infer(&field.value.root);
                    self.facts.set_type(field.at, &ty);
                }
            }
        }
    }
}

fn channel_name(signature: &ToolSignature) -> &str {
    &signature.name.0
}
