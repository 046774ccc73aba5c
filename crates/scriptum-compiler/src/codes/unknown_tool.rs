//! A tool that does not exist.

use scriptum_contract::ToolOrigin;
use scriptum_syntax::{Applicability, Diagnostic, Span};

use super::{Entry, entry, insert, meant};

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

/// A tool of a server that has none. `native` tells whether a built-in tool has the name.
pub(crate) fn of_server(
    name: &str,
    server: &str,
    span: Span,
    nearest: Option<&str>,
    native: bool,
) -> Diagnostic {
    let diagnostic = no_server(server, span, nearest);
    if native && nearest.is_none() {
        diagnostic.help(format!(
            "a built-in tool has the name: `{name} from native`"
        ))
    } else {
        diagnostic
    }
}

/// A server that nobody has set up.
pub(crate) fn no_server(server: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = ENTRY
        .at(span, format!("no tools of a server `{server}` are known"))
        .here("unknown server");
    match nearest {
        Some(nearest) => diagnostic.help(format!("did you mean `mcp(\"{nearest}\")`?")),
        None => diagnostic.help("`scriptum explain unknown-tool` tells where tools come from"),
    }
}

/// A built-in tool whose import does not say so.
pub(crate) fn without_source(name: &str, span: Span) -> Diagnostic {
    let len = u32::try_from(name.len()).unwrap_or(0).min(span.len());
    ENTRY
        .at(
            span,
            format!("no registered tool is called `{name}`, a built-in one is"),
        )
        .here("does not say where it comes from")
        .help(format!("write `{name} from native`"))
        .fix(insert(
            "import the built-in tool",
            Span::empty(span.start + len),
            " from native",
            Applicability::Machine,
        ))
}
