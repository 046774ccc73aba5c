//! Words that declarations know beside the tables of the contract: other languages' types, and the
//! capabilities of models.

/// The capabilities of models, which need no import.
pub use scriptum_contract::capabilities::NAMES as CAPABILITIES;
use scriptum_contract::{Primitive, Type};

/// The type of environment variables that are redacted.
pub const SECRET: &str = "secret";

/// The server under whose name registered cloud tools answer too.
pub const CLOUD_SERVER: &str = "ignite";

/// The list type without an element type.
pub const LIST: &str = "list";

/// The type of that name or alias; enums are not among them.
pub(crate) fn primitive(name: &str) -> Option<Type> {
    if name == LIST {
        return Some(Type::list(Type::Any));
    }
    Primitive::find(name).map(Primitive::ty)
}

/// Names and aliases of all types that need no declaration.
pub(crate) fn primitive_names() -> impl Iterator<Item = &'static str> {
    let words = Primitive::ALL.iter();
    let words =
        words.flat_map(|primitive| std::iter::once(&primitive.name).chain(primitive.aliases));
    words.copied().chain([LIST])
}

/// What other languages call a type, and what to write here.
pub(crate) const FOREIGN_TYPES: &[(&str, &str)] = &[
    ("str", "text"),
    ("String", "text"),
    ("char", "text"),
    ("varchar", "text"),
    ("url", "text"),
    ("uri", "text"),
    ("email", "text"),
    ("uuid", "text"),
    ("decimal", "number"),
    ("real", "number"),
    ("f64", "number"),
    ("f32", "number"),
    ("num", "number"),
    ("i64", "integer"),
    ("i32", "integer"),
    ("u32", "integer"),
    ("u64", "integer"),
    ("array", "list<any>"),
    ("Array", "list<any>"),
    ("vec", "list<any>"),
    ("tuple", "list<any>"),
    ("map", "object"),
    ("dict", "object"),
    ("json", "object"),
    ("record", "object"),
    ("struct", "object"),
    ("bytes", "binary"),
    ("blob", "binary"),
    ("time", "timestamp"),
    ("unknown", "any"),
];
