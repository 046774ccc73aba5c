//! The words for built-in types: one table that the compiler, completion, hover and the reference
//! page read. Lists, enums and records are made of these and have no row.

use crate::Type;

/// A built-in type as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Primitive {
    /// The name that the formatter writes.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What its values are in JSON.
    pub json: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    ty: fn() -> Type,
}

impl Primitive {
    /// All built-in types, the common ones first.
    pub const ALL: &'static [Primitive] = &[
        Primitive {
            name: "text",
            aliases: &["string"],
            json: "string",
            doc: "Unicode text.",
            ty: Type::text,
        },
        Primitive {
            name: "number",
            aliases: &["float", "double"],
            json: "number",
            doc: "A number with or without a fraction, in double precision.",
            ty: Type::number,
        },
        Primitive {
            name: "integer",
            aliases: &["int", "int32", "int64", "long"],
            json: "number without fraction",
            doc: "A whole number that fits into 64 bits with sign.",
            ty: Type::integer,
        },
        Primitive {
            name: "boolean",
            aliases: &["bool"],
            json: "true or false",
            doc: "True or false.",
            ty: || Type::Boolean,
        },
        Primitive {
            name: "date",
            aliases: &[],
            json: "string, YYYY-MM-DD",
            doc: "A day of the calendar.",
            ty: || Type::Date,
        },
        Primitive {
            name: "timestamp",
            aliases: &["datetime"],
            json: "string, RFC 3339",
            doc: "A moment in time, with its offset from UTC.",
            ty: || Type::Timestamp,
        },
        Primitive {
            name: "binary",
            aliases: &[],
            json: "string, base64",
            doc: "Bytes.",
            ty: || Type::Binary,
        },
        Primitive {
            name: "object",
            aliases: &[],
            json: "any value",
            doc: "Any value, unchecked; its fields are read with `?`. Indented fields below it make it a record.",
            ty: || Type::Object,
        },
        Primitive {
            name: "any",
            aliases: &["value"],
            json: "any value",
            doc: "Any value; it is checked where it meets a declared type.",
            ty: || Type::Any,
        },
    ];

    /// The type that goes by `word`, a name or an alias.
    pub fn find(word: &str) -> Option<&'static Primitive> {
        Primitive::ALL
            .iter()
            .find(|primitive| primitive.name == word || primitive.aliases.contains(&word))
    }

    /// The type itself, without rules.
    pub fn ty(&self) -> Type {
        (self.ty)()
    }
}
