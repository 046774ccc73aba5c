//! What the engine needs from outside: a store, tools, scripts, a clock.

pub mod clock;
pub mod script;
pub mod secrets;
pub mod store;
pub mod tool;
