//! What is to come of a test.

use std::{ops::Range, sync::Arc};

use scriptum_contract::{Field, Type, Value};

use super::{Reader, only, text};
use crate::cmd::test::{
    faults::unknown,
    model::{Expect, ExpectedCalls, ExpectedStep, Outcome, Yields},
    pattern::Pattern,
    yaml::Node,
};

const EXPECT_KEYS: [&str; 7] = [
    "status", "output", "exact", "yields", "steps", "calls", "error",
];
const STEP_KEYS: [&str; 2] = ["status", "attempts"];
const ERROR_KEYS: [&str; 5] = ["code", "message", "retryable", "details", "step"];

/// States of a step.
const STEP_STATES: [&str; 4] = ["completed", "failed", "skipped", "running"];

impl Reader<'_> {
    pub(super) fn expect<'f>(&mut self, node: &'f Node) -> Option<Expect<'f>> {
        self.entries(node, "expect")?;
        only(node, &EXPECT_KEYS, "'expect'", &mut self.faults);
        let output = node.get("output");
        if let Some(output) = output {
            self.fields(output, &self.script.program.contract.outputs);
        }
        Some(Expect {
            node,
            status: node.get("status").and_then(|node| self.status(node)),
            exact: node
                .get("exact")
                .is_some_and(|node| self.truth(node, "exact")),
            output: output.map(|node| (Pattern::read(node, &mut self.faults), node)),
            yields: node.get("yields").map(|node| (self.yields(node), node)),
            steps: self.steps(node),
            calls: self.calls(node),
            error: node.get("error").map(|node| (self.error(node), node)),
        })
    }

    fn status<'f>(&mut self, node: &'f Node) -> Option<(Outcome, &'f Node)> {
        let name = text(node, "status", &mut self.faults)?;
        let outcome = Outcome::ALL.into_iter().find(|it| it.name() == &*name);
        if outcome.is_none() {
            let message = format!("a thread is never '{name}'");
            let names = Outcome::ALL.map(Outcome::name);
            self.add(&unknown(node.at.clone(), message, &name, names));
        }
        Some((outcome?, node))
    }

    /// A number of yields, or the yields themselves.
    fn yields(&mut self, node: &Node) -> Yields {
        for item in node.items().unwrap_or_default() {
            if let Some(stream) = &self.script.program.contract.stream {
                self.fields(item, stream);
            }
        }
        let pattern = Pattern::read(node, &mut self.faults);
        match &pattern {
            Pattern::List(_) => Yields::Each(pattern),
            Pattern::Scalar(Value::Int(_)) | Pattern::Rules(..) => Yields::Count(pattern),
            Pattern::Scalar(_) | Pattern::Object(_) => {
                self.wrong(node, "yields", "a number, or a list of yields");
                Yields::Count(pattern)
            }
        }
    }

    /// States by step: a word, or a mapping with more.
    fn steps<'f>(&mut self, expect: &'f Node) -> Vec<ExpectedStep<'f>> {
        let node = expect.get("steps");
        let entries = node.and_then(|node| self.entries(node, "steps"));
        let mut steps = Vec::new();
        for (key, node) in entries.unwrap_or_default() {
            let state = match node.entries() {
                Some(_) => {
                    only(node, &STEP_KEYS, "a step", &mut self.faults);
                    node.get("status")
                }
                None => Some(node),
            };
            if let Some((name, at)) = state.and_then(|it| Some((it.text()?, it.at.clone()))) {
                self.one_of(name, at, &STEP_STATES);
            }
            if let Some(step) = self.step(&key.text, &key.at) {
                let pattern = Pattern::read(node, &mut self.faults);
                steps.push(ExpectedStep {
                    step,
                    pattern,
                    node,
                });
            }
        }
        steps
    }

    fn one_of(&mut self, name: &str, at: Range<usize>, known: &[&'static str]) {
        if !known.contains(&name) {
            let message = format!("a step is never '{name}'");
            self.add(&unknown(at, message, name, known.iter().copied()));
        }
    }

    /// Numbers of calls by tool.
    fn calls<'f>(&mut self, expect: &'f Node) -> Vec<ExpectedCalls<'f>> {
        let node = expect.get("calls");
        let entries = node.and_then(|node| self.entries(node, "calls"));
        let entries = entries.unwrap_or_default().iter();
        let calls = entries.filter_map(|(key, node)| {
            let pattern = Pattern::read(node, &mut self.faults);
            let tool = self.tool(key)?;
            Some(ExpectedCalls {
                tool,
                name: Arc::clone(&key.text),
                pattern,
                node,
            })
        });
        calls.collect()
    }

    fn error(&mut self, node: &Node) -> Pattern {
        if node.entries().is_some() {
            only(node, &ERROR_KEYS, "an error", &mut self.faults);
        } else {
            self.wrong(node, "error", "a mapping such as {code: CHECK_FAILED}");
        }
        Pattern::read(node, &mut self.faults)
    }

    /// Fields that a contract does not have cannot come.
    fn fields(&mut self, node: &Node, fields: &[Field]) {
        if matches!(Pattern::read(node, &mut Vec::new()), Pattern::Rules(..)) {
            return;
        }
        for (key, inner) in node.entries().unwrap_or_default() {
            if let Some(field) = fields.iter().find(|field| field.name == key.text) {
                self.inner_fields(inner, &field.ty);
            } else {
                let names = fields.iter().map(|field| &*field.name);
                let message = format!("the script gives no '{}'", key.text);
                self.add(&unknown(key.at.clone(), message, &key.text, names));
            }
        }
    }

    fn inner_fields(&mut self, node: &Node, ty: &Type) {
        let ty = ty.without_null();
        if let Some(shape) = ty.as_shape().filter(|shape| !shape.open) {
            self.fields(node, &shape.fields);
        }
        if let Some(list) = ty.as_list() {
            for item in node.items().unwrap_or_default() {
                self.inner_fields(item, &list.item);
            }
        }
    }
}
