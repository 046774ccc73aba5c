//! A model and a planner that say the same whenever they are asked the same. What a model says follows
//! from its task and the number of its turn alone, so what its calls bring may differ from run to run.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::future::pending;
use scriptum_contract::{ToolName, ToolOrigin, ToolSignature, Type, Value};
use scriptum_engine::{Incarnation, Sink, ThreadId, Tool, ToolCall, ToolError, ToolSource};
use scriptum_vm::{StepPath, program::planner};
use tokio::time::sleep;

use super::{
    checks::check_no_canary,
    rng::Rng,
    tools::number,
    world::{Seen, World, parse_key},
};

/// The name of the model.
pub(crate) const MODEL: &str = "llm";

/// A tool that no script imports, and that the model asks for all the same.
const NOBODY: &str = "nobody";

/// What a plan begins with; the name of a program follows.
const PLAN: &str = "plan ";

/// The word in the task of a planner that writes what does not compile.
pub(crate) const BADLY: &str = "badly";

/// How a model behaves in one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Answers, sooner or later.
    Good,
    /// Does not answer the first time.
    Hangs,
    /// Cannot be reached twice.
    Busy,
    /// Gives what is no turn of a model, however often it is asked.
    Mad,
}

/// One turn of a model.
#[derive(Debug)]
struct ModelTurn {
    agent: (ThreadId, StepPath),
    /// Counts from 0.
    cycle: u32,
    task: u64,
}

/// True when an agent with this task never gets an answer to its first question.
pub(crate) fn never_answers(task: u64) -> bool {
    let first = ModelTurn {
        agent: (ThreadId(0), StepPath::root()),
        cycle: 0,
        task,
    };
    first.mood() == Mood::Mad
}

/// How an agent is told its task.
pub(crate) fn task(number: u64) -> String {
    format!("task {number}")
}

/// The program that a plan stands for.
pub(crate) fn planned(source: &str) -> Option<&str> {
    source.strip_prefix(PLAN)
}

impl ModelTurn {
    fn of(call: &ToolCall) -> Option<ModelTurn> {
        let (thread, child) = parse_key(&call.key);
        let cycle = child.parent()?;
        let told = messages(call)
            .iter()
            .find(|told| is(told, "role", "user"))?;
        let task = text(told, "content")?.strip_prefix("task ")?.parse().ok()?;
        Some(ModelTurn {
            agent: (thread, cycle.parent()?),
            cycle: cycle.last()?,
            task,
        })
    }

    /// Chance that the task and the turn decide.
    fn chance(&self) -> Rng {
        let mut rng = Rng::new((self.task << 8) | u64::from(self.cycle));
        rng.split()
    }

    fn mood(&self) -> Mood {
        match self.chance().below(12) {
            0 => Mood::Hangs,
            1 => Mood::Busy,
            2 => Mood::Mad,
            _ => Mood::Good,
        }
    }

    fn text(&self) -> String {
        format!("turn {} of {}", self.cycle, self.task)
    }

    /// What the model says, and the calls that it asks for among the tools that it was offered.
    fn answer(&self, offered: &[Value]) -> Value {
        let mut rng = self.chance();
        let names: Vec<&str> = offered.iter().filter_map(|it| text(it, "name")).collect();
        let count = if names.is_empty() { 0 } else { rng.below(4) };
        let calls = (0..count).map(|_| {
            let name = if rng.permille(100) {
                NOBODY
            } else {
                rng.pick(&names)
            };
            let arguments = match rng.below(8) {
                0 => Value::text("no object"),
                1 => Value::text("{\"message\": 1}"),
                _ => Value::object([("message", Value::text(&self.text()))]),
            };
            Value::object([("name", Value::text(name)), ("arguments", arguments)])
        });
        let calls: Vec<Value> = calls.collect();
        Value::object([
            ("text", Value::text(&self.text())),
            ("tool_calls", Value::list(calls)),
            ("model", Value::text("simulated")),
            ("usage", Value::object::<&str>([])),
            ("finish_reason", Value::text("stop")),
        ])
    }

    /// The conversation that a model is shown holds each turn before this one once, with what each call of
    /// it brought.
    fn check(&self, call: &ToolCall) -> Result<(), String> {
        let mut rest = messages(call)
            .iter()
            .skip_while(|told| !is(told, "role", "assistant"));
        for cycle in 0..self.cycle {
            let before = ModelTurn {
                agent: self.agent.clone(),
                cycle,
                task: self.task,
            };
            let said = rest.next().ok_or("a turn is missing")?;
            if text(said, "content") != Some(&before.text()) {
                return Err(format!("turn {cycle} is not what was said in it"));
            }
            for asked in list(said, "tool_calls") {
                let told = rest.next().ok_or("what a call brought is missing")?;
                if !is(told, "role", "tool") || text(told, "tool_call_id") != text(asked, "id") {
                    return Err(format!("a call of turn {cycle} brought something else"));
                }
            }
        }
        match rest.next() {
            Some(_) => Err("there is more than was said".to_owned()),
            None => Ok(()),
        }
    }
}

/// No text in what a model is told holds the secret.
fn check_untold(world: &World, told: &Value) {
    match told {
        Value::Text(text) => check_no_canary(world, "a model is told", text),
        Value::List(items) => items.iter().for_each(|item| check_untold(world, item)),
        Value::Object(object) => {
            for (_, value) in object {
                check_untold(world, value);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Secret(_)
        | Value::Stored(_) => {}
    }
}

fn messages(call: &ToolCall) -> &[Value] {
    list(&call.args, "messages")
}

fn list<'v>(of: &'v Value, name: &str) -> &'v [Value] {
    let field = of.as_object().and_then(|of| of.get(name));
    field.and_then(Value::as_list).unwrap_or_default()
}

fn text<'v>(of: &'v Value, name: &str) -> Option<&'v str> {
    of.as_object()?.get(name)?.as_text()
}

fn is(of: &Value, name: &str, wanted: &str) -> bool {
    text(of, name) == Some(wanted)
}

/// The models of one node.
pub(crate) struct SimModels {
    pub(crate) world: Arc<World>,
    pub(crate) by: Incarnation,
}

struct SimModel {
    signature: Arc<ToolSignature>,
    world: Arc<World>,
    by: Incarnation,
}

#[async_trait]
impl ToolSource for SimModels {
    async fn list(&self) -> Result<Vec<Arc<ToolSignature>>, ToolError> {
        Ok(Vec::new())
    }

    async fn find(&self, name: &ToolName) -> Result<Option<Arc<dyn Tool>>, ToolError> {
        let model = || SimModel {
            signature: Arc::new(signature(ToolName::new(MODEL), ToolOrigin::Model)),
            world: Arc::clone(&self.world),
            by: self.by.clone(),
        };
        Ok((&*name.0 == MODEL).then(|| Arc::new(model()) as Arc<dyn Tool>))
    }
}

#[async_trait]
impl Tool for SimModel {
    fn signature(&self) -> &Arc<ToolSignature> {
        &self.signature
    }

    async fn call(&self, call: ToolCall, _out: &mut dyn Sink) -> Result<Value, ToolError> {
        let active = begin(&self.world, &call, &self.by);
        check_untold(&self.world, &call.args);
        let Some(turn) = ModelTurn::of(&call) else {
            self.world.accuse(format!("{} asks for no turn", call.key));
            return Ok(Value::Null);
        };
        if let Err(what) = turn.check(&call) {
            self.world
                .accuse(format!("{} is told wrong: {what}", call.key));
        }
        self.world.note_thinker(turn.agent.clone(), &self.by);
        if active.times > 1 {
            self.world.marks.reach("model", "asked again under its key");
        }
        match turn.mood() {
            Mood::Hangs if active.times == 1 => pending().await,
            Mood::Busy if number(&call.key) <= 2 => {
                Err(ToolError::retryable("BUSY", "the model is busy"))
            }
            Mood::Mad => Ok(Value::Int(1)),
            Mood::Good | Mood::Hangs | Mood::Busy => {
                sleep(Duration::from_millis(turn.chance().below(1_500))).await;
                Ok(turn.answer(list(&call.args, "tools")))
            }
        }
    }
}

/// What a `plan` step calls.
pub(crate) struct SimPlanner {
    signature: Arc<ToolSignature>,
    world: Arc<World>,
    by: Incarnation,
}

impl SimPlanner {
    pub(crate) fn new(world: &Arc<World>, by: &Incarnation) -> SimPlanner {
        let of = planner();
        SimPlanner {
            signature: Arc::new(signature(of.name.clone(), of.origin.clone())),
            world: Arc::clone(world),
            by: by.clone(),
        }
    }
}

#[async_trait]
impl Tool for SimPlanner {
    fn signature(&self) -> &Arc<ToolSignature> {
        &self.signature
    }

    /// The task names the program that is to be written.
    async fn call(&self, call: ToolCall, _out: &mut dyn Sink) -> Result<Value, ToolError> {
        let _active = begin(&self.world, &call, &self.by);
        let task = text(&call.args, "task").unwrap_or_default();
        sleep(Duration::from_millis(task.len() as u64 * 100)).await;
        let (name, valid) = match task.split_once(' ') {
            Some((name, BADLY)) => (name, false),
            Some(_) | None => (task, true),
        };
        self.world.marks.reach("plan", "written");
        Ok(Value::object([
            ("script", Value::from(format!("{PLAN}{name}"))),
            ("valid", Value::Bool(valid)),
        ]))
    }
}

fn begin(world: &Arc<World>, call: &ToolCall, by: &Incarnation) -> super::world::Active {
    world.begin_call(&Seen {
        key: &call.key,
        args: &call.args,
        by,
        is_idempotent: true,
    })
}

fn signature(name: ToolName, origin: ToolOrigin) -> ToolSignature {
    ToolSignature {
        name,
        origin,
        input: None,
        output: Type::Any,
        streaming: false,
        item: None,
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    }
}
