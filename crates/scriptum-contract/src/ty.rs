//! What a value may be. A rule sits inside the variant that it fits, so that a length on a boolean
//! cannot be written down.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{EnumDef, Field};

/// A type. Cheap to clone: everything big is shared.
///
/// Contracts and signatures hold every variant but the last three, which exist only inside the
/// checker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Any JSON value; reading a field of it is allowed and checked when it runs.
    Any,
    /// Unicode text.
    Text(Text),
    /// An IEEE 754 double; integers widen to it.
    Number(Number),
    /// A signed 64-bit integer.
    Integer(Integer),
    /// True or false.
    Boolean,
    /// Any JSON value, declared by the author as an escape hatch: its fields are read null-safely.
    Object,
    /// Bytes, as base64 text.
    Binary,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// An instant, RFC 3339.
    Timestamp,
    /// A list of one element type.
    List(Arc<List>),
    /// One of the declared variants.
    Enum(Arc<EnumDef>),
    /// A record with named, typed fields.
    Shape(Arc<Shape>),
    /// The type of `null`.
    Null,
    /// A value of the inner type, or null.
    Optional(Arc<Type>),
    /// No value at all: the element type of `[]`.
    Never,
}

/// Rules of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// Fewest characters (Unicode scalar values).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Expressions that must all match somewhere in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Pattern>,
    /// True: the text is a secret or holds one. It is set by the checker alone, which follows secret
    /// environment variables through a script; a declaration never has it.
    #[serde(skip)]
    pub secret: bool,
}

/// An ECMA-262 regular expression, kept as its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(pub Arc<str>);

/// Rules of a number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Number {
    /// Lower bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// True: the value must be above `minimum`, not equal to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive_minimum: bool,
    /// True: the value must be below `maximum`, not equal to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive_maximum: bool,
    /// The value must be a whole multiple of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<f64>,
}

/// Rules of an integer; bounds may be fractions, as `min(0.5)`.
pub type Integer = Number;

/// A list type and its rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// Type of each element, with the element's own rules.
    pub item: Type,
    /// Fewest elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u32>,
    /// Most elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    /// True: no two elements are equal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
}

/// A record type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Shape {
    /// Fields in declaration order.
    pub fields: Vec<Field>,
    /// True: further fields may be there, of any type. Declared shapes are closed; tool schemas
    /// may be open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

impl Shape {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }
}

impl Type {
    /// Text without rules.
    pub fn text() -> Type {
        Type::Text(Text::default())
    }

    /// The same type with every text in it secret; types without text stay as they are.
    #[must_use]
    pub fn secret(&self) -> Type {
        match self {
            Type::Text(rules) => Type::Text(Text {
                secret: true,
                ..rules.clone()
            }),
            Type::List(list) => Type::List(Arc::new(List {
                item: list.item.secret(),
                ..List::clone(list)
            })),
            Type::Optional(inner) => inner.secret().optional(),
            Type::Binary | Type::Date | Type::Timestamp => Type::text().secret(),
            Type::Any
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Object
            | Type::Enum(_)
            | Type::Shape(_)
            | Type::Null
            | Type::Never => self.clone(),
        }
    }

    /// True when a text in it is secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Type::Text(rules) => rules.secret,
            Type::List(list) => list.item.is_secret(),
            Type::Optional(inner) => inner.is_secret(),
            Type::Shape(shape) => shape.fields.iter().any(|field| field.ty.is_secret()),
            Type::Any
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Object
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Enum(_)
            | Type::Null
            | Type::Never => false,
        }
    }

    /// A number without rules.
    pub fn number() -> Type {
        Type::Number(Number::default())
    }

    /// An integer without rules.
    pub fn integer() -> Type {
        Type::Integer(Number::default())
    }

    /// A list of `item` without rules.
    pub fn list(item: Type) -> Type {
        Type::List(Arc::new(List {
            item,
            min_items: None,
            max_items: None,
            unique: false,
        }))
    }

    /// A closed record.
    pub fn shape(fields: Vec<Field>) -> Type {
        Type::Shape(Arc::new(Shape {
            fields,
            open: false,
        }))
    }

    /// This type or null; never nests, and leaves types alone that have null already.
    #[must_use]
    pub fn optional(self) -> Type {
        match self {
            Type::Any | Type::Object | Type::Null | Type::Optional(_) => self,
            Type::Never => Type::Null,
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::List(_)
            | Type::Enum(_)
            | Type::Shape(_) => Type::Optional(Arc::new(self)),
        }
    }

    /// The type without its null: the inner type of an optional one, and otherwise itself.
    pub fn without_null(&self) -> &Type {
        match self {
            Type::Optional(inner) => inner,
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
            | Type::Shape(_)
            | Type::Null
            | Type::Never => self,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Type::List(list) => Some(list),
            Type::Any
            | Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Object
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

    /// The record, if it is one.
    pub fn as_shape(&self) -> Option<&Shape> {
        match self {
            Type::Shape(shape) => Some(shape),
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
}
