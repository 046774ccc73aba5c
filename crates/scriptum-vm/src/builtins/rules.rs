//! What rows are made of: parameters, and the types of results.

use scriptum_contract::{Assignable, Field, Type, assignable};

use super::{Kind, Lambda, Param, Presence, Takes};

pub(super) const LIST: Param = required("list", Takes::OneOf(&[Kind::List]));
pub(super) const TEXT: Param = required("text", Takes::OneOf(&[Kind::Text]));
pub(super) const NUMBER: Param = required("number", Takes::OneOf(&[Kind::Number]));
pub(super) const OBJECT: Param = required("object", Takes::OneOf(&[Kind::Object]));
pub(super) const VALUE: Param = required("value", Takes::Any);

pub(super) const fn required(name: &'static str, takes: Takes) -> Param {
    Param {
        name,
        takes,
        presence: Presence::Required,
    }
}

pub(super) const fn optional(name: &'static str, takes: Takes) -> Param {
    Param {
        name,
        takes,
        presence: Presence::Optional,
    }
}

pub(super) const fn repeated(name: &'static str, takes: Takes) -> Param {
    Param {
        name,
        takes,
        presence: Presence::Repeated,
    }
}

/// A function of an element and its position.
pub(super) const fn of_item(result: Option<Kind>) -> Takes {
    Takes::Function(Lambda {
        params: |args| vec![item(args), Type::integer()],
        names: &["item", "index"],
        result,
    })
}

pub(super) fn any(_: &[Type]) -> Type {
    Type::Any
}

pub(super) fn boolean(_: &[Type]) -> Type {
    Type::Boolean
}

pub(super) fn integer(_: &[Type]) -> Type {
    Type::integer()
}

pub(super) fn number(_: &[Type]) -> Type {
    Type::number()
}

pub(super) fn text(_: &[Type]) -> Type {
    Type::text()
}

/// The type of an argument.
pub(super) fn arg(args: &[Type], at: usize) -> Type {
    args.get(at).cloned().unwrap_or(Type::Any)
}

/// The element type of the first argument.
pub(super) fn item(args: &[Type]) -> Type {
    args.first().map_or(Type::Any, item_of)
}

/// The element type of the first argument, or null.
pub(super) fn item_or_null(args: &[Type]) -> Type {
    item(args).optional()
}

/// A list of the element type of the first argument.
pub(super) fn items(args: &[Type]) -> Type {
    Type::list(item(args))
}

/// The type of the first argument, or of the last one, which stands in for it.
pub(super) fn or_last(result: Type, args: &[Type]) -> Type {
    match args {
        [_, otherwise, ..] => result.join(otherwise),
        [] | [_] => result,
    }
}

/// The element type of a list; `any` for open values.
pub(super) fn item_of(ty: &Type) -> Type {
    ty.as_list().map_or(Type::Any, |list| list.item.clone())
}

/// `integer` for what is surely one, `number` otherwise; rules are dropped, since they hold for the
/// operands and not for what is computed from them.
pub(super) fn plain_number(ty: &Type) -> Type {
    match assignable(ty, &Type::integer()) {
        Assignable::Yes => Type::integer(),
        Assignable::Checked | Assignable::No(_) => Type::number(),
    }
}

/// A field that a computed record surely has.
pub(super) fn field(name: &str, ty: Type) -> Field {
    Field::required(name, ty)
}
