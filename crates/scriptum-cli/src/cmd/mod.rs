//! One file a command.

pub(crate) mod ast;
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod contract;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod ir;
pub(crate) mod run;
pub(crate) mod test;

use scriptum_compiler::Compiled;
use scriptum_contract::ToolCatalog;

use crate::{
    exit::{Code, Failure},
    source::Source,
};

/// Compiles a script or a program for a command that needs it without errors. Diagnostics go to stderr.
pub(crate) fn compiled(source: &Source, catalog: &ToolCatalog) -> Result<Compiled, Failure> {
    let compiled = source.compile(catalog);
    check::print_to_stderr(source, &compiled.diagnostics);
    if compiled.program.is_none() {
        let message = format!("'{}' has errors and cannot run", source.name);
        return Err(Failure::new(Code::No, message));
    }
    Ok(compiled)
}
