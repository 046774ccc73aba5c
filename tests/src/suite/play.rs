//! Runs a program in virtual time with mocked tools: the machine is pure, so nothing waits.
//!
//! On the way each turn is checked as in the simulation's first ring: the frames restore to the same
//! machine, and the journal replays to it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use scriptum_contract::Value;
use scriptum_vm::{
    Call, Effect, Entry, Event, Frames, Notification, Record, Refused, Resume, Seq, Status,
    StepPath, Timestamp, Vm, program::Program, replay,
};

use crate::{
    mock::Mocks,
    outside::{Action, Outside},
    text,
};

/// Turns that a fixture may take; one that needs more runs in circles.
const TURNS_MAX: u32 = 50_000;
/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp(1_767_225_600_000);
const SEED: u64 = 7;

/// What happened.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) entries: Vec<Entry>,
    pub(crate) output: Option<Value>,
}

struct Stage {
    program: Arc<Program>,
    vm: Vm,
    now: Timestamp,
    frames: Frames,
    entries: Vec<Entry>,
    calls: VecDeque<Call>,
    timers: BTreeSet<(Timestamp, StepPath)>,
    unfinished: bool,
    turns: u32,
    outside: Outside,
    /// What happens next from outside.
    happening: VecDeque<Notification>,
}

pub(crate) fn play<'a>(
    program: Program,
    input: Value,
    mut mocks: Mocks,
    outside: Outside,
    mut resumes: impl Iterator<Item = &'a str>,
) -> Result<Play, String> {
    let program = Arc::new(program);
    let mut stage = Stage {
        vm: Vm::new(Arc::clone(&program)),
        program,
        now: START,
        frames: Frames::default(),
        entries: Vec::new(),
        calls: VecDeque::new(),
        timers: BTreeSet::new(),
        unfinished: false,
        turns: 0,
        outside,
        happening: VecDeque::new(),
    };
    let thread = Value::object([
        ("id", Value::text("thr_test")),
        ("script", Value::text("test")),
    ]);
    let env = BTreeMap::new();
    stage.apply(Notification::Started {
        input,
        env,
        seed: SEED,
        thread,
        timeout_ms: None,
    })?;
    while let Some(notification) = stage.next(&mut mocks, &mut resumes)? {
        stage.apply(notification)?;
    }
    stage.check_replay()?;
    stage.outside.check_spent()?;
    let output = stage.output();
    Ok(Play {
        entries: stage.entries,
        output,
    })
}

impl Stage {
    /// The next thing that happens; `None` when nothing can happen any more.
    fn next<'a>(
        &mut self,
        mocks: &mut Mocks,
        resumes: &mut impl Iterator<Item = &'a str>,
    ) -> Result<Option<Notification>, String> {
        if self.vm.status().is_ended() {
            return Ok(None);
        }
        if let Some(notification) = self.happening.pop_front() {
            return Ok(Some(notification));
        }
        if self.unfinished {
            return Ok(Some(Notification::Continued));
        }
        loop {
            let call = if mocks.last_first {
                self.calls.pop_back()
            } else {
                self.calls.pop_front()
            };
            let Some(call) = call else { break };
            let (path, attempt) = (call.path.clone(), call.attempt);
            match mocks.answer(&call) {
                Some(Ok(output)) => {
                    return Ok(Some(Notification::Returned {
                        path,
                        attempt,
                        output,
                    }));
                }
                Some(Err(error)) => {
                    return Ok(Some(Notification::Failed {
                        path,
                        attempt,
                        error,
                    }));
                }
                None => (),
            }
        }
        if let Some((due, path)) = self.timers.pop_first() {
            self.now = self.now.max(due);
            return Ok(Some(Notification::TimerFired { path }));
        }
        if self.vm.status() == Status::Paused {
            return resumes.next().map(resume).transpose();
        }
        Ok(None)
    }

    fn apply(&mut self, notification: Notification) -> Result<(), String> {
        self.turns += 1;
        if self.turns > TURNS_MAX {
            return Err(format!("still running after {TURNS_MAX} turns"));
        }
        let turn = match self.vm.apply(notification, self.now) {
            Ok(turn) => turn,
            Err(Refused::Ignored(why)) => return Err(format!("a notification was ignored: {why}")),
            Err(Refused::Need(needed)) => return Err(format!("needs values {needed:?}")),
        };
        let records = std::iter::once(Record::Notification(turn.notification))
            .chain(turn.events.into_iter().map(Record::Event));
        let first = self.entries.len();
        for record in records {
            let seq = Seq(self.entries.len() as u64 + 1);
            self.entries.push(Entry {
                seq,
                at: self.now,
                record,
            });
        }
        for effect in turn.effects {
            self.ask(effect);
        }
        self.unfinished = turn.unfinished;
        self.frames.apply(turn.frames);
        self.check_restore()?;
        let events = text::events(self.entries.get(first..).unwrap_or_default(), "");
        for action in self.outside.fired(&events) {
            match action {
                Action::Crash => self.crash()?,
                Action::Notify(notification) => self.happening.push_back(notification),
            }
        }
        Ok(())
    }

    /// Forgets the machine and what it waits for; both come back from the frames.
    fn crash(&mut self) -> Result<(), String> {
        self.vm = Vm::restore(Arc::clone(&self.program), self.frames.clone())
            .map_err(|error| format!("the frames do not restore: {error}"))?;
        self.calls.clear();
        self.timers.clear();
        let pending: Vec<_> = self.vm.pending().collect();
        for effect in pending {
            self.ask(effect);
        }
        self.unfinished = self.vm.is_unfinished();
        Ok(())
    }

    fn ask(&mut self, effect: Effect) {
        match effect {
            Effect::Call(call) => self.calls.push_back(call),
            Effect::Timer { path, due } => {
                self.timers.insert((due, path));
            }
        }
    }

    fn check_restore(&self) -> Result<(), String> {
        if self.frames != self.vm.frames() {
            return Err("the sum of the turns' frames is not the machine's state".to_owned());
        }
        let restored = Vm::restore(Arc::clone(&self.program), self.frames.clone())
            .map_err(|error| format!("the frames do not restore: {error}"))?;
        let differs = restored.status() != self.vm.status()
            || !restored.pending().eq(self.vm.pending())
            || restored.frames() != self.frames;
        if differs {
            Err("the restored machine is another one".to_owned())
        } else {
            Ok(())
        }
    }

    fn check_replay(&self) -> Result<(), String> {
        let replayed = replay(Arc::clone(&self.program), &self.entries)
            .map_err(|error| format!("the journal does not replay: {error}"))?;
        if replayed.frames() == self.vm.frames() {
            Ok(())
        } else {
            Err("the replayed machine is another one".to_owned())
        }
    }

    /// The output of the thread with stored parts loaded.
    fn output(&self) -> Option<Value> {
        self.entries
            .iter()
            .rev()
            .find_map(|entry| match &entry.record {
                Record::Event(Event::ThreadCompleted { output }) => Some(output.clone()),
                Record::Event(Event::ThreadFailed { output, .. }) => output.clone(),
                Record::Event(_) | Record::Notification(_) => None,
            })
    }
}

/// `0.1 again`, `0 replace {…}`, `0 merge {…}`, `0 output {…}`, `all again`, `cancel`.
fn resume(line: &str) -> Result<Notification, String> {
    let wrong = || format!("resume line '{line}': expected 'PATH again|replace|merge|output JSON'");
    if line.trim() == "cancel" {
        return Ok(Notification::CancelAsked {
            reason: "by the fixture".into(),
        });
    }
    let (path, action) = line.trim().split_once(' ').ok_or_else(wrong)?;
    let path = if path == "all" {
        None
    } else {
        Some(path.parse().map_err(|_| wrong())?)
    };
    let (verb, json) = action.split_once(' ').unwrap_or((action, "null"));
    let value = Value::from_json(json).map_err(|error| format!("{}: {error}", wrong()))?;
    let change = match verb {
        "again" => Resume::Again,
        "replace" => Resume::Replace(value),
        "merge" => Resume::Merge(value),
        "output" => Resume::Output(value),
        _ => return Err(wrong()),
    };
    Ok(Notification::Resumed { path, change })
}
