//! Fields and types that several native tools declare.

use std::sync::Arc;

use scriptum_contract::{EnumBase, EnumDef, Field, Number, Shape, Text, Type, Value, Variant};

use crate::limits::{MATCHES_DEFAULT, MATCHES_MAX, PATH_BYTES_MAX, PATTERN_CHARS_MAX};

/// A field with something that stands in for it.
pub(super) fn defaulted(name: &str, ty: Type, default: impl Into<Value>) -> Field {
    Field {
        default: Some(default.into()),
        ..Field::optional(name, ty)
    }
}

/// A text of a length in characters.
pub(super) fn text_of(min_length: u32, max_length: u32) -> Type {
    Type::Text(Text {
        min_length: Some(min_length),
        max_length: Some(max_length),
        ..Text::default()
    })
}

/// A path below the workspace.
pub(super) fn path() -> Type {
    text_of(1, PATH_BYTES_MAX)
}

/// A pattern, in whatever language.
pub(super) fn pattern() -> Type {
    text_of(1, PATTERN_CHARS_MAX)
}

/// How the bytes of a file are written in a text.
pub(super) fn encoding() -> Type {
    choice("Encoding", &["text", "base64"])
}

/// One of a few words.
pub(super) fn choice(name: &str, words: &[&str]) -> Type {
    let variants = words.iter().map(|word| Variant {
        value: Value::text(word),
        doc: String::new(),
    });
    Type::Enum(Arc::new(EnumDef {
        name: name.into(),
        base: EnumBase::Text,
        variants: variants.collect(),
    }))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the bounds of tools are far below 2^53"
)]
pub(super) fn integer_between(minimum: i64, maximum: i64) -> Type {
    Type::Integer(Number {
        minimum: Some(minimum as f64),
        maximum: Some(maximum as f64),
        ..Number::default()
    })
}

/// An object of any fields.
pub(super) fn any_object() -> Type {
    Type::Shape(Arc::new(Shape {
        fields: Vec::new(),
        open: true,
    }))
}

/// How many matches are wanted.
pub(super) fn max_matches() -> Field {
    defaulted(
        "max_matches",
        integer_between(1, MATCHES_MAX),
        MATCHES_DEFAULT,
    )
    .doc("No more matches than this are returned.")
}

/// A count as a value.
pub(super) fn count(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
