//! Expressions: the type of each node, alone ([`Checker::infer`]) or where a type is expected
//! ([`Checker::expect`]), so that literals are checked against rules and words against their enum.

use std::{
    collections::{HashMap, hash_map::Entry as MapEntry},
    sync::Arc,
};

use scriptum_contract::{
    Assignable, EnumDef, Field, List, Object, Reason, Shape, Type, Value, assignable, check,
};
use scriptum_vm::{
    builtins,
    program::{BinaryOp, Node, Op, TemplatePart},
};

use super::{Checker, scope::Kind, secrets, target::Target};
use crate::{
    codes,
    source_map::{Part, part_of},
};

/// How a name or an access is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Null where a value is wanted is a mistake.
    Plain,
    /// Null is asked about, as in `x == null`: a name may be unbound.
    MaybeNull,
    /// The left side of `??`: every access on the way is null-safe.
    Safe,
}

impl Checker<'_> {
    /// The type of a node.
    pub(super) fn infer(&mut self, node: &Node) -> Type {
        self.infer_as(node, Reading::Plain)
    }

    pub(super) fn infer_as(&mut self, node: &Node, reading: Reading) -> Type {
        let ty = if self.map.is_hole(node.at) {
            Type::Any
        } else {
            self.infer_op(node, reading)
        };
        self.facts.set_type(node.at, &ty);
        if self.has_secrets {
            self.refuse_looking(node);
        }
        ty
    }

    fn infer_op(&mut self, node: &Node, reading: Reading) -> Type {
        match &node.op {
            Op::Literal(value) => type_of(value),
            Op::Variant { of, value } => self.variant(node, of.as_deref(), value),
            Op::Name(name) => self.name(node, name, reading),
            Op::Env(name) => self.env(node, name),
            Op::Template(parts) => {
                let mut secret = false;
                for part in parts {
                    if let TemplatePart::Expr(node) = part {
                        let ty = self.infer(node);
                        secret |= self.has_secrets && ty.is_secret();
                    }
                }
                secrets::text(secret)
            }
            Op::List(items) => {
                let types = items.iter().map(|item| self.infer(item));
                let joined = types.reduce(|joined, ty| joined.join(&ty));
                Type::list(joined.unwrap_or(Type::Never))
            }
            Op::Object(entries) => {
                self.repeated_keys(node, entries);
                let fields = entries.iter().map(|(name, value)| Field {
                    name: Arc::clone(name),
                    ..Field::required("", self.infer(value))
                });
                let fields: Vec<Field> = fields.collect();
                Type::shape(unique_fields(fields))
            }
            Op::Field { of, name, safe } => self.field(node, of, name, *safe, reading),
            Op::Index { of, index, safe } => self.index(node, of, index, *safe, reading),
            Op::Unary(op, of) => self.unary(node, *op, of),
            // `a ?? b ?? c`: all but the last are read null-safely.
            Op::Binary(BinaryOp::Coalesce, left, right) if reading == Reading::Safe => {
                let first = self.infer_as(left, Reading::Safe);
                let second = self.infer_as(right, Reading::Safe);
                coalesced(&first, &second)
            }
            Op::Binary(op, left, right) => self.binary(node, *op, left, right),
            Op::If { condition, yes, no } => {
                let (yes, no) = self.arms(condition, |ctx| ctx.infer(yes), |ctx| ctx.infer(no));
                yes.join(&no)
            }
            Op::Call { function, args } => self.builtin(node, function, args),
            Op::Lambda { body, params } => {
                self.report(codes::misplaced_lambda(self.span(node.at)));
                let mark = self.scope.mark();
                for (index, param) in (0..).zip(params) {
                    self.variable(param, part_of(node.at, index), Type::Any);
                }
                self.infer(body);
                self.scope.undo(mark);
                Type::Any
            }
        }
    }

    /// Checks a node where a type is expected, and gives the type that it has.
    pub(super) fn expect(&mut self, node: &Node, to: &Type, target: Target<'_>) -> Type {
        if self.map.is_hole(node.at) {
            return Type::Any;
        }
        let wanted = to.without_null();
        match (&node.op, wanted) {
            (Op::Literal(value), _) => {
                self.check_literal(node, value, to, target);
                self.note(node, type_of(value))
            }
            (Op::Variant { of, value }, Type::Enum(def)) => {
                let ty = self.expected_variant(node, of.as_deref(), value, def, target);
                self.note(node, ty)
            }
            (Op::Name(_), Type::Enum(def)) if self.unknown_word(node).is_some() => {
                self.no_variant(node, def);
                Type::Any
            }
            (Op::List(items), Type::List(list)) => {
                self.check_size(node, items.len(), list, target);
                let types = items
                    .iter()
                    .map(|item| self.expect(item, &list.item, Target::Element));
                let joined = types.reduce(|joined, ty| joined.join(&ty));
                self.note(node, Type::list(joined.unwrap_or(Type::Never)))
            }
            (Op::Object(entries), Type::Shape(shape)) => {
                let ty = self.expected_object(node, entries, shape);
                self.note(node, ty)
            }
            (Op::If { condition, yes, no }, _) => {
                let (yes, no) = self.arms(
                    condition,
                    |ctx| ctx.expect(yes, to, target),
                    |ctx| ctx.expect(no, to, target),
                );
                self.note(node, yes.join(&no))
            }
            (Op::Binary(BinaryOp::Coalesce, left, right), _) => {
                let first = self.infer_as(left, Reading::Safe);
                let first = first.without_null().clone();
                if !matches!(first, Type::Null) {
                    self.assign(left, &first, to, target);
                }
                let second = self.expect(right, to, target);
                self.note(node, coalesced(&first, &second))
            }
            _ => {
                let ty = self.infer(node);
                self.assign(node, &ty, to, target);
                ty
            }
        }
    }

    fn note(&mut self, node: &Node, ty: Type) -> Type {
        self.facts.set_type(node.at, &ty);
        ty
    }

    /// Both arms of an `if`, each with what the condition tells it.
    fn arms(
        &mut self,
        condition: &Node,
        yes: impl FnOnce(&mut Self) -> Type,
        no: impl FnOnce(&mut Self) -> Type,
    ) -> (Type, Type) {
        self.condition(condition);
        let mark = self.scope.mark();
        self.narrow(condition, true);
        let yes = yes(self);
        self.scope.undo(mark);
        self.narrow(condition, false);
        let no = no(self);
        self.scope.undo(mark);
        (yes, no)
    }

    /// Checks that a value of one type may go where another is expected.
    pub(super) fn assign(&mut self, node: &Node, from: &Type, to: &Type, target: Target<'_>) {
        let Assignable::No(why) = assignable(from, to) else {
            return;
        };
        let span = self.span(node.at);
        let inner = from.without_null();
        let only_null = inner != from && !matches!(assignable(inner, to), Assignable::No(_));
        let diagnostic = if only_null {
            codes::possibly_null::value(from, target, span)
        } else {
            codes::type_mismatch(from, to, &why, target, span)
        };
        self.report(diagnostic);
    }

    fn check_literal(&mut self, node: &Node, value: &Value, to: &Type, target: Target<'_>) {
        let violations = check(value, to);
        let Some(violation) = violations.first() else {
            return;
        };
        let span = self.span(node.at);
        let diagnostic = match (violation.reason, to.without_null()) {
            (Reason::Type, _) => {
                let from = type_of(value);
                codes::type_mismatch(&from, to, &violation.message, target, span)
            }
            (Reason::Enum, Type::Enum(def)) => {
                codes::unknown_variant::of_literal(value, def, span, self.suggest)
            }
            (_, _) => codes::invalid_value(&violation.message, target, span),
        };
        self.report(diagnostic);
    }

    /// The number of elements of a list literal against the rules of its type.
    fn check_size(&mut self, node: &Node, len: usize, list: &List, target: Target<'_>) {
        if list.min_items.is_none() && list.max_items.is_none() {
            return;
        }
        let sizes = Type::List(Arc::new(List {
            item: Type::Any,
            unique: false,
            ..List::clone(list)
        }));
        let nulls = Value::list(std::iter::repeat_n(Value::Null, len));
        if let Some(violation) = check(&nulls, &sizes).first() {
            let span = self.span(node.at);
            self.report(codes::invalid_value(&violation.message, target, span));
        }
    }

    fn expected_object(
        &mut self,
        node: &Node,
        entries: &[(Arc<str>, Node)],
        shape: &Shape,
    ) -> Type {
        self.repeated_keys(node, entries);
        let mut fields = Vec::with_capacity(entries.len());
        for (index, (name, value)) in (0..).zip(entries) {
            let ty = if let Some(field) = shape.field(name) {
                self.expect(value, &field.ty, Target::Field { name })
            } else {
                if !shape.open {
                    self.report_further_key(node, index, name, shape);
                }
                self.infer(value)
            };
            fields.push(Field {
                name: Arc::clone(name),
                ..Field::required("", ty)
            });
        }
        let given = |name: &str| entries.iter().any(|(key, _)| &**key == name);
        let needed = shape.fields.iter().filter(|field| field.is_needed());
        let missing = needed.map(|field| &*field.name).filter(|name| !given(name));
        let further: Vec<&str> = entries.iter().map(|(key, _)| &**key).collect();
        let further: Vec<&str> = further
            .into_iter()
            .filter(|name| shape.field(name).is_none())
            .collect();
        let is_misspelt = |name: &&str| {
            self.suggest
                .nearest(name, further.iter().copied())
                .is_some()
        };
        let missing: Vec<&str> = missing.filter(|name| !is_misspelt(name)).collect();
        if !missing.is_empty() {
            self.report(codes::missing_field(&missing, self.span(node.at)));
        }
        Type::shape(unique_fields(fields))
    }

    fn report_further_key(&mut self, node: &Node, index: u32, name: &str, shape: &Shape) {
        let names = shape.fields.iter().map(|field| &*field.name);
        let nearest = self.suggest.nearest(name, names);
        let span = self.span(part_of(node.at, index));
        self.report(codes::unknown_field::in_object(name, shape, span, nearest));
    }

    fn repeated_keys(&mut self, node: &Node, entries: &[(Arc<str>, Node)]) {
        let keys = (0..).zip(entries);
        let keys = keys.map(|(index, (name, _))| (name, self.span(part_of(node.at, index))));
        let keys = keys.collect();
        self.duplicates("key", keys);
    }

    /// A variant where no enum is expected: the enum that has it, if it is only one.
    fn variant(&mut self, node: &Node, of: Option<&str>, value: &Value) -> Type {
        let word = value.as_text().unwrap_or_default();
        match of {
            Some(name) => {
                let Some(def) = self.enums.get(name).map(|def| Arc::clone(def)) else {
                    return Type::Any;
                };
                if !def.has(value) {
                    let span = self.span(node.at);
                    let unknown =
                        codes::unknown_variant::behind_name(word, &def, span, self.suggest);
                    self.report(unknown);
                }
                Type::Enum(def)
            }
            None => match self.variants.get(word).map(Vec::as_slice) {
                Some([only]) => Type::Enum(Arc::clone(only)),
                Some(_) | None => Type::text(),
            },
        }
    }

    fn expected_variant(
        &mut self,
        node: &Node,
        of: Option<&str>,
        value: &Value,
        def: &Arc<EnumDef>,
        target: Target<'_>,
    ) -> Type {
        if of.is_some_and(|of| *of != *def.name) {
            let ty = self.variant(node, of, value);
            self.assign(node, &ty, &Type::Enum(Arc::clone(def)), target);
        } else if !def.has(value) {
            let word = value.as_text().unwrap_or_default();
            let span = self.span(node.at);
            let unknown = if of.is_some() {
                codes::unknown_variant::behind_name(word, def, span, self.suggest)
            } else {
                codes::unknown_variant(word, def, span, self.suggest)
            };
            self.report(unknown);
        }
        Type::Enum(Arc::clone(def))
    }

    fn name(&mut self, node: &Node, name: &Arc<str>, reading: Reading) -> Type {
        let Some(binding) = self.scope.get(name) else {
            return self.unknown_name(node, name);
        };
        let (ty, at, always) = (binding.ty.clone(), binding.at, binding.always);
        let is_present = binding.is_present(&[]);
        self.facts.set_definition(node.at, at);
        self.facts.set_also(node.at, binding.also.as_ref());
        self.facts.set_present(node.at, is_present);
        if let Kind::Stream(stream) = binding.kind {
            self.read_stream(node, name, at, stream);
            return Type::Any;
        }
        match (always, reading) {
            (true, _) => ty,
            (false, Reading::MaybeNull | Reading::Safe) => ty.optional(),
            (false, Reading::Plain) => {
                // Said once is enough, and the type is that of the value where there is one.
                if let MapEntry::Vacant(unsaid) = self.said_unbound.entry(at) {
                    unsaid.insert(self.diagnostics.len());
                    let (span, bound) = (self.span(node.at), self.span(at));
                    self.report(codes::maybe_unbound::maybe_unbound(name, span, bound));
                }
                ty
            }
        }
    }

    fn unknown_name(&mut self, node: &Node, name: &str) -> Type {
        if self.gaps.names.contains(name) {
            return Type::Any;
        }
        let span = self.span(node.at);
        let diagnostic = if let Some(at) = self.bound_later(name) {
            let is_own_value = self.span(self.step_at).start <= span.start
                && self.part(self.step_at, Part::Bind) == self.span(at);
            if is_own_value {
                codes::used_before_definition::in_own_value(name, span, self.span(at))
            } else {
                codes::used_before_definition(name, span, self.span(at))
            }
        } else if self
            .program
            .contract
            .enums
            .iter()
            .any(|def| &*def.name == name)
        {
            codes::unknown_name::of_enum(name, span)
        } else if builtins::find(name).is_some() {
            codes::unknown_name::of_function(name, span)
        } else if self.imports.contains_key(name) {
            codes::unknown_name::of_tool(name, span)
        } else if !self.in_handler && matches!(name, "error" | "thread") {
            codes::unknown_name::outside_handler(name, span)
        } else {
            let nearest = self.nearest_name(name);
            codes::unknown_name(name, span, nearest.as_deref())
        };
        self.report(diagnostic);
        Type::Any
    }

    /// The visible name or variant that was probably meant.
    fn nearest_name(&self, name: &str) -> Option<String> {
        if self.suggest.is_exhausted() {
            return None;
        }
        let mut names: Vec<&str> = self.scope.names().collect();
        names.extend(self.variants.keys());
        names.sort_unstable();
        self.suggest.nearest(name, names).map(str::to_owned)
    }

    /// The name, if nothing ever has it: beside an enum it is a misspelt variant.
    pub(super) fn unknown_word<'n>(&self, node: &'n Node) -> Option<&'n str> {
        match &node.op {
            Op::Name(name) if self.scope.get(name).is_none() => {
                Some(&**name).filter(|name| self.bound_later(name).is_none())
            }
            Op::Name(_)
            | Op::Literal(_)
            | Op::Variant { .. }
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
        }
    }

    pub(super) fn no_variant(&mut self, node: &Node, def: &EnumDef) {
        let word = self.unknown_word(node).unwrap_or_default();
        let unknown = codes::unknown_variant(word, def, self.span(node.at), self.suggest);
        self.report(unknown);
    }

    fn env(&mut self, node: &Node, name: &str) -> Type {
        let program = self.program;
        if let Some((env, at)) = self.env.get(name) {
            self.facts.set_definition(node.at, *at);
            return secrets::type_of(env);
        }
        let names = program.contract.env.iter().map(|env| &*env.field.name);
        let nearest = self.suggest.nearest(name, names);
        self.report(codes::unknown_env(name, self.span(node.at), nearest));
        Type::Any
    }

    /// A condition: true or false, nothing else.
    pub(super) fn condition(&mut self, node: &Node) {
        let ty = self.infer(node);
        self.boolean(node, &ty);
    }

    pub(super) fn boolean(&mut self, node: &Node, ty: &Type) {
        if let Assignable::No(_) = assignable(ty, &Type::Boolean) {
            self.report(codes::not_a_boolean(ty, self.span(node.at)));
        }
    }
}

/// The type of `left ?? right`.
pub(super) fn coalesced(left: &Type, right: &Type) -> Type {
    let left = left.without_null();
    if matches!(left, Type::Null) {
        return right.clone();
    }
    left.join(right)
}

/// The type of a constant.
pub(super) fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Int(_) => Type::integer(),
        Value::Float(_) => Type::number(),
        Value::Text(_) => Type::text(),
        Value::List(items) => {
            let joined = items
                .iter()
                .map(type_of)
                .reduce(|joined, ty| joined.join(&ty));
            Type::list(joined.unwrap_or(Type::Never))
        }
        Value::Object(object) => Type::shape(fields_of(object)),
        Value::Secret(_) => Type::text().secret(),
        Value::Stored(_) => Type::Any,
    }
}

fn fields_of(object: &Object) -> Vec<Field> {
    let fields = object.iter().map(|(name, value)| Field {
        name: Arc::clone(name),
        ..Field::required("", type_of(value))
    });
    fields.collect()
}

/// Of fields with one name the last stays, as in a value.
fn unique_fields(fields: Vec<Field>) -> Vec<Field> {
    let mut unique: Vec<Field> = Vec::with_capacity(fields.len());
    let mut places: HashMap<Arc<str>, usize> = HashMap::new();
    for field in fields {
        let known = places.get(&field.name).and_then(|at| unique.get_mut(*at));
        if let Some(known) = known {
            *known = field;
        } else {
            places.insert(Arc::clone(&field.name), unique.len());
            unique.push(field);
        }
    }
    unique
}
