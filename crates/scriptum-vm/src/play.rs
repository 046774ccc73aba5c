//! Plays a program from its start to where nothing can happen any more, in virtual time.
//!
//! The machine is pure, so a play needs no engine, no store and no waiting: when nothing else is left to
//! happen, the clock jumps to the next timer. What tools answer and what people do is decided by a
//! [`World`]; what is recorded is the journal that an engine would have written.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use scriptum_contract::{Mask, Value, ValueHash};

use crate::{
    Call, Effect, Entry, Event, Frames, Ignored, Notification, Options, Record, Refused,
    RestoreError, Seq, StepError, StepPath, Timestamp, Turn, Vm,
    limits::{PLAY_ENTRIES_MAX, PLAY_TURNS_MAX},
    program::Program,
};

/// All that is outside of a play.
pub trait World {
    /// Why a play is given up.
    type Error: From<Stuck>;

    /// Told when a call is made, and told again when a crash has hidden what became of it.
    fn asked(&mut self, call: &Call);

    /// The answer to a call.
    ///
    /// # Errors
    /// When the play is of no further use.
    fn answer(&mut self, call: &Call) -> Result<Answer, Self::Error>;

    /// What follows a turn; its entries are the last ones of the play.
    ///
    /// # Errors
    /// When the play is of no further use.
    fn follow(&mut self, play: &Play, turn: &[Entry]) -> Result<Vec<Happening>, Self::Error>;

    /// What is done when nothing else can happen; `None`: nothing, and the play is over.
    ///
    /// # Errors
    /// When the play is of no further use.
    fn act(&mut self, play: &Play) -> Result<Option<Notification>, Self::Error>;

    /// Told when a notification does not apply, as that of a call which was withdrawn.
    ///
    /// # Errors
    /// When the play is of no further use.
    fn ignored(&mut self, why: Ignored) -> Result<(), Self::Error>;

    /// True when of several open calls the last one is answered first.
    fn is_last_first(&self) -> bool {
        false
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is answered at once.
    Now(Result<Value, StepError>),
    /// It is answered when some time has passed.
    After {
        /// How long it takes, in milliseconds.
        ms: u64,
        /// The answer.
        result: Result<Value, StepError>,
    },
    /// It hands items on, as fast as they are taken, and comes to an end. A call made again skips the
    /// items that are recorded.
    Items {
        /// All items.
        items: Vec<Value>,
        /// How it ends; `None`: it does not.
        then: Option<Result<Value, StepError>>,
    },
    /// It is never answered.
    Never,
}

impl Answer {
    /// The answer without the secrets that the mask hides, as an engine hands it on.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> Answer {
        let hidden = |result: Result<Value, StepError>| match result {
            Ok(value) => Ok(mask.value(value)),
            Err(error) => Err(error.masked(mask)),
        };
        match self {
            Answer::Now(result) => Answer::Now(hidden(result)),
            Answer::After { ms, result } => Answer::After {
                ms,
                result: hidden(result),
            },
            Answer::Items { items, then } => Answer::Items {
                items: items.into_iter().map(|item| mask.value(item)).collect(),
                then: then.map(hidden),
            },
            Answer::Never => Answer::Never,
        }
    }
}

/// A call that hands items on.
#[derive(Debug)]
struct Stream {
    call: Call,
    /// Those that are left, with their positions.
    items: VecDeque<(u32, Value)>,
    then: Option<Result<Value, StepError>>,
}

/// Something that happens without being asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// The worker dies: the machine and its open calls are forgotten. Both come back from the frames.
    Crash,
    /// Somebody does something.
    Notify(Notification),
    /// Somebody does something when some time has passed.
    Later {
        /// How much, in milliseconds.
        ms: u64,
        /// What is done.
        notification: Notification,
    },
}

/// Why a play cannot go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Stuck {
    /// It took more turns than [`PLAY_TURNS_MAX`], or its journal has more than [`PLAY_ENTRIES_MAX`]
    /// entries.
    Endless,
    /// The frames do not restore.
    Restore(RestoreError),
    /// The machine asks for a stored value that no turn made.
    Missing(ValueHash),
}

impl std::fmt::Display for Stuck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stuck::Endless => write!(
                f,
                "still running after {PLAY_TURNS_MAX} turns or {PLAY_ENTRIES_MAX} records"
            ),
            Stuck::Restore(error) => write!(f, "the frames do not restore: {error}"),
            Stuck::Missing(hash) => write!(f, "value {hash} is needed and was never stored"),
        }
    }
}

impl std::error::Error for Stuck {}

impl From<Stuck> for String {
    fn from(stuck: Stuck) -> String {
        stuck.to_string()
    }
}

/// A thread with all that happened to it.
#[derive(Debug)]
pub struct Play {
    program: Arc<Program>,
    options: Options,
    vm: Vm,
    now: Timestamp,
    /// The sum of all turns' frames.
    frames: Frames,
    entries: Vec<Entry>,
    /// Large values that turns stored.
    stored: BTreeMap<ValueHash, Arc<[u8]>>,
    /// Calls that were asked for and not answered, the oldest first.
    calls: VecDeque<Call>,
    /// Answers that are on their way. A crash loses them.
    coming: Schedule,
    /// What somebody will do.
    later: Schedule,
    /// Calls that hand items on, the oldest first.
    streams: Vec<Stream>,
    /// What happens next from outside.
    happening: VecDeque<Notification>,
    turns: u32,
}

impl Play {
    /// A thread that has not started, at the time when it will.
    pub fn new(program: Arc<Program>, options: Options, at: Timestamp) -> Play {
        Play {
            vm: Vm::with_options(Arc::clone(&program), options),
            program,
            options,
            now: at,
            frames: Frames::default(),
            entries: Vec::new(),
            stored: BTreeMap::new(),
            calls: VecDeque::new(),
            coming: Schedule::default(),
            later: Schedule::default(),
            streams: Vec::new(),
            happening: VecDeque::new(),
            turns: 0,
        }
    }

    /// Starts the thread, and lets happen what can happen.
    ///
    /// # Errors
    /// When the play gets stuck, or the world gives it up. What was recorded by then stays.
    pub fn run<W: World>(&mut self, start: &Notification, world: &mut W) -> Result<(), W::Error> {
        self.apply(start, world)?;
        while let Some(notification) = self.next(world)? {
            self.apply(&notification, world)?;
        }
        Ok(())
    }

    /// The machine.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The sum of all turns' frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// The journal.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What the thread gave, at its end or in failing.
    pub fn output(&self) -> Option<&Value> {
        let mut events = self.entries.iter().rev().filter_map(Entry::event);
        events.find_map(|event| match event {
            Event::ThreadCompleted { output } => Some(output),
            Event::ThreadFailed { output, .. } => output.as_ref(),
            Event::StepStarted { .. }
            | Event::StepRetrying { .. }
            | Event::StepCompleted { .. }
            | Event::StepFailed { .. }
            | Event::StepSkipped { .. }
            | Event::InputAsked(_)
            | Event::AnswerRefused { .. }
            | Event::Yielded { .. }
            | Event::ThreadPaused { .. }
            | Event::ThreadResumed
            | Event::ThreadCancelled { .. } => None,
        })
    }

    /// The next thing that happens; `None` when nothing can happen any more.
    fn next<W: World>(&mut self, world: &mut W) -> Result<Option<Notification>, W::Error> {
        if self.vm.status().is_ended() {
            return Ok(None);
        }
        if let Some(notification) = self.happening.pop_front() {
            return Ok(Some(notification));
        }
        if self.vm.is_unfinished() {
            return Ok(Some(Notification::Continued));
        }
        if let Some(notification) = self.answered(world)? {
            return Ok(Some(notification));
        }
        if let Some(notification) = self.next_of_streams() {
            return Ok(Some(notification));
        }
        match self.next_in_time() {
            Some(notification) => Ok(Some(notification)),
            None => world.act(self),
        }
    }

    /// The next answer that does not take time.
    fn answered<W: World>(&mut self, world: &mut W) -> Result<Option<Notification>, W::Error> {
        loop {
            let call = if world.is_last_first() {
                self.calls.pop_back()
            } else {
                self.calls.pop_front()
            };
            let Some(call) = call else { return Ok(None) };
            match world.answer(&call)? {
                Answer::Now(result) => return Ok(Some(answer(call, result))),
                Answer::After { ms, result } => {
                    self.coming.add(self.now, ms, answer(call, result));
                }
                Answer::Items { items, then } => match call.items_from {
                    Some(from) => {
                        let items = (0u32..).zip(items).skip(from as usize).collect();
                        self.streams.push(Stream { call, items, then });
                    }
                    None => match then {
                        Some(Err(error)) => return Ok(Some(answer(call, Err(error)))),
                        Some(Ok(_)) => return Ok(Some(answer(call, Ok(Value::list(items))))),
                        None => (),
                    },
                },
                Answer::Never => (),
            }
        }
    }

    /// The next item for which there is room, or the end of a call whose items were all taken.
    fn next_of_streams(&mut self) -> Option<Notification> {
        let vm = &self.vm;
        let wanted = |call: &Call| vm.items_wanted(&call.path, call.attempt);
        self.streams.retain(|stream| wanted(&stream.call).is_some());
        let can_go_on = |stream: &Stream| match stream.items.front() {
            Some(_) => wanted(&stream.call).is_some_and(|room| room > 0),
            None => stream.then.is_some(),
        };
        let at = self.streams.iter().position(can_go_on)?;
        let stream = self.streams.get_mut(at)?;
        if let Some((index, value)) = stream.items.pop_front() {
            let Call { path, attempt, .. } = stream.call.clone();
            return Some(Notification::Item {
                path,
                attempt,
                index,
                value,
            });
        }
        let Stream { call, then, .. } = self.streams.remove(at);
        then.map(|result| answer(call, result))
    }

    /// What comes next, with the clock moved there: at the same time answers before people, and both
    /// before timers.
    fn next_in_time(&mut self) -> Option<Notification> {
        let timer = self.vm.wake_at().and_then(|_| self.first_timer());
        let dues = [self.coming.due(), self.later.due()];
        let first = dues.iter().flatten().min().copied();
        if let Some((due, path)) = timer
            && first.is_none_or(|first| due < first)
        {
            self.now = self.now.max(due);
            return Some(Notification::TimerFired { path });
        }
        self.now = self.now.max(first?);
        let of_call = self.coming.due() == first;
        let schedule = if of_call {
            &mut self.coming
        } else {
            &mut self.later
        };
        schedule.pop()
    }

    fn first_timer(&self) -> Option<(Timestamp, StepPath)> {
        let timers = self.vm.pending().filter_map(|effect| match effect {
            Effect::Timer { path, due } => Some((due, path)),
            Effect::Call(_) => None,
        });
        timers.min()
    }

    fn apply<W: World>(
        &mut self,
        notification: &Notification,
        world: &mut W,
    ) -> Result<(), W::Error> {
        self.turns += 1;
        if self.turns > PLAY_TURNS_MAX || self.entries.len() > PLAY_ENTRIES_MAX {
            return Err(Stuck::Endless.into());
        }
        match self.turn(notification)? {
            Ok(turn) => {
                let first = self.entries.len();
                self.take_in(turn, world);
                let entries = self.entries.get(first..).unwrap_or_default();
                for happening in world.follow(self, entries)? {
                    match happening {
                        Happening::Crash => self.crash(world)?,
                        Happening::Notify(notification) => self.happening.push_back(notification),
                        Happening::Later { ms, notification } => {
                            self.later.add(self.now, ms, notification);
                        }
                    }
                }
                Ok(())
            }
            Err(why) => world.ignored(why),
        }
    }

    /// One turn of the machine, with the stored values that it needs.
    fn turn(&mut self, notification: &Notification) -> Result<Result<Turn, Ignored>, Stuck> {
        loop {
            match self.vm.apply(notification.clone(), self.now) {
                Ok(turn) => return Ok(Ok(turn)),
                Err(Refused::Ignored(why)) => return Ok(Err(why)),
                Err(Refused::Need(needed)) => {
                    for stored in needed {
                        let content = self.content(&stored.hash)?;
                        self.vm.provide(stored.hash, content);
                    }
                }
            }
        }
    }

    fn content(&self, hash: &ValueHash) -> Result<Value, Stuck> {
        let bytes = self.stored.get(hash);
        let content = bytes.and_then(|bytes| serde_json::from_slice(bytes).ok());
        content.ok_or(Stuck::Missing(*hash))
    }

    fn take_in<W: World>(&mut self, turn: Turn, world: &mut W) {
        let records = std::iter::once(Record::Notification(turn.notification))
            .chain(turn.events.into_iter().map(Record::Event));
        for record in records {
            let seq = Seq(self.entries.len() as u64 + 1);
            let at = self.now;
            self.entries.push(Entry { seq, at, record });
        }
        let blobs = turn.blobs.into_iter();
        self.stored
            .extend(blobs.map(|blob| (blob.hash, blob.bytes)));
        self.frames.apply(turn.frames);
        for effect in turn.effects {
            self.ask(effect, world);
        }
    }

    fn crash<W: World>(&mut self, world: &mut W) -> Result<(), Stuck> {
        let program = Arc::clone(&self.program);
        self.vm = Vm::restore_with_options(program, self.frames.clone(), self.options)
            .map_err(Stuck::Restore)?;
        self.calls.clear();
        self.coming = Schedule::default();
        self.streams.clear();
        let pending: Vec<_> = self.vm.pending().collect();
        for effect in pending {
            self.ask(effect, world);
        }
        Ok(())
    }

    /// Timers are not kept: the machine says at any time which ones run.
    fn ask<W: World>(&mut self, effect: Effect, world: &mut W) {
        match effect {
            Effect::Call(call) => {
                world.asked(&call);
                self.calls.push_back(call);
            }
            Effect::Timer { .. } => (),
        }
    }
}

/// Notifications by the time when they come, then in the order in which they were added.
#[derive(Debug, Default)]
struct Schedule {
    entries: BTreeMap<(Timestamp, u64), Notification>,
    /// How many were ever added.
    added: u64,
}

impl Schedule {
    fn add(&mut self, now: Timestamp, ms: u64, notification: Notification) {
        let due = Timestamp(now.0.saturating_add_unsigned(ms));
        self.added += 1;
        self.entries.insert((due, self.added), notification);
    }

    fn due(&self) -> Option<Timestamp> {
        self.entries.first_key_value().map(|((due, _), _)| *due)
    }

    fn pop(&mut self) -> Option<Notification> {
        self.entries
            .pop_first()
            .map(|(_, notification)| notification)
    }
}

fn answer(call: Call, result: Result<Value, StepError>) -> Notification {
    let Call { path, attempt, .. } = call;
    match result {
        Ok(output) => Notification::Returned {
            path,
            attempt,
            output,
        },
        Err(error) => Notification::Failed {
            path,
            attempt,
            error,
        },
    }
}
