//! Reads a program from the tree of its document.

use std::sync::Arc;

use scriptum_contract::{Contract, ToolName, ToolOrigin, nearest};
use serde::de::DeserializeOwned;

use super::{
    InvalidProgram,
    doc::{Doc, Fields},
    expr::{self, expr},
    read_kind::{inputs, kind},
};
use crate::program::{
    Body, Callee, NodeId, OnError, PRIMITIVES, Program, Section, Step, ToolImport,
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

pub(super) fn text(doc: &Doc) -> Result<Arc<str>, InvalidProgram> {
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

pub(super) fn callee(doc: &Doc) -> Result<Callee, InvalidProgram> {
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

pub(super) fn body(doc: &Doc) -> Result<Body, InvalidProgram> {
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
    let word = primitive.text("a primitive")?;
    let kind = kind(&word, &mut fields)?;
    let Some(kind) = kind else {
        let known = PRIMITIVES.join(", ");
        let mut message = format!("there is no primitive '{word}'; there are {known}");
        if let Some(close) = nearest(&word, PRIMITIVES) {
            message = format!("there is no primitive '{word}'; did you mean '{close}'?");
        }
        return Err(primitive.at.invalid(message));
    };
    fields.end()?;
    Ok(Step {
        at: NodeId::default(),
        line: line.unwrap_or_default(),
        label,
        kind,
    })
}

pub(super) fn on_error(doc: &Doc) -> Result<OnError, InvalidProgram> {
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
