//! The second front end: a program that was written down, as YAML or as JSON.
//!
//! The document becomes a program (the machine's crate reads it), each part of it gets a number and a
//! place in the text, and then the one checker judges it like a program that was made from a script.
//! What the grammar of scripts makes impossible is refused here, so that nothing reaches the machine
//! that no script could say.

mod contract;
mod exprs;
mod sound;
mod steps;

use scriptum_contract::ToolCatalog;
use scriptum_syntax::{Diagnostic, Span};
use scriptum_vm::program::{Document, DocumentPart, InvalidProgram, Program};

use crate::{
    check::Gaps,
    codes,
    compile::checked,
    compiled::{Compiled, Tables},
    source_map::SourceMap,
    suggest::Suggest,
};

/// Checks a program that is written as YAML or JSON, as `scriptum ir` writes it.
///
/// The rules are those of [`compile`](crate::compile()), and so is the promise: it never fails and never
/// panics. Diagnostics have places in the document; there are no fixes, since those mend scripts.
pub fn compile_yaml(text: &str, catalog: &ToolCatalog) -> Compiled {
    let document = Document::read(text);
    let read = document.and_then(|document| Ok((document.program()?, document)));
    let (mut program, document) = match read {
        Ok(read) => read,
        Err(error) => return unreadable(text, &error),
    };
    let mut placer = Placer::new();
    placer.program(&mut program, document.root());
    let Placer {
        map,
        mut diagnostics,
        ..
    } = placer;
    sound::check(&program, &map, &mut diagnostics);
    let gaps = Gaps::default();
    let suggest = Suggest::new();
    let mut compiled = checked(program, map, diagnostics, &gaps, catalog, &suggest);
    for diagnostic in &mut compiled.diagnostics {
        without_fix(diagnostic);
    }
    compiled
}

/// Edits are made for scripts; what they would do can be said all the same.
fn without_fix(diagnostic: &mut Diagnostic) {
    if let Some(fix) = diagnostic.fix.take() {
        diagnostic.help.get_or_insert(fix.title);
    }
}

fn unreadable(text: &str, error: &InvalidProgram) -> Compiled {
    let at = offset(text, error.line, error.column);
    Compiled {
        program: None,
        contract: scriptum_contract::Contract::default(),
        tool_pins: Vec::new(),
        diagnostics: vec![codes::invalid_program(&error.message, Span::empty(at))],
        tables: Tables::default(),
    }
}

/// The byte at a line and column, both from 1; the start of the text where none is known.
fn offset(text: &str, line: u32, column: u32) -> u32 {
    let before = (line as usize).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let chars = rest.chars().take((column as usize).saturating_sub(1));
    let within: usize = chars.map(char::len_utf8).sum();
    u32::try_from(start + within).unwrap_or(0)
}

/// Gives each part of a program its number, and the number its place.
struct Placer {
    map: SourceMap,
    diagnostics: Vec<Diagnostic>,
    /// The place of the step that is being placed, for parts whose own place is not known.
    around: Span,
    expression_depth: u32,
}

/// A part of the document; `None` where the document has none.
type Doc<'d> = Option<DocumentPart<'d>>;

impl Placer {
    fn new() -> Placer {
        Placer {
            map: SourceMap::new(),
            diagnostics: Vec::new(),
            around: Span::default(),
            expression_depth: 0,
        }
    }

    fn program(&mut self, program: &mut Program, root: DocumentPart<'_>) {
        self.map.header = self.value(root, "title");
        let contract = root.field("contract");
        self.contract(&program.contract, contract);
        let tools = root.field("tools");
        let tool = |index| tools.and_then(|tools| tools.item(index)?.field("local"));
        let places = (0..program.tools.len()).map(|index| self.span(tool(index)));
        self.map.tools = places.collect();
        self.body(&mut program.body, root.field("steps"));
        if let Some(handler) = &mut program.on_thread_error {
            self.body(handler, root.field("on_thread_error"));
        }
    }

    fn span(&self, at: Doc<'_>) -> Span {
        at.map_or(self.around, |at| {
            let bytes = at.bytes();
            Span::new(bytes.start, bytes.end)
        })
    }

    /// The place of the value of a key.
    fn value(&self, of: DocumentPart<'_>, key: &str) -> Span {
        self.span(of.field(key))
    }
}
