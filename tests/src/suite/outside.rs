//! What happens to a thread from outside while it runs, a line each:
//!
//! ```text
//! after 0.1 start: crash
//! after 2 done: pause
//! after 3 start: cancel
//! after 4 asks: 4 answer "yes"
//! after 4 start: event paid {"sum": 3}
//! ```
//!
//! A line fires once, behind the first turn with an event that begins like this. `crash` forgets the
//! machine and its open calls: the thread goes on from its frames, and the calls are asked for again.

use scriptum_contract::Value;
use scriptum_vm::{Notification, play::Happening};

use crate::play::answer;

/// The lines of a fixture that have not fired yet.
#[derive(Debug)]
pub(crate) struct Outside {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// How the line of the event begins.
    event: String,
    happening: Happening,
}

impl Outside {
    pub(crate) fn parse(text: &str) -> Result<Outside, String> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let lines = lines.map(line).collect::<Result<_, _>>()?;
        Ok(Outside { lines })
    }

    /// What follows a turn with these events.
    pub(crate) fn fired(&mut self, events: &str) -> Vec<Happening> {
        let has = |line: &Line| events.lines().any(|event| event.starts_with(&line.event));
        let fired = self.lines.extract_if(.., |line| has(line));
        fired.map(|line| line.happening).collect()
    }

    /// An error when a line waits for an event that never came.
    pub(crate) fn check_spent(&self) -> Result<(), String> {
        match self.lines.first() {
            Some(line) => Err(format!("no event begins with '{}'", line.event)),
            None => Ok(()),
        }
    }
}

/// What a line can say behind the event.
const HAPPENINGS: [&str; 4] = [": crash", ": pause", ": cancel", ": event "];

fn line(line: &str) -> Result<Line, String> {
    let wrong = || {
        format!(
            "outside line '{line}': expected 'after EVENT: \
             crash|pause|cancel|event NAME JSON|PATH answer JSON'"
        )
    };
    let rest = line.trim().strip_prefix("after ").ok_or_else(wrong)?;
    // Events have colons of their own, so what happens is looked for by its words.
    let answer_at = rest
        .rfind(" answer ")
        .and_then(|at| rest.get(..at)?.rfind(": "));
    let words = HAPPENINGS.iter().filter_map(|word| rest.rfind(word));
    let split = words.chain(answer_at).max();
    let (event, happening) = rest.split_at(split.ok_or_else(wrong)?);
    let happening = match happening.trim_start_matches(':').trim() {
        "crash" => Happening::Crash,
        "pause" => Happening::Notify(Notification::PauseAsked),
        "cancel" => Happening::Notify(Notification::CancelAsked {
            reason: "by the fixture".into(),
        }),
        other => {
            let notification = arrived(other).or_else(|| answer(other));
            Happening::Notify(notification.ok_or_else(wrong)?)
        }
    };
    Ok(Line {
        event: event.trim().to_owned(),
        happening,
    })
}

/// `event NAME JSON`
fn arrived(text: &str) -> Option<Notification> {
    let (name, json) = text.strip_prefix("event ")?.trim().split_once(' ')?;
    Some(Notification::EventArrived {
        name: name.into(),
        value: Value::from_json(json).ok()?,
    })
}
