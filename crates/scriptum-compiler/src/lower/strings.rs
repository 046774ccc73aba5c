//! Strings: literals, and templates where something is interpolated.

use scriptum_contract::Value;
use scriptum_syntax::ast::{self, AstNode, StringPiece};
use scriptum_vm::program::{Node, Op, TemplatePart};

use super::Lower;

impl Lower<'_> {
    /// The node of a string.
    pub(super) fn string(&mut self, literal: &ast::StringLiteral) -> Node {
        let at = self.map.add(literal.span(), 0);
        let mut parts = Vec::new();
        for piece in literal.pieces() {
            match piece {
                StringPiece::Text(text) => push_text(&mut parts, &text),
                StringPiece::LiteralBrace(_) => push_text(&mut parts, "{"),
                StringPiece::Interpolation(interpolation) => {
                    let expr = interpolation.expr();
                    let node = self.node(expr.as_ref(), interpolation.span());
                    parts.push(Part::Expr(node));
                }
            }
        }
        let op = match parts.as_mut_slice() {
            [] => Op::Literal(Value::text("")),
            [Part::Text(text)] => Op::Literal(Value::from(std::mem::take(text))),
            [..] => Op::Template(parts.into_iter().map(Part::finish).collect()),
        };
        Node { at, op }
    }
}

/// A part of a template while its neighbors are still being joined to it.
enum Part {
    Text(String),
    Expr(Node),
}

impl Part {
    fn finish(self) -> TemplatePart {
        match self {
            Part::Text(text) => TemplatePart::Text(text.into()),
            Part::Expr(node) => TemplatePart::Expr(node),
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(text),
        Some(Part::Expr(_)) | None => parts.push(Part::Text(text.to_owned())),
    }
}
