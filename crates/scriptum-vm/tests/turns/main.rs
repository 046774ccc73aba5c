//! What the machine does, turn by turn.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]

mod build;
mod drive;

mod calls;
mod errors;
mod jumps;
mod loops;
mod pauses;
mod results;
mod values;
