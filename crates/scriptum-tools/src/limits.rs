//! The limits of this crate, each with its unit and its reason. A limit that is reached gives an
//! error or a flag in the output that names it.

use std::time::Duration;

/// Largest file that is read or written at once, in bytes. As base64 it grows by a third and still
/// fits into the 64 MiB of one step's output.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Longest path that a script may give, in bytes: that of Linux.
pub const PATH_BYTES_MAX: u32 = 4096;

/// Entries of one folder that are listed. More would be an output of tens of megabytes that nobody
/// reads; `file_glob` finds the ones that are wanted.
pub const LIST_ENTRIES_MAX: usize = 50_000;

/// Matches of `file_glob` and `grep` in one call, and what a script may ask for at most.
pub const MATCHES_MAX: i64 = 100_000;

/// Matches of `file_glob` and `grep` without a wish of the script: enough for a source tree, small
/// enough to look at.
pub const MATCHES_DEFAULT: i64 = 10_000;

/// Files and folders that one call of `file_glob` or `grep` looks at.
pub const WALK_ENTRIES_MAX: u64 = 2_000_000;

/// Items of a stream that go together from the thread that makes them to the one that hands them on,
/// when that one is slower: waking it costs more than many an item.
pub const ITEMS_AT_ONCE_MAX: usize = 64;

/// Bytes of such items; a larger one goes alone.
pub const ITEMS_AT_ONCE_BYTES_MAX: usize = 256 << 10;

/// Folders inside each other that a walk goes down. Each one holds a file descriptor meanwhile.
pub const WALK_DEPTH_MAX: usize = 64;

/// Largest `.gitignore` that is honored, in bytes; rules are read for every folder on the way.
pub const IGNORE_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Longest pattern of `file_glob` and `grep`, in characters.
pub const PATTERN_CHARS_MAX: u32 = 1_000;

/// Memory of one compiled pattern, in bytes. It bounds what `a{1000}{1000}` costs.
pub const PATTERN_MEMORY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Longest line that `grep` looks at, in bytes; a file with a longer one is skipped, as it is hardly
/// text for people.
pub const GREP_LINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Characters of a matching line that `grep` returns.
pub const GREP_TEXT_CHARS_MAX: usize = 1_000;

/// Longest query of `json_query`, in characters.
pub const QUERY_CHARS_MAX: u32 = 2_000;

/// Parentheses, filters and functions inside each other in a query. The reader of queries calls
/// itself once a level.
pub const QUERY_DEPTH_MAX: usize = 32;

/// Values that one query may visit. `$..*..*..*` visits the product of its parts, so a short query
/// could otherwise run for days.
pub const QUERY_STEPS_MAX: u64 = 10_000_000;

/// Values that one query may return.
pub const QUERY_MATCHES_MAX: usize = 100_000;

/// Largest text that `csv_parse` takes, in bytes.
pub const CSV_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Fields that `csv_parse` returns over all rows; each costs some 60 bytes of memory.
pub const CSV_FIELDS_MAX: usize = 1_000_000;

/// Columns of a table.
pub const CSV_COLUMNS_MAX: usize = 2_000;

/// Ragged rows that are listed one by one; a file with more has the wrong delimiter.
pub const CSV_RAGGED_MAX: usize = 1_000;

/// Time for one request without a wish of the script.
pub const HTTP_TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// Most time that a script may ask for.
pub const HTTP_TIMEOUT_MAX: Duration = Duration::from_mins(10);

/// Time to reach a server. A server that answers at all answers well within it.
pub const HTTP_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest answer, in bytes after decompression: what is unpacked is counted, so a small compressed
/// answer cannot fill the memory.
pub const HTTP_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Redirects that are followed in one call.
pub const HTTP_REDIRECTS_MAX: usize = 5;

/// Blocking calls of native tools that run at once. They wait for the disk more than they compute,
/// and more threads would only wait in the kernel.
pub const BLOCKING_CALLS_MAX: usize = 32;

/// Largest tool document, in bytes. Schemas of hundreds of fields are a tenth of it.
pub const DOCUMENT_BYTES_MAX: usize = 1024 * 1024;

/// How deep the schemas of a tool document are looked at for what types cannot say.
pub const SCHEMA_WALK_DEPTH_MAX: usize = 64;

/// Tries of a registered tool within one attempt of a step. The script's own retries come on top.
pub const DOCUMENT_RETRIES_MAX: u32 = 10;

/// Longest time of one call of a registered tool when its document does not say, in milliseconds.
pub const TOOL_TIMEOUT_DEFAULT_MS: u64 = 60_000;

/// Longest time that a document may ask for, in milliseconds.
pub const TOOL_TIMEOUT_MAX_MS: u64 = 3_600_000;
