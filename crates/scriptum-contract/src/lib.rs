//! The typed interface of scripts and tools: types, constraints, values, contracts, signatures,
//! and the one function that validates a value against a type.
//!
//! The crate performs no IO and knows no other crate of the project. Protobuf, JSON Schema, forms
//! and flags are total functions of what is defined here; no constraint is implemented elsewhere.
//!
//! Start reading at [`Type`], then [`Contract`], then [`check`].

#![warn(missing_docs)]

mod contract;
mod enum_def;
mod field;
mod tool;
mod ty;
mod value;
mod violation;

pub use contract::{Contract, EnvField};
pub use enum_def::{EnumBase, EnumDef, Variant};
pub use field::Field;
pub use tool::{ToolCatalog, ToolName, ToolOrigin, ToolSignature};
pub use ty::{Integer, List, Number, Pattern, Shape, Text, Type};
pub use value::{Object, StoredValue, Value, ValueHash};
pub use violation::{Reason, Violation};
