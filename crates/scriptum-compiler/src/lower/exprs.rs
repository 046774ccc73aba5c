//! Expressions as trees of the program.
//!
//! The depth of the tree is bounded here, because everything behind walks it on the Rust stack.

use std::sync::Arc;

use scriptum_contract::Value;
use scriptum_syntax::{
    Span,
    ast::{self, AstNode, ObjectKey},
};
use scriptum_vm::program::{BinaryOp, EXPRESSION_DEPTH_MAX, Expr, Node, Op, UnaryOp};

use super::{Lower, constant::negative};
use crate::{codes, source_map::part_of};

impl Lower<'_> {
    /// An expression with its source text; a hole where none stands, which the parser has reported.
    pub(super) fn expr(&mut self, expr: Option<&ast::Expr>, instead: Span) -> Expr {
        let span = expr.map_or(instead, AstNode::span);
        self.depth_reported = false;
        Expr {
            source: span.of(self.text).into(),
            root: self.node(expr, instead),
        }
    }

    pub(super) fn node(&mut self, expr: Option<&ast::Expr>, instead: Span) -> Node {
        match expr {
            Some(expr) => self.op(expr),
            None => self.hole(instead),
        }
    }

    /// A node that stands for something that could not be read.
    pub(super) fn hole(&mut self, span: Span) -> Node {
        let at = self.map.add(span, 0);
        self.map.mark_hole(at);
        Node {
            at,
            op: Op::Literal(Value::Null),
        }
    }

    /// A node one level deeper, or a hole below the deepest level.
    fn op(&mut self, expr: &ast::Expr) -> Node {
        let span = expr.span();
        if self.expression_depth == EXPRESSION_DEPTH_MAX {
            if !self.depth_reported {
                self.depth_reported = true;
                self.report(codes::expression_too_deep(span));
            }
            return self.hole(span);
        }
        self.expression_depth += 1;
        let node = self.op_within(expr, span);
        self.expression_depth -= 1;
        node
    }

    fn op_within(&mut self, expr: &ast::Expr, span: Span) -> Node {
        match expr {
            ast::Expr::Literal(literal) => {
                let value = literal.value().and_then(|value| self.literal(value, expr));
                match value {
                    Some(value) => self.leaf(span, Op::Literal(value)),
                    None => self.hole(span),
                }
            }
            ast::Expr::String(text) => self.string(text),
            ast::Expr::Name(name) => self.name(name, span),
            ast::Expr::Field(field) => self.field(field, span),
            ast::Expr::Index(index) => self.index(index, span),
            ast::Expr::Optional(optional) => {
                let mut node = self.node(optional.base().as_ref(), span);
                make_safe(&mut node);
                node
            }
            ast::Expr::Call(call) => self.call(call, span),
            ast::Expr::Lambda(lambda) => self.lambda(lambda, span),
            ast::Expr::List(list) => {
                let at = self.map.add(span, 0);
                let elements: Vec<_> = list.elements().collect();
                let items = elements.iter().map(|element| self.op(element)).collect();
                Node {
                    at,
                    op: Op::List(items),
                }
            }
            ast::Expr::Object(object) => self.object(object, span),
            ast::Expr::Paren(paren) => self.node(paren.inner().as_ref(), span),
            ast::Expr::Unary(unary) => self.unary(unary, span),
            ast::Expr::Binary(binary) => self.binary(binary, span),
            ast::Expr::If(expr) => {
                let at = self.map.add(span, 0);
                let condition = Box::new(self.node(expr.condition().as_ref(), span));
                let yes = Box::new(self.node(expr.then_value().as_ref(), span));
                let no = Box::new(self.node(expr.else_value().as_ref(), span));
                Node {
                    at,
                    op: Op::If { condition, yes, no },
                }
            }
            ast::Expr::Type(ty) => {
                self.report_type_as_value(ty);
                self.hole(span)
            }
        }
    }

    fn leaf(&mut self, span: Span, op: Op) -> Node {
        Node {
            at: self.map.add(span, 0),
            op,
        }
    }

    /// A value, or a variant where no value of that name is visible.
    fn name(&mut self, expr: &ast::NameExpr, span: Span) -> Node {
        let Some(name) = expr.name() else {
            return self.hole(span);
        };
        let is_variant =
            self.names.is_word(name.text()) && self.bare_variants.contains(name.text());
        let shared = self.names.share(name.text());
        let op = if is_variant {
            Op::Variant {
                of: None,
                value: Value::Text(shared),
            }
        } else {
            Op::Name(shared)
        };
        self.leaf(span, op)
    }

    /// A field, or a variant behind the name of its enum.
    fn field(&mut self, expr: &ast::FieldExpr, span: Span) -> Node {
        let base = expr.base();
        let Some(field) = expr.field() else {
            // The parser has reported what is missing behind the dot.
            self.node(base.as_ref(), span);
            return self.hole(span);
        };
        let name = self.names.share(field.text());
        if let Some(def) = base.as_ref().and_then(|base| self.enum_named(base)) {
            let op = Op::Variant {
                of: Some(Arc::clone(&def.name)),
                value: Value::Text(name),
            };
            return self.leaf(span, op);
        }
        let at = self.map.add(span, 1);
        self.map.place(part_of(at, 0), field.span());
        let of = Box::new(self.node(base.as_ref(), span));
        let safe = expr.is_null_safe();
        Node {
            at,
            op: Op::Field { of, name, safe },
        }
    }

    fn index(&mut self, expr: &ast::IndexExpr, span: Span) -> Node {
        let at = self.map.add(span, 0);
        let of = Box::new(self.node(expr.base().as_ref(), span));
        let index = Box::new(self.node(expr.index().as_ref(), span));
        let safe = expr.is_null_safe();
        Node {
            at,
            op: Op::Index { of, index, safe },
        }
    }

    fn call(&mut self, call: &ast::CallExpr, span: Span) -> Node {
        let arguments: Vec<ast::Expr> = call.arguments().collect();
        match call.callee() {
            Some(ast::Expr::Name(name)) => match name.name() {
                Some(name) if name.text() == "env" => self.env_call(&name, &arguments, span),
                Some(name) => self.call_of(&name, None, &arguments, span),
                None => self.hole(span),
            },
            Some(ast::Expr::Field(method)) => match (method.base(), method.field()) {
                (Some(base), Some(name)) => {
                    self.report(codes::method_call(
                        &name,
                        base.span(),
                        &arguments,
                        span,
                        self.text,
                    ));
                    self.call_of(&name, Some(&base), &arguments, span)
                }
                (_, _) => self.hole(span),
            },
            Some(other) => {
                self.report(codes::not_callable(other.span()));
                self.hole(span)
            }
            None => self.hole(span),
        }
    }

    fn call_of(
        &mut self,
        name: &ast::Name,
        first: Option<&ast::Expr>,
        arguments: &[ast::Expr],
        span: Span,
    ) -> Node {
        let at = self.map.add(span, 1);
        self.map.place(part_of(at, 0), name.span());
        let function = self.names.share(name.text());
        let all = first.into_iter().chain(arguments);
        let args = all.map(|argument| self.op(argument)).collect();
        Node {
            at,
            op: Op::Call { function, args },
        }
    }

    /// `env(NAME)`; other uses of `env` are calls of the built-in, which the checker judges.
    fn env_call(&mut self, function: &ast::Name, arguments: &[ast::Expr], span: Span) -> Node {
        let name = match arguments {
            [ast::Expr::Name(name)] => name.name().map(|name| name.text().to_owned()),
            [ast::Expr::String(text)] => text.plain(),
            [..] => None,
        };
        let Some(name) = name else {
            return self.call_of(function, None, arguments, span);
        };
        let op = Op::Env(self.names.share(&name));
        self.leaf(span, op)
    }

    fn lambda(&mut self, lambda: &ast::LambdaExpr, span: Span) -> Node {
        let names: Vec<ast::Name> = lambda.parameters().collect();
        let parts = u32::try_from(names.len()).expect("a lambda has fewer than 2^32 parameters");
        let at = self.map.add(span, parts);
        let mark = self.names.mark();
        let mut params = Vec::with_capacity(names.len());
        for (index, name) in (0..).zip(&names) {
            self.map.place(part_of(at, index), name.span());
            let shared = self.names.share(name.text());
            self.names.see(&shared);
            params.push(shared);
        }
        let body = Box::new(self.node(lambda.body().as_ref(), span));
        self.names.forget(mark);
        Node {
            at,
            op: Op::Lambda { params, body },
        }
    }

    fn object(&mut self, object: &ast::ObjectExpr, span: Span) -> Node {
        let written: Vec<ast::ObjectEntry> = object.entries().collect();
        let parts = u32::try_from(written.len()).expect("an object has fewer than 2^32 entries");
        let at = self.map.add(span, parts);
        let mut entries = Vec::with_capacity(written.len());
        for entry in &written {
            let (key, place) = match entry.key() {
                Some(ObjectKey::Word(word)) => (word.text().to_owned(), word.span()),
                Some(ObjectKey::Text(text)) => (text.plain().unwrap_or_default(), text.span()),
                None => continue,
            };
            let index = u32::try_from(entries.len()).expect("counted just before");
            self.map.place(part_of(at, index), place);
            let value = self.node(entry.value().as_ref(), place);
            entries.push((self.names.share(&key), value));
        }
        Node {
            at,
            op: Op::Object(entries),
        }
    }

    /// `-3` is a literal, so that it can be checked like one.
    fn unary(&mut self, unary: &ast::UnaryExpr, span: Span) -> Node {
        let operand = unary.operand();
        let op = match unary.op() {
            Some(ast::UnaryOp::Negate) => UnaryOp::Negate,
            Some(ast::UnaryOp::Not) => UnaryOp::Not,
            None => return self.hole(span),
        };
        if let (UnaryOp::Negate, Some(ast::Expr::Literal(literal))) = (op, &operand)
            && let Some(value) = literal.value().and_then(negative)
        {
            return self.leaf(span, Op::Literal(value));
        }
        let at = self.map.add(span, 0);
        let of = Box::new(self.node(operand.as_ref(), span));
        Node {
            at,
            op: Op::Unary(op, of),
        }
    }

    fn binary(&mut self, binary: &ast::BinaryExpr, span: Span) -> Node {
        let Some(op) = binary.op() else {
            return self.hole(span);
        };
        if is_chain(binary, op) {
            // The parser has reported the chain; its parts are read all the same.
            self.node(binary.left().as_ref(), span);
            self.node(binary.right().as_ref(), span);
            return self.hole(span);
        }
        let at = self.map.add(span, 1);
        self.map
            .place(part_of(at, 0), binary.op_span().unwrap_or(span));
        let left = Box::new(self.node(binary.left().as_ref(), span));
        let right = Box::new(self.node(binary.right().as_ref(), span));
        Node {
            at,
            op: Op::Binary(operator(op), left, right),
        }
    }
}

/// Makes every access on the way null-safe, as a `?` behind it asks.
fn make_safe(node: &mut Node) {
    let mut access = &mut node.op;
    while let Op::Field { of, safe, .. } | Op::Index { of, safe, .. } = access {
        *safe = true;
        access = &mut of.op;
    }
}

/// True for `a < b < c`.
fn is_chain(binary: &ast::BinaryExpr, op: ast::BinaryOp) -> bool {
    let Some(ast::Expr::Binary(left)) = binary.left() else {
        return false;
    };
    is_comparison(op) && left.op().is_some_and(is_comparison)
}

fn is_comparison(op: ast::BinaryOp) -> bool {
    match op {
        ast::BinaryOp::Equal
        | ast::BinaryOp::NotEqual
        | ast::BinaryOp::Less
        | ast::BinaryOp::LessEqual
        | ast::BinaryOp::Greater
        | ast::BinaryOp::GreaterEqual
        | ast::BinaryOp::In => true,
        ast::BinaryOp::Coalesce
        | ast::BinaryOp::Or
        | ast::BinaryOp::And
        | ast::BinaryOp::Add
        | ast::BinaryOp::Subtract
        | ast::BinaryOp::Multiply
        | ast::BinaryOp::Divide
        | ast::BinaryOp::Remainder => false,
    }
}

fn operator(op: ast::BinaryOp) -> BinaryOp {
    match op {
        ast::BinaryOp::Coalesce => BinaryOp::Coalesce,
        ast::BinaryOp::Or => BinaryOp::Or,
        ast::BinaryOp::And => BinaryOp::And,
        ast::BinaryOp::Equal => BinaryOp::Equal,
        ast::BinaryOp::NotEqual => BinaryOp::NotEqual,
        ast::BinaryOp::Less => BinaryOp::Less,
        ast::BinaryOp::LessEqual => BinaryOp::LessEqual,
        ast::BinaryOp::Greater => BinaryOp::Greater,
        ast::BinaryOp::GreaterEqual => BinaryOp::GreaterEqual,
        ast::BinaryOp::In => BinaryOp::In,
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Subtract => BinaryOp::Subtract,
        ast::BinaryOp::Multiply => BinaryOp::Multiply,
        ast::BinaryOp::Divide => BinaryOp::Divide,
        ast::BinaryOp::Remainder => BinaryOp::Remainder,
    }
}
