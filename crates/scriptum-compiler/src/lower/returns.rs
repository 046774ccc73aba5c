//! The type that a script declares for the answer of a model: `returns { … }`, or a schema of types.

use scriptum_contract::{Field, Type, Value, from_json_schema};
use scriptum_syntax::ast::{self, ObjectKey, StepNode};
use scriptum_vm::program::{Input, Node, Op};

use super::Lower;

/// The input that declares the type of an answer.
const SCHEMA: &str = "schema";

impl Lower<'_> {
    /// The declared type of the answer.
    pub(super) fn returns(&mut self, step: &ast::DoStep) -> Option<Type> {
        if let Some(returns) = step.returns() {
            let fields = self.fields(returns.fields()).fields;
            return Some(Type::shape(fields));
        }
        let schema = step.inputs().find(is_type_schema)?;
        schema.value().map(|schema| self.type_of_schema(&schema))
    }

    fn type_of_schema(&mut self, schema: &ast::Expr) -> Type {
        match schema {
            ast::Expr::Type(ty) => self.ty(ty.ty().as_ref(), ty.constraints()),
            ast::Expr::Object(object) => {
                let mut fields = Vec::new();
                for entry in object.entries() {
                    let name = match entry.key() {
                        Some(ObjectKey::Word(name)) => name.text().to_owned(),
                        Some(ObjectKey::Text(text)) => text.plain().unwrap_or_default(),
                        None => continue,
                    };
                    let value = entry.value();
                    let ty = value.map_or(Type::Any, |value| self.type_of_schema(&value));
                    fields.push(Field::required(&name, ty));
                }
                Type::shape(fields)
            }
            ast::Expr::List(list) => {
                let item = list.elements().next();
                Type::list(item.map_or(Type::Any, |item| self.type_of_schema(&item)))
            }
            ast::Expr::Paren(paren) => {
                let inner = paren.inner();
                inner.map_or(Type::Any, |inner| self.type_of_schema(&inner))
            }
            ast::Expr::Literal(_)
            | ast::Expr::String(_)
            | ast::Expr::Name(_)
            | ast::Expr::Field(_)
            | ast::Expr::Index(_)
            | ast::Expr::Optional(_)
            | ast::Expr::Call(_)
            | ast::Expr::Lambda(_)
            | ast::Expr::Unary(_)
            | ast::Expr::Binary(_)
            | ast::Expr::If(_) => Type::Any,
        }
    }
}

/// True for a schema that is written with types; one that is a value stays an input.
pub(super) fn is_type_schema(input: &ast::Input) -> bool {
    let is_schema = input.name().is_some_and(|name| name.text() == SCHEMA);
    is_schema && input.value().is_some_and(|value| has_types(&value))
}

fn has_types(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::Type(_) => true,
        ast::Expr::Object(object) => object
            .entries()
            .any(|entry| entry.value().is_some_and(|value| has_types(&value))),
        ast::Expr::List(list) => list.elements().any(|element| has_types(&element)),
        ast::Expr::Paren(paren) => paren.inner().is_some_and(|inner| has_types(&inner)),
        ast::Expr::Literal(_)
        | ast::Expr::String(_)
        | ast::Expr::Name(_)
        | ast::Expr::Field(_)
        | ast::Expr::Index(_)
        | ast::Expr::Optional(_)
        | ast::Expr::Call(_)
        | ast::Expr::Lambda(_)
        | ast::Expr::Unary(_)
        | ast::Expr::Binary(_)
        | ast::Expr::If(_) => false,
    }
}

/// The type of a schema that is a constant: a JSON Schema in the script.
pub(super) fn of_constant_schema(inputs: &[Input]) -> Option<Type> {
    let schema = inputs.iter().find(|input| *input.name == *SCHEMA)?;
    match from_json_schema(&constant(&schema.value.root)?) {
        ty @ Type::Shape(_) => Some(ty),
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
        | Type::Enum(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => None,
    }
}

fn constant(node: &Node) -> Option<Value> {
    match &node.op {
        Op::Literal(value) | Op::Variant { value, .. } => Some(value.clone()),
        Op::List(items) => {
            let items: Option<Vec<Value>> = items.iter().map(constant).collect();
            items.map(Value::list)
        }
        Op::Object(entries) => {
            let entries = entries.iter();
            let entries: Option<Vec<_>> = entries
                .map(|(name, value)| Some((name.clone(), constant(value)?)))
                .collect();
            entries.map(Value::object)
        }
        Op::Name(_)
        | Op::Env(_)
        | Op::Template(_)
        | Op::Field { .. }
        | Op::Index { .. }
        | Op::Unary(..)
        | Op::Binary(..)
        | Op::If { .. }
        | Op::Call { .. }
        | Op::Lambda { .. } => None,
    }
}
