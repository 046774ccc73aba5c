//! Follows values of answers through expressions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::{Type, Value};
use scriptum_vm::{
    builtins::Kind,
    program::{BinaryOp, Node, NodeId, Op, TemplatePart, UnaryOp},
};

use super::{
    demand::{Demands, Null, plain},
    flow::Flow,
};
use crate::compiled::Facts;

/// How a name or an access is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// Null is in the way where the value is used.
    Plain,
    /// Null is asked about.
    Asked,
    /// The left side of `??`: every access on the way is null-safe.
    Safe,
}

/// A walk over expressions.
pub(super) struct Walk<'w> {
    pub(super) facts: &'w Facts,
    pub(super) demands: Demands,
    /// What names are bound to, by where they are bound.
    bound: BTreeMap<NodeId, Flow>,
    /// Where names are bound that were read.
    looked_up: BTreeSet<NodeId>,
    /// True when something was bound that had been read before, by an earlier round.
    pub(super) is_late: bool,
}

impl<'w> Walk<'w> {
    pub(super) fn new(facts: &'w Facts) -> Walk<'w> {
        Walk {
            facts,
            demands: Demands::default(),
            bound: BTreeMap::new(),
            looked_up: BTreeSet::new(),
            is_late: false,
        }
    }
}

impl Walk<'_> {
    /// Something gets a name. What it was before counts, too: an earlier round may have bound it.
    pub(super) fn bind(&mut self, at: NodeId, flow: Flow) {
        let known = self.bound.get(&at).cloned().unwrap_or_default();
        let all = known.clone().or(flow);
        if all != known {
            self.is_late |= self.looked_up.contains(&at);
            self.bound.insert(at, all);
        }
    }

    /// Follows an expression into a place of this type.
    pub(super) fn flow_into(&mut self, node: &Node, ty: &Type) -> Flow {
        let flow = match (&node.op, ty.without_null()) {
            (Op::List(items), Type::List(list)) => {
                let flows = items.iter().map(|item| self.flow_into(item, &list.item));
                return Flow::list(flows.fold(Flow::elsewhere(), Flow::or));
            }
            (Op::Object(entries), Type::Shape(shape)) => {
                let flows = entries.iter().map(|(name, value)| {
                    let flow = match shape.field(name) {
                        Some(field) => self.flow_into(value, &field.ty),
                        None => self.flow(value),
                    };
                    (Arc::clone(name), flow)
                });
                return Flow::object(flows);
            }
            (Op::If { condition, yes, no }, _) => {
                self.flow_into(condition, &Type::Boolean);
                return self.flow_into(yes, ty).or(self.flow_into(no, ty));
            }
            (Op::Binary(BinaryOp::Coalesce, left, right), _) => {
                let first = self.read(left, Read::Safe);
                self.demands.want(&first, ty, Null::Welcome);
                return first.present().or(self.flow_into(right, ty));
            }
            (Op::Binary(op, left, right), to) if keeps(*op, to) => {
                let operand = plain(to);
                let left = self.flow_into(left, &operand);
                let right = self.flow_into(right, &operand);
                return left.computed().or(right.computed());
            }
            _ => self.flow(node),
        };
        self.demands.want(&flow, ty, Null::InTheWay);
        flow
    }

    /// Follows an expression whose place demands nothing.
    pub(super) fn flow(&mut self, node: &Node) -> Flow {
        self.read(node, Read::Plain)
    }

    pub(super) fn read(&mut self, node: &Node, read: Read) -> Flow {
        match &node.op {
            Op::Literal(_) | Op::Variant { .. } | Op::Env(_) => Flow::elsewhere(),
            Op::Name(_) => {
                let flow = self.name(node);
                self.found(node, flow, read)
            }
            Op::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Expr(node) = part {
                        let flow = self.flow(node);
                        self.demands.show(&flow);
                    }
                }
                Flow::elsewhere()
            }
            Op::List(items) => {
                let flows = items.iter().map(|item| self.flow(item));
                Flow::list(flows.fold(Flow::elsewhere(), Flow::or))
            }
            Op::Object(entries) => {
                let entries = entries.iter();
                Flow::object(entries.map(|(name, value)| (Arc::clone(name), self.flow(value))))
            }
            Op::Field { of, name, safe } => {
                let (of, null) = self.base(of, *safe, read);
                let flow = self.demands.member(&of, name, null);
                self.found(node, flow, read)
            }
            Op::Index { of, index, safe } => {
                let flow = self.index(of, index, *safe, read);
                self.found(node, flow, read)
            }
            Op::Unary(UnaryOp::Not, of) => {
                self.flow_into(of, &Type::Boolean);
                Flow::elsewhere()
            }
            Op::Unary(UnaryOp::Negate, of) => self.flow_into(of, &Type::number()).computed(),
            Op::Binary(op, left, right) => self.binary(*op, left, right),
            Op::If { condition, yes, no } => {
                self.flow_into(condition, &Type::Boolean);
                self.read(yes, read).or(self.read(no, read))
            }
            Op::Call { function, args } => self.call(function, args),
            Op::Lambda { body, .. } => {
                self.flow(body);
                Flow::elsewhere()
            }
        }
    }

    /// What a name or an access gives: null is asked about, or a condition has answered that before.
    fn found(&mut self, node: &Node, flow: Flow, read: Read) -> Flow {
        if read != Read::Plain {
            self.demands.ask(&flow);
        }
        if self.facts.is_present(node.at) {
            flow.present()
        } else {
            flow
        }
    }

    /// What is accessed, and whether null is in the way there.
    fn base(&mut self, of: &Node, safe: bool, read: Read) -> (Flow, Null) {
        let (read, null) = match read {
            Read::Safe => (Read::Safe, Null::Welcome),
            Read::Plain | Read::Asked if safe => (Read::Asked, Null::Welcome),
            Read::Plain | Read::Asked => (Read::Plain, Null::InTheWay),
        };
        (self.read(of, read), null)
    }

    fn index(&mut self, of: &Node, index: &Node, safe: bool, read: Read) -> Flow {
        let (base, null) = self.base(of, safe, read);
        if let Op::Literal(Value::Text(key)) = &index.op {
            return self.demands.member(&base, key, null);
        }
        if self.facts.ty(of.at).without_null().as_shape().is_some() {
            self.flow_into(index, &Type::text());
            return Flow::elsewhere();
        }
        if matches!(plain(self.facts.ty(index.at)), Type::Text(_)) {
            // A computed key: an object of which nothing more is known.
            self.flow(index);
            self.demands.want(&base, &Kind::Object.ty(), null);
            return Flow::elsewhere();
        }
        self.flow_into(index, &Type::integer());
        self.demands.element(&base, null)
    }

    fn name(&mut self, node: &Node) -> Flow {
        let mut flow = Flow::elsewhere();
        for at in self.facts.definitions(node.at) {
            self.looked_up.insert(at);
            if let Some(bound) = self.bound.get(&at) {
                flow = flow.or(bound.clone());
            }
        }
        flow
    }

    fn binary(&mut self, op: BinaryOp, left: &Node, right: &Node) -> Flow {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.flow_into(left, &Type::Boolean);
                self.flow_into(right, &Type::Boolean);
            }
            BinaryOp::Divide => {
                self.flow_into(left, &Type::number());
                self.flow_into(right, &Type::number());
            }
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Remainder => {
                let left = self.flow_into(left, &Type::number());
                let right = self.flow_into(right, &Type::number());
                return left.computed().or(right.computed());
            }
            BinaryOp::Add => {
                let (left, right) = self.beside_each_other(left, right);
                return left.computed().or(right.computed());
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                self.beside_each_other(left, right);
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                self.compared(left, right);
                self.compared(right, left);
            }
            BinaryOp::In => {
                let list = self.beside(right);
                let item = list.as_list().map(|list| plain(&list.item));
                self.flow_into(left, &item.unwrap_or(Type::Any));
                let item = self.beside(left);
                let flow = self.flow(right);
                let items = self.demands.element(&flow, Null::InTheWay);
                self.demands.want(&items, &item, Null::InTheWay);
            }
            BinaryOp::Coalesce => {
                let instead = widened(self.beside(right));
                let first = self.read(left, Read::Safe);
                self.demands.want(&first, &instead, Null::Welcome);
                return first.present().or(self.flow(right));
            }
        }
        Flow::elsewhere()
    }

    /// Operands of one kind, neither of them null.
    fn beside_each_other(&mut self, left: &Node, right: &Node) -> (Flow, Flow) {
        let (of_left, of_right) = (self.beside(left), self.beside(right));
        let left = self.flow_into(left, &widened(of_right));
        let right = self.flow_into(right, &widened(of_left));
        self.demands.need(&left);
        self.demands.need(&right);
        (left, right)
    }

    /// A side of `==`: null beside it asks about null, any other value says the type.
    fn compared(&mut self, node: &Node, other: &Node) {
        if matches!(other.op, Op::Literal(Value::Null)) {
            self.read(node, Read::Asked);
        } else {
            let ty = self.beside(other);
            self.flow_into(node, &ty);
        }
    }

    /// The type of an operand, for what stands beside it.
    fn beside(&self, node: &Node) -> Type {
        plain(self.facts.ty(node.at))
    }
}

/// True for operators whose result of this type has operands of it.
fn keeps(op: BinaryOp, ty: &Type) -> bool {
    match op {
        BinaryOp::Add => matches!(
            ty,
            Type::Integer(_) | Type::Number(_) | Type::Text(_) | Type::List(_)
        ),
        BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Remainder => {
            matches!(ty, Type::Integer(_))
        }
        BinaryOp::Divide
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::In
        | BinaryOp::Coalesce => false,
    }
}

/// What is compared or added to an integer need not be one.
fn widened(ty: Type) -> Type {
    match ty {
        Type::Integer(_) => Type::number(),
        Type::Any
        | Type::Text(_)
        | Type::Number(_)
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::List(_)
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => ty,
    }
}
