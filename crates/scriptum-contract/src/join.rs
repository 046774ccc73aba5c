//! The narrowest type that takes the values of two others: for the branches of an `if`, the elements
//! of a list literal, the results of a loop.

use std::sync::Arc;

use crate::{Field, List, Number, Shape, Text, Type};

impl Type {
    /// The narrowest type that takes the values of both; [`Type::Any`] when they have nothing in
    /// common.
    ///
    /// ```
    /// use scriptum_contract::Type;
    /// assert_eq!(Type::integer().join(&Type::number()), Type::number());
    /// assert_eq!(Type::text().join(&Type::Null).to_string(), "text or null");
    /// assert_eq!(Type::text().join(&Type::Boolean), Type::Any);
    /// ```
    #[must_use]
    pub fn join(&self, other: &Type) -> Type {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Type::Never, ty) | (ty, Type::Never) => ty.clone(),
            (Type::Null, ty) | (ty, Type::Null) => ty.clone().optional(),
            (Type::Optional(a), b) | (b, Type::Optional(a)) => a.join(b.without_null()).optional(),
            (Type::Text(a), Type::Text(b)) => Type::Text(either_text(a, b)),
            (Type::Integer(a), Type::Integer(b)) => Type::Integer(either_number(a, b)),
            (Type::Integer(a) | Type::Number(a), Type::Integer(b) | Type::Number(b)) => {
                Type::Number(either_number(a, b))
            }
            (Type::List(a), Type::List(b)) => Type::List(Arc::new(either_list(a, b))),
            (Type::Shape(a), Type::Shape(b)) => Type::Shape(Arc::new(either_shape(a, b))),
            (Type::Enum(def), ty) | (ty, Type::Enum(def)) => def.base.ty().join(&ty.plain()),
            (
                Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp,
                Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp,
            ) if self.is_secret() || other.is_secret() => Type::text().secret(),
            (
                Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp,
                Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp,
            ) => Type::text(),
            (
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
                | Type::Shape(_),
                _,
            ) => Type::Any,
        }
    }

    /// The base of an enum; another type as it is.
    fn plain(&self) -> Type {
        match self {
            Type::Enum(def) => def.base.ty(),
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
            | Type::Never => self.clone(),
        }
    }
}

fn either_text(a: &Text, b: &Text) -> Text {
    let common = a
        .patterns
        .iter()
        .filter(|pattern| b.patterns.contains(pattern));
    Text {
        min_length: least(a.min_length, b.min_length),
        max_length: most(a.max_length, b.max_length),
        patterns: common.cloned().collect(),
        secret: a.secret || b.secret,
    }
}

fn either_number(a: &Number, b: &Number) -> Number {
    let (minimum, exclusive_minimum) = lower(a, b);
    let (maximum, exclusive_maximum) = upper(a, b);
    Number {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        multiple_of: a.multiple_of.filter(|step| b.multiple_of == Some(*step)),
    }
}

fn lower(a: &Number, b: &Number) -> (Option<f64>, bool) {
    match (a.minimum, b.minimum) {
        (Some(low), Some(other)) if low < other => (Some(low), a.exclusive_minimum),
        (Some(other), Some(low)) if low < other => (Some(low), b.exclusive_minimum),
        (Some(same), Some(_)) => (Some(same), a.exclusive_minimum && b.exclusive_minimum),
        (None, _) | (_, None) => (None, false),
    }
}

fn upper(a: &Number, b: &Number) -> (Option<f64>, bool) {
    match (a.maximum, b.maximum) {
        (Some(high), Some(other)) if high > other => (Some(high), a.exclusive_maximum),
        (Some(other), Some(high)) if high > other => (Some(high), b.exclusive_maximum),
        (Some(same), Some(_)) => (Some(same), a.exclusive_maximum && b.exclusive_maximum),
        (None, _) | (_, None) => (None, false),
    }
}

/// The looser of two minimums; without one of them there is none.
fn least(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    Some(a?.min(b?))
}

fn most(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    Some(a?.max(b?))
}

fn either_list(a: &List, b: &List) -> List {
    List {
        item: a.item.join(&b.item),
        min_items: least(a.min_items, b.min_items),
        max_items: most(a.max_items, b.max_items),
        unique: a.unique && b.unique,
    }
}

/// Fields of both, in the order of the first; one that the other lacks may be absent.
fn either_shape(a: &Shape, b: &Shape) -> Shape {
    let of_a = a.fields.iter().map(|field| either_field(field, b));
    let only_b = b
        .fields
        .iter()
        .filter(|field| a.field(&field.name).is_none());
    Shape {
        fields: of_a
            .chain(only_b.map(|field| either_field(field, a)))
            .collect(),
        open: a.open || b.open,
    }
}

fn either_field(field: &Field, other: &Shape) -> Field {
    let (ty, required) = match other.field(&field.name) {
        Some(same) => (
            field.ty.join(&same.ty),
            field.is_needed() && same.is_needed(),
        ),
        // An open record may have the field after all, with any value.
        None if other.open => (Type::Any, false),
        None => (field.ty.clone(), false),
    };
    Field {
        name: Arc::clone(&field.name),
        ty,
        default: None,
        required,
        doc: field.doc.clone(),
    }
}
