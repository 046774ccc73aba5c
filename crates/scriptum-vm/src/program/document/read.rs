//! Reads a program from the tree of its document.

use std::sync::Arc;

use scriptum_contract::{Contract, ToolName, ToolOrigin};
use serde::de::DeserializeOwned;

use super::{
    InvalidProgram,
    doc::{Doc, Entry, Fields},
    expr::{self, expr},
};
use crate::program::{
    Action, Body, Branch, Callee, Case, Check, Decide, Do, Each, Emit, Input, Let, NodeId, OnError,
    Program, Section, Step, StepKind, ToolImport,
};

/// Levels of lists and mappings in what serde reads for us: it recurses with large frames.
const SERDE_LEVELS_MAX: usize = 128;

/// Reads a program.
pub(super) fn program(doc: &Doc) -> Result<Program, InvalidProgram> {
    let mut fields = Fields::new(doc, "a program")?;
    let program = Program {
        ir: fields.required("ir")?.count("the number of a format")?,
        title: fields.required("title")?.text("a title")?,
        description: fields.read("description", text)?.unwrap_or_default(),
        version: fields.read("version", text)?,
        contract: by_serde::<Contract>(fields.required("contract")?)?,
        tools: fields.read("tools", tools)?.unwrap_or_default(),
        body: body(fields.required("steps")?)?,
        on_thread_error: fields.read("on_thread_error", body)?,
    };
    fields.end()?;
    Ok(program)
}

/// Reads a type that has no part of a program in it.
pub(super) fn by_serde<T: DeserializeOwned>(doc: &Doc) -> Result<T, InvalidProgram> {
    if doc.levels() > SERDE_LEVELS_MAX {
        let message = format!("this part is nested more than {SERDE_LEVELS_MAX} levels deep");
        return Err(doc.at.invalid(message));
    }
    serde_json::from_value(doc.to_json()).map_err(|error| doc.at.invalid(error.to_string()))
}

fn text(doc: &Doc) -> Result<Arc<str>, InvalidProgram> {
    doc.text("a text")
}

fn tools(doc: &Doc) -> Result<Vec<ToolImport>, InvalidProgram> {
    let import = |doc| {
        let (local, name, origin) = tool(doc)?;
        Ok(ToolImport {
            local,
            name,
            origin,
        })
    };
    doc.list("a list of tools")?.iter().map(import).collect()
}

fn callee(doc: &Doc) -> Result<Callee, InvalidProgram> {
    let (local, name, origin) = tool(doc)?;
    Ok(Callee {
        local,
        name,
        origin,
    })
}

fn tool(doc: &Doc) -> Result<(Arc<str>, ToolName, ToolOrigin), InvalidProgram> {
    let mut fields = Fields::new(doc, "a tool")?;
    let local = text(fields.required("local")?)?;
    let name = ToolName(text(fields.required("name")?)?);
    let origin = by_serde(fields.required("origin")?)?;
    fields.end()?;
    Ok((local, name, origin))
}

fn body(doc: &Doc) -> Result<Body, InvalidProgram> {
    let mut body = Body::default();
    for item in doc.list("a list of steps")? {
        let mut fields = Fields::new(item, "a step or a section")?;
        match fields.read("section", text)? {
            Some(title) => {
                let before = u32::try_from(body.steps.len());
                let before = before.map_err(|_| item.at.invalid("there are too many steps"))?;
                body.sections.push(Section { title, before });
                fields.end()?;
            }
            None => body.steps.push(step(fields)?),
        }
    }
    Ok(body)
}

fn step(mut fields: Fields<'_>) -> Result<Step, InvalidProgram> {
    // The path follows from the order; it is written for people.
    fields.optional("path");
    let line = fields.read("line", |line| line.count("the number of a line"))?;
    let label = fields.read("label", expr)?;
    let primitive = fields.required("primitive")?;
    let kind = match &*primitive.text("a primitive")? {
        "execute" => execute(&mut fields)?,
        "let" => StepKind::Let(Let {
            name: text(fields.required("name")?)?,
            value: expr(fields.required("value")?)?,
        }),
        "iterate" => iterate(&mut fields)?,
        "branch" => branch(&mut fields)?,
        "evaluate" => StepKind::Check(Check {
            condition: expr(fields.required("condition")?)?,
            on_pass: action(fields.required("on_pass")?)?,
            on_fail: action(fields.required("on_fail")?)?,
        }),
        "emit" => StepKind::Emit(Emit {
            fields: fields.read("fields", inputs)?.unwrap_or_default(),
        }),
        other => {
            return Err(primitive.at.invalid(format!(
                "there is no primitive '{other}': there are execute, let, iterate, branch, evaluate \
                 and emit"
            )));
        }
    };
    fields.end()?;
    Ok(Step {
        at: NodeId::default(),
        line: line.unwrap_or_default(),
        label,
        kind,
    })
}

fn execute(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    Ok(StepKind::Do(Do {
        callee: callee(fields.required("tool")?)?,
        inputs: fields.read("inputs", inputs)?.unwrap_or_default(),
        on_error: fields.read("on_error", on_error)?,
        bind: fields.read("bind", text)?,
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
        bind: fields.read("bind", text)?,
    }))
}

fn branch(fields: &mut Fields<'_>) -> Result<StepKind, InvalidProgram> {
    let cases = fields.required("cases")?.list("a list of cases")?;
    let branches = fields.required("branches")?.list("a list of branches")?;
    Ok(StepKind::Decide(Decide {
        cases: cases.iter().map(case).collect::<Result<_, _>>()?,
        otherwise: fields.read("otherwise", text)?,
        branches: branches.iter().map(named_body).collect::<Result<_, _>>()?,
        bind: fields.read("bind", text)?,
    }))
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

fn inputs(doc: &Doc) -> Result<Vec<Input>, InvalidProgram> {
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

fn on_error(doc: &Doc) -> Result<OnError, InvalidProgram> {
    let (kind, value) = expr::tagged(doc, "ignore, retry or fallback")?;
    match (&*kind, value) {
        ("ignore", None) => Ok(OnError::Ignore),
        ("retry", Some(value)) => {
            let mut fields = Fields::new(value, "how often to retry")?;
            let max = fields.required("max")?.count("a number of tries")?;
            let every_ms = fields.read("every_ms", |every| every.count("milliseconds"))?;
            fields.end()?;
            Ok(OnError::Retry { max, every_ms })
        }
        ("fallback", Some(value)) => {
            let mut fields = Fields::new(value, "the fallback's tool and inputs")?;
            let callee = callee(fields.required("tool")?)?;
            let inputs = fields.read("inputs", inputs)?.unwrap_or_default();
            fields.end()?;
            Ok(OnError::Fallback { callee, inputs })
        }
        _ => Err(doc.at.invalid("expected ignore, retry or fallback")),
    }
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
