//! The limits of this crate, each with its reason. A limit that is reached gives an error or a
//! violation that names it, never a panic.

/// How many lists and objects may lie one inside the other in a value.
///
/// The JSON reader behind the storage form stops at 128 levels, and a stored value lies a few levels
/// deep inside the entry that carries it.
pub const VALUE_DEPTH_MAX: usize = 100;

/// How many violations one check finds before it stops; a last entry says that there are more.
///
/// The number matters to nobody beyond this, and a wrong list of 50 million elements must not be read
/// to its end for it.
pub const VIOLATIONS_COUNTED_MAX: usize = 10_000;

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

/// Longest program of a pattern, in ops, with counted repetitions written out: room for the likes of
/// `[a-z]{1,1000}`.
pub const PATTERN_OPS_MAX: usize = 20_000;

/// How many steps a search for a pattern may take, about a tenth of a second. Plain patterns take
/// some three steps a character.
pub const PATTERN_STEPS_MAX: usize = 1 << 24;

/// How many pairs of an op and a place in the text a search may have, at one bit each: 32 MiB.
pub const PATTERN_PAIRS_MAX: usize = 1 << 28;

/// How deep schemas are followed, references included; what lies deeper is read as any value.
pub const SCHEMA_DEPTH_MAX: usize = 32;

/// How many schemas are read from one document, those behind references once for each reference.
pub const SCHEMA_NODES_MAX: usize = 10_000;

/// How many parts a text may have that holds secrets. What people write has a handful; each of them may
/// open to as much as an environment variable holds, 64 KiB.
pub const SECRET_PARTS_MAX: usize = 64;

/// Shortest secret, in bytes, that is hidden wherever it stands. A shorter one would be found in every
/// other word; it is hidden where it is the whole text.
pub const SECRET_BYTES_MIN: usize = 3;

/// Shortest beginning of a secret, in bytes, that is hidden where a text ends with it, as one does that was
/// shortened. A shorter one tells little, and many words end in it.
pub const SECRET_BYTES_CUT_MIN: usize = 6;

/// Shortest secret, in bytes, that is recognized in what people give to a thread. A shorter one may stand
/// there by chance, and would make a text of theirs unreadable to the script.
pub const SECRET_BYTES_CLOSED_MIN: usize = 8;
