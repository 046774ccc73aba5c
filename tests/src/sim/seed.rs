//! The one seed that a run was asked to repeat.

use std::fmt;

use libtest_mimic::{Failed, Trial};

/// Names it.
const VARIABLE: &str = "SCRIPTUM_SEED";

/// A seed as failures print it and as the variable takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed(pub(crate) u64);

impl fmt::Display for Seed {
    /// The command that runs it again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VARIABLE}={:#x} cargo test -p tests --test sim", self.0)
    }
}

/// The seed of the variable; `None` where it is not set.
///
/// # Errors
/// When it is no number.
pub(crate) fn given() -> Option<Result<Seed, String>> {
    let text = std::env::var_os(VARIABLE)?;
    let text = text.to_string_lossy();
    Some(read(&text).ok_or_else(|| format!("{VARIABLE}={text} is no number")))
}

/// A decimal number, or a hexadecimal one behind `0x`.
fn read(text: &str) -> Option<Seed> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.ok().map(Seed)
}

/// That both forms are read, and that a failing seed is printed in one of them.
pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("seed/both_forms_are_read", || {
        let cases = [
            ("23", Some(23)),
            ("0x17", Some(23)),
            ("0xffffffffffffffff", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("seven", None),
        ];
        for (text, seed) in cases {
            if read(text) != seed.map(Seed) {
                return Err(Failed::from(format!("'{text}' was read wrong")));
            }
        }
        let command = Seed(u64::MAX).to_string();
        let printed = command.split(['=', ' ']).nth(1).and_then(read);
        if printed == Some(Seed(u64::MAX)) {
            Ok(())
        } else {
            Err(Failed::from(format!("'{command}' cannot be read again")))
        }
    })]
}
