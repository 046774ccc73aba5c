//! Turns the tree of a text into a program, with a place for every node of it.
//!
//! Lowering resolves what only the text can say: which words are variants, which tool a local name means,
//! which name a loop exports. It reports what cannot be written down in a program at all (an unknown type) and leaves a hole of type any in its place; everything else is the
//! checker's business, which sees programs from other sources too.

mod agent;
mod ask;
mod constant;
mod constraints;
mod enums;
mod exprs;
mod fields;
mod header;
mod models;
mod names;
mod pipe;
mod repeat;
mod returns;
mod run;
mod send;
mod steps;
mod strings;
mod together;
mod tools;
mod types;
mod wait;
mod yields;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use scriptum_contract::{Contract, EnumDef, ToolCatalog};
use scriptum_syntax::{
    Diagnostic, LineIndex, Span, SyntaxKind,
    ast::{self, AstNode},
};
use scriptum_vm::program::{IR_VERSION, Program};

use crate::{source_map::SourceMap, suggest::Suggest};
pub(crate) use constraints::{domain as constraint_domain, usage as constraint_usage};
pub(crate) use header::{is_content_type, is_extension, is_semantic_version};
use names::Names;
use tools::Imports;

/// A program as far as it could be read, and what is wrong with the text.
pub(crate) struct Lowered {
    pub(crate) program: Program,
    pub(crate) map: SourceMap,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Lowers a whole file.
pub(crate) fn lower(
    text: &str,
    file: &ast::SourceFile,
    catalog: &ToolCatalog,
    suggest: &Suggest,
) -> Lowered {
    let mut ctx = Lower {
        text,
        catalog,
        suggest,
        lines: LineIndex::new(text),
        map: SourceMap::new(),
        diagnostics: Vec::new(),
        names: Names::default(),
        enums: HashMap::new(),
        bare_variants: HashSet::new(),
        imports: Imports::default(),
        expression_depth: 0,
        depth_reported: false,
    };
    let program = ctx.program(file);
    Lowered {
        program,
        map: ctx.map,
        diagnostics: ctx.diagnostics,
    }
}

struct Lower<'a> {
    text: &'a str,
    catalog: &'a ToolCatalog,
    suggest: &'a Suggest,
    lines: LineIndex,
    map: SourceMap,
    diagnostics: Vec<Diagnostic>,
    names: Names,
    enums: HashMap<Arc<str>, Arc<EnumDef>>,
    /// Words that some enum has as a variant.
    bare_variants: HashSet<Arc<str>>,
    imports: Imports,
    expression_depth: u32,
    /// True when the current expression was found too deep; said once an expression.
    depth_reported: bool,
}

impl Lower<'_> {
    fn program(&mut self, file: &ast::SourceFile) -> Program {
        let title = self.title(file);
        let contract = self.contract(file);
        self.imports(file);
        self.see_declared(&contract);
        let body = self.body(&file.body());
        let on_thread_error = file.thread_error().and_then(|block| block.body());
        let on_thread_error = on_thread_error.map(|block| self.thread_error_body(&block));
        let (tools, places) = std::mem::take(&mut self.imports).into_list();
        self.map.tools = places;
        Program {
            ir: IR_VERSION,
            title,
            description: file
                .description()
                .map_or("".into(), |description| description.text().into()),
            version: self.version(file),
            contract,
            tools,
            body,
            on_thread_error,
        }
    }

    fn contract(&mut self, file: &ast::SourceFile) -> Contract {
        let enums = self.enums(file);
        let inputs = self.field_blocks(file, SyntaxKind::InputBlock);
        let outputs = self.field_blocks(file, SyntaxKind::OutputBlock);
        let stream = file.stream();
        let stream = stream.map(|_| self.field_blocks(file, SyntaxKind::StreamBlock));
        let env = self.env(file);
        let (accepted_content_types, accepted_extensions) = self.accepted(file);
        self.map.inputs = inputs.places;
        self.map.outputs = outputs.places;
        self.map.output = file.output().map(|block| self.first_line(block.span()));
        let stream = stream.map(|stream| {
            self.map.stream = stream.places;
            stream.fields
        });
        Contract {
            inputs: inputs.fields,
            outputs: outputs.fields,
            stream,
            env,
            enums,
            accepted_content_types,
            accepted_extensions,
        }
    }

    /// Inputs and environment variables are visible everywhere.
    fn see_declared(&mut self, contract: &Contract) {
        let inputs = contract.inputs.iter().map(|field| &field.name);
        let env = contract.env.iter().map(|env| &env.field.name);
        for name in inputs.chain(env) {
            self.names.see(name);
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The part of a place that stands on its first line.
    fn first_line(&self, span: Span) -> Span {
        let text = span.of(self.text);
        let line = text.lines().next().unwrap_or(text).trim_end();
        let len = u32::try_from(line.len()).expect("a line is shorter than 4 GiB");
        Span::new(span.start, span.start + len)
    }
}
