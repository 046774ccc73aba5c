//! What an agent and its tools have said so far, read off the cells of its cycles.
//!
//! The first cycle keeps the agent's input; every cycle keeps what the model said (slot 0) and, in
//! slots counted from 1, each call that it asked for, with the result once there is one.

use std::sync::Arc;

use scriptum_contract::{Object, ToolOrigin, Value};

use super::{
    cells::{Calling, Progress},
    place::{self, Place},
    state::{ScopeKind, State},
};
use crate::{
    Call, StepPath,
    limits::{AGENT_CALLS_PER_CYCLE_MAX, AGENT_NAME_BYTES_MAX},
    program::{Agent, Callee, Program, StepKind, Tools},
};

/// The cell of the first cycle that holds the agent's input.
pub(super) const INPUT: &str = "input";
/// The cell of the first cycle that holds how many calls of the step came before this execution.
pub(super) const CALLS: &str = "calls";

/// Inputs of an agent that are not arguments of its model.
const OWN_INPUTS: [&str; 4] = ["task", "system", "max_iterations", "tools"];

/// A model's turn.
pub(super) struct Answer {
    pub(super) text: Value,
    pub(super) calls: Vec<ToolCall>,
}

/// A call that a model asks for.
pub(super) struct ToolCall {
    pub(super) id: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) arguments: Value,
    /// True when the arguments are no object.
    pub(super) is_broken: bool,
}

impl Answer {
    /// Reads what a model answered in the cycle at a path.
    pub(super) fn read(answer: &Value, cycle: &StepPath) -> Result<Answer, String> {
        let Some(object) = answer.as_object() else {
            let kind = answer.kind();
            return Err(format!(
                "the model answered with {kind} instead of an object"
            ));
        };
        let text = match object.get("text") {
            Some(text @ Value::Text(_)) => text.clone(),
            None | Some(Value::Null) => Value::text(""),
            Some(other) => {
                return Err(format!("the model's text is {}", other.kind()));
            }
        };
        let calls = match object.get("tool_calls") {
            None | Some(Value::Null) => &[],
            Some(calls) => calls
                .as_list()
                .ok_or("the model's tool calls are no list")?,
        };
        if calls.len() > AGENT_CALLS_PER_CYCLE_MAX {
            return Err(format!(
                "the model asked for {} calls at once, {AGENT_CALLS_PER_CYCLE_MAX} are possible",
                calls.len()
            ));
        }
        let calls = (1u32..).zip(calls);
        let calls = calls.map(|(index, call)| ToolCall::read(call, cycle, index));
        Ok(Answer {
            text,
            calls: calls.collect::<Result<_, _>>()?,
        })
    }
}

impl ToolCall {
    fn read(call: &Value, cycle: &StepPath, index: u32) -> Result<ToolCall, String> {
        let field = |name: &str| call.as_object().and_then(|call| call.get(name));
        let short = |value: Option<&Value>| {
            let text = value.and_then(Value::as_text)?;
            (!text.is_empty() && text.len() <= AGENT_NAME_BYTES_MAX).then(|| Arc::from(text))
        };
        let name = short(field("name")).ok_or("the model asked for a call without a name")?;
        let (arguments, is_broken) = arguments(field("arguments"));
        Ok(ToolCall {
            id: short(field("id")).unwrap_or_else(|| format!("call_{}", cycle.child(index)).into()),
            name,
            arguments,
            is_broken,
        })
    }

    /// The call as a cell.
    pub(super) fn cell(&self, result: Option<Value>) -> Value {
        let mut fields = vec![
            ("id", Value::Text(Arc::clone(&self.id))),
            ("name", Value::Text(Arc::clone(&self.name))),
            ("arguments", self.arguments.clone()),
        ];
        if self.is_broken {
            fields.push(("broken", Value::Bool(true)));
        }
        fields.extend(result.map(|result| ("result", result)));
        Value::object(fields)
    }

    fn kept(cell: &Value) -> ToolCall {
        let field = |name: &str| cell.as_object().and_then(|cell| cell.get(name));
        let text = |name: &str| field(name).and_then(Value::as_text).unwrap_or_default();
        ToolCall {
            id: text("id").into(),
            name: text("name").into(),
            arguments: field("arguments").cloned().unwrap_or_default(),
            is_broken: field("broken").is_some(),
        }
    }
}

/// Arguments as an object; models write them as a text of JSON, too. True with those that are none.
fn arguments(given: Option<&Value>) -> (Value, bool) {
    match given {
        None | Some(Value::Null) => (Value::object::<&str>([]), false),
        Some(object @ Value::Object(_)) => (object.clone(), false),
        Some(other) => {
            let read = other.as_text().and_then(|text| Value::from_json(text).ok());
            match read {
                Some(object @ Value::Object(_)) => (object, false),
                Some(_) | None => (other.clone(), true),
            }
        }
    }
}

/// The name of a cell of a cycle.
pub(super) fn slot(index: u32) -> Arc<str> {
    index.to_string().into()
}

/// What the model said, as a cell.
pub(super) fn said(text: Value, calls: &[ToolCall]) -> Value {
    let count = Value::Int(i64::try_from(calls.len()).unwrap_or(i64::MAX));
    Value::object([("text", text), ("calls", count)])
}

fn cell<'s>(state: &'s State, cycle: &StepPath, name: &str) -> Option<&'s Value> {
    state.scopes.get(cycle.components())?.bindings.get(name)
}

/// The input of an agent under way.
pub(super) fn input(state: &State, agent: &StepPath) -> Object {
    let input = cell(state, &agent.child(0), INPUT).and_then(Value::as_object);
    input.cloned().unwrap_or_else(|| Object::from_iter([]))
}

/// How many numbers of calls were used up before this execution of an agent.
pub(super) fn calls_before(state: &State, agent: &StepPath) -> u32 {
    match cell(state, &agent.child(0), CALLS) {
        Some(Value::Int(calls)) => u32::try_from(*calls).unwrap_or(0),
        Some(_) | None => 0,
    }
}

/// How many calls the model asked for in a cycle.
pub(super) fn calls_count(state: &State, cycle: &StepPath) -> u32 {
    let said = cell(state, cycle, "0").and_then(Value::as_object);
    match said.and_then(|said| said.get("calls")) {
        Some(Value::Int(calls)) => u32::try_from(*calls).unwrap_or(0),
        Some(_) | None => 0,
    }
}

/// A call that the model asked for.
pub(super) fn asked(state: &State, cycle: &StepPath, index: u32) -> ToolCall {
    let kept = cell(state, cycle, &slot(index));
    ToolCall::kept(kept.unwrap_or(&Value::Null))
}

/// The tool of that local name, among those that the agent may use.
pub(super) fn tool(program: &Program, tools: Option<&Tools>, name: &str) -> Option<Callee> {
    match tools? {
        Tools::Listed(callees) => callees.iter().find(|it| &*it.local == name).cloned(),
        Tools::Computed(_) => {
            let import = program.tools.iter().find(|it| &*it.local == name)?;
            Some(Callee {
                local: Arc::clone(&import.local),
                name: import.name.clone(),
                origin: import.origin.clone(),
            })
        }
    }
}

/// What the model has not been told before the cycle: the task, or what its calls brought.
pub(super) fn news(state: &State, cycle: &StepPath) -> Vec<Value> {
    let agent = cycle.parent().unwrap_or_default();
    match cycle.last().unwrap_or_default() {
        0 => opening(&input(state, &agent)),
        index => observations(state, &agent.child(index - 1)),
    }
}

/// All calls that were made, as the agent's result tells them.
pub(super) fn all_calls(state: &State, agent: &StepPath) -> Vec<Value> {
    let mut all = Vec::new();
    for cycle in cycles(state, agent) {
        for index in 1..=calls_count(state, &cycle) {
            let call = asked(state, &cycle, index);
            all.push(Value::object([
                ("name", Value::Text(call.name)),
                ("arguments", call.arguments),
                ("result", result(state, &cycle, index)),
            ]));
        }
    }
    all
}

/// What is asked of the outside for an open call of a cycle.
pub(super) fn call_of(
    program: &Program,
    state: &State,
    place: &Place<'_>,
    calling: &Calling,
) -> Option<Call> {
    let StepKind::Agent(agent) = &place.step.kind else {
        return None;
    };
    let (callee, args) = match place.index {
        0 => (
            agent.model.callee.clone(),
            model_args(program, state, place, agent),
        ),
        index => {
            let name = asked(state, &place.scope, index).name;
            let callee = tool(program, agent.tools.as_ref(), &name)?;
            (callee, calling.input.clone().unwrap_or_default())
        }
    };
    Some(Call {
        path: place.path.clone(),
        attempt: calling.count.attempt,
        number: calling.count.calls + 1,
        callee,
        args,
        items_from: None,
    })
}

fn model_args(program: &Program, state: &State, place: &Place<'_>, agent: &Agent) -> Value {
    let path = place.scope.parent().unwrap_or_default();
    let input = input(state, &path);
    let own = |name: &str| OWN_INPUTS.contains(&name);
    let further = input.iter().filter(|(name, _)| !own(name)).cloned();
    let mut args: Vec<(Arc<str>, Value)> = further.collect();
    args.push((
        "messages".into(),
        Value::list(messages(state, &path, &input)),
    ));
    let names = input
        .get("tools")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let tools = names.iter().filter_map(|name| {
        let callee = tool(program, agent.tools.as_ref(), name.as_text()?)?;
        Some(named(&callee))
    });
    let tools: Vec<Value> = tools.collect();
    if !tools.is_empty() {
        args.push(("tools".into(), Value::list(tools)));
    }
    Value::object(args)
}

/// A tool as the model's caller is told of it, who knows its signature.
pub(super) fn named(callee: &Callee) -> Value {
    let origin = match &callee.origin {
        ToolOrigin::Mcp(server) => Value::object([("mcp", Value::Text(Arc::clone(server)))]),
        ToolOrigin::Native => Value::text("native"),
        ToolOrigin::Cloud => Value::text("cloud"),
        ToolOrigin::Model => Value::text("model"),
        ToolOrigin::Channel => Value::text("channel"),
    };
    Value::object([
        ("name", Value::Text(Arc::clone(&callee.local))),
        ("tool", Value::Text(Arc::clone(&callee.name.0))),
        ("origin", origin),
    ])
}

/// The conversation so far.
fn messages(state: &State, agent: &StepPath, input: &Object) -> Vec<Value> {
    let mut all = opening(input);
    for cycle in cycles(state, agent) {
        let Some(said) = cell(state, &cycle, "0").and_then(Value::as_object) else {
            break;
        };
        let calls = (1..=calls_count(state, &cycle)).map(|index| {
            let call = asked(state, &cycle, index);
            Value::object([
                ("id", Value::Text(call.id)),
                ("name", Value::Text(call.name)),
                ("arguments", call.arguments),
            ])
        });
        all.push(Value::object([
            ("role", Value::text("assistant")),
            ("content", said.get("text").cloned().unwrap_or_default()),
            ("tool_calls", Value::list(calls)),
        ]));
        all.extend(observations(state, &cycle));
    }
    all
}

/// What the model is told before anything else.
fn opening(input: &Object) -> Vec<Value> {
    let message = |role: &str, content: &Value| {
        Value::object([("role", Value::text(role)), ("content", content.clone())])
    };
    let system = input.get("system").filter(|it| !matches!(it, Value::Null));
    let system = system.map(|system| message("system", system));
    let task = input.get("task").map(|task| message("user", task));
    system.into_iter().chain(task).collect()
}

/// What the calls of a cycle brought.
fn observations(state: &State, cycle: &StepPath) -> Vec<Value> {
    let calls = 1..=calls_count(state, cycle);
    let told = calls.map(|index| {
        let call = asked(state, cycle, index);
        Value::object([
            ("role", Value::text("tool")),
            ("tool_call_id", Value::Text(call.id)),
            ("name", Value::Text(call.name)),
            ("content", result(state, cycle, index)),
        ])
    });
    told.collect()
}

fn result(state: &State, cycle: &StepPath, index: u32) -> Value {
    let call = cell(state, cycle, &slot(index)).and_then(Value::as_object);
    let result = call.and_then(|call| call.get("result"));
    result.cloned().unwrap_or_default()
}

/// The cycles of an agent under way, in order.
fn cycles(state: &State, agent: &StepPath) -> impl Iterator<Item = StepPath> {
    let cycles = (0..).map(|index| agent.child(index));
    let is_there = |cycle: &StepPath| state.scopes.contains_key(cycle.components());
    cycles.take_while(is_there)
}

/// The open calls of cycles, and where they stand.
pub(super) fn open_call(program: &Program, state: &State, scope: &StepPath) -> Option<Call> {
    let cycle = state.scopes.get(scope.components())?;
    let Progress::Calling(calling) = &cycle.head.step else {
        return None;
    };
    let place = place::step_at(program, &scope.child(cycle.head.at))?;
    (cycle.kind == ScopeKind::Cycle)
        .then(|| call_of(program, state, &place, calling))
        .flatten()
}
