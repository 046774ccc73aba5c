//! Everything around the machine: a store, a clock, tools and people, all of them unreliable.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_contract::{StoredValue, Value, ValueHash};
use scriptum_vm::{
    Blob, Call, Effect, Entry, Frames, Notification, Options, Record, Refused, Replay, Resume,
    Seen, Seq, Status, StepError, StepPath, Timestamp, Turn, Vm, program::Program,
};

use super::{
    generate,
    generate_flow::EVENTS,
    referee::{Mark, Marks, Referee},
};
use crate::random::Random;

/// Notifications that a run makes before it is brought to an end.
const NOTIFICATIONS_MAX: usize = 30;
/// Notifications within which a thread must end once nothing goes wrong any more.
const ENDING_MAX: usize = 60;

/// What a run found wrong.
type Wrong = String;

struct World {
    random: Random,
    options: Options,
    live: Vm,
    replay: Replay,
    /// The deltas of all turns, folded.
    frames: Frames,
    journal: Vec<Entry>,
    values: BTreeMap<ValueHash, Value>,
    history: Vec<Notification>,
    now: i64,
    referee: Referee,
}

/// Runs one seed to the end.
pub(crate) fn run(seed: u64) -> Result<Marks, Wrong> {
    let mut random = Random::new(seed);
    let program = Arc::new(generate::program(&mut random));
    let options = options(&mut random);
    let mut world = World {
        live: Vm::with_options(Arc::clone(&program), options),
        replay: Replay::new(Arc::clone(&program), options),
        referee: Referee::new(&program, options),
        random,
        options,
        frames: Frames::default(),
        journal: Vec::new(),
        values: BTreeMap::new(),
        history: Vec::new(),
        now: 1_000_000,
    };
    world.run()?;
    world.replay_all(program)?;
    Ok(world.referee.marks())
}

fn options(random: &mut Random) -> Options {
    let usual = Options::default();
    Options {
        inline_bytes_max: random.choose(&[32, 90, 200, usual.inline_bytes_max]),
        turn_events_max: random.choose(&[2, 7, 40, usual.turn_events_max]),
        cache_bytes_max: random.choose(&[0, 200, usual.cache_bytes_max]),
    }
}

impl World {
    fn run(&mut self) -> Result<(), Wrong> {
        if self.random.percent(5) {
            let early = self.odd();
            self.notify(early)?;
        }
        let started = started(&mut self.random);
        self.notify(started)?;
        for _ in 0..NOTIFICATIONS_MAX {
            if self.live.status().is_ended() && self.random.percent(70) {
                break;
            }
            let next = if self.random.percent(20) {
                self.odd()
            } else {
                self.next()
            };
            self.notify(next)?;
        }
        self.bring_to_an_end()
    }

    /// From here on everything succeeds; a thread that does not end by itself is cancelled.
    fn bring_to_an_end(&mut self) -> Result<(), Wrong> {
        for _ in 0..ENDING_MAX {
            if self.live.status().is_ended() {
                return Ok(());
            }
            let next = self.next_good();
            self.notify(next)?;
        }
        if self.live.status().is_ended() {
            return Ok(());
        }
        self.notify(Notification::CancelAsked { reason: "".into() })?;
        if self.live.status() == Status::Cancelled {
            Ok(())
        } else {
            Err("a thread that was cancelled goes on".to_owned())
        }
    }

    /// What may well come next.
    fn next(&mut self) -> Notification {
        if self.live.is_unfinished() && self.random.percent(80) {
            return Notification::Continued;
        }
        if self.live.asks().next().is_some() && self.random.percent(50) {
            return self.somebody();
        }
        let pending: Vec<_> = self.live.pending().collect();
        match self.random.pick(&pending).cloned() {
            Some(Effect::Call(call)) if call.items_from.is_some() && self.random.percent(60) => {
                self.item(&call)
            }
            Some(Effect::Call(call)) if self.random.percent(75) => self.returned(&call),
            Some(Effect::Call(call)) => self.failed(&call),
            Some(Effect::Timer { path, due }) => {
                self.now = self.now.max(due.0);
                Notification::TimerFired { path }
            }
            None if self.random.percent(30) => self.event(),
            None => self.somebody(),
        }
    }

    /// Something happens that a step may wait for, now or later.
    fn event(&mut self) -> Notification {
        Notification::EventArrived {
            name: self.random.choose(&EVENTS).into(),
            value: self.output("document"),
        }
    }

    /// What brings the thread forward.
    fn next_good(&mut self) -> Notification {
        if self.live.is_unfinished() {
            return Notification::Continued;
        }
        let mut asks = self.live.asks();
        if let Some(ask) = asks.next() {
            let options = ask.options.as_list().and_then(|options| options.first());
            return Notification::Answered {
                path: ask.path,
                value: options.cloned().unwrap_or(Value::Int(1)),
                by: "somebody".into(),
                attempt: Some(ask.attempt),
                wrong: Some(ask.wrong),
            };
        }
        drop(asks);
        let first = self.live.pending().next();
        match first {
            Some(Effect::Call(call)) => self.returned(&call),
            Some(Effect::Timer { path, due }) => {
                self.now = self.now.max(due.0);
                Notification::TimerFired { path }
            }
            None => {
                let change = match self.random.below(3) {
                    0 => Resume::Output(Value::list([])),
                    1 => Resume::Output(Value::Bool(false)),
                    _ => Resume::Again,
                };
                let is_failed = self.referee.first_failed().is_some();
                if !is_failed && self.random.percent(50) {
                    return self.event();
                }
                Notification::Resumed {
                    path: None,
                    change: if is_failed { change } else { Resume::Again },
                    seen: self.live.pause().map(|pause| Seen::Pause(pause.number)),
                }
            }
        }
    }

    /// What comes at the wrong time, twice, or for nobody.
    fn odd(&mut self) -> Notification {
        match self.random.below(20) {
            0..6 => match self.random.pick(&self.history).cloned() {
                Some(again) => again,
                None => Notification::Continued,
            },
            6..8 => Notification::Returned {
                path: self.any_path(),
                attempt: 1 + u32::try_from(self.random.below(3)).unwrap_or(0),
                output: Value::Int(1),
            },
            8..10 => Notification::Failed {
                path: self.any_path(),
                attempt: 1,
                error: StepError::permanent("TOOL_FAILED", "for nobody"),
            },
            10..13 => Notification::TimerFired {
                path: self.any_path(),
            },
            13 => started(&mut self.random),
            14 if self.random.percent(60) => self.event(),
            14 => Notification::Continued,
            15 => self.resumed(),
            16 => Notification::Answered {
                path: self.any_path(),
                value: Value::Int(1),
                by: "nobody".into(),
                attempt: None,
                wrong: None,
            },
            17..19 => Notification::PauseAsked,
            _ if self.random.percent(20) => Notification::CancelAsked {
                reason: "odd".into(),
            },
            _ => Notification::PauseAsked,
        }
    }

    fn any_path(&mut self) -> StepPath {
        let pending: Vec<_> = self.live.pending().collect();
        match self.random.pick(&pending) {
            Some(Effect::Timer { path, .. }) => path.clone(),
            Some(Effect::Call(call)) => call.path.clone(),
            None => {
                let length = self.random.below(4);
                let components =
                    (0..length).map(|_| u32::try_from(self.random.below(3)).unwrap_or(0));
                StepPath::from(components.collect::<Vec<_>>().as_slice())
            }
        }
    }

    /// Mostly the next item of a stream.
    fn item(&mut self, call: &Call) -> Notification {
        let known = call.items_from.unwrap_or(0);
        let index = match self.random.below(12) {
            0 => known + 1,
            1 => known.saturating_sub(1),
            _ => known,
        };
        Notification::Item {
            path: call.path.clone(),
            attempt: call.attempt,
            index,
            value: self.output(&call.callee.name.0),
        }
    }

    fn returned(&mut self, call: &Call) -> Notification {
        Notification::Returned {
            path: call.path.clone(),
            attempt: call.attempt,
            output: self.output(&call.callee.name.0),
        }
    }

    /// What a model answers: mostly it asks for some calls, now and then for nonsense.
    fn said(&mut self) -> Value {
        let count = self.random.below(4).saturating_sub(1);
        let calls: Vec<Value> = (0..count).map(|_| self.asked()).collect();
        let text = Value::from("w".repeat(self.random.below(80)));
        match self.random.below(12) {
            0 => Value::Int(1),
            1 => Value::object([("tool_calls", text)]),
            _ => Value::object([("text", text), ("tool_calls", Value::list(calls))]),
        }
    }

    fn asked(&mut self) -> Value {
        let names = ["number", "document", "document", "nobody"];
        let name = self.random.choose(&names);
        let arguments = match self.random.below(5) {
            0 => Value::Int(1),
            1 => Value::text("{\"a\": 1}"),
            _ => self.output("document"),
        };
        Value::object([("name", Value::text(name)), ("arguments", arguments)])
    }

    fn output(&mut self, tool: &str) -> Value {
        match tool {
            "llm" => return self.said(),
            "plan" => {
                let valid = Value::Bool(self.random.percent(80));
                return Value::object([("script", Value::text("let a = 1")), ("valid", valid)]);
            }
            "run" if self.random.percent(90) => {
                let output = self.output("document");
                let thread = Value::text("thr_1");
                return Value::object([("output", output), ("thread_id", thread)]);
            }
            _ => {}
        }
        let number = i64::try_from(self.random.below(5)).unwrap_or(0);
        let kind = generate::TOOLS
            .iter()
            .find(|(name, _)| *name == tool)
            .map(|(_, kind)| *kind);
        match kind {
            Some(generate::Kind::Numbers) => Value::list((0..number).map(Value::Int)),
            Some(generate::Kind::Anything) => {
                let part = |size: usize| Value::from("y".repeat(size));
                let sizes = [self.random.below(300), self.random.below(50)];
                Value::object([("large", part(sizes[0])), ("small", part(sizes[1]))])
            }
            None if tool == generate::MODEL => Value::object([
                ("branch", Value::from(format!("Branch{}", number + 1))),
                ("answer", Value::Bool(number % 2 == 0)),
            ]),
            Some(generate::Kind::Number | generate::Kind::Truth) | None => Value::Int(number),
        }
    }

    fn failed(&mut self, call: &Call) -> Notification {
        let codes = [
            "TOOL_FAILED",
            "TOOL_TIMEOUT",
            "OUTCOME_UNKNOWN",
            "TOOL_INPUT_INVALID",
        ];
        let code = self.random.choose(&codes);
        let details = match self.random.below(3) {
            0 => self.output("document"),
            _ => Value::Null,
        };
        Notification::Failed {
            path: call.path.clone(),
            attempt: call.attempt,
            error: StepError {
                retryable: self.random.percent(50),
                details,
                ..StepError::permanent(code, "the tool failed")
            },
        }
    }

    /// Somebody answers, rightly or not, or lets the thread go on in another way.
    fn somebody(&mut self) -> Notification {
        let asks: Vec<_> = self.live.asks().collect();
        let Some(ask) = self.random.pick(&asks) else {
            return self.resumed();
        };
        let path = ask.path.clone();
        let attempt = ask.attempt;
        let attempt = self.random.percent(50).then_some(attempt);
        // Now and then he has not heard of the last wrong answer.
        let wrong = attempt.map(|_| ask.wrong.saturating_sub(u32::from(self.random.percent(30))));
        let value = match self.random.below(4) {
            0 => self.output("document"),
            1 => Value::object([("value", Value::Int(1)), ("comment", Value::text("well"))]),
            _ => Value::Int(i64::try_from(self.random.below(5)).unwrap_or(0)),
        };
        Notification::Answered {
            path,
            value,
            by: "somebody".into(),
            attempt,
            wrong,
        }
    }

    fn resumed(&mut self) -> Notification {
        let failed = self.referee.first_failed();
        let change = match self.random.below(8) {
            0 => Resume::Replace(self.output("document")),
            1 => Resume::Merge(Value::object([("a", Value::Int(1))])),
            2 => Resume::Output(Value::Bool(true)),
            3 => Resume::Output(Value::list([Value::Int(1)])),
            4 => Resume::Output(self.output("document")),
            5 => Resume::Output(self.said()),
            _ => Resume::Again,
        };
        let path = failed.filter(|_| self.random.percent(40));
        let seen = self.seen(path.as_ref());
        Notification::Resumed { path, change, seen }
    }

    /// What whoever resumes saw, now or some time ago, or nothing.
    fn seen(&mut self, path: Option<&StepPath>) -> Option<Seen> {
        let odd = u32::try_from(self.random.below(4)).unwrap_or(0);
        let pause = self.live.pause().map(|pause| Seen::Pause(pause.number));
        let attempt = path.and_then(|path| self.live.resumable(path));
        match self.random.below(6) {
            0 => Some(Seen::Pause(odd)),
            1 => Some(Seen::Attempt(odd)),
            2 => attempt.map(Seen::Attempt),
            3 => pause,
            _ => None,
        }
    }

    /// Applies to the live thread and to one restored from the frames, and compares everything.
    fn notify(&mut self, notification: Notification) -> Result<(), Wrong> {
        let program = Arc::clone(self.live.program());
        let mut restored = Vm::restore_with_options(program, self.frames.clone(), self.options)
            .map_err(|error| error.to_string())?;
        self.same_as_live(&restored, "restored")?;
        let live = apply(
            &mut self.live,
            &notification,
            self.now,
            (&self.values, &self.frames),
        );
        let other = apply(
            &mut restored,
            &notification,
            self.now,
            (&self.values, &self.frames),
        );
        let (live, other) = (live?, other?);
        let (turn, needed) = match (live, other) {
            (Applied::Turn(turn, needed), Applied::Turn(other, needed_too)) => {
                same_turn(&turn, &other)?;
                (*turn, needed || needed_too)
            }
            (Applied::Ignored, Applied::Ignored) => {
                self.referee.mark(Mark::Ignored);
                return Ok(());
            }
            (Applied::Turn(..), Applied::Ignored) | (Applied::Ignored, Applied::Turn(..)) => {
                return Err("only one of live and restored ignores it".to_owned());
            }
        };
        if needed {
            self.referee.mark(Mark::Needed);
        }
        self.keep_values(&turn.blobs)?;
        self.history.push(notification);
        self.frames.apply(turn.frames.clone());
        if self.frames != self.live.frames() {
            return Err("the deltas do not add up to the state".to_owned());
        }
        self.journal_turn(&turn)?;
        self.referee.turn(&turn, &self.live)?;
        if self.random.percent(25) {
            self.live = restored;
        }
        Ok(())
    }

    fn keep_values(&mut self, blobs: &[Blob]) -> Result<(), Wrong> {
        for blob in blobs {
            let content = serde_json::from_slice(&blob.bytes).map_err(|error| error.to_string())?;
            self.values.insert(blob.hash, content);
            self.referee.mark(Mark::Stored);
        }
        Ok(())
    }

    /// Writes the turn to the journal and replays it at once.
    fn journal_turn(&mut self, turn: &Turn) -> Result<(), Wrong> {
        let first = self.journal.len();
        let notification = Record::Notification(turn.notification.clone());
        let events = turn.events.iter().cloned().map(Record::Event);
        for record in [notification].into_iter().chain(events) {
            let seq = Seq(self.journal.len() as u64 + 1);
            let at = Timestamp(self.now);
            self.journal.push(Entry {
                seq,
                at,
                record: through_json(&record)?,
            });
        }
        let values = &self.values;
        let mut load = |stored: &StoredValue| values.get(&stored.hash).cloned();
        let new = self.journal.get(first..).unwrap_or_default();
        self.replay
            .feed(new, &mut load)
            .map_err(|error| format!("{error}: {error:?}"))?;
        self.same_as_live(self.replay.vm(), "replayed")
    }

    /// Replays the whole journal once more, in one go.
    fn replay_all(&self, program: Arc<Program>) -> Result<(), Wrong> {
        let mut replay = Replay::new(program, self.options);
        let mut load = |stored: &StoredValue| self.values.get(&stored.hash).cloned();
        replay
            .feed(&self.journal, &mut load)
            .map_err(|error| error.to_string())?;
        self.same_as_live(replay.vm(), "replayed")
    }

    /// The frames of the live thread are the folded ones: that was checked after its turn.
    fn same_as_live(&self, other: &Vm, which: &str) -> Result<(), Wrong> {
        let live = &self.live;
        let same = self.frames == other.frames()
            && live.asks().eq(other.asks())
            && live.status() == other.status()
            && live.wake_at() == other.wake_at()
            && live.is_unfinished() == other.is_unfinished()
            && live.pending().eq(other.pending());
        if same {
            Ok(())
        } else {
            Err(format!("the {which} thread is not the live one"))
        }
    }
}

fn started(random: &mut Random) -> Notification {
    Notification::Started {
        input: Value::object([("input", Value::Int(2))]),
        env: BTreeMap::new(),
        seed: 11,
        thread: Value::object([("id", Value::text("thr_1"))]),
        timeout_ms: random.percent(10).then(|| 100 * random.below(100) as u64),
    }
}

enum Applied {
    /// The turn, and whether values had to be loaded for it.
    Turn(Box<Turn>, bool),
    Ignored,
}

/// Applies, loading values as they are asked for; a refusal must leave the frames as they were.
fn apply(
    vm: &mut Vm,
    notification: &Notification,
    now: i64,
    (values, frames): (&BTreeMap<ValueHash, Value>, &Frames),
) -> Result<Applied, Wrong> {
    let mut needed = false;
    // Each round loads at least one more value, and few values are needed at once.
    for _ in 0..100 {
        let refused = match vm.apply(notification.clone(), Timestamp(now)) {
            Ok(turn) => return Ok(Applied::Turn(Box::new(turn), needed)),
            Err(refused) => refused,
        };
        if vm.frames() != *frames {
            return Err(format!("a refused turn changed something: {refused}"));
        }
        let Refused::Need(needs) = refused else {
            return Ok(Applied::Ignored);
        };
        needed = true;
        for stored in needs {
            let content = values.get(&stored.hash);
            let content = content.ok_or("a value is needed that was never stored")?;
            vm.provide(stored.hash, content.clone());
        }
    }
    Err("the machine asks for values without end".to_owned())
}

/// Blobs may differ: what a thread has in its cache it does not store again.
fn same_turn(turn: &Turn, other: &Turn) -> Result<(), Wrong> {
    let strip = |turn: &Turn| Turn {
        blobs: Vec::new(),
        ..turn.clone()
    };
    if strip(turn) == strip(other) {
        Ok(())
    } else {
        Err("the restored thread decides otherwise than the live one".to_owned())
    }
}

fn through_json(record: &Record) -> Result<Record, Wrong> {
    let text = serde_json::to_string(record).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))
}
