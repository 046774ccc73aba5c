//! Types as written, as types of the contract.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::{List, Type};
use scriptum_syntax::ast::{self, AstNode};

use super::Lower;
use crate::{codes, vocabulary};

impl Lower<'_> {
    /// The type of a field, with its constraints. What is wrong with it is reported and left out.
    pub(super) fn ty(
        &mut self,
        ty: Option<&ast::Type>,
        constraints: impl Iterator<Item = ast::Constraint>,
    ) -> Type {
        // Where no type stands, the parser has said so.
        let bare = ty.map_or(Type::Any, |ty| self.bare_type(ty));
        self.constrained(bare, constraints)
    }

    /// A type with the constraints behind it.
    pub(super) fn constrained(
        &mut self,
        bare: Type,
        constraints: impl Iterator<Item = ast::Constraint>,
    ) -> Type {
        let mut lowered = bare;
        for constraint in constraints {
            self.constrain(&mut lowered, &constraint);
        }
        lowered
    }

    fn bare_type(&mut self, ty: &ast::Type) -> Type {
        match ty {
            ast::Type::Named(named) => self.named_type(named),
            ast::Type::List(list) => {
                let item = self.ty(list.element().as_ref(), list.constraints());
                Type::list(item)
            }
            ast::Type::Shape(shape) => {
                let block = self.fields(shape.fields());
                Type::shape(block.fields)
            }
        }
    }

    fn named_type(&mut self, named: &ast::NamedType) -> Type {
        let Some(name) = named.name() else {
            return Type::Any;
        };
        if let Some(def) = self.enums.get(name.text()) {
            return Type::Enum(Arc::clone(def));
        }
        if let Some(ty) = vocabulary::primitive(name.text()) {
            return ty;
        }
        if name.text() == vocabulary::SECRET {
            self.report(codes::misplaced_secret(name.span()));
            return Type::text();
        }
        let nearest = self.nearest_type(name.text());
        let nearest = nearest.as_deref();
        let unknown = codes::unknown_type(name.text(), name.span(), nearest);
        self.report(unknown);
        Type::Any
    }

    fn nearest_type(&self, name: &str) -> Option<String> {
        if self.suggest.is_exhausted() {
            return None;
        }
        let enums: BTreeSet<&str> = self.enums.keys().map(|name| &**name).collect();
        let primitives: Vec<&str> = vocabulary::primitive_names().collect();
        let known = enums.into_iter().chain(primitives);
        self.suggest.nearest(name, known).map(str::to_owned)
    }
}

/// The type with `shape` in the place of its `object`; `None` when it holds none.
pub(super) fn with_shape(ty: &Type, shape: Type) -> Option<Type> {
    match ty {
        Type::Object | Type::Any => Some(shape),
        Type::List(list) => {
            let item = with_shape(&list.item, shape)?;
            Some(Type::List(Arc::new(List {
                item,
                ..List::clone(list)
            })))
        }
        Type::Text(_)
        | Type::Number(_)
        | Type::Integer(_)
        | Type::Boolean
        | Type::Binary
        | Type::Date
        | Type::Timestamp
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => None,
    }
}

impl Lower<'_> {
    /// A type that stands where a value is wanted; the schema that a model is given is read elsewhere.
    pub(super) fn report_type_as_value(&mut self, expr: &ast::TypeExpr) {
        self.report(codes::misplaced_type(expr.span()));
    }
}
