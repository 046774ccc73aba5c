//! The program and the machine that runs it one turn at a time.
//!
//! The machine is pure: one notification and a time in; events, effects and changed frames out. It
//! knows no clock, disk, network or thread, and holds nothing on the Rust stack between two turns, so
//! equal inputs give equal turns for ever. What it asks of the outside it asks as an [`Effect`]; what
//! the outside answers comes back as a [`Notification`].
//!
//! Start reading at [`program`] (what is run), [`record`] (what goes in and out), then [`Vm`].

#![warn(missing_docs)]

pub mod builtins;
pub mod eval;
pub mod frames;
pub mod limits;
mod machine;
pub mod path;
pub mod play;
pub mod program;
pub mod record;
mod replay;

pub use frames::{FrameCell, FrameDelta, FrameKey, Frames, InvalidFrameKey, Slot};
pub use machine::{Ignored, Options, Refused, RestoreError, Vm};
pub use path::StepPath;
pub use record::{
    Asked, Blob, Call, Effect, Entry, Event, Notification, Pause, PauseReason, Record, Recovery,
    Resume, Seen, Seq, Status, StepError, Timestamp, Turn,
};
pub use replay::{Load, Replay, ReplayError, replay};
