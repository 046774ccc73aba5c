//! The limits of the machine as an argument, so that tests reach them with small programs.

use crate::limits::{EVENTS_PER_TURN_MAX, INLINE_VALUE_BYTES_MAX, VALUE_CACHE_BYTES_MAX};

/// Limits of a thread's turns. All turns of a thread, and its replay, need the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of storage form up to which a value stays where it is used.
    pub inline_bytes_max: usize,
    /// Events after which a turn ends, unfinished if need be. One step may go a little beyond.
    pub turn_events_max: usize,
    /// Bytes of large values that a thread keeps in memory between two turns.
    pub cache_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            inline_bytes_max: INLINE_VALUE_BYTES_MAX,
            turn_events_max: EVENTS_PER_TURN_MAX,
            cache_bytes_max: VALUE_CACHE_BYTES_MAX,
        }
    }
}
