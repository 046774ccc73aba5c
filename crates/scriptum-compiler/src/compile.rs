//! The whole way: text, tree, program, checked program.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Contract, ToolCatalog, ToolName, ToolOrigin, ToolSignature};
use scriptum_syntax::{Diagnostic, Severity, Span, ast::AstNode, parse};
use scriptum_vm::program::{Body, Callee, Program};

use crate::{
    check::{self, Gaps},
    codes,
    compiled::{Compiled, Tables},
    limits::{DIAGNOSTICS_MAX, SCRIPT_BYTES_MAX},
    lower::{self, Lowered},
    source_map::SourceMap,
    suggest::Suggest,
    uses,
};

/// Compiles the text of a script against the tools that there are.
///
/// Never fails and never panics: what is wrong is among the diagnostics, all of it that is independent
/// of each other, and then there is no program.
pub fn compile(text: &str, catalog: &ToolCatalog) -> Compiled {
    if text.len() > SCRIPT_BYTES_MAX {
        return too_large(text.len());
    }
    let suggest = Suggest::new();
    let (lowered, diagnostics, gaps) = read(text, catalog, &suggest);
    let (program, places) = (lowered.program, lowered.map);
    checked(program, places, diagnostics, &gaps, catalog, &suggest)
}

/// Checks a program from whatever source; `diagnostics` are those of the way to it.
pub(crate) fn checked(
    mut program: Program,
    places: SourceMap,
    mut diagnostics: Vec<Diagnostic>,
    gaps: &Gaps,
    catalog: &ToolCatalog,
    suggest: &Suggest,
) -> Compiled {
    let check = |program: &Program| {
        let mut found = Vec::new();
        let facts = check::check(program, &places, catalog, suggest, gaps, &mut found);
        (facts, found)
    };
    let settled = uses::settle(&mut program, catalog, check);
    let (facts, mut found) = settled.unwrap_or_else(|| check(&program));
    gaps.forget_guesses(&mut found);
    diagnostics.append(&mut found);
    let diagnostics = in_order(diagnostics);
    let has_errors = diagnostics.iter().any(|it| it.severity == Severity::Error);
    Compiled {
        contract: program.contract.clone(),
        tool_pins: pins(&program, catalog),
        program: (!has_errors).then_some(program),
        diagnostics,
        tables: Tables { places, facts },
    }
}

/// Reads a text into a program. The tree is gone when the program is there, so that a large script is
/// not in memory twice.
fn read(text: &str, catalog: &ToolCatalog, suggest: &Suggest) -> (Lowered, Vec<Diagnostic>, Gaps) {
    let parse = parse(text);
    let tree = parse.tree();
    let mut lowered = lower::lower(text, &tree, catalog, suggest);
    let has_foreign_import = |it: &Diagnostic| it.code == scriptum_syntax::codes::FOREIGN_IMPORT;
    let mut gaps = Gaps {
        steps: parse.has_errors(),
        imports: parse.diagnostics.iter().any(has_foreign_import),
        names: parse
            .unread_names
            .iter()
            .map(|name| name.of(text).into())
            .collect(),
        unread: parse.unread,
    };
    if !gaps.unread.is_empty() {
        let tools = tree.tools();
        gaps.imports |= tools.is_some_and(|tools| gaps.is_around(tools.span()));
        gaps.forget_guesses(&mut lowered.diagnostics);
    }
    let mut diagnostics = parse.diagnostics;
    diagnostics.append(&mut lowered.diagnostics);
    (lowered, diagnostics, gaps)
}

fn too_large(size_bytes: usize) -> Compiled {
    Compiled {
        program: None,
        contract: Contract::default(),
        tool_pins: Vec::new(),
        diagnostics: vec![codes::script_too_large(size_bytes)],
        tables: Tables::default(),
    }
}

/// Diagnostics in the order of the text, each once; of very many the first ones.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| {
        let key = |it: &Diagnostic| (it.primary.span, it.severity, it.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup_by(|a, b| {
        (a.primary.span, a.code, &a.message) == (b.primary.span, b.code, &b.message)
    });
    if diagnostics.len() > DIAGNOSTICS_MAX {
        let left_out = diagnostics.split_off(DIAGNOSTICS_MAX);
        let at = left_out
            .first()
            .map_or(Span::default(), |first| first.primary.span);
        diagnostics.push(codes::too_many_diagnostics(left_out.len(), at));
    }
    diagnostics
}

/// Signatures of all imported tools and of everything that is called, by origin and name.
fn pins(program: &Program, catalog: &ToolCatalog) -> Vec<Arc<ToolSignature>> {
    let mut pins = BTreeMap::new();
    let mut pin = |origin: &ToolOrigin, name: &ToolName| {
        if let Some(signature) = catalog.find(origin, name) {
            let key = (origin.clone(), name.clone());
            pins.entry(key).or_insert_with(|| Arc::clone(signature));
        }
    };
    for import in &program.tools {
        pin(&import.origin, &import.name);
    }
    for body in std::iter::once(&program.body).chain(&program.on_thread_error) {
        for_each_callee(body, &mut |callee| {
            // Everything but capabilities and channels is imported.
            if matches!(callee.origin, ToolOrigin::Model | ToolOrigin::Channel) {
                pin(&callee.origin, &callee.name);
            }
        });
    }
    pins.into_values().collect()
}

fn for_each_callee(body: &Body, visit: &mut impl FnMut(&Callee)) {
    for step in &body.steps {
        step.kind.callees().for_each(&mut *visit);
        for body in step.kind.bodies() {
            for_each_callee(body, visit);
        }
    }
}
