//! A tool that exists but was not imported.

use scriptum_contract::ToolOrigin;
use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, insert};
use crate::source_map::ImportSlot;

pub(crate) const ENTRY: Entry = entry!(
    "tool-not-imported",
    Error,
    "a tool that exists but was not imported"
);

pub(crate) fn tool_not_imported(
    name: &str,
    origin: &ToolOrigin,
    span: Span,
    slot: Option<ImportSlot>,
) -> Diagnostic {
    let line = match origin {
        ToolOrigin::Native => format!("{name} from native"),
        ToolOrigin::Mcp(server) => format!("{name} from mcp(\"{server}\")"),
        ToolOrigin::Cloud | ToolOrigin::Model | ToolOrigin::Channel => name.to_owned(),
    };
    let diagnostic = ENTRY
        .at(span, format!("the tool `{name}` was not imported"))
        .here("unknown in this script")
        .help(format!("import it: `{line}`"));
    let Some(slot) = slot else {
        return diagnostic;
    };
    let text = match slot.indent {
        Some(indent) => format!("\n{}{line}", " ".repeat(indent as usize)),
        None => format!("\nimport tools\n  {line}"),
    };
    diagnostic.fix(insert(
        "import it",
        Span::empty(slot.offset),
        &text,
        Applicability::Machine,
    ))
}
