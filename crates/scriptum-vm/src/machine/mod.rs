//! The machine: runs a program one turn at a time.
//!
//! [`Vm::apply`] is the only transition: a notification and a time in, a [`Turn`] out. Between two turns
//! a thread is nothing but its frames; there is no step on the Rust stack, however deep loops and
//! branches lie in each other. Each family of verbs has its file `exec_*`; what they share is in `run`.
//!
//! The machine performs nothing and waits for nothing. What it asks for is in [`Turn::effects`] and,
//! after a restart, in [`Vm::pending`].

mod backoff;
mod cells;
mod changes;
mod conversation;
mod deadline;
mod error_block;
mod exec_agent;
mod exec_ask;
mod exec_check;
mod exec_decide;
mod exec_do;
mod exec_each;
mod exec_emit;
mod exec_let;
mod exec_pipe;
mod exec_repeat;
mod exec_run;
mod exec_send;
mod exec_together;
mod exec_wait;
mod exec_yield;
mod failure;
mod index;
mod jump;
mod leave;
mod model;
mod names;
mod notify;
mod options;
mod pending;
mod place;
mod refused;
mod restore;
mod resume;
mod run;
mod state;
mod stream_cells;
mod streams;
mod values;

use std::sync::Arc;

use scriptum_contract::{Value, ValueHash};

use crate::{
    Asked, Effect, Frames, Notification, Pause, Seen, Status, StepPath, Timestamp, Turn,
    program::Program,
};
use run::Run;
use state::State;
use values::Values;

pub use options::Options;
pub use refused::{Ignored, Refused};
pub use restore::RestoreError;

/// One thread: a program and where it stands in it.
///
/// ```
/// # use std::sync::Arc;
/// # use scriptum_contract::{Contract, Value};
/// # use scriptum_vm::{program::{Body, Program, IR_VERSION}, Notification, Status, Timestamp, Vm};
/// # let program = Program {
/// #     ir: IR_VERSION, title: "empty".into(), description: "".into(), version: None,
/// #     contract: Contract::default(), tools: vec![], body: Body::default(), on_thread_error: None,
/// # };
/// let mut vm = Vm::new(Arc::new(program));
/// let started = Notification::Started {
///     input: Value::object::<&str>([]),
///     env: Default::default(),
///     seed: 7,
///     thread: Value::Null,
///     timeout_ms: None,
/// };
/// let turn = vm.apply(started, Timestamp(0)).unwrap();
/// assert_eq!(turn.status, Status::Completed);
/// ```
#[derive(Debug)]
pub struct Vm {
    program: Arc<Program>,
    options: Options,
    state: State,
    values: Values,
}

impl Vm {
    /// A thread before [`Notification::Started`].
    pub fn new(program: Arc<Program>) -> Vm {
        Vm::with_options(program, Options::default())
    }

    /// A thread with other limits than the usual ones. All its turns need the same.
    pub fn with_options(program: Arc<Program>, options: Options) -> Vm {
        let values = Values::new(options.inline_bytes_max, options.cache_bytes_max);
        Vm {
            program,
            options,
            state: State::new(),
            values,
        }
    }

    /// A thread as its frames say.
    ///
    /// # Errors
    /// When the frames are not those of a thread that runs this program.
    pub fn restore(program: Arc<Program>, frames: Frames) -> Result<Vm, RestoreError> {
        Vm::restore_with_options(program, frames, Options::default())
    }

    /// As [`Vm::restore`], with other limits than the usual ones.
    ///
    /// # Errors
    /// When the frames are not those of a thread that runs this program.
    pub fn restore_with_options(
        program: Arc<Program>,
        frames: Frames,
        options: Options,
    ) -> Result<Vm, RestoreError> {
        let state = restore::state(&program, frames)?;
        Ok(Vm {
            state,
            ..Vm::with_options(program, options)
        })
    }

    /// The only transition: equal program, frames, notification and time give an equal turn.
    ///
    /// # Errors
    /// When the notification does not apply, or stored values have to be loaded first. Nothing has
    /// changed then.
    pub fn apply(&mut self, notification: Notification, at: Timestamp) -> Result<Turn, Refused> {
        let mut run = Run::new(
            &self.program,
            &self.options,
            &mut self.state,
            &mut self.values,
            at,
        );
        match run.turn(notification) {
            Ok(notification) => {
                let Run {
                    events, effects, ..
                } = run;
                Ok(Turn {
                    notification,
                    events,
                    effects,
                    frames: self.state.commit(),
                    blobs: self.values.commit(),
                    status: self.status(),
                    wake_at: self.wake_at(),
                    unfinished: self.is_unfinished(),
                })
            }
            Err(refused) => {
                self.state.roll_back();
                self.values.roll_back();
                Err(refused)
            }
        }
    }

    /// Takes in the content of a stored value that [`Refused::Need`] asked for. No part of the state.
    ///
    /// Content stays until the next turn that succeeds; after it, the oldest leaves when the cache is
    /// full.
    pub fn provide(&mut self, hash: ValueHash, content: Value) {
        self.values.provide(hash, content);
    }

    /// What the outside still owes this thread; asked again after a crash, with the same keys.
    pub fn pending(&self) -> impl Iterator<Item = Effect> {
        pending::effects(&self.program, &self.state)
    }

    /// The open asks, in the order of their paths; questions and options may be references to stored
    /// values.
    pub fn asks(&self) -> impl Iterator<Item = Asked> {
        pending::asks(&self.program, &self.state)
    }

    /// What holds the thread up; `None` while it is not paused.
    pub fn pause(&self) -> Option<Pause> {
        let thread = &self.state.thread;
        let number = thread.lifts;
        thread.pause.map(|reason| Pause { reason, number })
    }

    /// The attempt of a step that failed, asks, or waits for an event; `None` for any other.
    pub fn resumable(&self, path: &StepPath) -> Option<u32> {
        self.state.attempt(path)
    }

    /// True when what somebody saw who wants to resume, at that step or the whole thread, is over.
    pub fn is_over(&self, path: Option<&StepPath>, seen: Seen) -> bool {
        self.state.is_over(path, seen)
    }

    /// How many items of a call the thread takes at the moment; `None` when no such call is open.
    pub fn items_wanted(&self, path: &StepPath, attempt: u32) -> Option<u32> {
        pending::items_wanted(&self.state, path, attempt)
    }

    /// Where the thread stands.
    pub fn status(&self) -> Status {
        self.state.thread.status
    }

    /// The earliest open timer; `None` while the thread is held or has ended.
    pub fn wake_at(&self) -> Option<Timestamp> {
        pending::wake_at(&self.state)
    }

    /// True when the last turn stopped at its limit: apply [`Notification::Continued`] next.
    pub fn is_unfinished(&self) -> bool {
        self.state.can_go_on()
    }

    /// What the thread was told of itself when it started; `None` before and after it runs.
    pub fn thread(&self) -> Option<&Value> {
        let started = self.state.started.as_deref();
        started.map(|started| &started.thread)
    }

    /// The whole state. A test's way to look inside; commits take [`Turn::frames`].
    pub fn frames(&self) -> Frames {
        self.state.frames()
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }
}
