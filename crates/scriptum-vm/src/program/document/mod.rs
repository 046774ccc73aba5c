//! How a program is written down. YAML for people and JSON for storage have one shape, which
//! `docs/ir.md` describes; YAML also shows the path of each step.
//!
//! An expression is a small Lisp: a name stands for itself, `[call, count, hits]` is an operation, a
//! mapping an object. So one level of the document is one level of the expression, and a person who
//! reads the source text beside it can follow. A body is one sequence of steps and sections, in order.
//!
//! Writing is serde's. Reading goes through a plain tree ([`doc`]) whose builder needs no stack, because
//! programs nest deeper than what a general reader can take, and because the tree knows its lines.

mod doc;
mod expr;
mod json;
mod outline;
mod read;
mod read_kind;
mod write;
mod write_kind;
mod yaml;

use std::fmt;

use self::doc::Doc;
pub use self::outline::{Document, DocumentPart};
use super::{IR_VERSION, Program};
use crate::limits::PROGRAM_LEVELS_MAX;

/// Why a document is no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidProgram {
    /// Line, from 1; 0 where none is known.
    pub line: u32,
    /// Column in characters, from 1; 0 where none is known.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for InvalidProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for InvalidProgram {}

/// The program as YAML. [`from_yaml`] reads it back, but for the numbers of nodes.
pub fn to_yaml(program: &Program) -> String {
    serde_saphyr::to_string(&write::Placed::root(program))
        .expect("a program has only texts, finite numbers, lists and mappings")
}

/// Reads a program from YAML.
///
/// Says nothing about names and types: the checker does. Aliases, tags and repeated keys are refused, as
/// is a document beyond the limits.
pub fn from_yaml(text: &str) -> Result<Program, InvalidProgram> {
    checked(&yaml::parse(text)?)
}

/// The program as JSON on one line.
pub fn to_json(program: &Program) -> String {
    serde_json::to_string(program)
        .expect("a program has only texts, finite numbers, lists and mappings")
}

/// Reads a program from JSON.
///
/// Says nothing about names and types: the checker does.
pub fn from_json(text: &str) -> Result<Program, InvalidProgram> {
    checked(&json::parse(text)?)
}

fn checked(doc: &Doc) -> Result<Program, InvalidProgram> {
    let program = read::program(doc)?;
    if program.ir == IR_VERSION {
        return Ok(program);
    }
    Err(doc.at.invalid(format!(
        "the document has format {}, this build reads {IR_VERSION}",
        program.ir
    )))
}

fn too_deep() -> String {
    format!("the document is nested more than {PROGRAM_LEVELS_MAX} levels deep")
}
