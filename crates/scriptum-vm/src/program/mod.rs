//! The program: what both front ends (source text and YAML IR) become, and what the machine runs.
//!
//! A program is data. Names are resolved when it runs, by walking the live scopes outwards, then the
//! inputs, then the environment; the checker has made sure before that they exist.

mod calls;
mod document;
mod duration;
mod expr;
mod flow;
mod step;

use std::sync::Arc;

use scriptum_contract::{Contract, ToolName, ToolOrigin};

pub use calls::{Agent, Ask, Do, Model, Plan, Run, RunTarget, Send, Tools, planner, runner};
pub use document::{
    Document, DocumentPart, InvalidProgram, from_json, from_yaml, to_json, to_yaml,
};
pub use duration::duration_ms;
pub use expr::{BinaryOp, Expr, Node, NodeId, Op, TemplatePart, UnaryOp};
pub use flow::{
    Action, Branch, Case, Check, Decide, Each, Emit, Goal, Lane, Let, Pipe, Repeat, Test, Together,
    Wait, Yield,
};
pub use step::{Body, Callee, Input, OnError, PRIMITIVES, Section, Step, StepKind};

/// Number of the IR format that this build writes.
pub const IR_VERSION: u32 = 1;

/// Levels of nodes in each other that an expression may have; bounds every walk over it.
pub const EXPRESSION_DEPTH_MAX: u32 = 128;

/// A whole script, ready to be checked and run.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// Format of this document; [`IR_VERSION`].
    pub ir: u32,
    /// The title behind `script`.
    pub title: Arc<str>,
    /// The free text below the title; lines joined by `\n`.
    pub description: Arc<str>,
    /// The declared semantic version.
    pub version: Option<Arc<str>>,
    /// The typed interface.
    pub contract: Contract,
    /// What the script imports, in order, wildcards spelled out as far as they are used.
    pub tools: Vec<ToolImport>,
    /// The steps.
    pub body: Body,
    /// The steps of `on thread error`.
    pub on_thread_error: Option<Body>,
}

/// One imported tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolImport {
    /// Name in the script.
    pub local: Arc<str>,
    /// Full name.
    pub name: ToolName,
    /// Where it comes from.
    pub origin: ToolOrigin,
}
