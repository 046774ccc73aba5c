//! Every script of the suite, written down as YAML and as JSON, is the same program, is judged
//! the same, and has a picture.

use scriptum_compiler::{Compiled, RenderOptions, compile_yaml, graph, render};
use scriptum_contract::ToolCatalog;
use scriptum_vm::program::{self, Body, Program};

/// Warnings about what is in a text and not in the program that it becomes.
const OF_TEXTS: &[&str] = &[
    "capability-import",
    "code-in-description",
    "invalid-annotation",
    "literal-brace",
    "loop-replaces-name",
    "misplaced-annotation",
];

/// Says how the program differs when it is read back from a document.
pub(crate) fn check(compiled: &Compiled, catalog: &ToolCatalog) -> Result<(), String> {
    let Some(program) = &compiled.program else {
        return Ok(());
    };
    check_picture(program)?;
    check_document(&program::to_yaml(program), program, compiled, catalog)?;
    check_document(&program::to_json(program), program, compiled, catalog)
}

/// Each step is one node of the picture, in every notation.
fn check_picture(program: &Program) -> Result<(), String> {
    fn steps(body: &Body) -> usize {
        let inner = body.steps.iter().flat_map(|step| step.kind.bodies());
        body.steps.len() + inner.map(steps).sum::<usize>()
    }
    let bodies = std::iter::once(&program.body).chain(&program.on_thread_error);
    let steps: usize = bodies.map(steps).sum();
    let graph = graph(program);
    let nodes = [
        ("mermaid", graph.to_mermaid().matches(":::of_").count()),
        ("dot", graph.to_dot().matches("\" shape=").count()),
        ("svg", graph.to_svg().matches("class=\"badge\"").count()),
    ];
    match nodes.iter().find(|(_, count)| *count != steps) {
        Some((notation, count)) => Err(format!("{steps} steps are {count} nodes in {notation}")),
        None => Ok(()),
    }
}

fn check_document(
    document: &str,
    program: &Program,
    compiled: &Compiled,
    catalog: &ToolCatalog,
) -> Result<(), String> {
    let again = compile_yaml(document, catalog);
    let said = || {
        let options = RenderOptions::new(false);
        render(&again.diagnostics, "test.yaml", document, options)
    };
    let read = again.program.as_ref();
    let read = read.ok_or_else(|| format!("the document is refused:\n{}", said()))?;
    if program::to_yaml(read) != program::to_yaml(program) {
        return Err(format!("the document is another program:\n{document}"));
    }
    if (&again.contract, &again.tool_pins) != (&compiled.contract, &compiled.tool_pins) {
        return Err(format!("the document has another contract:\n{document}"));
    }
    let codes = |compiled: &Compiled| -> Vec<_> {
        let mut codes: Vec<_> = compiled.diagnostics.iter().map(|it| it.code.0).collect();
        codes.retain(|code| !OF_TEXTS.contains(code));
        codes.sort_unstable();
        codes
    };
    if codes(&again) != codes(compiled) {
        return Err(format!("the document is judged otherwise:\n{}", said()));
    }
    Ok(())
}
