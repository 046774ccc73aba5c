//! The journal of a thread as a stream of `WatchThreadEvent`s.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::Value;
use scriptum_vm::{
    Asked, Entry as JournalEntry, Event, Notification, PauseReason, Record, Status, StepError,
    StepPath, Timestamp,
};

use super::{Entry, asked, json, long, pause_name, place, status_name, text, thread_error, time};

/// What earlier entries said that later events say again.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Steps under way.
    steps: BTreeMap<StepPath, Step>,
    /// Asks that are open.
    asks: BTreeMap<StepPath, Asked>,
    /// The call that failed last; the event that follows from it does not say why again.
    failed: Option<(StepPath, StepError)>,
}

/// What is known of a step from its start.
#[derive(Debug, Clone, Default)]
struct Step {
    label: Option<Arc<str>>,
    primitive: Option<Arc<str>>,
    tool: Option<Arc<str>>,
    started_at: Option<Timestamp>,
}

/// A step at one moment.
struct Moment<'m> {
    status: &'static str,
    attempt: u32,
    ended_at: Option<Timestamp>,
    error: Option<&'m Arc<str>>,
}

impl Events {
    /// The message for an entry; `None` for what watchers do not see.
    pub(crate) fn message(&mut self, entry: &JournalEntry) -> Option<Value> {
        let happened = match &entry.record {
            Record::Event(event) => self.event(event, entry.at)?,
            Record::Notification(notification) => self.notification(notification)?,
        };
        let sequence = entry.seq.0.to_string();
        Some(Value::object([
            ("sequence", sequence.into()),
            ("atMs", time(Some(entry.at))),
            happened,
        ]))
    }

    fn notification(&mut self, notification: &Notification) -> Option<Entry> {
        if let Notification::Failed { path, error, .. } = notification {
            self.failed = Some((path.clone(), error.clone()));
        }
        let begins = matches!(notification, Notification::Started { .. });
        begins.then(|| change((Status::Pending, Status::Running), None, None))
    }

    fn event(&mut self, event: &Event, at: Timestamp) -> Option<Entry> {
        let happened = match event {
            Event::StepStarted {
                path,
                attempt,
                label,
                primitive,
                tool,
                ..
            } => {
                let step = Step {
                    label: label.clone(),
                    primitive: Some(Arc::clone(primitive)),
                    tool: tool.clone(),
                    started_at: Some(at),
                };
                self.steps.insert(path.clone(), step);
                self.step(path, &Moment::running(*attempt))
            }
            Event::StepRetrying {
                path,
                attempt,
                error,
                ..
            } => {
                let of_call = self.failed.as_ref().filter(|(failed, _)| failed == path);
                let error = error.as_ref().or(of_call.map(|(_, error)| error));
                let moment = Moment {
                    status: "STEP_STATUS_FAILED",
                    // The event names the attempt to come.
                    attempt: attempt.saturating_sub(1),
                    ended_at: Some(at),
                    error: error.map(|error| &error.message),
                };
                self.step(path, &moment)
            }
            Event::StepCompleted { path, attempt, .. } => {
                self.ended(path, "STEP_STATUS_COMPLETED", (*attempt, at), None)
            }
            Event::StepFailed {
                path,
                attempt,
                error,
                ..
            } => {
                let why = Some(&error.message);
                self.ended(path, "STEP_STATUS_FAILED", (*attempt, at), why)
            }
            Event::StepSkipped {
                path,
                label,
                primitive,
            } => {
                let step = Step {
                    label: label.clone(),
                    primitive: Some(Arc::clone(primitive)),
                    ..Step::default()
                };
                let moment = Moment {
                    status: "STEP_STATUS_SKIPPED",
                    ..Moment::running(0)
                };
                step_message(path, &step, &moment)
            }
            Event::Yielded {
                path,
                index,
                label,
                value,
            } => (
                "yielded",
                Value::object([
                    ("index", long((*index).into())),
                    ("label", text(label.as_ref())),
                    ("valueJson", json(Some(value))),
                    ("stepPath", place(Some(path))),
                    ("atMs", time(Some(at))),
                ]),
            ),
            Event::InputAsked(ask) => {
                self.asks.insert(ask.path.clone(), ask.clone());
                ("inputRequired", asked(ask))
            }
            Event::AnswerRefused {
                path,
                wrong,
                reason,
                ..
            } => {
                let ask = self.asks.get_mut(path)?;
                ask.wrong = *wrong;
                ask.refusal = Some(Arc::clone(reason));
                ("inputRequired", asked(ask))
            }
            Event::ThreadPaused { reason, .. } => {
                change((Status::Running, Status::Paused), Some(*reason), None)
            }
            Event::ThreadResumed => change((Status::Paused, Status::Running), None, None),
            Event::ThreadCompleted { .. } => {
                change((Status::Running, Status::Completed), None, None)
            }
            Event::ThreadFailed { error, path, .. } => {
                let why = (&error.message, Some(thread_error(error, path.as_ref())));
                change((Status::Running, Status::Failed), None, Some(why))
            }
            Event::ThreadCancelled { reason } => {
                let change_to = (Status::Running, Status::Cancelled);
                change(change_to, None, Some((reason, None)))
            }
        };
        Some(happened)
    }

    fn step(&self, path: &StepPath, moment: &Moment<'_>) -> Entry {
        let step = self.steps.get(path).cloned().unwrap_or_default();
        step_message(path, &step, moment)
    }

    fn ended(
        &mut self,
        path: &StepPath,
        status: &'static str,
        (attempt, at): (u32, Timestamp),
        error: Option<&Arc<str>>,
    ) -> Entry {
        let moment = Moment {
            status,
            attempt,
            ended_at: Some(at),
            error,
        };
        let message = self.step(path, &moment);
        self.asks.remove(path);
        self.steps.remove(path);
        message
    }
}

impl Moment<'_> {
    fn running(attempt: u32) -> Moment<'static> {
        Moment {
            status: "STEP_STATUS_RUNNING",
            attempt,
            ended_at: None,
            error: None,
        }
    }
}

fn step_message(path: &StepPath, step: &Step, moment: &Moment<'_>) -> Entry {
    let snapshot = Value::object([
        ("stepPath", place(Some(path))),
        ("name", text(step.label.as_ref())),
        ("primitive", text(step.primitive.as_ref())),
        ("status", moment.status.into()),
        ("tool", text(step.tool.as_ref())),
        ("attempt", Value::Int(moment.attempt.into())),
        ("startedAtMs", time(step.started_at)),
        ("finishedAtMs", time(moment.ended_at)),
        ("error", text(moment.error)),
    ]);
    ("step", snapshot)
}

fn change(
    (from, to): (Status, Status),
    pause: Option<PauseReason>,
    why: Option<(&Arc<str>, Option<Value>)>,
) -> Entry {
    let (error, detail) = why.map_or((None, None), |(error, detail)| (Some(error), detail));
    let entries = [
        ("from", status_name(from)),
        ("to", status_name(to)),
        ("error", text(error)),
        ("pauseReason", pause_name(pause)),
    ];
    let detail = detail.map(|detail| ("errorDetail", detail));
    let message = Value::object(entries.into_iter().chain(detail));
    ("statusChange", message)
}
