//! The picture in Mermaid, which many pages show as it is.

use std::fmt::Write as _;

use super::{EdgeKind, Family, Flow, Graph, Node, Part, Section};

/// Before the name of a class, because some of the names are words of the notation.
const CLASS: &str = "of_";

/// Characters of a text that is shown; the rest is left out.
const TEXT_CHARS_MAX: usize = 60;

impl Graph {
    /// The picture in Mermaid.
    pub fn to_mermaid(&self) -> String {
        let mut out = format!(
            "---\ntitle: {}\n---\nflowchart TD\n",
            front_matter(&self.title)
        );
        flow(&self.body, 1, &mut out);
        if let Some(handler) = &self.handler {
            out.push_str("  subgraph thread_error[\"on thread error\"]\n");
            flow(handler, 2, &mut out);
            out.push_str("  end\n");
        }
        for edge in &self.edges {
            let arrow = match edge.kind {
                EdgeKind::Next => "-->",
                EdgeKind::Jump | EdgeKind::Retry => "-.->",
            };
            let label = edge.label.as_ref();
            let label = label.map_or(String::new(), |label| format!("|\"{}\"|", text(label)));
            let (from, to) = (edge.from.word('s'), edge.to.word('s'));
            let _ = writeln!(out, "  {from} {arrow}{label} {to}");
        }
        for family in Family::ALL {
            let (color, _) = family.colors();
            let name = family.name();
            let _ = writeln!(
                out,
                "  classDef {CLASS}{name} stroke:{color},stroke-width:1.5px"
            );
        }
        out
    }
}

fn flow(flow: &Flow, level: usize, out: &mut String) {
    let mut in_section = false;
    for part in &flow.parts {
        match part {
            Part::Section(Section { title, number }) => {
                close(in_section, level, out);
                in_section = true;
                group(&format!("section{number}"), title, level, out);
            }
            Part::Step(step) => node(step, level + usize::from(in_section), out),
        }
    }
    close(in_section, level, out);
}

fn close(is_open: bool, level: usize, out: &mut String) {
    if is_open {
        line(level, "end", out);
    }
}

fn node(node: &Node, level: usize, out: &mut String) {
    if node.lanes.is_empty() {
        return shape(node, level, out);
    }
    group(&node.id.word('g'), &node.title, level, out);
    shape(node, level + 1, out);
    for (index, lane) in node.lanes.iter().enumerate() {
        match &lane.name {
            Some(name) if !lane.flow.parts.is_empty() => {
                let id = format!("{}_{index}", node.id.word('g'));
                group(&id, name, level + 1, out);
                flow(&lane.flow, level + 2, out);
                line(level + 1, "end", out);
            }
            Some(_) | None => flow(&lane.flow, level + 1, out),
        }
    }
    line(level, "end", out);
}

fn shape(node: &Node, level: usize, out: &mut String) {
    let (open, close) = match node.family {
        Family::Call | Family::Value | Family::Model => ("[\"", "\"]"),
        Family::Result => ("([\"", "\"])"),
        Family::Loop => ("[[\"", "\"]]"),
        Family::Choice => ("{{\"", "\"}}"),
        Family::Pause => ("[/\"", "\"/]"),
    };
    let lines: Vec<String> = super::words::lines(node)
        .iter()
        .map(|it| text(it))
        .collect();
    let text = lines.join("<br/>");
    let id = node.id.word('s');
    let class = node.family.name();
    line(
        level,
        &format!("{id}{open}{text}{close}:::{CLASS}{class}"),
        out,
    );
}

fn group(id: &str, title: &str, level: usize, out: &mut String) {
    line(level, &format!("subgraph {id}[\"{}\"]", text(title)), out);
}

fn line(level: usize, text: &str, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", level));
    out.push_str(text);
    out.push('\n');
}

/// A text within quotes, with what means something there by number.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for (index, char) in super::words::short(text, TEXT_CHARS_MAX)
        .chars()
        .enumerate()
    {
        // At the beginning of a text, these begin a list.
        let is_mark = index == 0 && "-+*".contains(char);
        let is_numbered = char == '.' && escaped.chars().all(|it| it.is_ascii_digit());
        if "\"&<>#`|%\\;".contains(char) || char.is_control() || is_mark || is_numbered {
            let _ = write!(escaped, "#{};", u32::from(char));
        } else {
            escaped.push(char);
        }
    }
    escaped
}

/// A title in YAML: JSON's text is one.
fn front_matter(title: &str) -> String {
    serde_json::to_string(title).expect("a text can be written as JSON")
}
