//! Takes a notification in: says whether it applies, and starts what it brings about.

use scriptum_contract::Value;

use super::{
    Ignored, Refused,
    cells::{Deadline, Progress, Started},
    place::Rerun,
    run::Run,
    state::{Scope, ScopeKind},
};
use crate::{Event, Notification, Status, StepPath, Timestamp};

impl Run<'_> {
    /// One turn. Gives the notification back as it is journalled: large values replaced.
    pub(super) fn turn(&mut self, notification: Notification) -> Result<Notification, Refused> {
        if self.state.thread.status.is_ended() {
            return Err(Ignored::Ended.into());
        }
        let notification = self.take(notification)?;
        self.go_on()?;
        Ok(notification)
    }

    fn take(&mut self, notification: Notification) -> Result<Notification, Refused> {
        match notification {
            Notification::Started { .. } => self.started(notification),
            Notification::Returned {
                path,
                attempt,
                output,
            } => {
                let output = self.returned(&path, attempt, output)?;
                Ok(Notification::Returned {
                    path,
                    attempt,
                    output,
                })
            }
            Notification::Failed {
                path,
                attempt,
                error,
            } => {
                let error = self.call_failed(&path, attempt, error)?;
                Ok(Notification::Failed {
                    path,
                    attempt,
                    error,
                })
            }
            Notification::Item {
                path,
                attempt,
                index,
                value,
            } => {
                let value = self.item(&path, attempt, (index, value))?;
                Ok(Notification::Item {
                    path,
                    attempt,
                    index,
                    value,
                })
            }
            Notification::TimerFired { path } => {
                self.timer_fired(&path)?;
                Ok(Notification::TimerFired { path })
            }
            Notification::Answered {
                path,
                value,
                by,
                attempt,
                wrong,
            } => {
                let value = self.answered(&path, (attempt, wrong), value, &by)?;
                Ok(Notification::Answered {
                    path,
                    value,
                    by,
                    attempt,
                    wrong,
                })
            }
            Notification::Resumed { path, change, seen } => {
                if seen.is_some_and(|seen| self.state.is_over(path.as_ref(), seen)) {
                    return Err(Ignored::Stale.into());
                }
                let change = self.resumed(path.as_ref(), change)?;
                Ok(Notification::Resumed { path, change, seen })
            }
            Notification::PauseAsked => {
                self.pause_asked()?;
                Ok(Notification::PauseAsked)
            }
            Notification::CancelAsked { reason } => {
                let cancelled = Event::ThreadCancelled {
                    reason: reason.clone(),
                };
                self.cancel_steps();
                self.end_thread(Status::Cancelled, cancelled);
                Ok(Notification::CancelAsked { reason })
            }
            Notification::EventArrived { name, value } => {
                let value = self.event_arrived(&name, value)?;
                Ok(Notification::EventArrived { name, value })
            }
            Notification::Continued => self.continued(),
        }
    }

    fn started(&mut self, notification: Notification) -> Result<Notification, Refused> {
        let Notification::Started {
            input,
            env,
            seed,
            thread,
            timeout_ms,
        } = notification
        else {
            return Ok(notification);
        };
        if self.state.started.is_some() {
            return Err(Ignored::AlreadyStarted.into());
        }
        let input = match input.as_object() {
            Some(object) => Value::Object(self.values.keep_fields(object)),
            None => self.values.keep(input),
        };
        let env = self.program.contract.references(env);
        let env = env
            .into_iter()
            .map(|(name, value)| (name, self.values.keep(value)));
        let started = Started {
            input,
            env: env.collect(),
            seed,
            thread,
        };
        let notification = Notification::Started {
            input: started.input.clone(),
            env: started.env.clone(),
            seed,
            thread: started.thread.clone(),
            timeout_ms,
        };
        self.state.start(started);
        let body = &self.program.body;
        let root = Scope::new(ScopeKind::Root, body, Rerun::of(body));
        self.state.open_scope(StepPath::root(), root);
        self.state.change_thread(|thread| {
            thread.status = Status::Running;
            thread.deadline = timeout_ms.map(|ms| Deadline::Left { ms });
        });
        self.run_clock();
        Ok(notification)
    }

    fn timer_fired(&mut self, path: &StepPath) -> Result<(), Refused> {
        if path.components().is_empty() {
            return self.thread_due();
        }
        if let Some(Progress::Waiting(waiting)) = self.state.progress(path) {
            let waiting = waiting.clone();
            self.check_due(waiting.due)?;
            let place = self.step_at(path);
            return Ok(self.call_due(&place, *waiting)?);
        }
        if let Some(Progress::Asking(asking)) = self.state.progress(path)
            && let Some(due) = asking.due
        {
            let asking = asking.clone();
            self.check_due(due)?;
            let place = self.step_at(path);
            return Ok(self.ask_due(&place, *asking)?);
        }
        if let Some(waited) = self.wait_due(path) {
            return waited;
        }
        if let Some(head) = self.state.repeats.get(path).cloned()
            && let Some(due) = head.due
        {
            self.check_due(due)?;
            self.next_round(&self.step_at(path), &head);
            return Ok(());
        }
        let body = self.state.loops.get(path.components());
        let due = body.and_then(|body| body.head.batch?.due);
        let Some(due) = due else {
            return Err(Ignored::NoSuchTimer.into());
        };
        self.check_due(due)?;
        self.next_batch(path);
        Ok(())
    }

    pub(super) fn check_due(&self, due: Timestamp) -> Result<(), Refused> {
        if self.state.thread.held {
            return Err(Ignored::Held.into());
        }
        if due > self.at {
            return Err(Ignored::NotDue.into());
        }
        Ok(())
    }

    fn pause_asked(&mut self) -> Result<(), Refused> {
        let thread = &self.state.thread;
        if thread.held || thread.status == Status::Paused {
            return Err(Ignored::Held.into());
        }
        self.state.change_thread(|thread| thread.held = true);
        Ok(())
    }

    fn continued(&mut self) -> Result<Notification, Refused> {
        if self.state.can_go_on() {
            Ok(Notification::Continued)
        } else {
            Err(Ignored::NothingToContinue.into())
        }
    }
}
