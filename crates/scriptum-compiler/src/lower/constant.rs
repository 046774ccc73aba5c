//! Constants: what a default may be. Literals, lists and objects of them, and variants of enums.

use std::sync::Arc;

use scriptum_contract::{EnumDef, Type, Value};
use scriptum_syntax::{
    Span,
    ast::{self, AstNode, ObjectKey},
};

use super::Lower;
use crate::codes;

impl Lower<'_> {
    /// The value of a default of that type; `None` when it is no constant, which was reported.
    ///
    /// Whether the value satisfies the type is the checker's question. The type only tells which enum a
    /// bare word belongs to.
    pub(super) fn constant(&mut self, expr: &ast::Expr, ty: &Type) -> Option<Value> {
        match expr {
            ast::Expr::Literal(literal) => self.literal(literal.value()?, expr),
            ast::Expr::Unary(unary) if unary.op()? == ast::UnaryOp::Negate => {
                self.negated(&unary.operand()?)
            }
            ast::Expr::Paren(paren) => self.constant(&paren.inner()?, ty),
            ast::Expr::String(text) => match text.plain() {
                Some(text) => Some(Value::from(text)),
                None => self.no_constant(expr),
            },
            ast::Expr::List(list) => {
                let item = ty.as_list().map_or(Type::Any, |list| list.item.clone());
                let items: Vec<_> = list.elements().collect();
                let items = items.iter().map(|element| self.constant(element, &item));
                Some(Value::list(items.collect::<Option<Vec<_>>>()?))
            }
            ast::Expr::Object(object) => self.constant_object(object, ty),
            ast::Expr::Name(name) => {
                let name = name.name()?;
                match ty {
                    Type::Enum(def) => self.variant(name.text(), def, name.span()),
                    Type::Any
                    | Type::Text(_)
                    | Type::Number(_)
                    | Type::Integer(_)
                    | Type::Boolean
                    | Type::Object
                    | Type::Binary
                    | Type::Date
                    | Type::Timestamp
                    | Type::List(_)
                    | Type::Shape(_)
                    | Type::Null
                    | Type::Optional(_)
                    | Type::Never => self.no_constant(expr),
                }
            }
            ast::Expr::Field(field) => {
                let def = field.base().and_then(|base| self.enum_named(&base));
                match def {
                    Some(def) => {
                        let word = field.field()?;
                        self.variant(word.text(), &def, word.span())
                    }
                    None => self.no_constant(expr),
                }
            }
            ast::Expr::Unary(_)
            | ast::Expr::Index(_)
            | ast::Expr::Optional(_)
            | ast::Expr::Call(_)
            | ast::Expr::Lambda(_)
            | ast::Expr::Binary(_)
            | ast::Expr::If(_)
            | ast::Expr::Type(_) => self.no_constant(expr),
        }
    }

    fn constant_object(&mut self, object: &ast::ObjectExpr, ty: &Type) -> Option<Value> {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
        for entry in object.entries() {
            let key = match entry.key()? {
                ObjectKey::Word(word) => word.text().to_owned(),
                ObjectKey::Text(text) => text.plain()?,
            };
            let field = ty.as_shape().and_then(|shape| shape.field(&key));
            let field = field.map_or(Type::Any, |field| field.ty.clone());
            let value = self.constant(&entry.value()?, &field)?;
            entries.push((key.into(), value));
        }
        Some(Value::object(entries))
    }

    /// The value of a literal; `None` for a number that no value holds, which the parser reported.
    pub(super) fn literal(&mut self, literal: ast::Literal, expr: &ast::Expr) -> Option<Value> {
        match literal {
            ast::Literal::Null => Some(Value::Null),
            ast::Literal::Boolean(value) => Some(Value::Bool(value)),
            ast::Literal::Number(ast::Number::Integer(int)) => {
                let int = i64::try_from(int);
                if int.is_err() {
                    self.report(codes::number_too_large(expr.span()));
                }
                int.ok().map(Value::Int)
            }
            ast::Literal::Number(ast::Number::Decimal(decimal)) => Value::float(decimal),
            ast::Literal::Number(ast::Number::OutOfRange) => {
                self.report_too_large(expr.span());
                None
            }
        }
    }

    /// A number that no value holds; digits that run into letters were reported by the parser.
    pub(super) fn report_too_large(&mut self, span: Span) {
        let text = span.of(self.text);
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.report(codes::number_too_large(span));
        } else if text.parse::<f64>().is_ok() {
            self.report(codes::number_too_large::decimal(span));
        }
    }

    /// The value of a number behind a minus.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other expression is no number"
    )]
    fn negated(&mut self, operand: &ast::Expr) -> Option<Value> {
        let value = match operand {
            ast::Expr::Literal(literal) => literal.value()?,
            _ => return self.no_constant(operand),
        };
        let negated = negative(value);
        if negated.is_none() {
            self.literal(value, operand)?;
            return self.no_constant(operand);
        }
        negated
    }

    fn variant(&mut self, word: &str, def: &Arc<EnumDef>, span: Span) -> Option<Value> {
        let value = Value::text(word);
        if def.has(&value) {
            return Some(value);
        }
        let unknown = codes::unknown_variant(word, def, span, self.suggest);
        self.report(unknown);
        None
    }

    /// The enum that a bare name names, unless a value of that name hides it.
    pub(super) fn enum_named(&self, expr: &ast::Expr) -> Option<Arc<EnumDef>> {
        let ast::Expr::Name(name) = expr else {
            return None;
        };
        let name = name.name()?;
        let def = self.enums.get(name.text())?;
        self.names.is_word(name.text()).then(|| Arc::clone(def))
    }

    fn no_constant(&mut self, expr: &ast::Expr) -> Option<Value> {
        let span = expr.span();
        self.report(codes::default_not_constant(span.of(self.text), span));
        None
    }
}

/// The negative of a number literal, if a value holds it.
pub(super) fn negative(literal: ast::Literal) -> Option<Value> {
    match literal {
        ast::Literal::Number(ast::Number::Integer(int)) => {
            let negative = 0_i64.checked_sub_unsigned(int)?;
            Some(Value::Int(negative))
        }
        ast::Literal::Number(ast::Number::Decimal(decimal)) => Value::float(-decimal),
        ast::Literal::Number(ast::Number::OutOfRange)
        | ast::Literal::Boolean(_)
        | ast::Literal::Null => None,
    }
}
