//! Every script of the suite, written down as YAML and as JSON, is the same program and is judged the same.

use scriptum_compiler::{Compiled, RenderOptions, compile_yaml, render};
use scriptum_contract::ToolCatalog;
use scriptum_vm::program::{self, Program};

/// Warnings about what is in a text and not in the program that it becomes.
const OF_TEXTS: &[&str] = &[
    "capability-import",
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
    check_document(&program::to_yaml(program), program, compiled, catalog)?;
    check_document(&program::to_json(program), program, compiled, catalog)
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
