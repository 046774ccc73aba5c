//! The limits of this crate, each with its reason. A limit that is reached gives an error or a
//! violation that names it, never a panic.

/// How many lists and objects may lie one inside the other in a value.
///
/// The JSON reader behind the storage form stops at 128 levels, and a stored value lies a few levels
/// deep inside the entry that carries it.
pub const VALUE_DEPTH_MAX: usize = 100;

/// How many violations one check lists; the rest is counted in a last entry.
///
/// More does not help the reader, and a wrong list of 100,000 elements must not answer with 100,000
/// messages.
pub const VIOLATIONS_MAX: usize = 100;

/// How many characters of a value or name a message shows.
pub const SHOWN_CHARS_MAX: usize = 60;

/// Longest name, in characters, for which a nearest name is searched: the search takes time in the
/// product of both lengths.
pub const NAME_CHARS_MAX: usize = 200;

/// How many names or variants a message lists.
pub const SHOWN_NAMES_MAX: usize = 8;

/// Longest source of a pattern, in bytes: far above what people write, small enough to compile in
/// less than a millisecond.
pub const PATTERN_BYTES_MAX: usize = 4096;

/// Longest text, in bytes, that a pattern is applied to.
pub const PATTERN_TEXT_BYTES_MAX: usize = 65_536;

/// How deep schemas are followed, references included; what lies deeper is read as any value.
pub const SCHEMA_DEPTH_MAX: usize = 32;

/// How many schemas are read from one document, those behind references once for each reference.
pub const SCHEMA_NODES_MAX: usize = 10_000;
