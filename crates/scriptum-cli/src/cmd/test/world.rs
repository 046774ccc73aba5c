//! Plays a test: the stubs answer, the faults strike, people do what the test says.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scriptum_contract::{ToolOrigin, ToolSignature, Value, from_json_schema};
use scriptum_engine::{Limits, checked_args, checked_output, outcome_unknown, timed_out};
use scriptum_vm::{
    Asked, Call, Entry, Event, Ignored, Notification, Options, Status, StepError, StepPath,
    play::{Answer, Happening, Play, Stuck, World},
    program::StepKind,
};

use super::{
    ended::awaited,
    model::{Blow, Case, Does, Fault, Moment, StepRef, Stub, Stubs, Whose},
    pattern::Strictness,
    read,
    script::Script,
    write,
};

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
        let signature = self.script.signature(&call.callee).cloned();
        let args = call.args.clone();
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
            Some(stub) => Ok(answered(call, stub, signature.as_deref())),
            None => Err(self.unstubbed(call)),
        }
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
        Ok(Some(Notification::Resumed { path, change }))
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

impl<'c> Stage<'c> {
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

    /// The error of a fault that lets the next call of a step fail.
    fn failing(&mut self, path: &StepPath) -> Option<StepError> {
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
    fn strike(&mut self, path: &StepPath, moment: Moment, happenings: &mut Vec<Happening>) {
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
    fn reply(&mut self, path: &StepPath) -> Option<Happening> {
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
        };
        Some(happening(reply.after_ms, notification))
    }

    /// The next event of a name that is waited for.
    fn arrival(&mut self, name: &Arc<str>) -> Option<Happening> {
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

    /// The first stub that fits and is not used up.
    fn stub(&mut self, call: &Call, args: &Value) -> Option<&'c Stub> {
        let case = self.case;
        for (at, stubs) in case.stubs.iter().enumerate() {
            if !self.is_meant(stubs, call) {
                continue;
            }
            let used = self.used.get_mut(at)?;
            for (stub, used) in stubs.list.iter().zip(used) {
                let is_left = stub.times.is_none_or(|times| *used < times);
                let when = stub.when.as_ref();
                if is_left && when.is_none_or(|it| it.fits(Some(args), Strictness::Subset)) {
                    *used += 1;
                    return Some(stub);
                }
            }
        }
        None
    }

    fn is_meant(&self, stubs: &Stubs, call: &Call) -> bool {
        match &stubs.whose {
            Whose::Tool(name) => *name == call.callee.name.0,
            Whose::Step(step) => {
                let agent = self.agent_of(&call.path);
                self.is_step(step, &call.path) || agent.is_some_and(|it| self.is_step(step, &it))
            }
        }
    }

    /// The agent whose model is called at this path: its turns are `agent.cycle.0`.
    fn agent_of(&self, path: &StepPath) -> Option<StepPath> {
        let [agent @ .., _, 0] = path.components() else {
            return None;
        };
        let agent = StepPath::from(agent);
        let step = self.script.step(&agent)?;
        matches!(step.kind, StepKind::Agent(_)).then_some(agent)
    }

    fn failed(&self, play: &Play, step: &StepRef) -> Result<StepPath, GaveUp> {
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
    fn check_spent(&self) -> Result<(), GaveUp> {
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

    fn unstubbed(&self, call: &Call) -> GaveUp {
        let name = &call.callee.local;
        let step = self.step_name(&call.path);
        let meant = self.case.stubs.iter().filter(|it| self.is_meant(it, call));
        let stubs: usize = meant.map(|stubs| stubs.list.len()).sum();
        let args = write::flow(&without_schema(&call.args));
        let message = match stubs {
            0 => format!("{step} calls '{name}', which has no stub"),
            1 => format!("{step} calls '{name}', whose stub does not fit or is used up"),
            _ => format!("{step} calls '{name}', of whose {stubs} stubs none fits"),
        };
        let help = vec![
            format!("it is called with {args}"),
            "write a stub under 'tools':".to_owned(),
            format!("  {name}: {{returns: {}}}", self.suggested(call)),
        ];
        GaveUp { message, help }
    }

    /// A value that the tool could return.
    fn suggested(&self, call: &Call) -> String {
        let Some(signature) = self.script.signature(&call.callee) else {
            return "{}".to_owned();
        };
        if signature.origin == ToolOrigin::Model {
            let schema = call.args.as_object().and_then(|args| args.get("schema"));
            let shape = schema.map(from_json_schema);
            let asked = shape.and_then(|ty| read::sample(&ty));
            let text = || Value::object([("text", Value::text("…"))]);
            if asked.is_some() || &*signature.name.0 == "llm" {
                return write::flow(&asked.unwrap_or_else(text));
            }
        }
        read::sample(&signature.output).map_or_else(|| "{}".to_owned(), |it| write::flow(&it))
    }

    fn step_name(&self, path: &StepPath) -> String {
        match self.labels.get(path) {
            Some(label) => format!("step {path} \"{label}\""),
            None => format!("step {path}"),
        }
    }
}

/// The arguments that the script gives; the schema of an answer would hide them.
fn without_schema(args: &Value) -> Value {
    let args = args.as_object().into_iter().flatten();
    Value::object(args.filter(|(name, _)| &**name != "schema").cloned())
}

fn answered(call: &Call, stub: &Stub, signature: Option<&ToolSignature>) -> Answer {
    let limit_ms = Limits::default().call_ms_max;
    let too_late = || Answer::After {
        ms: limit_ms,
        result: Err(timed_out(&call.callee, limit_ms)),
    };
    let result = match (&stub.does, signature) {
        (Does::Hangs, _) => return too_late(),
        (Does::Fails(error), _) => Err(error.clone()),
        (Does::Returns(value), None) => Ok(value.clone()),
        (Does::Returns(value), Some(signature)) => {
            let value = read::returned(value.clone(), signature);
            checked_output(&call.callee, signature, value)
        }
    };
    match stub.takes_ms {
        0 => Answer::Now(result),
        ms if ms < limit_ms => Answer::After { ms, result },
        _ => too_late(),
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
fn asks_in(turn: &[Entry]) -> Vec<&StepPath> {
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

fn moment_of(event: &Event) -> Option<(&StepPath, Moment)> {
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

fn gave_up(message: String) -> GaveUp {
    let help = Vec::new();
    GaveUp { message, help }
}
