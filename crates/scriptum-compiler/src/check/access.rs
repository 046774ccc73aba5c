//! Fields and elements: `of.name` and `of[index]`, and what may be null on the way.

use std::sync::Arc;

use scriptum_contract::{Assignable, Field, Shape, Type, Value, assignable};
use scriptum_syntax::Span;
use scriptum_vm::program::{Node, Op};

use super::{Checker, exprs::Reading};
use crate::{codes, source_map::part_of};

/// Names under which other languages keep the inputs of a program.
const INPUT_PREFIXES: &[&str] = &["input", "inputs", "params", "args"];

/// One access, as its message needs it.
struct Access<'n> {
    /// The base.
    of: &'n Node,
    /// The name of the field, or the literal key of an index.
    name: Option<&'n str>,
    /// True when the name is a key in quotes.
    quoted: bool,
    /// Where the name or the index stands.
    at: Span,
    /// True when a null base or a missing field gives null.
    safe: bool,
    /// True when a condition found that the field is there.
    present: bool,
}

impl Checker<'_> {
    pub(super) fn field(
        &mut self,
        node: &Node,
        of: &Node,
        name: &Arc<str>,
        safe: bool,
        reading: Reading,
    ) -> Type {
        if let Some(ty) = self.foreign_prefix(node, of, name) {
            return ty;
        }
        let is_present = self.is_known_present(node);
        self.facts.set_present(node.at, is_present);
        let safe = safe || reading == Reading::Safe;
        let base = self.base(of, safe, reading);
        let access = Access {
            of,
            name: Some(name),
            quoted: false,
            at: self.span(part_of(node.at, 0)),
            safe,
            present: is_present,
        };
        self.member(&base, &access)
    }

    pub(super) fn index(
        &mut self,
        node: &Node,
        of: &Node,
        index: &Node,
        safe: bool,
        reading: Reading,
    ) -> Type {
        let safe = safe || reading == Reading::Safe;
        let base = self.base(of, safe, reading);
        let position = self.infer(index);
        let key = match &index.op {
            Op::Literal(Value::Text(key)) => Some(&**key),
            Op::Literal(_)
            | Op::Variant { .. }
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
            | Op::Lambda { .. } => None,
        };
        let access = Access {
            of,
            name: key,
            quoted: key.is_some(),
            at: self.span(index.at),
            safe,
            present: false,
        };
        if key.is_some() && base.without_null().as_list().is_none() {
            return self.member(&base, &access);
        }
        self.element(node, &base, &position, &access)
    }

    /// True for fields on a way from a name that a condition found not to be null.
    fn is_known_present(&self, node: &Node) -> bool {
        let mut fields = Vec::new();
        let mut root = node;
        while let Op::Field { of, name, .. } = &root.op {
            fields.push(name);
            root = of;
        }
        let Op::Name(name) = &root.op else {
            return false;
        };
        fields.reverse();
        let binding = self.scope.get(name);
        binding.is_some_and(|binding| binding.is_present(&fields))
    }

    fn base(&mut self, of: &Node, safe: bool, reading: Reading) -> Type {
        let reading = match (reading, safe) {
            (Reading::Safe, _) => Reading::Safe,
            (Reading::Plain | Reading::MaybeNull, true) => Reading::MaybeNull,
            (Reading::Plain | Reading::MaybeNull, false) => Reading::Plain,
        };
        self.infer_as(of, reading)
    }

    /// The type of a field with a known name.
    fn member(&mut self, base: &Type, access: &Access<'_>) -> Type {
        let name = access.name.unwrap_or_default();
        match base {
            Type::Any | Type::Never => Type::Any,
            Type::Object => {
                if !access.safe {
                    let of = self.span(access.of.at);
                    self.report(codes::bare_object_field(name, access.at, of));
                }
                Type::Any
            }
            Type::Shape(shape) => self.shape_member(shape, access),
            Type::Optional(inner) => {
                if !access.safe {
                    let of = self.span(access.of.at);
                    self.report(codes::possibly_null(name, inner, access.at, of));
                    return self.member(inner, access);
                }
                self.member(inner, access).optional()
            }
            Type::Null if access.safe => Type::Null,
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::List(_)
            | Type::Enum(_)
            | Type::Null => {
                let of = self.span(access.of.at);
                self.report(codes::no_fields(name, base, access.at, of));
                Type::Any
            }
        }
    }

    fn shape_member(&mut self, shape: &Shape, access: &Access<'_>) -> Type {
        let name = access.name.unwrap_or_default();
        match shape.field(name) {
            Some(field) => {
                if !access.safe && !access.present && !is_always_there(field) {
                    let of = self.span(access.of.at);
                    self.report(codes::possibly_null::field(name, access.at, of));
                    return field.ty.clone();
                }
                field_type(field)
            }
            None if shape.open => Type::Any,
            None => {
                let names = shape.fields.iter().map(|field| &*field.name);
                let nearest = self.suggest.nearest(name, names);
                let of = self.span(access.of.at);
                let unknown = if access.quoted {
                    codes::unknown_field::key(name, shape, access.at, of, nearest)
                } else {
                    codes::unknown_field(name, shape, access.at, of, nearest)
                };
                self.report(unknown);
                Type::Any
            }
        }
    }

    /// The type of an element at a computed position or key.
    fn element(&mut self, node: &Node, base: &Type, position: &Type, access: &Access<'_>) -> Type {
        match base {
            Type::List(list) => {
                if !self.index_fits(position, &Type::integer(), access) {
                    return Type::Any;
                }
                if access.safe {
                    list.item.clone().optional()
                } else {
                    list.item.clone()
                }
            }
            Type::Shape(_) => {
                self.index_fits(position, &Type::text(), access);
                Type::Any
            }
            Type::Any | Type::Never => Type::Any,
            Type::Object => {
                if !access.safe {
                    let of = self.span(access.of.at);
                    self.report(codes::bare_object_field::of_index(access.at, of));
                }
                Type::Any
            }
            Type::Optional(inner) => {
                if !access.safe {
                    let of = self.span(access.of.at);
                    self.report(codes::possibly_null::index(inner, access.at, of));
                    return self.element(node, inner, position, access);
                }
                self.element(node, inner, position, access).optional()
            }
            Type::Null if access.safe => Type::Null,
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Enum(_)
            | Type::Null => {
                let (whole, of) = (self.span(node.at), self.span(access.of.at));
                self.report(codes::not_indexable(base, whole, of));
                Type::Any
            }
        }
    }

    /// Checks the type of a position or key.
    fn index_fits(&mut self, position: &Type, wanted: &Type, access: &Access<'_>) -> bool {
        match assignable(position, wanted) {
            Assignable::Yes | Assignable::Checked => true,
            Assignable::No(_) => {
                self.report(codes::not_indexable::with(position, wanted, access.at));
                false
            }
        }
    }

    /// `input.x` and `env.X`, which are written `x` and `env(X)` here.
    fn foreign_prefix(&mut self, node: &Node, of: &Node, name: &Arc<str>) -> Option<Type> {
        let Op::Name(prefix) = &of.op else {
            return None;
        };
        if self.scope.get(prefix).is_some() {
            return None;
        }
        let whole = self.span(node.at);
        if &**prefix == "env" {
            let (env, _) = self.env.get(&**name)?;
            let ty = env.field.ty.clone();
            self.report(codes::input_prefix::of_env(name, whole));
            return Some(ty);
        }
        if !INPUT_PREFIXES.contains(&&**prefix) {
            return None;
        }
        let ty = self.scope.get(name)?.ty.clone();
        self.report(codes::input_prefix(prefix, name, whole));
        Some(ty)
    }
}

/// The type of a declared field when it is read: one that may be absent may be null.
fn field_type(field: &Field) -> Type {
    if is_always_there(field) {
        field.ty.clone()
    } else {
        field.ty.clone().optional()
    }
}

/// False for a field that an object may lack.
fn is_always_there(field: &Field) -> bool {
    field.required || field.default.is_some()
}
