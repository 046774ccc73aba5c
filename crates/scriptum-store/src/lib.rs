//! Keeps threads in memory or in SQLite, behind the engine's [`Store`](scriptum_engine::Store) port.
//!
//! Both stores answer every request in the same way; the conformance suite and a differential test
//! hold them to it. A store reads no clock and makes no id, and of what it keeps it understands keys,
//! numbers, status, due times and owners alone.
//!
//! Start reading at [`memory`]: it is the plain statement of what a store does.

#![warn(missing_docs)]

mod check;
mod codec;
mod hints;
pub mod memory;
pub mod sqlite;
mod steps;

pub use memory::MemoryStore;
pub use sqlite::{OpenError, SqliteStore};
