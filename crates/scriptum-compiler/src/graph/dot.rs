//! The picture in the language of Graphviz.

use std::fmt::Write as _;

use super::{EdgeKind, Family, Flow, Graph, Node, Part, Section};

/// Characters of a text that is shown; the rest is left out.
const TEXT_CHARS_MAX: usize = 60;

impl Graph {
    /// The picture in the language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph script {\n");
        let _ = writeln!(
            out,
            "  label={}; labelloc=t; fontsize=16;",
            quoted(&self.title)
        );
        out.push_str("  fontname=\"Helvetica\"; nodesep=0.4; ranksep=0.4; bgcolor=transparent;\n");
        out.push_str(
            "  node [fontname=\"Helvetica\" fontsize=11 style=\"rounded,filled\" fillcolor=white shape=box];\n",
        );
        out.push_str("  edge [fontname=\"Helvetica\" fontsize=10 color=\"#64748b\"];\n");
        flow(&self.body, 1, &mut out);
        if let Some(handler) = &self.handler {
            group("thread_error", "on thread error", "#b91c1c", 1, &mut out);
            flow(handler, 2, &mut out);
            line(1, "}", &mut out);
        }
        for edge in &self.edges {
            let mut attributes = Vec::new();
            if let Some(label) = &edge.label {
                attributes.push(format!("label={}", quoted(label)));
            }
            if edge.kind != EdgeKind::Next {
                attributes.push("style=dashed constraint=false".to_owned());
            }
            let (from, to) = (edge.from.word('s'), edge.to.word('s'));
            let attributes = match attributes.as_slice() {
                [] => String::new(),
                some => format!(" [{}]", some.join(" ")),
            };
            line(1, &format!("{from} -> {to}{attributes};"), &mut out);
        }
        out.push_str("}\n");
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
                group(&format!("section{number}"), title, "#94a3b8", level, out);
            }
            Part::Step(step) => node(step, level + usize::from(in_section), out),
        }
    }
    close(in_section, level, out);
}

fn close(is_open: bool, level: usize, out: &mut String) {
    if is_open {
        line(level, "}", out);
    }
}

fn node(node: &Node, level: usize, out: &mut String) {
    if node.lanes.is_empty() {
        return shape(node, level, out);
    }
    let (color, _) = node.family.colors();
    group(&node.id.word('g'), &node.title, color, level, out);
    shape(node, level + 1, out);
    for (index, lane) in node.lanes.iter().enumerate() {
        match &lane.name {
            Some(name) => {
                let id = format!("{}_{index}", node.id.word('g'));
                group(&id, name, color, level + 1, out);
                flow(&lane.flow, level + 2, out);
                line(level + 1, "}", out);
            }
            None => flow(&lane.flow, level + 1, out),
        }
    }
    line(level, "}", out);
}

fn shape(node: &Node, level: usize, out: &mut String) {
    let shape = match node.family {
        Family::Call | Family::Value | Family::Model => "box",
        Family::Result => "oval",
        Family::Loop => "box3d",
        Family::Choice => "hexagon",
        Family::Pause => "parallelogram",
    };
    let (color, _) = node.family.colors();
    let label = quoted(&super::words::lines(node).join("\n"));
    let id = node.id.word('s');
    let text = format!("{id} [label={label} shape={shape} color=\"{color}\"];");
    line(level, &text, out);
}

fn group(id: &str, title: &str, color: &str, level: usize, out: &mut String) {
    line(level, &format!("subgraph cluster_{id} {{"), out);
    let title = quoted(title);
    let style = format!("label={title}; style=rounded; color=\"{color}\"; fontsize=11;");
    line(level + 1, &style, out);
}

fn line(level: usize, text: &str, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", level));
    out.push_str(text);
    out.push('\n');
}

/// A text in quotes; each of its lines is shortened.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            quoted.push_str("\\n");
        }
        for char in super::words::short(line, TEXT_CHARS_MAX).chars() {
            match char {
                '"' | '\\' => quoted.extend(['\\', char]),
                _ if char.is_control() => quoted.push(' '),
                _ => quoted.push(char),
            }
        }
    }
    quoted.push('"');
    quoted
}
