//! Operators: what each takes, and the type of what it gives.

use scriptum_contract::{Type, Value, check};
use scriptum_syntax::Span;
use scriptum_vm::program::{BinaryOp, Node, Op, UnaryOp};

use super::{
    Checker,
    exprs::{Reading, coalesced},
    secrets,
};
use crate::{codes, source_map::part_of};

/// What an operand is, as far as operators tell types apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Not known before it runs.
    Open,
    Text,
    Integer,
    Number,
    Boolean,
    List,
    Record,
    Null,
    /// A value of some kind, or null.
    Optional,
}

impl Kind {
    fn of(ty: &Type) -> Kind {
        match ty {
            Type::Any | Type::Object | Type::Never => Kind::Open,
            Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp => Kind::Text,
            Type::Integer(_) => Kind::Integer,
            Type::Number(_) => Kind::Number,
            Type::Boolean => Kind::Boolean,
            Type::List(_) => Kind::List,
            Type::Enum(def) => Kind::of(&def.base.ty()),
            Type::Shape(_) => Kind::Record,
            Type::Null => Kind::Null,
            Type::Optional(_) => Kind::Optional,
        }
    }

    fn is_numeric(self) -> bool {
        matches!(self, Kind::Integer | Kind::Number)
    }
}

impl Checker<'_> {
    pub(super) fn unary(&mut self, node: &Node, op: UnaryOp, of: &Node) -> Type {
        let ty = self.infer(of);
        match op {
            UnaryOp::Not => {
                self.boolean(of, &ty);
                Type::Boolean
            }
            UnaryOp::Negate => match Kind::of(&ty) {
                Kind::Integer => Type::integer(),
                Kind::Number => Type::number(),
                Kind::Open => Type::Any,
                Kind::Text
                | Kind::Boolean
                | Kind::List
                | Kind::Record
                | Kind::Null
                | Kind::Optional => {
                    let (whole, operand) = (self.span(node.at), self.span(of.at));
                    self.report(codes::wrong_operand::negate(&ty, whole, operand));
                    Type::Any
                }
            },
        }
    }

    pub(super) fn binary(&mut self, node: &Node, op: BinaryOp, left: &Node, right: &Node) -> Type {
        match op {
            BinaryOp::Coalesce => {
                let first = self.infer_as(left, Reading::Safe);
                let second = self.infer(right);
                coalesced(&first, &second)
            }
            BinaryOp::And | BinaryOp::Or => {
                self.condition(left);
                let mark = self.scope.mark();
                self.narrow(left, op == BinaryOp::And);
                self.condition(right);
                self.scope.undo(mark);
                Type::Boolean
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                self.equality(node, op, left, right);
                Type::Boolean
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let (a, b) = self.operands(left, right);
                let ordered = |a: Kind, b: Kind| {
                    a == Kind::Open
                        || b == Kind::Open
                        || (a.is_numeric() && b.is_numeric())
                        || (a, b) == (Kind::Text, Kind::Text)
                };
                if !ordered(Kind::of(&a), Kind::of(&b)) || is_never_ordered(&a, &b) {
                    self.wrong_operands(node, op, (left, &a), (right, &b));
                }
                Type::Boolean
            }
            BinaryOp::In => {
                self.membership(node, left, right);
                Type::Boolean
            }
            BinaryOp::Add => {
                let (a, b) = self.operands(left, right);
                self.sum(node, (left, &a), (right, &b))
            }
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                let (a, b) = self.operands(left, right);
                self.doomed_division(op, right);
                self.arithmetic(node, op, (left, &a), (right, &b))
            }
        }
    }

    fn operands(&mut self, left: &Node, right: &Node) -> (Type, Type) {
        (self.infer(left), self.infer(right))
    }

    fn sum(&mut self, node: &Node, left: (&Node, &Type), right: (&Node, &Type)) -> Type {
        match (Kind::of(left.1), Kind::of(right.1)) {
            (Kind::Text, Kind::Text) => {
                secrets::text(self.has_secrets && (left.1.is_secret() || right.1.is_secret()))
            }
            (Kind::List, Kind::List) => {
                let items = [left.1, right.1].map(|ty| ty.as_list().map(|list| &list.item));
                match items {
                    [Some(a), Some(b)] => Type::list(a.join(b)),
                    [_, _] => Type::Any,
                }
            }
            (Kind::Open, Kind::Text | Kind::List) => plain(right.1),
            (Kind::Text | Kind::List, Kind::Open) => plain(left.1),
            (
                Kind::Open
                | Kind::Integer
                | Kind::Number
                | Kind::Text
                | Kind::Boolean
                | Kind::List
                | Kind::Record
                | Kind::Null
                | Kind::Optional,
                _,
            ) => self.arithmetic(node, BinaryOp::Add, left, right),
        }
    }

    /// Numbers on both sides; integers give integers, except that a quotient may have a fraction.
    fn arithmetic(
        &mut self,
        node: &Node,
        op: BinaryOp,
        left: (&Node, &Type),
        right: (&Node, &Type),
    ) -> Type {
        match (Kind::of(left.1), Kind::of(right.1)) {
            (Kind::Integer, Kind::Integer) if op == BinaryOp::Divide => Type::number(),
            (Kind::Integer, Kind::Integer) => Type::integer(),
            (Kind::Integer | Kind::Open, Kind::Number)
            | (Kind::Number, Kind::Integer | Kind::Number | Kind::Open) => Type::number(),
            (Kind::Open, Kind::Open | Kind::Integer) | (Kind::Integer, Kind::Open) => Type::Any,
            (
                Kind::Open
                | Kind::Integer
                | Kind::Number
                | Kind::Text
                | Kind::Boolean
                | Kind::List
                | Kind::Record
                | Kind::Null
                | Kind::Optional,
                _,
            ) => {
                self.wrong_operands(node, op, left, right);
                Type::Any
            }
        }
    }

    /// Equality takes everything, but between types that share no value it has one answer only.
    fn equality(&mut self, node: &Node, op: BinaryOp, left: &Node, right: &Node) {
        for (word, other) in [(left, right), (right, left)] {
            if self.unknown_word(word).is_some()
                && let Type::Enum(def) = self.infer_as(other, Reading::MaybeNull).without_null()
            {
                self.no_variant(word, def);
                return;
            }
        }
        let a = self.infer_as(left, Reading::MaybeNull);
        let b = self.infer_as(right, Reading::MaybeNull);
        for (of, other, value) in [(&a, &b, right), (&b, &a, left)] {
            if self.compare_with_variant(of, other, value) {
                return;
            }
        }
        if are_disjoint(&a, &b) {
            let spans = self.operator_spans(node, left, right);
            self.report(codes::always_different(op, (&a, &b), spans));
        }
    }

    /// A constant beside an enum must be one of its variants; true when this was reported.
    fn compare_with_variant(&mut self, ty: &Type, other: &Type, constant: &Node) -> bool {
        let Type::Enum(def) = ty.without_null() else {
            return false;
        };
        let span = self.span(constant.at);
        match &constant.op {
            Op::Variant { of: None, value } if !def.has(value) => {
                let word = value.as_text().unwrap_or_default();
                let unknown = codes::unknown_variant(word, def, span, self.suggest);
                self.report(unknown);
                true
            }
            Op::Literal(value) if !matches!(value, Value::Null) => {
                let same_kind = Kind::of(other) == Kind::of(ty.without_null())
                    || (Kind::of(other).is_numeric() && Kind::of(ty.without_null()).is_numeric());
                if !same_kind || check(value, ty).is_empty() {
                    return false;
                }
                let unknown = codes::unknown_variant::of_literal(value, def, span, self.suggest);
                self.report(unknown);
                true
            }
            Op::Variant { .. }
            | Op::Literal(_)
            | Op::Name(_)
            | Op::Env(_)
            | Op::Template(_)
            | Op::List(_)
            | Op::Object(_)
            | Op::Field { .. }
            | Op::Index { .. }
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::If { .. }
            | Op::Call { .. }
            | Op::Lambda { .. } => false,
        }
    }

    fn membership(&mut self, node: &Node, left: &Node, right: &Node) {
        let (item, container) = self.operands(left, right);
        match Kind::of(&container) {
            Kind::Open => {}
            Kind::List => {
                let element = container
                    .as_list()
                    .map_or(Type::Any, |list| list.item.clone());
                if are_disjoint(&item, &element) {
                    let spans = self.operator_spans(node, left, right);
                    self.report(codes::always_different(
                        BinaryOp::In,
                        (&item, &element),
                        spans,
                    ));
                }
            }
            Kind::Text | Kind::Record => {
                if !matches!(Kind::of(&item), Kind::Text | Kind::Open) {
                    self.wrong_operands(node, BinaryOp::In, (left, &item), (right, &container));
                }
            }
            Kind::Integer | Kind::Number | Kind::Boolean | Kind::Null | Kind::Optional => {
                self.wrong_operands(node, BinaryOp::In, (left, &item), (right, &container));
            }
        }
    }

    fn wrong_operands(
        &mut self,
        node: &Node,
        op: BinaryOp,
        left: (&Node, &Type),
        right: (&Node, &Type),
    ) {
        let operand = |(node, ty): (&Node, &Type)| (self.span(node.at), ty.clone());
        let (left, right) = (operand(left), operand(right));
        let operator = self.span(part_of(node.at, 0));
        self.report(codes::wrong_operand(op, operator, left, right));
    }

    /// Where the operator and its operands stand.
    fn operator_spans(&self, node: &Node, left: &Node, right: &Node) -> [Span; 3] {
        [part_of(node.at, 0), left.at, right.at].map(|at| self.span(at))
    }
}

/// Two booleans, lists or records have no order even when one side is open.
fn is_never_ordered(a: &Type, b: &Type) -> bool {
    let never = |ty: &Type| {
        matches!(
            Kind::of(ty),
            Kind::Boolean | Kind::List | Kind::Record | Kind::Null | Kind::Optional
        )
    };
    never(a) || never(b)
}

/// A type without its rules, which a sum does not keep.
fn plain(ty: &Type) -> Type {
    match ty.as_list() {
        Some(list) => Type::list(list.item.join(&Type::Any)),
        None => secrets::text(ty.is_secret()),
    }
}

/// True when no value is of both types.
fn are_disjoint(a: &Type, b: &Type) -> bool {
    let (inner_a, inner_b) = (a.without_null(), b.without_null());
    let (both_null_a, both_null_b) = (inner_a != a, inner_b != b);
    if both_null_a && both_null_b {
        return false;
    }
    match (Kind::of(inner_a), Kind::of(inner_b)) {
        // A comparison with null asks a question, whatever the type.
        (Kind::Open | Kind::Null, _) | (_, Kind::Open | Kind::Null) => false,
        (a, b) if a.is_numeric() && b.is_numeric() => false,
        (a, b) => a != b,
    }
}
