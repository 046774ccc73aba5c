//! Writing results to stdout and notes to stderr.
//!
//! A reader that went away is no fault: results end silently, and a thread runs on without its notes.

use std::{
    borrow::Cow,
    io::Write as _,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use scriptum_contract::Value;

use crate::{
    args::Output,
    exit::{Code, Failure},
};

/// Writes a line to stderr, with colors where they are shown.
macro_rules! note {
    ($($part:tt)*) => {
        $crate::out::note(format_args!($($part)*))
    };
}

/// What `note!` calls. Nobody may read stderr; a note that is not read is no reason to stop.
pub(crate) fn note(text: std::fmt::Arguments<'_>) {
    let text = text.to_string();
    let shown = redacted(&text);
    let _: std::io::Result<()> = writeln!(anstream::stderr().lock(), "{shown}");
}

/// True when programs read stderr: faults are JSON there, one a line.
static NOTES_ARE_JSON: AtomicBool = AtomicBool::new(false);

/// Lets faults be JSON from here on.
pub(crate) fn make_notes_json() {
    NOTES_ARE_JSON.store(true, Ordering::Relaxed);
}

pub(crate) fn notes_are_json() -> bool {
    NOTES_ARE_JSON.load(Ordering::Relaxed)
}

/// What stands in the place of a secret.
const REDACTED: &str = "********";

/// A secret of fewer bytes would be found in every other word, and is none.
const SECRET_BYTES_MIN: usize = 3;

/// The secrets of this run, which no note shows: an error may quote what a tool was given.
static SECRETS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Keeps the values of secrets out of all notes from here on.
pub(crate) fn hide(secrets: impl IntoIterator<Item = String>) {
    let is_one = |secret: &String| secret.len() >= SECRET_BYTES_MIN;
    let mut known = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    known.extend(secrets.into_iter().filter(is_one));
    // A secret that is part of another one must not leave the rest of it.
    known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    known.dedup();
}

/// The text without secrets.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let mut shown = Cow::Borrowed(text);
    for secret in secrets.iter() {
        if shown.contains(secret.as_str()) {
            shown = Cow::Owned(shown.replace(secret.as_str(), REDACTED));
        }
    }
    shown
}

/// Writes a line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    write(format_args!("{text}\n"))
}

/// Writes a line with colors where they are shown.
pub(crate) fn styled_line(text: &str) -> Result<(), Failure> {
    if shows_color() {
        line(text)
    } else {
        line(&anstream::adapter::strip_str(text).to_string())
    }
}

/// Writes a text as it is.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    write(format_args!("{text}"))
}

/// Writes a value as YAML, or as JSON over several lines.
pub(crate) fn value(value: &Value, form: Output) -> Result<(), Failure> {
    let written = match form {
        Output::Yaml => serde_saphyr::to_string(value).map_err(|error| error.to_string()),
        Output::Json | Output::Table | Output::Wide => {
            value.to_json_pretty().map_err(|error| error.to_string())
        }
    };
    let written = written.map_err(|error| {
        Failure::new(Code::Internal, format!("cannot write the result: {error}"))
    })?;
    line(written.trim_end())
}

/// Rows of cells as lines in which the cells of a column stand below each other.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ")
    };
    rows.iter().map(line).collect()
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
