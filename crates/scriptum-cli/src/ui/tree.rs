//! The steps of a run as far as they are of interest to somebody who watches: those under way, and
//! the loops around them. What has ended is reported once and forgotten, so that a loop over a
//! million items takes no memory here.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::Value;
use scriptum_vm::{
    Entry, Event, Notification, PauseReason, Record, Recovery, StepError, StepPath, Timestamp,
};

use super::name::Names;

/// Loops with more items than this report their progress, not each child.
pub(crate) const CHILDREN_SHOWN_MAX: u64 = 20;

/// The live steps of a run.
#[derive(Debug)]
pub(crate) struct Tree {
    names: Names,
    pub(crate) nodes: BTreeMap<StepPath, Node>,
    /// The call that failed last: an event that follows from it does not say why again.
    failed: Option<(StepPath, StepError)>,
}

/// A step that is under way.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) started_at: Timestamp,
    pub(crate) attempt: u32,
    /// Set for loops.
    pub(crate) items: Option<Items>,
    /// Set between two attempts.
    pub(crate) retry: Option<Retry>,
    /// True for steps in a loop that reports its progress as a whole.
    pub(crate) folded: bool,
}

/// How far a loop is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Items {
    pub(crate) total: u64,
    /// Iterations that began.
    pub(crate) started: u64,
    /// Iterations that ended: those that began and have no live step.
    pub(crate) done: u64,
}

/// What a step waits for before its next attempt.
#[derive(Debug, Clone)]
pub(crate) struct Retry {
    pub(crate) due: Timestamp,
    pub(crate) why: Arc<str>,
}

/// What an entry changed, for people.
#[derive(Debug)]
pub(crate) enum Change {
    Started(StepPath, Node),
    Progress(StepPath, Node),
    Retrying(StepPath, Node, Timestamp),
    Ended {
        path: StepPath,
        node: Node,
        at: Timestamp,
        how: Ending,
    },
    Skipped {
        path: StepPath,
        name: String,
    },
    /// An ask is open; the question on one line.
    Asked(StepPath, String),
    /// An answer was wrong, and why.
    Refused(StepPath, String),
    /// The script shows something.
    Yielded {
        path: StepPath,
        label: Option<Arc<str>>,
        value: Value,
    },
    Paused(PauseReason),
    Resumed,
}

/// How a step ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Completed(Option<Recovery>),
    Failed(StepError, Option<Recovery>),
}

impl Tree {
    pub(crate) fn new(names: Names) -> Tree {
        Tree {
            names,
            nodes: BTreeMap::new(),
            failed: None,
        }
    }

    /// Takes an entry in and says what it changed.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Option<Change> {
        let event = match &entry.record {
            Record::Event(event) => event,
            Record::Notification(notification) => {
                self.failed = failure_in(notification);
                return None;
            }
        };
        let at = entry.at;
        match event {
            Event::StepStarted {
                path,
                attempt,
                label,
                primitive,
                tool,
                input,
            } => {
                let node = Node {
                    name: self
                        .names
                        .name(path, label.as_deref(), tool.as_deref(), primitive)
                        + &waited_for(primitive, input),
                    started_at: at,
                    attempt: *attempt,
                    items: items_of(primitive, input),
                    retry: None,
                    folded: self.is_folded(path),
                };
                self.nodes.insert(path.clone(), node.clone());
                Some(Change::Started(path.clone(), node))
            }
            Event::StepRetrying {
                path, due, error, ..
            } => {
                let of_call = self.failed.as_ref().filter(|(failed, _)| failed == path);
                let error = error.as_ref().or(of_call.map(|(_, error)| error));
                let why = error.map_or("the attempt failed".into(), |it| Arc::clone(&it.message));
                let node = self.nodes.get_mut(path)?;
                node.retry = Some(Retry { due: *due, why });
                Some(Change::Retrying(path.clone(), node.clone(), at))
            }
            Event::StepCompleted { path, recovery, .. } => {
                self.end(path, at, Ending::Completed(*recovery))
            }
            Event::StepFailed {
                path,
                error,
                recovery,
                ..
            } => self.end(path, at, Ending::Failed(error.clone(), *recovery)),
            Event::StepSkipped {
                path,
                label,
                primitive,
            } => Some(Change::Skipped {
                path: path.clone(),
                name: self.names.name(path, label.as_deref(), None, primitive),
            }),
            Event::InputAsked(asked) => {
                let question = asked.prompt.as_text().unwrap_or_default();
                let line = question.lines().next().unwrap_or_default();
                Some(Change::Asked(asked.path.clone(), line.to_owned()))
            }
            Event::AnswerRefused { path, reason, .. } => {
                Some(Change::Refused(path.clone(), reason.to_string()))
            }
            Event::Yielded {
                path, label, value, ..
            } => Some(Change::Yielded {
                path: path.clone(),
                label: label.clone(),
                value: value.clone(),
            }),
            Event::ThreadPaused { reason, .. } => Some(Change::Paused(*reason)),
            Event::ThreadResumed => Some(Change::Resumed),
            Event::ThreadCompleted { .. }
            | Event::ThreadFailed { .. }
            | Event::ThreadCancelled { .. } => None,
        }
    }

    /// The innermost loop around `path`, recounted.
    pub(crate) fn recounted_loop(&mut self, path: &StepPath) -> Option<Change> {
        let iteration = path.parent()?;
        let path = iteration.parent()?;
        let live = self.live_iterations(&path);
        let node = self.nodes.get_mut(&path)?;
        let items = node.items.as_mut()?;
        items.started = items.started.max(u64::from(iteration.last()?) + 1);
        items.done = items.started.saturating_sub(live);
        Some(Change::Progress(path, node.clone()))
    }

    fn live_iterations(&self, path: &StepPath) -> u64 {
        let depth = path.components().len();
        let below = self
            .nodes
            .range(path.child(0)..)
            .take_while(|(it, _)| it.is_under(path));
        let mut iterations: Vec<_> = below
            .filter_map(|(it, _)| it.components().get(depth).copied())
            .collect();
        iterations.dedup();
        iterations.len() as u64
    }

    fn end(&mut self, path: &StepPath, at: Timestamp, how: Ending) -> Option<Change> {
        let node = self.nodes.remove(path)?;
        Some(Change::Ended {
            path: path.clone(),
            node,
            at,
            how,
        })
    }

    /// True inside a loop with many items.
    fn is_folded(&self, path: &StepPath) -> bool {
        std::iter::successors(path.parent(), StepPath::parent)
            .filter_map(|ancestor| self.nodes.get(&ancestor)?.items)
            .any(|items| items.total > CHILDREN_SHOWN_MAX)
    }
}

fn failure_in(notification: &Notification) -> Option<(StepPath, StepError)> {
    let Notification::Failed { path, error, .. } = notification else {
        return None;
    };
    Some((path.clone(), error.clone()))
}

/// What a step waits for, and until when.
fn waited_for(primitive: &str, input: &Value) -> String {
    let text = |key| input.as_object()?.get(key)?.as_text();
    if primitive != "wait" {
        return String::new();
    }
    let event = text("event").map_or_else(String::new, |it| format!(" for event \"{it}\""));
    let until = text("until").map_or_else(String::new, |it| format!(" until {it}"));
    event + &until
}

fn items_of(primitive: &str, input: &Value) -> Option<Items> {
    let count = input
        .as_object()
        .filter(|_| primitive == "iterate")?
        .get("count")?;
    let Value::Int(count) = count else {
        return None;
    };
    Some(Items {
        total: u64::try_from(*count).ok()?,
        started: 0,
        done: 0,
    })
}
