//! Writing results to stdout and notes to stderr.
//!
//! A reader that went away is no fault: results end silently, and a thread runs on without its notes.

use std::io::Write as _;

use crate::exit::{Code, Failure};

/// Writes a line to stderr, with colors where they are shown.
macro_rules! note {
    ($($part:tt)*) => {
        $crate::out::note(format_args!($($part)*))
    };
}

/// What `note!` calls. Nobody may read stderr; a note that is not read is no reason to stop.
pub(crate) fn note(text: std::fmt::Arguments<'_>) {
    let _: std::io::Result<()> = writeln!(anstream::stderr().lock(), "{text}");
}

/// Writes a line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    write(format_args!("{text}\n"))
}

/// Writes a text as it is.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    write(format_args!("{text}"))
}

/// True when stdout shows colors.
pub(crate) fn shows_color() -> bool {
    let stdout = anstream::AutoStream::auto(std::io::stdout());
    stdout.current_choice() != anstream::ColorChoice::Never
}

fn write(text: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(
            Code::Unavailable,
            format!("cannot write the result: {error}"),
        )),
    }
}
