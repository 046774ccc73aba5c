//! Every limit of the compiler: a name, a unit, and why it is what it is.
//!
//! A limit that is met is a diagnostic that names it, never a panic. Limits that the machine has too
//! (depth of expressions, depth of scopes) come from there, so that what compiles also runs.

/// Bytes of one script. A million lines of ordinary length fit; what is larger is data, and data
/// belongs in files that the script reads.
pub const SCRIPT_BYTES_MAX: usize = 32 << 20;

/// Diagnostics of one compilation. Nobody reads more, and a file of the wrong kind would give one a line.
pub const DIAGNOSTICS_MAX: usize = 1_000;

/// Comparisons of names that one compilation spends on finding the name that was probably meant. A
/// script with many wrong names loses suggestions before it loses a second.
pub const NAME_COMPARISONS_MAX: usize = 200_000;

/// Facts about null that one `decide` carries from its conditions into its branches. Beyond it a branch
/// knows less than it could; nothing wrong is accepted.
pub const NARROWINGS_MAX: usize = 32;

/// Times that the body of a `repeat`, or the steps that a jump leads back over, are checked before names that
/// change their type from round to round count as any: types that settle at all do so in one or two.
pub const ROUNDS_CHECKED_MAX: u32 = 3;

/// Steps that one compilation checks again because a `repeat` or a jump back changes types. Beyond it, names
/// that are bound on the way count as any: a check in doubt is made when the script runs.
pub const RECHECKED_STEPS_MAX: u64 = 20_000;

/// Jumps to one place whose knowledge is kept apart. Of more, names are taken for anything that they were
/// bound to on the way.
pub const JUMPS_JOINED_MAX: usize = 16;

/// Changes of names that a jump may pass over and still be remembered exactly.
pub const NAMES_JOINED_MAX: usize = 256;

/// Changes of names between a place and a jump back to it that are joined. Behind more, names that are
/// bound on the way count as any.
pub const NAMES_CARRIED_BACK_MAX: usize = 4_096;

/// Places that are remembered for one name where it may have been bound. Further ones are left out, and
/// an answer of a model that is used only through such a name is of any type.
pub const DEFINITIONS_MAX: usize = 32;
