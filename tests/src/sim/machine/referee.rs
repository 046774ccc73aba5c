//! Watches what the machine says, knows nothing of how it works, and objects.

use std::collections::BTreeMap;

use scriptum_contract::Value;
use scriptum_vm::{
    Effect, Event, Notification, Options, PauseReason, Recovery, Status, StepPath, Turn, Vm,
    program::{Action, Body, OnError, Program, StepKind},
};

/// Something that must happen at least once in all runs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Ignored,
    Needed,
    Stored,
    Unfinished,
    Retried,
    FellBack,
    ErrorIgnored,
    OutputGiven,
    RanAgain,
    Skipped,
    PausedByOperator,
    PausedByError,
    PausedByAsk,
    AnswerRefused,
    Completed,
    Failed,
    Cancelled,
    FailedWithOutput,
    FailedTwice,
    Looped,
    Slept,
    CheckFailed,
    ExpressionFailed,
    LimitExceeded,
    OutputWrong,
    TimeLimited,
    TimedOut,
    Thought,
    Observed,
    Yielded,
    PausedByWait,
    WaitTimedOut,
    EventKept,
    EventHeard,
    WentTogether,
    Repeated,
    Streamed,
    StreamLeft,
    Planned,
    RanOther,
}

const ALL_MARKS: [Mark; 40] = [
    Mark::Ignored,
    Mark::Needed,
    Mark::Stored,
    Mark::Unfinished,
    Mark::Retried,
    Mark::FellBack,
    Mark::ErrorIgnored,
    Mark::OutputGiven,
    Mark::RanAgain,
    Mark::Skipped,
    Mark::PausedByOperator,
    Mark::PausedByError,
    Mark::PausedByAsk,
    Mark::AnswerRefused,
    Mark::Completed,
    Mark::Failed,
    Mark::Cancelled,
    Mark::FailedWithOutput,
    Mark::FailedTwice,
    Mark::Looped,
    Mark::Slept,
    Mark::CheckFailed,
    Mark::ExpressionFailed,
    Mark::LimitExceeded,
    Mark::OutputWrong,
    Mark::TimeLimited,
    Mark::TimedOut,
    Mark::Thought,
    Mark::Observed,
    Mark::Yielded,
    Mark::PausedByWait,
    Mark::WaitTimedOut,
    Mark::EventKept,
    Mark::EventHeard,
    Mark::WentTogether,
    Mark::Repeated,
    Mark::Streamed,
    Mark::StreamLeft,
    Mark::Planned,
    Mark::RanOther,
];

/// A set of marks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks(u64);

impl Marks {
    pub(crate) const NONE: Marks = Marks(0);

    pub(crate) fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Every mark was reached.
    pub(crate) fn check(self) -> Result<(), String> {
        let missing: Vec<_> = ALL_MARKS
            .iter()
            .filter(|mark| self.0 & bit(**mark) == 0)
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("never happened in any run: {missing:?}"))
        }
    }
}

fn bit(mark: Mark) -> u64 {
    1 << mark as u32
}

/// Where a step stands, by the events alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Running,
    Retrying,
    Completed,
    Failed,
    Skipped,
}

#[derive(Debug)]
struct Step {
    stand: Stand,
    attempt: u32,
    /// Last number of a call and its arguments.
    call: Option<(u32, Value)>,
    /// True when the last call was answered.
    answered: bool,
}

/// What was seen so far.
#[derive(Debug)]
pub(crate) struct Referee {
    options: Options,
    /// Steps of the program; one turn may skip them all at once.
    program_steps: usize,
    /// True when the program has a check that can send it back.
    goes_back: bool,
    steps: BTreeMap<StepPath, Step>,
    status: Status,
    marks: Marks,
}

impl Referee {
    pub(crate) fn new(program: &Program, options: Options) -> Referee {
        let block = program.on_thread_error.as_ref().map_or(0, count_steps);
        Referee {
            options,
            program_steps: count_steps(&program.body) + block,
            goes_back: std::iter::once(&program.body)
                .chain(&program.on_thread_error)
                .any(goes_back),
            steps: BTreeMap::new(),
            status: Status::Pending,
            marks: Marks::NONE,
        }
    }

    pub(crate) fn marks(&self) -> Marks {
        self.marks
    }

    pub(crate) fn mark(&mut self, mark: Mark) {
        self.marks = self.marks.with(Marks(bit(mark)));
    }

    /// The first step by path that waits for a repair.
    pub(crate) fn first_failed(&self) -> Option<StepPath> {
        let failed = self
            .steps
            .iter()
            .find(|(_, step)| step.stand == Stand::Failed);
        failed.map(|(path, _)| path.clone())
    }

    /// Objects to a turn, or takes note of it.
    pub(crate) fn turn(&mut self, turn: &Turn, vm: &Vm) -> Result<(), String> {
        if self.status.is_ended() {
            return Err("a thread that has ended takes a turn".to_owned());
        }
        self.answer(&turn.notification);
        if let Notification::EventArrived { .. } = turn.notification {
            let is_heard = !turn.events.is_empty();
            self.mark(if is_heard {
                Mark::EventHeard
            } else {
                Mark::EventKept
            });
        }
        if let Notification::Item { .. } = &turn.notification {
            self.mark(Mark::Streamed);
        }
        for event in &turn.events {
            self.event(event)
                .map_err(|wrong| format!("{wrong}: {event:?}"))?;
        }
        for effect in &turn.effects {
            self.effect(effect)
                .map_err(|wrong| format!("{wrong}: {effect:?}"))?;
        }
        self.limits(turn)?;
        self.rest(turn, vm)?;
        self.status = turn.status;
        Ok(())
    }

    fn answer(&mut self, notification: &Notification) {
        let answered = match notification {
            Notification::Returned { path, .. } => Some((path, true)),
            Notification::Failed { path, error, .. } => Some((
                path,
                !matches!(
                    &*error.code,
                    "OUTCOME_UNKNOWN" | "TOOL_TIMEOUT" | "TOOL_INPUT_INVALID"
                ),
            )),
            Notification::Started { .. }
            | Notification::Item { .. }
            | Notification::TimerFired { .. }
            | Notification::Answered { .. }
            | Notification::Resumed { .. }
            | Notification::PauseAsked
            | Notification::EventArrived { .. }
            | Notification::CancelAsked { .. }
            | Notification::Continued => None,
        };
        if let Some((path, answered)) = answered
            && let Some(step) = self.steps.get_mut(path)
        {
            step.answered = answered;
        }
    }

    fn event(&mut self, event: &Event) -> Result<(), &'static str> {
        match event {
            Event::StepStarted {
                path,
                attempt,
                primitive,
                ..
            } => {
                match &**primitive {
                    "iterate" => self.mark(Mark::Looped),
                    "agent" => self.mark(Mark::Thought),
                    "parallel" => self.mark(Mark::WentTogether),
                    "repeat" => self.mark(Mark::Repeated),
                    "plan" => self.mark(Mark::Planned),
                    "run" => self.mark(Mark::RanOther),
                    _ => {}
                }
                self.started(path, *attempt)
            }
            Event::StepRetrying { path, attempt, .. } => {
                self.mark(Mark::Retried);
                let step = self.running(path)?;
                step.stand = Stand::Retrying;
                expect(*attempt == step.attempt + 1, "the next attempt is one more")
            }
            Event::StepCompleted {
                path,
                attempt,
                recovery,
                ..
            } => self.completed(path, *attempt, *recovery),
            Event::StepFailed {
                path,
                attempt,
                error,
                recovery,
            } => {
                self.mark_error(&error.code);
                if recovery == &Some(Recovery::Ignore) {
                    self.mark(Mark::ErrorIgnored);
                }
                if &*error.message == "the step is left before it ended" {
                    self.mark(Mark::StreamLeft);
                }
                let step = match &*error.code {
                    "CANCELLED" => self.under_way(path)?,
                    _ => self.running(path)?,
                };
                step.stand = match recovery {
                    Some(_) => Stand::Completed,
                    None => Stand::Failed,
                };
                expect(
                    *attempt == step.attempt,
                    "an attempt fails that is not the last",
                )
            }
            Event::StepSkipped { path, .. } => {
                self.mark(Mark::Skipped);
                let step = self.steps.entry(path.clone()).or_insert(SKIPPED);
                expect(step.stand == Stand::Skipped, "a step is skipped that ran")
            }
            Event::InputAsked(asked) => {
                let step = self.running(&asked.path)?;
                expect(
                    asked.attempt == step.attempt,
                    "an ask of another attempt than the last",
                )
            }
            Event::AnswerRefused { path, attempt, .. } => {
                self.mark(Mark::AnswerRefused);
                let step = self.running(path)?;
                expect(*attempt == step.attempt, "an answer to another attempt")
            }
            Event::Yielded { path, .. } => {
                self.mark(Mark::Yielded);
                self.running(path).map(|_| ())
            }
            Event::ThreadPaused { reason, .. } => {
                self.mark(match reason {
                    PauseReason::Operator => Mark::PausedByOperator,
                    PauseReason::StepError => Mark::PausedByError,
                    PauseReason::Ask => Mark::PausedByAsk,
                    PauseReason::Wait => Mark::PausedByWait,
                });
                Ok(())
            }
            Event::ThreadResumed => Ok(()),
            Event::ThreadCompleted { .. } => self.ends(Mark::Completed),
            Event::ThreadCancelled { .. } => self.ends(Mark::Cancelled),
            Event::ThreadFailed { error, output, .. } => {
                self.mark_error(&error.code);
                if output.is_some() {
                    self.mark(Mark::FailedWithOutput);
                }
                let details = error.details.as_object();
                if details.is_some_and(|details| details.get("on_thread_error").is_some()) {
                    self.mark(Mark::FailedTwice);
                }
                self.ends(Mark::Failed)
            }
        }
    }

    fn mark_error(&mut self, code: &str) {
        match code {
            "UNKNOWN_TOOL" => self.mark(Mark::Observed),
            "CHECK_FAILED" => self.mark(Mark::CheckFailed),
            "EXPRESSION_FAILED" => self.mark(Mark::ExpressionFailed),
            "LIMIT_EXCEEDED" => self.mark(Mark::LimitExceeded),
            "OUTPUT_MISSING" | "OUTPUT_INVALID" => self.mark(Mark::OutputWrong),
            "THREAD_TIMEOUT" => self.mark(Mark::TimedOut),
            "WAIT_TIMEOUT" => self.mark(Mark::WaitTimedOut),
            _ => {}
        }
    }

    fn ends(&mut self, mark: Mark) -> Result<(), &'static str> {
        self.mark(mark);
        let under_way = |step: &Step| matches!(step.stand, Stand::Running | Stand::Retrying);
        if self.steps.values().any(under_way) {
            return Err("a thread ends and leaves a step under way");
        }
        let ended = self.status.is_ended();
        self.status = Status::Completed;
        expect(!ended, "a thread ends twice")
    }

    fn started(&mut self, path: &StepPath, attempt: u32) -> Result<(), &'static str> {
        let step = self.steps.entry(path.clone()).or_insert(SKIPPED);
        let ran_before = matches!(step.stand, Stand::Completed);
        expect(
            step.stand != Stand::Running,
            "a step starts that is running",
        )?;
        expect(
            attempt == step.attempt + 1,
            "attempts are counted one by one",
        )?;
        step.attempt = attempt;
        step.stand = Stand::Running;
        if ran_before {
            self.mark(Mark::RanAgain);
            expect(self.goes_back, "a completed step runs again without a jump")?;
        }
        Ok(())
    }

    fn completed(
        &mut self,
        path: &StepPath,
        attempt: u32,
        recovery: Option<Recovery>,
    ) -> Result<(), &'static str> {
        let step = self
            .steps
            .get_mut(path)
            .ok_or("a step completes that never started")?;
        let stood = step.stand;
        let same = attempt == step.attempt;
        step.stand = Stand::Completed;
        expect(same, "an attempt completes that is not the last")?;
        match recovery {
            Some(Recovery::Operator) => {
                self.mark(Mark::OutputGiven);
                expect(
                    stood == Stand::Failed,
                    "an output is given to a step that did not fail",
                )
            }
            Some(Recovery::Fallback) => {
                self.mark(Mark::FellBack);
                expect(
                    stood == Stand::Running,
                    "a step completes that is not running",
                )
            }
            Some(Recovery::Ignore) | None => expect(
                stood == Stand::Running,
                "a step completes that is not running",
            ),
        }
    }

    fn running(&mut self, path: &StepPath) -> Result<&mut Step, &'static str> {
        let step = self
            .steps
            .get_mut(path)
            .ok_or("a step fails that never started")?;
        expect(
            step.stand == Stand::Running,
            "a step fails that is not running",
        )?;
        Ok(step)
    }

    /// A step that may be waiting for its next attempt.
    fn under_way(&mut self, path: &StepPath) -> Result<&mut Step, &'static str> {
        let step = self
            .steps
            .get_mut(path)
            .ok_or("a step is cancelled that never started")?;
        let under_way = matches!(step.stand, Stand::Running | Stand::Retrying);
        expect(under_way, "a step is cancelled that is not under way")?;
        Ok(step)
    }

    fn effect(&mut self, effect: &Effect) -> Result<(), &'static str> {
        match effect {
            Effect::Timer { path, .. } => {
                if path.components().is_empty() {
                    self.mark(Mark::TimeLimited);
                    return Ok(());
                }
                let step = self.steps.get(path).map(|step| step.stand);
                if step == Some(Stand::Running) {
                    self.mark(Mark::Slept);
                }
                expect(step.is_some(), "a timer of a step that never started")
            }
            Effect::Call(call) => {
                let step = self.running(&call.path)?;
                expect(
                    call.attempt == step.attempt,
                    "a call of another attempt than the last",
                )?;
                let before = step.call.replace((call.number, call.args.clone()));
                let answered = std::mem::take(&mut step.answered);
                match before {
                    None => expect(call.number == 1, "the first call has number 1"),
                    Some((number, _)) if answered => expect(
                        call.number == number + 1,
                        "an answered call's number is used up",
                    ),
                    Some((number, args)) if number == call.number => {
                        expect(args == call.args, "other arguments under the same number")
                    }
                    Some((number, _)) => expect(call.number == number + 1, "a number is left out"),
                }
            }
        }
    }

    fn limits(&self, turn: &Turn) -> Result<(), String> {
        // Beyond the limit goes at most one step, with what it skips, leaves and cancels.
        let most = self.options.turn_events_max + self.program_steps + self.steps.len() + 8;
        if turn.events.len() > most {
            return Err(format!("{} events in one turn", turn.events.len()));
        }
        Ok(())
    }

    /// A thread that is not settled has something to wait for; one that is has nothing.
    fn rest(&mut self, turn: &Turn, vm: &Vm) -> Result<(), String> {
        if turn.unfinished {
            self.mark(Mark::Unfinished);
        }
        // A call whose items have to wait does not keep a thread from pausing.
        let goes_on = |effect: &Effect| match effect {
            Effect::Call(call) => vm.items_wanted(&call.path, call.attempt) != Some(0),
            Effect::Timer { .. } => false,
        };
        let calls = vm.pending().filter(goes_on);
        let (calls, pending) = (calls.count(), vm.pending().count());
        let asks = vm.asks().count();
        let fits = match turn.status {
            Status::Running => pending > 0 || turn.unfinished,
            Status::Paused | Status::Pending => calls == 0 && !turn.unfinished,
            Status::Completed | Status::Failed | Status::Cancelled => {
                pending == 0 && asks == 0 && !turn.unfinished && turn.effects.is_empty()
            }
        };
        if !fits {
            return Err(format!("{:?} with {pending} effects open", turn.status));
        }
        let first_timer = vm.pending().filter_map(|effect| match effect {
            Effect::Timer { due, .. } => Some(due),
            Effect::Call(_) => None,
        });
        if turn.wake_at == first_timer.min() {
            Ok(())
        } else {
            Err("wake_at is not the first timer".to_owned())
        }
    }
}

const SKIPPED: Step = Step {
    stand: Stand::Skipped,
    attempt: 0,
    call: None,
    answered: false,
};

fn expect(holds: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(otherwise) }
}

fn count_steps(body: &Body) -> usize {
    let below = |kind: &StepKind| kind.bodies().map(count_steps).sum::<usize>();
    body.steps.iter().map(|step| 1 + below(&step.kind)).sum()
}

fn goes_back(body: &Body) -> bool {
    let is_back = |action: &Action| matches!(action, Action::Goto(_) | Action::Retry(_));
    body.steps.iter().any(|step| {
        if let StepKind::Check(check) = &step.kind {
            return is_back(&check.on_pass) || is_back(&check.on_fail);
        }
        if let StepKind::Agent(agent) = &step.kind {
            // When the fallback fails, too, the agent begins anew.
            return matches!(agent.on_error, Some(OnError::Fallback { .. }));
        }
        step.kind.bodies().any(goes_back)
    })
}
