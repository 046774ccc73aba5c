//! Expressions: `[add, count, 1]`.

use scriptum_syntax::Span;
use scriptum_vm::program::{DocumentPart, EXPRESSION_DEPTH_MAX, Expr, Node, Op, TemplatePart};

use super::{Doc, Placer};
use crate::{codes, source_map::part_of};

impl Placer {
    /// An expression with its source text beside it.
    pub(super) fn expr(&mut self, expr: &mut Expr, at: Doc<'_>) {
        let tree = at.and_then(|at| at.field("expr"));
        self.node(&mut expr.root, tree);
    }

    fn node(&mut self, node: &mut Node, at: Doc<'_>) {
        let span = self.span(at);
        node.at = self.map.add(span, parts(&node.op));
        if self.expression_depth == EXPRESSION_DEPTH_MAX {
            return self.diagnostics.push(codes::expression_too_deep(span));
        }
        self.expression_depth += 1;
        self.operands(node, at);
        self.expression_depth -= 1;
    }

    fn operands(&mut self, node: &mut Node, at: Doc<'_>) {
        let item = |index: usize| at.and_then(|at| at.item(index));
        let first = part_of(node.at, 0);
        match &mut node.op {
            Op::Literal(_) | Op::Variant { .. } | Op::Name(_) | Op::Env(_) => {}
            Op::Template(parts) => {
                for (index, part) in (1..).zip(parts) {
                    match part {
                        TemplatePart::Text(_) => {}
                        TemplatePart::Expr(node) => self.node(node, item(index)),
                    }
                }
            }
            Op::List(items) => self.nodes(items, 1, at),
            Op::Object(entries) => {
                let places: Vec<_> = at.into_iter().flat_map(DocumentPart::entries).collect();
                for (index, (_, value)) in (0..).zip(entries) {
                    let place = places.get(index as usize);
                    if let Some((_, key, _)) = place {
                        let span = Span::new(key.start, key.end);
                        self.map.place(part_of(node.at, index), span);
                    }
                    self.node(value, place.map(|(_, _, value)| *value));
                }
            }
            Op::Field { of, .. } => {
                self.map.place(first, self.span(item(2)));
                self.node(of, item(1));
            }
            Op::Index { of, index, .. } => {
                self.node(of, item(1));
                self.node(index, item(2));
            }
            Op::Unary(_, of) => self.node(of, item(1)),
            Op::Binary(_, left, right) => {
                self.map.place(first, self.span(item(0)));
                self.node(left, item(1));
                self.node(right, item(2));
            }
            Op::If { condition, yes, no } => {
                self.node(condition, item(1));
                self.node(yes, item(2));
                self.node(no, item(3));
            }
            Op::Call { args, .. } => {
                self.map.place(first, self.span(item(1)));
                self.nodes(args, 2, at);
            }
            Op::Lambda { params, body } => {
                let names = item(1);
                for index in 0..params.len() {
                    let name = names.and_then(|names| names.item(index));
                    let index = u32::try_from(index).expect("a lambda has few parameters");
                    self.map.place(part_of(node.at, index), self.span(name));
                }
                self.node(body, item(2));
            }
        }
    }

    /// Operands in a row, the first of them at `from`.
    fn nodes(&mut self, nodes: &mut [Node], from: usize, at: Doc<'_>) {
        for (index, node) in (from..).zip(nodes) {
            self.node(node, at.and_then(|at| at.item(index)));
        }
    }
}

/// How many parts of a node have numbers of their own.
fn parts(op: &Op) -> u32 {
    let count = match op {
        Op::Literal(_)
        | Op::Variant { .. }
        | Op::Name(_)
        | Op::Env(_)
        | Op::Template(_)
        | Op::List(_)
        | Op::Index { .. }
        | Op::Unary(..)
        | Op::If { .. } => 0,
        Op::Field { .. } | Op::Binary(..) | Op::Call { .. } => 1,
        Op::Object(entries) => entries.len(),
        Op::Lambda { params, .. } => params.len(),
    };
    u32::try_from(count).expect("a document has fewer than 2^32 parts")
}
