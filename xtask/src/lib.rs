//! Repository chores as functions, so that the command and the tests run the same code.

pub mod fuzz;
pub mod tidy;
