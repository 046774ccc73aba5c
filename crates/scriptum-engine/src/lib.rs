//! Runs threads: claims them from a store, feeds the machine, commits its turns, calls the tools.
//!
//! The crate owns the ports ([`Store`], [`Tool`], [`Clock`]) and the one loop that connects them.
//! Nothing is sent outside before the turn that asked for it is durable. It knows no SQL, no HTTP, no
//! protobuf and no source text.
//!
//! Start reading at [`Engine`], the door; then `thread`, the loop; then [`ports`].

#![warn(missing_docs)]

pub mod id;
pub mod ports;

mod answer;
mod clock;
mod engine;
mod error;
mod limits;
mod worker;

mod birth;
mod children;
mod thread;

mod committer;
mod draft;
mod index;
mod toolbox;

mod hub;
mod programs;
mod resume;
mod retry;
mod values;
mod watch;

pub use answer::SeenAsk;
pub use clock::SystemClock;
pub use engine::{AwaitedEvent, Engine, Start, StepValues, ThreadResult};
pub use error::Error;
pub use id::{Incarnation, InvalidThreadId, ProgramHash, ThreadId};
pub use index::step_changes;
pub use limits::Limits;
pub use ports::{
    clock::Clock,
    script::{Script, ScriptError, Scripts},
    secrets::{Secrets, SecretsError},
    store::{
        Change, Claim, ClaimNumber, ClaimScope, Commit, Committed, Created, InboxItem, InboxNumber,
        NewThread, Page, Post, ProgramRow, StepChange, StepRow, StepStatus, Store, StoreError,
        ThreadFilter, ThreadRow,
    },
    tool::{Sink, Tool, ToolCall, ToolError, ToolErrorKind, ToolSource},
};
pub use programs::program_row;
pub use toolbox::{
    Live, LiveKind, ToolBox, checked_args, checked_output, outcome_unknown, secret_missing,
    timed_out,
};
pub use worker::{Worker, WorkerError};
