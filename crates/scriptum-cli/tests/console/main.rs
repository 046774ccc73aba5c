//! Ring 3: the command against what a careful user never does: huge, deep and broken files, readers
//! that go away, two processes on one thread, Ctrl-C.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod answers;
mod busy;
mod command;
mod counter;
mod environment;
mod events;
mod examples;
mod files;
mod filter;
mod hostile;
mod interrupt;
mod machines;
mod secrets;
mod streams;
mod subthreads;
mod together;
