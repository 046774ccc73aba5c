//! How a run shows itself on stderr: a live tree on a terminal, plain lines elsewhere.

mod live;
mod name;
mod plain;
pub(crate) mod style;
mod tree;

use std::io::IsTerminal as _;

use scriptum_vm::Entry;

use crate::wire;
pub(crate) use name::Names;

/// What is to be seen of a run beside its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// How far it is.
    Progress,
    /// Its id, and how to go on.
    Little,
    /// Events, for programs.
    Events,
}

/// Shows the progress of one thread.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nothing at all.
    Quiet,
    /// A line for each change that matters.
    Plain(plain::Plain),
    /// A tree that is drawn again and again.
    Live(Box<live::Live>),
    /// A message of the service for each event.
    Json(Box<wire::Events>),
}

impl Progress {
    /// What fits stderr, for a thread with steps of these names.
    pub(crate) fn new(quiet: bool, names: Names) -> Progress {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if quiet {
            Progress::Quiet
        } else if std::io::stderr().is_terminal() && !dumb {
            Progress::Live(Box::new(live::Live::new(names)))
        } else {
            Progress::Plain(plain::Plain::new(names))
        }
    }

    /// Shows what an entry of the journal changes.
    pub(crate) fn show(&mut self, entry: &Entry) {
        match self {
            Progress::Quiet => (),
            Progress::Plain(plain) => plain.show(entry),
            Progress::Live(live) => live.show(entry),
            Progress::Json(events) => {
                let message = events.message(entry);
                if let Some(json) = message.and_then(|message| message.to_json().ok()) {
                    note!("{json}");
                }
            }
        }
    }

    /// Shows a line about something else than a step of the thread.
    pub(crate) fn note(&self, text: &str) {
        match self {
            // Programs read events, and those of another thread are not among them.
            Progress::Quiet | Progress::Json(_) => (),
            Progress::Plain(_) => note!("{text}"),
            Progress::Live(live) => live.note(text),
        }
    }

    /// Takes the live part off the screen; what has ended stays above.
    pub(crate) fn finish(&mut self) {
        match self {
            Progress::Quiet | Progress::Plain(_) | Progress::Json(_) => (),
            Progress::Live(live) => live.finish(),
        }
    }
}
