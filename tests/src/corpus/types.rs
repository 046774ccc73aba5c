//! The types of generated programs, and values of them.

use std::sync::Arc;

use scriptum_contract::{Type, Value};

use crate::random::Random;

/// A type that the generator knows how to write expressions of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ty {
    Text,
    Integer,
    Number,
    Boolean,
    /// The enum `Mode` that every program declares.
    Mode,
    List(Box<Ty>),
    /// Fields by name.
    Shape(Vec<(String, Ty)>),
    /// Null, or a value of the type inside.
    Optional(Box<Ty>),
}

/// Names of fields; few, so that shapes meet.
const FIELDS: [&str; 5] = ["name", "size", "tags", "type", "mode"];
/// Variants of `Mode`.
pub(crate) const VARIANTS: [&str; 3] = ["Fast", "Exact", "Slow"];

impl Ty {
    /// A list of a type.
    pub(crate) fn list(item: Ty) -> Ty {
        Ty::List(Box::new(item))
    }

    /// A type with null.
    pub(crate) fn optional(self) -> Ty {
        match self {
            Ty::Optional(_) => self,
            Ty::Text
            | Ty::Integer
            | Ty::Number
            | Ty::Boolean
            | Ty::Mode
            | Ty::List(_)
            | Ty::Shape(_) => Ty::Optional(Box::new(self)),
        }
    }

    /// Any type, no deeper than this.
    pub(crate) fn any(random: &mut Random, depth: usize) -> Ty {
        if depth > 0 && random.percent(40) {
            if random.percent(60) {
                return Ty::list(Ty::any(random, depth - 1));
            }
            return Ty::shape(random, depth - 1);
        }
        let simple = [
            Ty::Text,
            Ty::Text,
            Ty::Integer,
            Ty::Integer,
            Ty::Number,
            Ty::Boolean,
            Ty::Mode,
        ];
        random.choose(&simple)
    }

    /// A shape with one to three fields.
    fn shape(random: &mut Random, depth: usize) -> Ty {
        Ty::Shape(Ty::fields(random, depth))
    }

    /// One to three fields.
    pub(crate) fn fields(random: &mut Random, depth: usize) -> Vec<(String, Ty)> {
        let first = random.below(FIELDS.len());
        let count = 1 + random.below(3);
        let names = FIELDS.iter().cycle().skip(first).take(count);
        let fields = names.map(|name| ((*name).to_owned(), Ty::any(random, depth)));
        fields.collect()
    }

    /// The type as it is written.
    pub(crate) fn written(&self) -> String {
        match self {
            Ty::Text => "text".to_owned(),
            Ty::Integer => "integer".to_owned(),
            Ty::Number => "number".to_owned(),
            Ty::Boolean => "boolean".to_owned(),
            Ty::Mode => "Mode".to_owned(),
            Ty::List(item) => format!("list<{}>", item.written()),
            Ty::Shape(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, ty)| format!("{name}: {}", ty.written()));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Ty::Optional(_) => unreachable!("no declaration is optional"),
        }
    }

    /// A value.
    pub(crate) fn value(&self, random: &mut Random) -> Value {
        match self {
            Ty::Text => Value::text(random.choose(&["", "one", "two words", "größer", "a,b"])),
            Ty::Integer => Value::Int(i64::try_from(random.below(9)).unwrap_or(0) - 2),
            Ty::Number => {
                Value::from_json(random.choose(&["0.5", "3", "-1.25"])).unwrap_or_default()
            }
            Ty::Boolean => Value::Bool(random.percent(50)),
            Ty::Mode => Value::text(random.choose(&VARIANTS)),
            Ty::List(item) => {
                let count = random.below(4);
                Value::list((0..count).map(|_| item.value(random)))
            }
            Ty::Shape(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, ty)| (name.as_str(), ty.value(random)));
                Value::object(fields.collect::<Vec<_>>())
            }
            Ty::Optional(inner) if random.percent(70) => inner.value(random),
            Ty::Optional(_) => Value::Null,
        }
    }
}

/// A value of a type as the compiler knows it.
pub(crate) fn value_of(ty: &Type, random: &mut Random) -> Value {
    match ty {
        Type::Any | Type::Object | Type::Text(_) | Type::Never => Ty::Text.value(random),
        Type::Number(_) => Ty::Number.value(random),
        Type::Integer(_) => Ty::Integer.value(random),
        Type::Boolean => Ty::Boolean.value(random),
        Type::Binary => Value::text("YQ=="),
        Type::Date => Value::text("2026-01-31"),
        Type::Timestamp => Value::text("2026-01-31T09:30:00Z"),
        Type::List(list) => {
            let count = random.below(3);
            Value::list((0..count).map(|_| value_of(&list.item, random)))
        }
        Type::Enum(def) => {
            let variant = random.pick(&def.variants);
            variant.map_or(Value::Null, |variant| variant.value.clone())
        }
        Type::Shape(shape) => {
            let fields = shape.fields.iter();
            let fields = fields.map(|field| (Arc::clone(&field.name), value_of(&field.ty, random)));
            Value::object(fields.collect::<Vec<_>>())
        }
        Type::Null => Value::Null,
        Type::Optional(inner) => value_of(inner, random),
    }
}
