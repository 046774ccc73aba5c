//! Which ways through a script its tests take: branches, answers of checks, error handlers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::Value;
use scriptum_vm::{
    Entry, Event, Recovery, StepPath,
    program::{Action, Check, OnError, Step, StepKind},
};

use super::script::{Place, Script};
use crate::place::{error_block, in_text};

/// A way that a run can take. Paths are those of the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// A branch of a decide.
    Branch(StepPath, u32),
    /// A check that passes.
    Pass(StepPath),
    /// A check that fails.
    Fail(StepPath),
    /// The `on error` of a step.
    Handler(StepPath),
    /// `on thread error`.
    ThreadHandler,
}

/// The kinds of ways, as the summary counts them.
const KINDS: [(&str, &str); 3] = [
    ("branch", "branches"),
    ("check outcome", "check outcomes"),
    ("error handler", "error handlers"),
];

impl Way {
    fn kind(&self) -> usize {
        match self {
            Way::Branch(..) => 0,
            Way::Pass(_) | Way::Fail(_) => 1,
            Way::Handler(_) | Way::ThreadHandler => 2,
        }
    }
}

/// The ways through a script, with what they are called.
#[derive(Debug)]
pub(crate) struct Map {
    ways: BTreeMap<Way, String>,
}

impl Map {
    pub(crate) fn of(script: &Script) -> Map {
        let mut ways = BTreeMap::new();
        for place in &script.places {
            let Some(step) = script.step(&place.path) else {
                continue;
            };
            let step_name = named(place);
            add(step, place, &step_name, &mut ways);
        }
        if script.program.on_thread_error.is_some() {
            ways.insert(Way::ThreadHandler, "on thread error".to_owned());
        }
        Map { ways }
    }

    /// The ways that a play took.
    pub(crate) fn taken(&self, script: &Script, entries: &[Entry]) -> BTreeSet<Way> {
        let mut taken = BTreeSet::new();
        if self.ways.is_empty() {
            return taken;
        }
        for event in entries.iter().filter_map(Entry::event) {
            self.take(script, event, &mut taken);
        }
        taken
    }

    fn take(&self, script: &Script, event: &Event, taken: &mut BTreeSet<Way>) {
        let mut add = |way: Way| {
            if self.ways.contains_key(&way) {
                taken.insert(way);
            }
        };
        match event {
            Event::StepStarted { path, .. } => {
                let Some(at) = in_text(&script.program, path) else {
                    return;
                };
                let components = at.components();
                for (length, inner) in components.iter().enumerate().skip(1) {
                    let outer = components.get(..length).unwrap_or_default();
                    add(Way::Branch(StepPath::from(outer), *inner));
                }
                if at.is_under(&error_block(&script.program)) {
                    add(Way::ThreadHandler);
                }
            }
            Event::StepRetrying { path, .. }
            | Event::StepCompleted {
                path,
                recovery: Some(Recovery::Fallback),
                ..
            }
            | Event::StepFailed {
                path,
                recovery: Some(Recovery::Ignore | Recovery::Fallback),
                ..
            } => {
                if let Some(at) = in_text(&script.program, path) {
                    add(Way::Handler(at));
                }
            }
            Event::StepCompleted {
                path,
                output: Some(Value::Bool(passed)),
                ..
            } => {
                if let Some(at) = in_text(&script.program, path) {
                    add(answer(at, *passed));
                }
            }
            Event::StepFailed { path, error, .. } if &*error.code == "CHECK_FAILED" => {
                if let Some(at) = in_text(&script.program, path)
                    && let Some(StepKind::Check(check)) = script.step(&at).map(|step| &step.kind)
                {
                    add(answer(at, !fails_when_false(check)));
                }
            }
            Event::StepCompleted { .. }
            | Event::StepFailed { .. }
            | Event::StepSkipped { .. }
            | Event::InputAsked(_)
            | Event::Yielded { .. }
            | Event::AnswerRefused { .. }
            | Event::ThreadPaused { .. }
            | Event::ThreadResumed
            | Event::ThreadCompleted { .. }
            | Event::ThreadFailed { .. }
            | Event::ThreadCancelled { .. } => (),
        }
    }

    /// `3 of 4 branches, 1 of 1 error handler`; `None` for a script with one way only.
    pub(crate) fn summary(&self, taken: &BTreeSet<Way>) -> Option<String> {
        let mut parts = Vec::new();
        for (kind, (one, many)) in KINDS.iter().enumerate() {
            let all = self.ways.keys().filter(|way| way.kind() == kind).count();
            let reached = taken.iter().filter(|way| way.kind() == kind).count();
            if all > 0 {
                let word = if all == 1 { one } else { many };
                parts.push(format!("{reached} of {all} {word}"));
            }
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// What no test did, in the order of the script.
    pub(crate) fn missed(&self, taken: &BTreeSet<Way>) -> Vec<&str> {
        let missed = self.ways.iter().filter(|(way, _)| !taken.contains(way));
        missed.map(|(_, name)| name.as_str()).collect()
    }
}

fn add(step: &Step, place: &Place, name: &str, ways: &mut BTreeMap<Way, String>) {
    let path = || place.path.clone();
    if let StepKind::Decide(decide) = &step.kind {
        for (at, branch) in (0..).zip(&decide.branches) {
            let text = format!("branch \"{}\" of {name} is never taken", branch.name);
            ways.insert(Way::Branch(path(), at), text);
        }
    }
    if let StepKind::Check(_) = &step.kind {
        ways.insert(Way::Pass(path()), format!("{name} never passes"));
        ways.insert(Way::Fail(path()), format!("{name} never fails"));
    }
    if let Some(handler) = step.kind.on_error() {
        let what = match handler {
            OnError::Retry { .. } => "retry",
            OnError::Fallback { .. } => "fallback",
            OnError::Ignore => "ignore",
        };
        let text = format!("on error: {what} of {name} is never needed");
        ways.insert(Way::Handler(path()), text);
    }
}

fn answer(check: StepPath, passed: bool) -> Way {
    if passed {
        Way::Pass(check)
    } else {
        Way::Fail(check)
    }
}

/// True when a check that ends its thread did so because its condition was false.
fn fails_when_false(check: &Check) -> bool {
    match check.on_fail {
        Action::Fail(_) | Action::Retry(_) => true,
        Action::Continue | Action::Goto(_) => false,
    }
}

fn named(place: &Place) -> String {
    let label = place.label.as_ref().map(|label| Arc::clone(&label.written));
    let label = label.map_or_else(String::new, |label| format!(" \"{label}\""));
    let line = match place.line {
        0 => String::new(),
        line => format!(", line {line},"),
    };
    format!("step {}{label}{line}", place.path)
}
