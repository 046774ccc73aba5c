//! How a run shows itself on stderr: a live tree on a terminal, plain lines elsewhere.

mod live;
mod plain;
pub(crate) mod style;
mod tree;

use std::io::IsTerminal as _;

use scriptum_vm::Entry;

/// Shows the progress of one thread.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nothing at all.
    Quiet,
    /// A line for each change that matters.
    Plain(plain::Plain),
    /// A tree that is drawn again and again.
    Live(Box<live::Live>),
}

impl Progress {
    /// What fits stderr.
    pub(crate) fn new(quiet: bool) -> Progress {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if quiet {
            Progress::Quiet
        } else if std::io::stderr().is_terminal() && !dumb {
            Progress::Live(Box::new(live::Live::new()))
        } else {
            Progress::Plain(plain::Plain::default())
        }
    }

    /// Shows what an entry of the journal changes.
    pub(crate) fn show(&mut self, entry: &Entry) {
        match self {
            Progress::Quiet => (),
            Progress::Plain(plain) => plain.show(entry),
            Progress::Live(live) => live.show(entry),
        }
    }

    /// Shows a line about something else than a step of the thread.
    pub(crate) fn note(&self, text: &str) {
        match self {
            Progress::Quiet => (),
            Progress::Plain(_) => note!("{text}"),
            Progress::Live(live) => live.note(text),
        }
    }

    /// Takes the live part off the screen; what has ended stays above.
    pub(crate) fn finish(&mut self) {
        match self {
            Progress::Quiet | Progress::Plain(_) => (),
            Progress::Live(live) => live.finish(),
        }
    }
}
