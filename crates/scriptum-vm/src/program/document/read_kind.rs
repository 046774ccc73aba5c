//! Reads what a step does, one function a primitive.

use std::sync::Arc;

use scriptum_contract::Type;

use super::{
    InvalidProgram,
    doc::{Doc, Entry, Fields},
    expr::{self, expr},
    read::{body, by_serde, callee, on_error, text},
};
use crate::program::{
    Action, Agent, Ask, Branch, Case, Check, Decide, Do, Each, Emit, Goal, Input, Lane, Let, Model,
    NodeId, Pipe, Plan, Repeat, Run, RunTarget, Send, StepKind, Test, Together, Tools, Wait, Yield,
};

/// Reads the fields of a primitive; `None` when there is no such primitive.
pub(super) fn kind(
    primitive: &str,
    fields: &mut Fields<'_>,
) -> Result<Option<StepKind>, InvalidProgram> {
    let kind = match primitive {
        "execute" => execute(fields)?,
        "let" => StepKind::Let(Let {
            name: text(fields.required("name")?)?,
            value: expr(fields.required("value")?)?,
        }),
        "iterate" => iterate(fields)?,
        "branch" => decide(fields, None)?,
        "decide" => {
            let model = model(fields)?;
            decide(fields, Some(model))?
        }
        "evaluate" => evaluate(fields)?,
        "parallel" => parallel(fields)?,
        "pipe" => pipe(fields)?,
        "repeat" => repeat(fields)?,
        "wait" => wait(fields)?,
        "agent" => agent(fields)?,
        "ask" => ask(fields)?,
        "plan" => plan(fields)?,
        "run" => run(fields)?,
        "emit" => StepKind::Emit(Emit {
            fields: fields.read("fields", inputs)?.unwrap_or_default(),
        }),
        "yield" => StepKind::Yield(Yield {
            fields: fields.read("fields", inputs)?.unwrap_or_default(),
        }),
        "send" => StepKind::Send(Send {
            callee: callee(fields.required("tool")?)?,
            fields: fields.read("fields", inputs)?.unwrap_or_default(),
        }),
        _ => return Ok(None),
    };
    Ok(Some(kind))
}

fn execute(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Do(Do {
        callee: callee(fields.required("tool")?)?,
        inputs: fields.read("inputs", inputs)?.unwrap_or_default(),
        returns: fields.read("returns", by_serde::<Type>)?,
        on_error: fields.read("on_error", on_error)?,
        bind: bind(fields)?,
        stream: stream(fields)?,
    }))
}

fn iterate(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Each(Each {
        item: text(fields.required("item")?)?,
        index: fields.read("index", text)?,
        source: expr(fields.required("in")?)?,
        parallel: fields.read("parallel", expr)?,
        sleep: fields.read("sleep", expr)?,
        body: body(fields.required("steps")?)?,
        bind: bind(fields)?,
        stream: stream(fields)?,
    }))
}

fn decide(fields: &mut Fields<'_>, model: Option<Model>) -> Result<StepKind, InvalidProgram> {
    let cases = fields.required("cases")?.list("a list of cases")?;
    let branches = fields.required("branches")?.list("a list of branches")?;
    Ok(StepKind::Decide(Decide {
        model,
        cases: cases.iter().map(case).collect::<Result<_, _>>()?,
        otherwise: fields.read("otherwise", text)?,
        branches: branches.iter().map(named_body).collect::<Result<_, _>>()?,
        bind: bind(fields)?,
    }))
}

fn evaluate(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    let test = match fields.read("condition", expr)? {
        Some(condition) => Test::Condition(condition),
        None => Test::Question {
            prompt: expr(fields.required("ask")?)?,
            model: model(fields)?,
        },
    };
    Ok(StepKind::Check(Check {
        test,
        on_pass: action(fields.required("on_pass")?)?,
        on_fail: action(fields.required("on_fail")?)?,
    }))
}

fn parallel(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    let lanes = fields.required("lanes")?.list("a list of lanes")?;
    Ok(StepKind::Together(Together {
        lanes: lanes.iter().map(lane).collect::<Result<_, _>>()?,
        bind: bind(fields)?,
    }))
}

fn lane(doc: &Doc) -> Result<Lane, InvalidProgram> {
    let mut fields = Fields::new(doc, "a lane")?;
    let name = fields.read("name", text)?;
    let body = body(fields.required("steps")?)?;
    fields.end()?;
    Ok(Lane { name, body })
}

fn pipe(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Pipe(Pipe {
        item: text(fields.required("item")?)?,
        source: expr(fields.required("from")?)?,
        batch: fields.read("batch", expr)?,
        parallel: fields.read("parallel", expr)?,
        body: body(fields.required("steps")?)?,
        bind: bind(fields)?,
        stream: stream(fields)?,
    }))
}

fn repeat(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Repeat(Repeat {
        max: fields.read("max", expr)?,
        until: fields.read("until", expr)?,
        sleep: fields.read("sleep", expr)?,
        body: body(fields.required("steps")?)?,
        bind: bind(fields)?,
    }))
}

fn wait(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    let goal = if let Some(duration) = fields.read("for", expr)? {
        Goal::Duration(duration)
    } else if let Some(time) = fields.read("until", expr)? {
        Goal::Time(time)
    } else {
        Goal::Event {
            name: expr(fields.required("event")?)?,
            timeout: fields.read("timeout", expr)?,
        }
    };
    Ok(StepKind::Wait(Wait {
        goal,
        bind: bind(fields)?,
    }))
}

fn agent(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Agent(Agent {
        model: model(fields)?,
        tools: fields.read("tools", tools)?,
        on_error: fields.read("on_error", on_error)?,
        bind: bind(fields)?,
    }))
}

fn ask(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Ask(Ask {
        inputs: fields.read("inputs", inputs)?.unwrap_or_default(),
        answer: by_serde(fields.required("answer")?)?,
        on_error: fields.read("on_error", on_error)?,
        bind: bind(fields)?,
    }))
}

fn plan(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Plan(Plan {
        model: model(fields)?,
        tools: fields.read("tools", tools)?,
        on_error: fields.read("on_error", on_error)?,
        bind: bind(fields)?,
    }))
}

fn run(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    let target = match fields.read("plan", expr)? {
        Some(plan) => RunTarget::Planned(plan),
        None => RunTarget::Stored(text(fields.required("script")?)?),
    };
    Ok(StepKind::Run(Run {
        target,
        inputs: fields.read("inputs", inputs)?.unwrap_or_default(),
        on_error: fields.read("on_error", on_error)?,
        bind: bind(fields)?,
    }))
}

fn model(fields: &mut Fields<'_>) -> Result<Model, InvalidProgram> {
    Ok(Model {
        callee: callee(fields.required("model")?)?,
        inputs: fields.read("inputs", inputs)?.unwrap_or_default(),
    })
}

fn tools(doc: &Doc) -> Result<Tools, InvalidProgram> {
    let (kind, value) = expr::tagged(doc, "listed or computed")?;
    match (&*kind, value) {
        ("listed", Some(callees)) => {
            let callees = callees.list("a list of tools")?;
            let callees = callees.iter().map(callee).collect::<Result<_, _>>()?;
            Ok(Tools::Listed(callees))
        }
        ("computed", Some(names)) => Ok(Tools::Computed(expr(names)?)),
        _ => Err(doc.at.invalid("expected listed or computed")),
    }
}

fn bind(fields: &mut Fields<'_>) -> Result<Option<Arc<str>>, InvalidProgram> {
    fields.read("bind", text)
}

/// True when the bound name is a stream.
fn stream(fields: &mut Fields<'_>) -> Result<bool, InvalidProgram> {
    let Some(mode) = fields.optional("mode") else {
        return Ok(false);
    };
    match &*mode.text("collect or stream")? {
        "collect" => Ok(false),
        "stream" => Ok(true),
        other => Err(mode.at.invalid(format!(
            "there is no mode '{other}': there are collect and stream"
        ))),
    }
}

fn case(doc: &Doc) -> Result<Case, InvalidProgram> {
    let mut fields = Fields::new(doc, "a case")?;
    let when = expr(fields.required("when")?)?;
    let target = text(fields.required("target")?)?;
    fields.end()?;
    Ok(Case { when, target })
}

fn named_body(doc: &Doc) -> Result<Branch, InvalidProgram> {
    let mut fields = Fields::new(doc, "a branch")?;
    let name = text(fields.required("name")?)?;
    let body = body(fields.required("steps")?)?;
    fields.end()?;
    Ok(Branch { name, body })
}

pub(super) fn inputs(doc: &Doc) -> Result<Vec<Input>, InvalidProgram> {
    let input = |entry: &Entry| {
        Ok(Input {
            at: NodeId::default(),
            name: Arc::clone(&entry.key),
            value: expr(&entry.value)?,
        })
    };
    let entries = doc.map("a mapping of names to expressions")?;
    entries.iter().map(input).collect()
}

fn action(doc: &Doc) -> Result<Action, InvalidProgram> {
    let (kind, value) = expr::tagged(doc, "continue, goto, retry or fail")?;
    match (&*kind, value) {
        ("continue", None) => Ok(Action::Continue),
        ("fail", None) => Ok(Action::Fail(None)),
        ("goto", Some(label)) => Ok(Action::Goto(text(label)?)),
        ("retry", Some(times)) => Ok(Action::Retry(times.count("a number of tries")?)),
        ("fail", Some(message)) => Ok(Action::Fail(Some(expr(message)?))),
        _ => Err(doc.at.invalid("expected continue, goto, retry or fail")),
    }
}
