//! Every limit of the crate: a name, a unit, and why it is what it is.
//!
//! A limit that is met is an error that names it, never a panic and never a wrong result.

pub use scriptum_contract::limits::VALUE_DEPTH_MAX;

pub use crate::program::EXPRESSION_DEPTH_MAX;

/// Steps that one evaluation may take: a node, an element or 64 bytes of text are about a step.
///
/// A worker runs other threads too; this many steps take it about half a second, and a list of a
/// million elements can still be walked with a short function.
pub const EVAL_STEPS_MAX: u64 = 10_000_000;

/// Bytes of text that take about as long to walk over as one node takes to evaluate.
pub const TEXT_BYTES_PER_STEP: usize = 64;

/// Bytes of one text that an expression makes.
///
/// Larger content belongs in files and artifacts, which steps pass on by name.
pub const TEXT_BYTES_MAX: usize = 16 << 20;

/// Elements of one list, and entries of one object, that an expression makes.
pub const LIST_ITEMS_MAX: usize = 1_000_000;

/// Bytes that the whole result of one expression may have, counted as often as it repeats a part.
///
/// Parts are shared in memory and written out in full in storage, where sharing ends.
pub const RESULT_BYTES_MAX: usize = 64 << 20;

/// Bytes of storage form up to which a value stays where it is used; a larger one is stored once, by its
/// hash. About one page of a database.
pub const INLINE_VALUE_BYTES_MAX: usize = 4096;

/// Events that one turn may decide before it ends with `unfinished`.
///
/// Keeps a commit small and lets a worker take turns between threads.
pub const EVENTS_PER_TURN_MAX: usize = 1_000;

/// Jumps (`goto`) that one thread may make: a script that jumps more often runs in circles. Rounds of
/// `check … retry` have a limit of their own.
pub const JUMPS_MAX: u32 = 1_000;

/// Iterations of one loop: as many as the longest list has elements.
#[expect(clippy::cast_possible_truncation, reason = "a million fits")]
pub const ITERATIONS_MAX: u32 = LIST_ITEMS_MAX as u32;

/// Iterations of one loop, or lanes of one `together`, that run at once; each of them is a live frame in memory.
pub const PARALLEL_MAX: u32 = 10_000;

/// Turns that the model of one agent may take: a task that needs more is several tasks.
pub const AGENT_CYCLES_MAX: u32 = 1_000;

/// Calls that a model may ask for in one turn; each of them is a step.
pub const AGENT_CALLS_PER_CYCLE_MAX: usize = 100;

/// Bytes of the name and of the id that a model may give to a call: they stay in the state.
pub const AGENT_NAME_BYTES_MAX: usize = 256;

/// Rounds of a `repeat` that does not say how many it makes at most.
pub const ROUNDS_DEFAULT: u32 = 100;

/// Events that one thread keeps for later waits: a sender that nobody listens to is not to fill the store.
pub const EVENTS_KEPT_MAX: usize = 100;

/// Values that one thread may yield.
pub const YIELDS_MAX: u32 = 1_000_000;

/// Bytes of one yielded value: watchers get it at once and in whole.
pub const YIELD_BYTES_MAX: usize = 256 << 10;

/// Items of a stream that wait to be taken: enough to keep both sides at work, little enough that a
/// stream of any length stays small.
pub const STREAM_ITEMS_WAITING_MAX: u32 = 64;

/// Items that a stream takes in at once, when they come as a list instead of one by one.
pub const STREAM_ITEMS_AT_ONCE_MAX: usize = 10_000;

/// Scopes (loops, branches) in each other: bounds the length of a path and the work of looking up a name.
pub const SCOPE_DEPTH_MAX: u32 = 32;

/// Bytes of large values, in storage form, that a thread keeps in memory between two turns.
///
/// Room for the results that the next few steps read again; a worker holds a thousand threads.
pub const VALUE_CACHE_BYTES_MAX: u64 = 8 << 20;

/// Milliseconds that the first retry of a step waits at most; each further one waits up to twice as long.
pub const BACKOFF_FIRST_MS: u64 = 1_000;

/// Milliseconds that any retry waits at most.
pub const BACKOFF_MAX_MS: u64 = 30_000;

/// Levels of lists and mappings in the document of a program: room for an expression of
/// [`EXPRESSION_DEPTH_MAX`] in [`SCOPE_DEPTH_MAX`] scopes, and little enough for a recursive reader.
pub const PROGRAM_LEVELS_MAX: usize = 300;

/// Scalars, lists and mappings in the YAML document of a program: a script of tens of thousands of steps.
pub const PROGRAM_PARTS_MAX: usize = 4_000_000;

/// Bytes of the YAML document of a program.
pub const PROGRAM_BYTES_MAX: usize = 64 << 20;

/// Turns that one play of a program in virtual time may take: a test that needs more runs in circles.
pub const PLAY_TURNS_MAX: u32 = 200_000;

/// Entries that the journal of one play may have. It is in memory, about 300 bytes an entry.
pub const PLAY_ENTRIES_MAX: usize = 1_000_000;

/// Wrong answers that an ask takes before it fails: more are no people any more.
pub const WRONG_ANSWERS_MAX: u32 = 1_000;
