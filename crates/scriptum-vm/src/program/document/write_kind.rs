//! Writes what a step does, one function a primitive.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_saphyr::FlowMap;

use super::write::{Placed, entry, named};
use crate::program::{
    Action, Callee, Case, Decide, Goal, Input, Lane, Model, OnError, RunTarget, Step, StepKind,
    Test, Tools,
};

impl Placed<'_, Step> {
    pub(super) fn kind<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match &self.of.kind {
            StepKind::Do(step) => {
                map.serialize_entry("tool", &step.callee)?;
                named(map, "inputs", &step.inputs)?;
                entry(map, "returns", step.returns.as_ref())?;
                entry(map, "on_error", step.on_error.as_ref())?;
                bind(map, step.bind.as_ref(), step.stream)
            }
            StepKind::Let(step) => {
                map.serialize_entry("name", &step.name)?;
                map.serialize_entry("value", &step.value)
            }
            StepKind::Each(step) => {
                map.serialize_entry("item", &step.item)?;
                entry(map, "index", step.index.as_ref())?;
                map.serialize_entry("in", &step.source)?;
                entry(map, "parallel", step.parallel.as_ref())?;
                entry(map, "sleep", step.sleep.as_ref())?;
                map.serialize_entry("steps", &self.part(&step.body, ".*."))?;
                bind(map, step.bind.as_ref(), step.stream)
            }
            StepKind::Decide(step) => self.decide(map, step),
            StepKind::Check(step) => {
                match &step.test {
                    Test::Condition(condition) => map.serialize_entry("condition", condition)?,
                    Test::Question {
                        model: asked,
                        prompt,
                    } => {
                        map.serialize_entry("ask", prompt)?;
                        model(map, asked)?;
                    }
                }
                map.serialize_entry("on_pass", &step.on_pass)?;
                map.serialize_entry("on_fail", &step.on_fail)
            }
            StepKind::Together(step) => {
                let lanes = step.lanes.iter().enumerate();
                let placed = lanes.map(|(at, lane)| self.part(lane, format!(".{at}.")));
                map.serialize_entry("lanes", &placed.collect::<Vec<_>>())?;
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Pipe(step) => {
                map.serialize_entry("item", &step.item)?;
                map.serialize_entry("from", &step.source)?;
                entry(map, "batch", step.batch.as_ref())?;
                entry(map, "parallel", step.parallel.as_ref())?;
                map.serialize_entry("steps", &self.part(&step.body, ".*."))?;
                bind(map, step.bind.as_ref(), step.stream)
            }
            StepKind::Repeat(step) => {
                entry(map, "max", step.max.as_ref())?;
                entry(map, "until", step.until.as_ref())?;
                entry(map, "sleep", step.sleep.as_ref())?;
                map.serialize_entry("steps", &self.part(&step.body, ".*."))?;
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Wait(step) => {
                match &step.goal {
                    Goal::Duration(duration) => map.serialize_entry("for", duration)?,
                    Goal::Time(time) => map.serialize_entry("until", time)?,
                    Goal::Event { name, timeout } => {
                        map.serialize_entry("event", name)?;
                        entry(map, "timeout", timeout.as_ref())?;
                    }
                }
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Agent(step) => {
                model(map, &step.model)?;
                entry(map, "tools", step.tools.as_ref())?;
                entry(map, "on_error", step.on_error.as_ref())?;
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Ask(step) => {
                named(map, "inputs", &step.inputs)?;
                map.serialize_entry("answer", &step.answer)?;
                entry(map, "on_error", step.on_error.as_ref())?;
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Plan(step) => {
                model(map, &step.model)?;
                entry(map, "tools", step.tools.as_ref())?;
                entry(map, "on_error", step.on_error.as_ref())?;
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Run(step) => {
                match &step.target {
                    RunTarget::Planned(plan) => map.serialize_entry("plan", plan)?,
                    RunTarget::Stored(script) => map.serialize_entry("script", script)?,
                }
                named(map, "inputs", &step.inputs)?;
                entry(map, "on_error", step.on_error.as_ref())?;
                entry(map, "bind", step.bind.as_ref())
            }
            StepKind::Emit(step) => named(map, "fields", &step.fields),
            StepKind::Yield(step) => named(map, "fields", &step.fields),
            StepKind::Send(step) => {
                map.serialize_entry("tool", &step.callee)?;
                named(map, "fields", &step.fields)
            }
        }
    }

    fn decide<M: SerializeMap>(&self, map: &mut M, step: &Decide) -> Result<(), M::Error> {
        if let Some(asked) = &step.model {
            model(map, asked)?;
        }
        map.serialize_entry("cases", &step.cases)?;
        entry(map, "otherwise", step.otherwise.as_ref())?;
        let branches = step.branches.iter().enumerate();
        let placed = branches.map(|(at, branch)| self.part(branch, format!(".{at}.")));
        map.serialize_entry("branches", &placed.collect::<Vec<_>>())?;
        entry(map, "bind", step.bind.as_ref())
    }
}

/// A bound name, and whether it is a stream.
fn bind<M: SerializeMap>(
    map: &mut M,
    name: Option<&std::sync::Arc<str>>,
    stream: bool,
) -> Result<(), M::Error> {
    entry(map, "bind", name)?;
    entry(map, "mode", stream.then_some(&"stream"))
}

fn model<M: SerializeMap>(map: &mut M, model: &Model) -> Result<(), M::Error> {
    map.serialize_entry("model", &model.callee)?;
    named(map, "inputs", &model.inputs)
}

impl Serialize for Placed<'_, Lane> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entry(&mut map, "name", self.of.name.as_ref())?;
        map.serialize_entry("steps", &self.part(&self.of.body, ""))?;
        map.end()
    }
}

impl Serialize for Tools {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tools::Listed(callees) => tagged(serializer, "listed", callees),
            Tools::Computed(names) => tagged(serializer, "computed", names),
        }
    }
}

impl Serialize for Case {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("when", &self.when)?;
        map.serialize_entry("target", &self.target)?;
        map.end()
    }
}

impl Serialize for OnError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OnError::Ignore => serializer.serialize_str("ignore"),
            OnError::Retry { max, every_ms } => {
                tagged(serializer, "retry", &FlowMap(Retry { max, every_ms }))
            }
            OnError::Fallback { callee, inputs } => {
                tagged(serializer, "fallback", &Fallback { callee, inputs })
            }
        }
    }
}

struct Retry<'a> {
    max: &'a u32,
    every_ms: &'a Option<u64>,
}

impl Serialize for Retry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("max", self.max)?;
        entry(&mut map, "every_ms", self.every_ms.as_ref())?;
        map.end()
    }
}

struct Fallback<'a> {
    callee: &'a Callee,
    inputs: &'a [Input],
}

impl Serialize for Fallback<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("tool", self.callee)?;
        named(&mut map, "inputs", self.inputs)?;
        map.end()
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Action::Continue => serializer.serialize_str("continue"),
            Action::Goto(label) => tagged(serializer, "goto", label),
            Action::Retry(times) => tagged(serializer, "retry", times),
            Action::Fail(None) => serializer.serialize_str("fail"),
            Action::Fail(Some(message)) => tagged(serializer, "fail", message),
        }
    }
}

fn tagged<S: Serializer, T: Serialize>(
    serializer: S,
    tag: &str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(tag, value)?;
    map.end()
}
