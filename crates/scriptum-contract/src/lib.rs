//! The typed interface of scripts and tools: types, constraints, values, contracts, signatures,
//! and the one function that validates a value against a type.
//!
//! The crate performs no IO and knows no other crate of the project. Protobuf, JSON Schema, forms
//! and flags are total functions of what is defined here; no constraint is implemented elsewhere.
//!
//! Start reading at [`Type`], then [`Contract`], then [`check`].
//!
//! ```
//! use scriptum_contract::{Constraint, Contract, Field, Type, Value};
//!
//! let range = Constraint::find("range").unwrap();
//! let depth = range.apply(&Type::integer(), &[Value::Int(1), Value::Int(10)]).unwrap();
//! let contract = Contract {
//!     inputs: vec![Field::required("topic", Type::text()), Field::required("depth", depth)],
//!     ..Contract::default()
//! };
//!
//! let input = Value::from_json(r#"{"topc": "tea", "depth": 12}"#).unwrap();
//! let violations = contract.check_inputs(&input, false).unwrap_err();
//! let said: Vec<_> = violations.iter().map(|it| format!("{} {}", it.pointer, it.message)).collect();
//! assert_eq!(said, [
//!     "/topic must be text, is missing",
//!     "/depth must be between 1 and 10, is 12",
//!     "/topc no such field, did you mean 'topic'?",
//! ]);
//! ```

#![warn(missing_docs)]

mod assignable;
pub mod capabilities;
pub mod channels;
mod check;
mod coerce;
mod constraint;
mod contract;
mod defaults;
mod definition;
mod display;
mod enum_def;
mod field;
mod join;
mod json_schema;
mod json_text;
pub mod limits;
mod nearest;
mod pattern;
mod primitive;
mod secrets;
mod service_json;
mod tool;
mod ty;
mod value;
mod violation;

pub use assignable::{Assignable, assignable};
pub use check::check;
pub use coerce::coerce;
pub use constraint::{Argument, ClauseError, Constraint, Domain, Parameter};
pub use contract::{Contract, EnvField};
pub use defaults::check_fields;
pub use definition::Flaw;
pub use enum_def::{EnumBase, EnumDef, Variant};
pub use field::Field;
pub use json_schema::{ContractPart, from_json_schema, json_schema, type_schema};
pub use json_text::json_text;
pub use nearest::nearest;
pub use pattern::{Matcher, PatternError, TooHard};
pub use primitive::Primitive;
pub use secrets::{
    Mask, SecretBytes, SecretsByKey, close_secrets, masked_places, open_secrets, secret_keys,
};
pub use service_json::{service_json, service_type};
pub use tool::{KnownScript, ToolCatalog, ToolName, ToolOrigin, ToolSignature};
pub use ty::{Integer, List, Number, Pattern, Shape, Text, Type};
pub use value::{
    JsonError, MASKED, Object, SecretPart, SecretText, StoredValue, TooManyParts, Value, ValueHash,
    present_value,
};
pub use violation::{Reason, Violation};
