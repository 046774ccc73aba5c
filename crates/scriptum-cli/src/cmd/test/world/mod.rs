//! Plays a test: the stubs answer, the faults strike, people do what the test says.

mod happenings;
mod stubs;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::{SecretsByKey, Value, open_secrets};
use scriptum_engine::{checked_args, outcome_unknown, secret_missing};
use scriptum_vm::{
    Call, Entry, Event, Ignored, Notification, Options, Status, StepPath,
    play::{Answer, Happening, Play, Stuck, World},
};

use super::{
    ended::awaited,
    model::{Case, StepRef},
    script::Script,
};
use happenings::{asks_in, moment_of};

/// Jitter and made-up ids are the same in each run.
const SEED: u64 = 7;

/// Why a test cannot be judged.
#[derive(Debug)]
pub(crate) struct GaveUp {
    pub(crate) message: String,
    /// Lines that say what to do.
    pub(crate) help: Vec<String>,
}

impl From<Stuck> for GaveUp {
    fn from(stuck: Stuck) -> GaveUp {
        GaveUp {
            message: format!("the script cannot go on: {stuck}"),
            help: Vec::new(),
        }
    }
}

/// What a play leaves besides its journal.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) play: Play,
    /// Calls by the full name of the tool.
    pub(crate) calls: BTreeMap<Arc<str>, u64>,
    /// Labels of the steps that began, as they read then.
    pub(crate) labels: BTreeMap<StepPath, Arc<str>>,
}

/// Plays a test from its start to where nothing can happen any more.
pub(crate) fn play(case: &Case<'_>, script: &Script) -> Result<Played, GaveUp> {
    let options = Options {
        inline_bytes_max: usize::MAX,
        ..Options::default()
    };
    let mut play = Play::new(Arc::clone(&script.program), options, case.now);
    let mut stage = Stage {
        case,
        script,
        used: case.stubs.iter().map(|it| vec![0; it.list.len()]).collect(),
        struck: vec![false; case.faults.len()],
        replied: vec![false; case.answers.len()],
        arrived: vec![false; case.events.len()],
        resumed: 0,
        acting: false,
        made: BTreeSet::new(),
        doubtful: BTreeSet::new(),
        calls: BTreeMap::new(),
        labels: BTreeMap::new(),
        secrets: script.program.contract.secrets(&case.env),
    };
    play.run(&start(case, script), &mut stage)?;
    stage.check_spent()?;
    let Stage { calls, labels, .. } = stage;
    Ok(Played {
        play,
        calls,
        labels,
    })
}

fn start(case: &Case<'_>, script: &Script) -> Notification {
    let program = &script.program;
    let version = program.version.clone().map_or(Value::Null, Value::Text);
    let thread = Value::object([
        ("id", Value::text("thr_test")),
        ("script", Value::Text(Arc::clone(&program.title))),
        ("version", version),
    ]);
    Notification::Started {
        input: case.input.clone(),
        env: case.env.clone(),
        seed: SEED,
        thread,
        timeout_ms: None,
    }
}

struct Stage<'c> {
    case: &'c Case<'c>,
    script: &'c Script,
    /// How often each stub was used.
    used: Vec<Vec<u64>>,
    /// Which faults have happened.
    struck: Vec<bool>,
    /// Which answers were given.
    replied: Vec<bool>,
    /// Which events were sent.
    arrived: Vec<bool>,
    /// How many pauses were ended.
    resumed: usize,
    /// True while what the test lets people do was not taken in.
    acting: bool,
    /// Calls that were made, by step and number.
    made: BTreeSet<(StepPath, u32)>,
    /// Calls of which a crash hid what became of them.
    doubtful: BTreeSet<(StepPath, u32)>,
    calls: BTreeMap<Arc<str>, u64>,
    labels: BTreeMap<StepPath, Arc<str>>,
    /// What stubs see and the script does not.
    secrets: SecretsByKey,
}

impl World for Stage<'_> {
    type Error = GaveUp;

    fn asked(&mut self, call: &Call) {
        let key = (call.path.clone(), call.number);
        let is_first = self.made.insert(key.clone());
        if !is_first {
            self.doubtful.insert(key);
        }
        if is_first || self.may_repeat(call) {
            let name = Arc::clone(&call.callee.name.0);
            *self.calls.entry(name).or_default() += 1;
        }
    }

    fn answer(&mut self, call: &Call) -> Result<Answer, GaveUp> {
        let key = (call.path.clone(), call.number);
        if self.doubtful.remove(&key) && !self.may_repeat(call) {
            return Ok(Answer::Now(Err(outcome_unknown(&call.callee))));
        }
        let (args, mask) = match open_secrets(&call.args, &self.secrets) {
            Ok(opened) => opened,
            Err(key) => return Ok(Answer::Now(Err(secret_missing(&call.callee, &key)))),
        };
        Ok(self.answered_with(call, args)?.masked(&mask))
    }

    fn follow(&mut self, _play: &Play, turn: &[Entry]) -> Result<Vec<Happening>, GaveUp> {
        self.acting = false;
        let mut happenings = Vec::new();
        for event in turn.iter().filter_map(Entry::event) {
            if let Event::StepStarted { path, label, .. } = event
                && let Some(label) = label
            {
                self.labels.insert(path.clone(), Arc::clone(label));
            }
            if let Some(name) = awaited(event) {
                happenings.extend(self.arrival(name));
            }
            if let Some((path, moment)) = moment_of(event) {
                self.strike(path, moment, &mut happenings);
            }
        }
        for path in asks_in(turn) {
            happenings.extend(self.reply(path));
        }
        Ok(happenings)
    }

    fn act(&mut self, play: &Play) -> Result<Option<Notification>, GaveUp> {
        if play.vm().status() != Status::Paused {
            return Ok(None);
        }
        let Some(resumed) = self.case.resumes.get(self.resumed) else {
            return Ok(None);
        };
        self.resumed += 1;
        self.acting = true;
        let path = match &resumed.step {
            Some(step) => Some(self.failed(play, step)?),
            None => None,
        };
        let change = resumed.change.clone();
        Ok(Some(Notification::Resumed {
            path,
            change,
            seen: None,
        }))
    }

    fn ignored(&mut self, why: Ignored) -> Result<(), GaveUp> {
        if std::mem::take(&mut self.acting) {
            return Err(gave_up(format!(
                "the thread does not take the resume: {why}"
            )));
        }
        Ok(())
    }
}

impl Stage<'_> {
    /// The answer to a call with arguments whose secrets are open.
    fn answered_with(&mut self, call: &Call, args: Value) -> Result<Answer, GaveUp> {
        let signature = self.script.signature(&call.callee).cloned();
        let args = match &signature {
            Some(signature) => match checked_args(&call.callee, signature, args) {
                Ok(args) => args,
                Err(error) => return Ok(Answer::Now(Err(error))),
            },
            None => args,
        };
        if let Some(error) = self.failing(&call.path) {
            return Ok(Answer::Now(Err(error)));
        }
        match self.stub(call, &args) {
            Some(stub) => Ok(self.answered(call, stub, signature.as_deref())),
            None => Err(self.unstubbed(call)),
        }
    }

    fn may_repeat(&self, call: &Call) -> bool {
        let signature = self.script.signature(&call.callee);
        signature.is_some_and(|signature| signature.idempotent)
    }

    /// True when a test means this step.
    fn is_step(&self, step: &StepRef, path: &StepPath) -> bool {
        if step.path.is_some() {
            return step.is_path(path);
        }
        let read = self.labels.get(path).is_some_and(|it| *it == step.name);
        let place = || self.script.place(path)?.label.as_ref();
        read || place().is_some_and(|label| label.written == step.name)
    }
}

fn gave_up(message: String) -> GaveUp {
    let help = Vec::new();
    GaveUp { message, help }
}
