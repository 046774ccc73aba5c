//! The picture of a program with every verb, in each notation, and what must hold for every picture.
//!
//! `UPDATE_EXPECT=1` writes the pictures anew; look at `tests/graph/all.svg` then.

use std::{collections::BTreeSet, path::Path};

use scriptum_compiler::{Graph, graph};
use scriptum_vm::program::{Body, Program, from_yaml};

fn every_verb() -> Program {
    from_yaml(include_str!("graph/all.yaml")).expect("the program is well-formed")
}

fn check(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/graph")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, actual).expect("the picture can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{name} has changed; UPDATE_EXPECT=1 writes it anew"
    );
}

#[test]
fn every_verb_has_a_picture() {
    let graph = graph(&every_verb());
    check("all.mmd", &graph.to_mermaid());
    check("all.dot", &graph.to_dot());
    check("all.svg", &graph.to_svg());
}

fn primitives(body: &Body, all: &mut BTreeSet<&'static str>, count: &mut usize) {
    for step in &body.steps {
        all.insert(step.kind.primitive());
        *count += 1;
        for body in step.kind.bodies() {
            primitives(body, all, count);
        }
    }
}

#[test]
fn the_example_has_every_primitive_and_each_step_is_one_node() {
    let program = every_verb();
    let (mut all, mut count) = (BTreeSet::new(), 0);
    primitives(&program.body, &mut all, &mut count);
    primitives(
        program.on_thread_error.as_ref().unwrap(),
        &mut all,
        &mut count,
    );
    let known: BTreeSet<_> = scriptum_vm::program::PRIMITIVES.into_iter().collect();
    assert_eq!(all, known);
    let graph = graph(&program);
    assert_eq!(graph.to_mermaid().matches(":::").count(), count);
    assert_eq!(graph.to_dot().matches(" shape=").count() - 1, count);
    assert_eq!(graph.to_svg().matches("class=\"badge\"").count(), count);
}

/// Tags in pairs, attributes in quotes, and no naked character.
fn check_xml(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        assert!(
            !text.contains('>') || open.last() == Some(&"style"),
            "{text}"
        );
        let end = tag.find('>').expect("a tag ends");
        let inner = &tag[1..end];
        let name = inner
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap_or_default();
        assert_eq!(inner.matches('"').count() % 2, 0, "{inner}");
        if inner.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !inner.ends_with('/') {
            open.push(name);
        }
        rest = &tag[end + 1..];
    }
    assert!(open.is_empty());
    for (at, _) in svg.match_indices('&') {
        let is_known = |entity: &&str| svg[at..].starts_with(*entity);
        assert!(["&amp;", "&lt;", "&gt;", "&quot;"].iter().any(is_known));
    }
}

#[derive(Debug)]
struct Rect {
    class: String,
    x: f64,
    y: f64,
    right: f64,
    bottom: f64,
}

fn rects(svg: &str) -> Vec<Rect> {
    let tags = svg
        .split("<rect ")
        .skip(1)
        .map(|tag| tag.split('>').next().unwrap_or_default());
    let attribute = |tag: &str, name: &str| {
        let (_, behind) = tag.split_once(&format!(" {name}=\""))?;
        behind.split('"').next().map(str::to_owned)
    };
    let rects = tags.filter_map(|tag| {
        let tag = format!(" {tag}");
        let number = |name| attribute(&tag, name)?.parse::<f64>().ok();
        let (x, y) = (number("x")?, number("y")?);
        Some(Rect {
            class: attribute(&tag, "class")?,
            x,
            y,
            right: x + number("width")?,
            bottom: y + number("height")?,
        })
    });
    rects.collect()
}

fn check_layout(graph: &Graph) {
    let svg = graph.to_svg();
    check_xml(&svg);
    let all = rects(&svg);
    let boxes = all
        .iter()
        .filter(|it| it.class.starts_with("card") || it.class.starts_with("frame"));
    let boxes: Vec<&Rect> = boxes.collect();
    for (index, one) in boxes.iter().enumerate() {
        for other in boxes.iter().skip(index + 1) {
            let apart = one.right <= other.x
                || other.right <= one.x
                || one.bottom <= other.y
                || other.bottom <= one.y;
            let holds = |outer: &Rect, inner: &Rect| {
                outer.class.starts_with("frame")
                    && outer.x <= inner.x
                    && inner.right <= outer.right
                    && outer.y <= inner.y
                    && inner.bottom <= outer.bottom
            };
            assert!(
                apart || holds(one, other) || holds(other, one),
                "{one:?} {other:?}"
            );
        }
    }
}

#[test]
fn steps_stand_beside_each_other_or_in_each_other() {
    check_layout(&graph(&every_verb()));
}

/// Texts that mean something to a notation, wherever a text can stand.
#[test]
fn no_text_breaks_a_notation() {
    let odd = "\"]}; <b>&\\ #1 `x` %%{ | \u{7}1. end -->";
    let quoted = serde_json::to_string(odd).expect("a text can be written as JSON");
    let text = format!("{{source: {quoted}, expr: [text, {quoted}]}}");
    let document = format!(
        "ir: 1
title: {quoted}
contract: {{}}
tools:
- {{local: {quoted}, name: {quoted}, origin: native}}
steps:
- section: {quoted}
- primitive: execute
  label: {text}
  tool: {{local: {quoted}, name: {quoted}, origin: native}}
  bind: {quoted}
- primitive: branch
  cases:
  - {{when: {text}, target: {quoted}}}
  branches:
  - name: {quoted}
    steps:
    - primitive: evaluate
      condition: {text}
      on_pass: {{goto: {quoted}}}
      on_fail: continue
"
    );
    let graph = graph(&from_yaml(&document).expect("the program is well-formed"));
    check_layout(&graph);
    for line in graph.to_mermaid().lines().skip(4) {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        let quoted: String = line.split('"').skip(1).step_by(2).collect();
        assert!(
            !quoted.contains(['`', '|', '\\']) && !quoted.contains("%%"),
            "{line}"
        );
        assert!(!quoted.contains("<b>"), "{line}");
    }
    for line in graph.to_dot().lines() {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn empty_programs_and_empty_bodies_have_pictures() {
    for steps in [
        "steps: []",
        "steps:\n- section: Alone",
        "steps:\n- {primitive: parallel, lanes: []}",
        "steps:\n- {primitive: branch, cases: [], branches: []}",
        "steps:\n- {primitive: branch, cases: [], branches: [{name: A, steps: []}]}",
        "steps:\n- {primitive: repeat, steps: []}\non_thread_error: []",
    ] {
        let document = format!("ir: 1\ntitle: Empty\ncontract: {{}}\n{steps}\n");
        let graph = graph(&from_yaml(&document).expect("the program is well-formed"));
        check_layout(&graph);
        assert!(graph.to_mermaid().starts_with("---\ntitle: \"Empty\"\n"));
        assert!(graph.to_dot().ends_with("}\n"));
    }
}
