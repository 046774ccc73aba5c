//! What a condition tells about null: behind `x != null` the name is there.

use std::sync::Arc;

use scriptum_contract::{Shape, Type, Value};
use scriptum_vm::program::{BinaryOp, Node, Op, UnaryOp};

use super::{
    Checker,
    scope::{Binding, Path},
};
use crate::limits::NARROWINGS_MAX;

impl Checker<'_> {
    /// Notes what is known where the condition is true, or where it is false.
    pub(super) fn narrow(&mut self, condition: &Node, truth: bool) {
        match &condition.op {
            Op::Unary(UnaryOp::Not, of) => self.narrow(of, !truth),
            Op::Binary(BinaryOp::And, left, right) if truth => {
                self.narrow(left, true);
                self.narrow(right, true);
            }
            Op::Binary(BinaryOp::Or, left, right) if !truth => {
                self.narrow(left, false);
                self.narrow(right, false);
            }
            Op::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right) => {
                let are_equal = (*op == BinaryOp::Equal) == truth;
                for (of, other) in [(left, right), (right, left)] {
                    if (is_null(other) && !are_equal) || (is_present(other) && are_equal) {
                        self.set_present(of);
                    }
                }
            }
            Op::Unary(UnaryOp::Negate, _)
            | Op::Binary(..)
            | Op::Literal(_)
            | Op::Variant { .. }
            | Op::Name(_)
            | Op::Env(_)
            | Op::Template(_)
            | Op::List(_)
            | Op::Object(_)
            | Op::Field { .. }
            | Op::Index { .. }
            | Op::If { .. }
            | Op::Call { .. }
            | Op::Lambda { .. } => {}
        }
    }

    /// The name, or the field on a way of fields from a name, is not null here.
    fn set_present(&mut self, node: &Node) {
        let mut fields = Vec::new();
        let mut root = node;
        while let Op::Field { of, name, .. } = &root.op {
            fields.push(name);
            root = of;
        }
        let Op::Name(name) = &root.op else {
            return;
        };
        let Some(binding) = self.scope.get(name) else {
            return;
        };
        let path: Path = fields.iter().rev().map(|name| Arc::clone(name)).collect();
        let known = binding.present.as_deref().unwrap_or_default();
        let is_known = known.contains(&path);
        let ty = present(&binding.ty, &mut fields);
        if binding.always && ty == binding.ty && (is_known || known.len() >= NARROWINGS_MAX) {
            return;
        }
        let new = (!is_known).then_some(path);
        let narrowed = Binding {
            ty,
            always: true,
            present: Some(known.iter().cloned().chain(new).collect()),
            ..binding.clone()
        };
        self.scope.set(Arc::clone(name), narrowed);
    }
}

/// The type when it, and the field on the way (outermost last), is not null.
fn present(ty: &Type, fields: &mut Vec<&Arc<str>>) -> Type {
    let ty = ty.without_null();
    let (Some(name), Some(shape)) = (fields.pop(), ty.as_shape()) else {
        return ty.clone();
    };
    let mut shape = Shape::clone(shape);
    if let Some(field) = shape.fields.iter_mut().find(|field| field.name == *name) {
        field.ty = present(&field.ty, fields);
        field.required = true;
    }
    Type::Shape(Arc::new(shape))
}

fn is_null(node: &Node) -> bool {
    matches!(node.op, Op::Literal(Value::Null))
}

/// A literal that is not null.
fn is_present(node: &Node) -> bool {
    matches!(&node.op, Op::Literal(value) if !matches!(value, Value::Null))
        || matches!(node.op, Op::Variant { .. } | Op::Template(_))
}
