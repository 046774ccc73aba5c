//! What happens besides the answers to calls: faults strike, people answer and resume, events arrive.

use std::sync::Arc;

use scriptum_vm::{
    Asked, Entry, Event, Notification, StepError, StepPath,
    play::{Happening, Play},
};

use super::{GaveUp, Stage, gave_up};
use crate::cmd::test::model::{Blow, Fault, Moment, StepRef};

impl Stage<'_> {
    /// The error of a fault that lets the next call of a step fail.
    pub(super) fn failing(&mut self, path: &StepPath) -> Option<StepError> {
        let (at, error) = (0..).zip(&self.case.faults).find_map(|(at, fault)| {
            let Fault { step, blow, .. } = fault;
            let Blow::Fails(error) = blow else {
                return None;
            };
            let is_next = !*self.struck.get(at)? && self.is_step(step, path);
            is_next.then_some((at, error))
        })?;
        self.mark_struck(at);
        Some(error.clone())
    }

    /// The faults of a moment.
    pub(super) fn strike(
        &mut self,
        path: &StepPath,
        moment: Moment,
        happenings: &mut Vec<Happening>,
    ) {
        for (at, fault) in self.case.faults.iter().enumerate() {
            let is_due = fault.moment == moment && self.struck.get(at) == Some(&false);
            if !is_due || !self.is_step(&fault.step, path) {
                continue;
            }
            let happening = match &fault.blow {
                Blow::Crash => Happening::Crash,
                Blow::Pause => Happening::Notify(Notification::PauseAsked),
                Blow::Cancel => Happening::Notify(Notification::CancelAsked {
                    reason: "by the test".into(),
                }),
                Blow::Fails(_) => continue,
            };
            happenings.push(happening);
            self.mark_struck(at);
        }
    }

    /// The next answer to an ask.
    pub(super) fn reply(&mut self, path: &StepPath) -> Option<Happening> {
        let answers = self.case.answers.iter().enumerate();
        let mut left = answers.filter(|(at, _)| self.replied.get(*at) == Some(&false));
        let (at, reply) = left.find(|(_, reply)| self.is_step(&reply.step, path))?;
        if let Some(replied) = self.replied.get_mut(at) {
            *replied = true;
        }
        let notification = Notification::Answered {
            path: path.clone(),
            value: reply.value.clone(),
            by: Arc::clone(&reply.by),
            attempt: None,
            wrong: None,
        };
        Some(happening(reply.after_ms, notification))
    }

    /// The next event of a name that is waited for.
    pub(super) fn arrival(&mut self, name: &Arc<str>) -> Option<Happening> {
        let events = self.case.events.iter().enumerate();
        let mut left = events.filter(|(at, _)| self.arrived.get(*at) == Some(&false));
        let (at, sent) = left.find(|(_, sent)| sent.name == *name)?;
        if let Some(arrived) = self.arrived.get_mut(at) {
            *arrived = true;
        }
        let notification = Notification::EventArrived {
            name: Arc::clone(name),
            value: sent.data.clone(),
        };
        Some(happening(sent.after_ms, notification))
    }

    fn mark_struck(&mut self, at: usize) {
        if let Some(struck) = self.struck.get_mut(at) {
            *struck = true;
        }
    }

    /// The step that failed last, of those that are meant.
    pub(super) fn failed(&self, play: &Play, step: &StepRef) -> Result<StepPath, GaveUp> {
        let events = play.entries().iter().rev().filter_map(Entry::event);
        for event in events {
            if let Event::StepFailed { path, .. } = event
                && self.is_step(step, path)
            {
                return Ok(path.clone());
            }
        }
        Err(gave_up(format!("step '{}' did not fail", step.name)))
    }

    /// What a test lets happen must have happened.
    pub(super) fn check_spent(&self) -> Result<(), GaveUp> {
        let mut faults = self.case.faults.iter().zip(&self.struck);
        if let Some((fault, _)) = faults.find(|(_, struck)| !**struck) {
            let name = &fault.step.name;
            return Err(gave_up(format!(
                "the fault at step '{name}' never happened"
            )));
        }
        let mut answers = self.case.answers.iter().zip(&self.replied);
        if let Some((reply, _)) = answers.find(|(_, replied)| !**replied) {
            let name = &reply.step.name;
            return Err(gave_up(format!("step '{name}' never asks for this answer")));
        }
        let mut events = self.case.events.iter().zip(&self.arrived);
        if let Some((sent, _)) = events.find(|(_, arrived)| !**arrived) {
            let name = &sent.name;
            return Err(gave_up(format!("nothing waits for this event '{name}'")));
        }
        let left = self.case.resumes.len() - self.resumed;
        if left > 0 {
            let message = format!("the thread was paused {} times only", self.resumed);
            return Err(gave_up(message));
        }
        Ok(())
    }
}

fn happening(ms: u64, notification: Notification) -> Happening {
    if ms == 0 {
        Happening::Notify(notification)
    } else {
        Happening::Later { ms, notification }
    }
}

/// Asks that a turn opened, or that it left open after a wrong answer.
pub(super) fn asks_in(turn: &[Entry]) -> Vec<&StepPath> {
    let mut open: Vec<&StepPath> = Vec::new();
    for event in turn.iter().filter_map(Entry::event) {
        if let Event::InputAsked(Asked { path, .. }) | Event::AnswerRefused { path, .. } = event {
            open.push(path);
        } else if let Event::StepFailed { path, .. } = event {
            open.retain(|it| *it != path);
        }
    }
    open.dedup();
    open
}

/// The moment of a step at which faults strike.
pub(super) fn moment_of(event: &Event) -> Option<(&StepPath, Moment)> {
    match event {
        Event::StepStarted { path, .. } => Some((path, Moment::Start)),
        Event::StepCompleted { path, .. } => Some((path, Moment::Done)),
        Event::StepRetrying { .. }
        | Event::InputAsked(_)
        | Event::Yielded { .. }
        | Event::AnswerRefused { .. }
        | Event::StepFailed { .. }
        | Event::StepSkipped { .. }
        | Event::ThreadPaused { .. }
        | Event::ThreadResumed
        | Event::ThreadCompleted { .. }
        | Event::ThreadFailed { .. }
        | Event::ThreadCancelled { .. } => None,
    }
}
