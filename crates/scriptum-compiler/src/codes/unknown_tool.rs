//! A tool that does not exist.

use scriptum_contract::ToolOrigin;
use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry, meant};

pub(crate) const ENTRY: Entry = entry!("unknown-tool", Error, "a tool that does not exist");

pub(crate) fn unknown_tool(
    name: &str,
    origin: &ToolOrigin,
    span: Span,
    nearest: Option<&str>,
) -> Diagnostic {
    let place = match origin {
        ToolOrigin::Native => "among the native tools".to_owned(),
        ToolOrigin::Cloud => "among the registered tools".to_owned(),
        ToolOrigin::Mcp(server) => format!("on the server `{server}`"),
        ToolOrigin::Model => "among the capabilities of the models".to_owned(),
        ToolOrigin::Channel => "among the channels".to_owned(),
    };
    let diagnostic = ENTRY
        .at(span, format!("there is no tool `{name}` {place}"))
        .here("unknown tool");
    let Some(nearest) = nearest else {
        return diagnostic.help("`scriptum explain unknown-tool` tells where tools come from");
    };
    // The name is the beginning of an import, and all of a callee.
    let len = u32::try_from(name.len())
        .unwrap_or(span.len())
        .min(span.len());
    let written = Span::new(span.start, span.start + len);
    meant(diagnostic, name, written, Some(nearest))
}
