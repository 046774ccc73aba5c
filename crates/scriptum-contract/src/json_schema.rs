//! JSON Schema 2020-12, both ways.
//!
//! Writing is total and keeps all rules; JSON Schema does not know the difference between `any` and
//! `object`, and the documentation of variants becomes one text. Reading takes schemas of strangers: what it does not know it reads as `any`,
//! so that a value which satisfies the schema always satisfies the type.

mod read;
mod write;

pub use read::from_json_schema;
pub use write::{ContractPart, json_schema, type_schema};

/// The keyword under which shared schemas are defined.
const DEFINITIONS: &str = "$defs";
