//! Generators for the properties.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its part of these"
)]

mod schema;
mod ty;
mod value;

pub(crate) use schema::schema;
pub(crate) use ty::{ty, value_of};
pub(crate) use value::{loaded_value, value};
