//! What the engine needs from outside: a store, tools, a clock.

pub mod clock;
pub mod store;
pub mod tool;
