//! A short name that several registered tools have.

use scriptum_contract::ToolName;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, listed};

pub(crate) const ENTRY: Entry = entry!(
    "ambiguous-tool",
    Error,
    "a short name that several registered tools have"
);

pub(crate) fn ambiguous_tool(name: &str, tools: &[&ToolName], span: Span) -> Diagnostic {
    let tools: Vec<&str> = tools.iter().map(|tool| &*tool.0).collect();
    let first = tools.first().unwrap_or(&"");
    ENTRY
        .at(
            span,
            format!("several tools are called `{name}`: {}", listed(&tools)),
        )
        .here("which one?")
        .help(format!("import one by its full name: `{first} as {name}`"))
}
