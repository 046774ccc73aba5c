//! Runs threads: claims them from a store, feeds the machine, commits its turns, calls the tools.
//!
//! The crate owns the ports ([`Store`], [`Tool`], [`Clock`]) and the one loop that connects them.
//! Nothing is sent outside before the turn that asked for it is durable. It knows no SQL, no HTTP, no
//! protobuf and no source text.
//!
//! Start reading at [`ports`].

#![warn(missing_docs)]

pub mod id;
pub mod ports;

pub use id::{Incarnation, InvalidThreadId, ProgramHash, ThreadId};
pub use ports::{
    clock::Clock,
    store::{
        Change, Claim, ClaimScope, Commit, Committed, Created, InboxItem, InboxNumber, NewThread,
        Page, ProgramRow, StepChange, StepRow, StepStatus, Store, StoreError, ThreadFilter,
        ThreadRow,
    },
    tool::{Sink, Tool, ToolCall, ToolError, ToolErrorKind, ToolSource},
};
