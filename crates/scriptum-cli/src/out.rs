//! Writing results to stdout. A reader that went away ends the command silently.

use std::io::Write as _;

use crate::exit::{Code, Failure};

/// Writes a line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(
            Code::Unavailable,
            format!("cannot write the result: {error}"),
        )),
    }
}
