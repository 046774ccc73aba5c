//! Follows values of answers through expressions.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{Number, Type, Value};
use scriptum_vm::{
    builtins::{self, Builtin, Kind, Takes},
    program::{BinaryOp, Node, NodeId, Op, TemplatePart, UnaryOp},
};

use super::demand::{Demands, Flow, Read};
use crate::{compiled::Facts, source_map::part_of};

/// Functions whose result holds elements of their first argument, and how.
const SAME_LIST: &[&str] = &["filter", "sort_by", "slice", "unique"];
const ONE_ELEMENT: &[&str] = &["find", "first", "last"];

/// A walk over expressions.
pub(super) struct Walk<'w> {
    pub(super) facts: &'w Facts,
    pub(super) demands: Demands,
    /// What names are bound to, by where they are bound.
    pub(super) bound: BTreeMap<NodeId, Flow>,
}

impl Walk<'_> {
    /// Follows an expression into a place of this type.
    pub(super) fn flow_into(&mut self, node: &Node, ty: &Type) -> Flow {
        let flow = match (&node.op, ty.without_null()) {
            (Op::List(items), Type::List(list)) => {
                let flows = items.iter().map(|item| self.flow_into(item, &list.item));
                return Flow::List(Box::new(flows.fold(Flow::Elsewhere, Flow::or)));
            }
            (Op::Object(entries), Type::Shape(shape)) => {
                let flows = entries.iter().map(|(name, value)| {
                    let flow = match shape.field(name) {
                        Some(field) => self.flow_into(value, &field.ty),
                        None => self.flow(value),
                    };
                    (Arc::clone(name), flow)
                });
                return Flow::Object(flows.collect());
            }
            (Op::If { condition, yes, no }, _) => {
                self.flow_into(condition, &Type::Boolean);
                return self.flow_into(yes, ty).or(self.flow_into(no, ty));
            }
            (Op::Binary(BinaryOp::Coalesce, left, right), _) => {
                let first = self.read(left, Read::Safe);
                self.demands.want(&first, ty);
                return first.or(self.flow_into(right, ty));
            }
            (Op::Binary(op, left, right), to) if keeps(*op, to) => {
                let operand = plain(to);
                self.flow_into(left, &operand);
                self.flow_into(right, &operand);
                return Flow::Elsewhere;
            }
            _ => self.flow(node),
        };
        self.demands.want(&flow, ty);
        flow
    }

    /// Follows an expression whose place demands nothing.
    pub(super) fn flow(&mut self, node: &Node) -> Flow {
        self.read(node, Read::Plain)
    }

    fn read(&mut self, node: &Node, read: Read) -> Flow {
        match &node.op {
            Op::Literal(_) | Op::Variant { .. } | Op::Env(_) => Flow::Elsewhere,
            Op::Name(_) => self.name(node),
            Op::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Expr(node) = part {
                        let flow = self.flow(node);
                        self.demands.show(&flow);
                    }
                }
                Flow::Elsewhere
            }
            Op::List(items) => {
                let flows = items.iter().map(|item| self.flow(item));
                Flow::List(Box::new(flows.fold(Flow::Elsewhere, Flow::or)))
            }
            Op::Object(entries) => {
                let flows = entries
                    .iter()
                    .map(|(name, value)| (Arc::clone(name), self.flow(value)));
                Flow::Object(flows.collect())
            }
            Op::Field { of, name, safe } => {
                let of = self.read(of, inner(read, *safe));
                self.demands.member(&of, name, read)
            }
            Op::Index { of, index, safe } => {
                let base = self.read(of, inner(read, *safe));
                if let Op::Literal(Value::Text(key)) = &index.op {
                    return self.demands.member(&base, key, read);
                }
                self.flow_into(index, &Type::integer());
                self.demands.element(&base)
            }
            Op::Unary(UnaryOp::Not, of) => {
                self.flow_into(of, &Type::Boolean);
                Flow::Elsewhere
            }
            Op::Unary(UnaryOp::Negate, of) => {
                self.flow_into(of, &Type::number());
                Flow::Elsewhere
            }
            Op::Binary(op, left, right) => self.binary(*op, left, right),
            Op::If { condition, yes, no } => {
                self.flow_into(condition, &Type::Boolean);
                self.read(yes, read).or(self.read(no, read))
            }
            Op::Call { function, args } => self.call(function, args),
            Op::Lambda { body, .. } => {
                self.flow(body);
                Flow::Elsewhere
            }
        }
    }

    fn name(&self, node: &Node) -> Flow {
        let Some(definition) = self.facts.definition(node.at) else {
            return Flow::Elsewhere;
        };
        let also = self.facts.also_bound_at(definition);
        let flows = std::iter::once(&definition).chain(also);
        let flows = flows.filter_map(|at| self.bound.get(at).cloned());
        flows.fold(Flow::Elsewhere, Flow::or)
    }

    fn binary(&mut self, op: BinaryOp, left: &Node, right: &Node) -> Flow {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.flow_into(left, &Type::Boolean);
                self.flow_into(right, &Type::Boolean);
            }
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                self.flow_into(left, &Type::number());
                self.flow_into(right, &Type::number());
            }
            BinaryOp::Add
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => {
                let (of_left, of_right) = (self.beside(left), self.beside(right));
                self.flow_into(left, &widened(of_right));
                self.flow_into(right, &widened(of_left));
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
                let items = self.demands.element(&flow);
                self.demands.want(&items, &item);
            }
            BinaryOp::Coalesce => {
                let instead = self.beside(right);
                let first = self.read(left, Read::Safe);
                self.demands.want(&first, &instead);
                return first.or(self.flow(right));
            }
        }
        Flow::Elsewhere
    }

    /// A side of `==`: null beside it asks about null, any other value says the type.
    fn compared(&mut self, node: &Node, other: &Node) {
        if matches!(other.op, Op::Literal(Value::Null)) {
            self.read(node, Read::Safe);
        } else {
            let ty = self.beside(other);
            self.flow_into(node, &ty);
        }
    }

    /// The type of an operand, for what stands beside it.
    fn beside(&self, node: &Node) -> Type {
        plain(self.facts.ty(node.at))
    }

    fn call(&mut self, function: &str, args: &[Node]) -> Flow {
        let Some(builtin) = builtins::find(function) else {
            for arg in args {
                self.flow(arg);
            }
            return Flow::Elsewhere;
        };
        let mut first = Flow::Elsewhere;
        let mut body = Flow::Elsewhere;
        for (index, arg) in args.iter().enumerate() {
            let flow = self.argument(builtin, (index, args.len() == 1), arg, &first);
            match (&arg.op, index) {
                (Op::Lambda { .. }, _) => body = flow,
                (_, 0) => first = flow,
                (_, _) => {}
            }
        }
        if SAME_LIST.contains(&function) {
            return first;
        }
        if ONE_ELEMENT.contains(&function) {
            return self.demands.element(&first);
        }
        match function {
            "map" => Flow::List(Box::new(body)),
            "flatten" => {
                let lists = self.demands.element(&first);
                Flow::List(Box::new(self.demands.element(&lists)))
            }
            _ => Flow::Elsewhere,
        }
    }

    fn argument(
        &mut self,
        builtin: &Builtin,
        (index, is_only): (usize, bool),
        arg: &Node,
        first: &Flow,
    ) -> Flow {
        let Some(param) = builtin.param(index) else {
            return self.flow(arg);
        };
        match (param.takes, &arg.op) {
            (Takes::Function(lambda), Op::Lambda { params, body }) => {
                let items = self.demands.element(first);
                // What `reduce` carries on comes before the element.
                let at = u32::from(builtin.name == "reduce");
                if params.len() > at as usize {
                    self.bound.insert(part_of(arg.at, at), items);
                }
                match lambda.result.and_then(of_kind) {
                    Some(ty) => self.flow_into(body, &ty),
                    None => self.flow(body),
                }
            }
            (Takes::OneOf([kind]), _) => match of_kind(*kind) {
                Some(ty) => self.flow_into(arg, &ty),
                None => self.flow(arg),
            },
            // What is largest is mostly a number; of texts the other uses tell.
            (Takes::OneOf([Kind::List, Kind::Number, ..]), _) => {
                let flow = self.flow(arg);
                let number = Type::number();
                let wanted = if is_only { Type::list(number) } else { number };
                self.demands.want(&flow, &wanted);
                flow
            }
            // Where texts and lists are both welcome, only the others tell.
            (Takes::OneOf([Kind::List, ..]), _) => {
                let flow = self.flow(arg);
                if args_are_one_list(builtin) {
                    self.demands.element(&flow);
                }
                flow
            }
            (Takes::Fallback, _) => self.read(arg, Read::Safe),
            (Takes::Any | Takes::OneOf(_) | Takes::Part | Takes::Function(_), _) => self.flow(arg),
        }
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

/// `count` takes a list or an object; what is counted is a list.
fn args_are_one_list(builtin: &Builtin) -> bool {
    builtin.name == "count"
}

fn inner(read: Read, safe: bool) -> Read {
    if safe { Read::Safe } else { read }
}

/// The type that an argument of a kind says; `None` when it says too little.
fn of_kind(kind: Kind) -> Option<Type> {
    match kind {
        Kind::Text => Some(Type::text()),
        Kind::Number => Some(Type::number()),
        Kind::Integer => Some(Type::integer()),
        Kind::Boolean => Some(Type::Boolean),
        Kind::List => Some(Type::list(Type::Any)),
        Kind::Numbers => Some(Type::list(Type::number())),
        Kind::Object => None,
    }
}

/// A type without its rules, which belong to another value.
fn plain(ty: &Type) -> Type {
    match ty.without_null() {
        Type::Text(_) => Type::text(),
        Type::Number(_) => Type::number(),
        Type::Integer(_) => Type::Integer(Number::default()),
        Type::List(list) => Type::list(plain(&list.item)),
        other @ (Type::Any
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never) => other.clone(),
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
