//! An agent that can do nothing but answer.

use scriptum_syntax::{Diagnostic, Span};

use super::{Entry, entry};

pub(crate) const ENTRY: Entry = entry!("agent-without-tools", Warning, "an agent without tools");

pub(crate) fn agent_without_tools(verb: Span) -> Diagnostic {
    ENTRY
        .at(verb, "this agent has no tools")
        .here("it can do nothing but answer")
        .help("name tools that it may call, as in `tools = [web_search]`, or ask the model once: `do \"…\" with llm`")
}
