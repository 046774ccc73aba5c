//! Names of threads, workers and programs. They are made at the edge and arrive as arguments.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// Names a thread: 128 bits whose high ones are its time of creation, printed as `thr_` and a
/// lower-case ULID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(pub u128);

/// Crockford's base 32, lower-case.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const PREFIX: &str = "thr_";
const DIGIT_COUNT: u32 = 26;

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        let mut bits = self.0;
        let mut digits = [0u8; DIGIT_COUNT as usize];
        for digit in digits.iter_mut().rev() {
            let value = usize::try_from(bits & 31).unwrap_or_default();
            *digit = *DIGITS.get(value).expect("five bits name one of 32 digits");
            bits >>= 5;
        }
        f.write_str(str::from_utf8(&digits).expect("digits are ASCII"))
    }
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The text is no thread id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidThreadId(pub String);

impl fmt::Display for InvalidThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is no thread id; expected thr_ and 26 letters and digits",
            self.0
        )
    }
}

impl std::error::Error for InvalidThreadId {}

impl FromStr for ThreadId {
    type Err = InvalidThreadId;

    fn from_str(text: &str) -> Result<ThreadId, InvalidThreadId> {
        let invalid = || InvalidThreadId(text.to_owned());
        let digits = text.strip_prefix(PREFIX).ok_or_else(invalid)?;
        // 26 digits carry 130 bits, so the first one is at most 7.
        if digits.len() != DIGIT_COUNT as usize || digits.as_bytes().first() > Some(&b'7') {
            return Err(invalid());
        }
        digits
            .bytes()
            .try_fold(0u128, |bits, digit| {
                let value = DIGITS
                    .iter()
                    .position(|known| *known == digit)
                    .ok_or_else(invalid)?;
                Ok((bits << 5) | value as u128)
            })
            .map(ThreadId)
    }
}

/// Names one life of one worker; never used again. Who holds it in a thread's row may write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incarnation(pub Arc<str>);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a stored program by its content, SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProgramHash(pub Arc<str>);

impl fmt::Display for ProgramHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
