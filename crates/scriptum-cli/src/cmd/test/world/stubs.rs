//! The answers to calls: which stub is meant, what it gives, and which one is missing.

use scriptum_contract::{ToolOrigin, ToolSignature, Value, from_json_schema};
use scriptum_engine::{Limits, checked_output, timed_out};
use scriptum_vm::{
    Call, StepError, StepPath,
    play::Answer,
    program::{Step, StepKind},
};

use super::{GaveUp, Stage};
use crate::cmd::test::{
    model::{Does, Stub, Stubs, Then, Whose},
    pattern::Strictness,
    read, write,
};

impl<'c> Stage<'c> {
    /// The first stub that fits and is not used up.
    pub(super) fn stub(&mut self, call: &Call, args: &Value) -> Option<&'c Stub> {
        let case = self.case;
        for (at, stubs) in case.stubs.iter().enumerate() {
            if !self.is_meant(stubs, call) {
                continue;
            }
            let used = self.used.get_mut(at)?;
            for (stub, used) in stubs.list.iter().zip(used) {
                let is_left = stub.times.is_none_or(|times| *used < times);
                let when = stub.when.as_ref();
                if is_left && when.is_none_or(|it| it.fits(Some(args), Strictness::Subset)) {
                    *used += 1;
                    return Some(stub);
                }
            }
        }
        None
    }

    fn is_meant(&self, stubs: &Stubs, call: &Call) -> bool {
        match &stubs.whose {
            Whose::Tool(name) => *name == call.callee.name.0,
            Whose::Script(name) => self.script_of(call).is_some_and(|it| *it == **name),
            Whose::Step(step) => {
                let agent = self.agent_of(&call.path);
                self.is_step(step, &call.path) || agent.is_some_and(|it| self.is_step(step, &it))
            }
        }
    }

    /// What a stub makes of a call.
    pub(super) fn answered(
        &self,
        call: &Call,
        stub: &Stub,
        signature: Option<&ToolSignature>,
    ) -> Answer {
        let run = match &stub.does {
            Does::Returns(value) => self.of_thread(call, value),
            Does::Fails(_) | Does::Items { .. } | Does::Hangs => None,
        };
        match (run, stub.takes_ms) {
            (None, _) => answer_of(call, stub, signature),
            (Some(value), 0) => Answer::Now(Ok(value)),
            // A thread may take longer than any call of a tool.
            (Some(value), ms) => Answer::After {
                ms,
                result: Ok(value),
            },
        }
    }

    /// The name of the script that a call runs.
    fn script_of<'a>(&self, call: &'a Call) -> Option<&'a str> {
        self.script.step(&call.path).filter(|step| is_run(step))?;
        call.args.as_object()?.get("script")?.as_text()
    }

    /// What a sub-thread gives when its output is stubbed with this value.
    fn of_thread(&self, call: &Call, output: &Value) -> Option<Value> {
        self.script.step(&call.path).filter(|step| is_run(step))?;
        Some(Value::object([
            ("output", output.clone()),
            ("status", Value::text("COMPLETED")),
            ("thread_id", Value::text("thr_child")),
        ]))
    }

    /// The agent whose model is called at this path: its turns are `agent.cycle.0`.
    fn agent_of(&self, path: &StepPath) -> Option<StepPath> {
        let [agent @ .., _, 0] = path.components() else {
            return None;
        };
        let agent = StepPath::from(agent);
        let step = self.script.step(&agent)?;
        matches!(step.kind, StepKind::Agent(_)).then_some(agent)
    }

    pub(super) fn unstubbed(&self, call: &Call) -> GaveUp {
        let name = &call.callee.local;
        let step = self.step_name(&call.path);
        let meant = self.case.stubs.iter().filter(|it| self.is_meant(it, call));
        let stubs: usize = meant.map(|stubs| stubs.list.len()).sum();
        let args = write::flow(&without_schema(&call.args));
        let message = match stubs {
            0 => format!("{step} calls '{name}', which has no stub"),
            1 => format!("{step} calls '{name}', whose stub does not fit or is used up"),
            _ => format!("{step} calls '{name}', of whose {stubs} stubs none fits"),
        };
        let help = vec![
            format!("it is called with {args}"),
            "write a stub under 'tools':".to_owned(),
            format!("  {name}: {{returns: {}}}", self.suggested(call)),
        ];
        GaveUp { message, help }
    }

    /// A value that the tool could return.
    fn suggested(&self, call: &Call) -> String {
        let Some(signature) = self.script.signature(&call.callee) else {
            return "{}".to_owned();
        };
        if signature.origin == ToolOrigin::Model {
            let schema = call.args.as_object().and_then(|args| args.get("schema"));
            let shape = schema.map(from_json_schema);
            let asked = shape.and_then(|ty| read::sample(&ty));
            let text = || Value::object([("text", Value::text("…"))]);
            if asked.is_some() || &*signature.name.0 == "llm" {
                return write::flow(&asked.unwrap_or_else(text));
            }
        }
        read::sample(&signature.output).map_or_else(|| "{}".to_owned(), |it| write::flow(&it))
    }

    fn step_name(&self, path: &StepPath) -> String {
        match self.labels.get(path) {
            Some(label) => format!("step {path} \"{label}\""),
            None => format!("step {path}"),
        }
    }
}

/// The arguments that the script gives; the schema of an answer would hide them.
fn without_schema(args: &Value) -> Value {
    let args = args.as_object().into_iter().flatten();
    Value::object(args.filter(|(name, _)| &**name != "schema").cloned())
}

fn is_run(step: &Step) -> bool {
    matches!(step.kind, StepKind::Run(_))
}

fn answer_of(call: &Call, stub: &Stub, signature: Option<&ToolSignature>) -> Answer {
    let result = match (&stub.does, signature) {
        (Does::Hangs, _) => return too_late(call),
        (Does::Items { items, then }, _) => {
            let items = items.clone();
            let then = match then {
                Then::Ends => Some(Ok(Value::Null)),
                Then::Fails(error) => Some(Err(error.clone())),
                Then::Hangs => None,
            };
            return Answer::Items { items, then };
        }
        (Does::Fails(error), _) => Err(error.clone()),
        (Does::Returns(value), None) => Ok(value.clone()),
        (Does::Returns(value), Some(signature)) => {
            let value = read::returned(value.clone(), signature);
            checked_output(&call.callee, signature, value)
        }
    };
    timed(call, stub.takes_ms, result)
}

/// An answer when it comes, or what becomes of a call that takes too long.
fn timed(call: &Call, ms: u64, result: Result<Value, StepError>) -> Answer {
    match ms {
        0 => Answer::Now(result),
        ms if ms < Limits::default().call_ms_max => Answer::After { ms, result },
        _ => too_late(call),
    }
}

fn too_late(call: &Call) -> Answer {
    let ms = Limits::default().call_ms_max;
    let result = Err(timed_out(&call.callee, ms));
    Answer::After { ms, result }
}
