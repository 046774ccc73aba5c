//! One turn under way: what all verbs share.
//!
//! A turn applies its notification, then lets scopes go on, lowest path first, until nothing can go on
//! or the turn is long enough. Whose turn it is follows from the state alone, so a restored thread goes
//! on exactly as the live one would have.

use std::{cell::Cell, sync::Arc};

use scriptum_contract::{StoredValue, Value};

use super::{
    Options, Refused,
    cells::{Count, Given, Head, Progress},
    place::{self, Place, Rerun},
    state::{Scope, ScopeKind, State, paths_under},
    values::Values,
};
use crate::{
    Effect, Event, PauseReason, Recovery, Status, StepPath, Timestamp,
    eval::EvalError,
    program::{Body, Program, StepKind},
};

/// A turn under way.
pub(super) struct Run<'r> {
    pub(super) program: &'r Program,
    pub(super) state: &'r mut State,
    pub(super) values: &'r mut Values,
    pub(super) at: Timestamp,
    pub(super) events: Vec<Event>,
    pub(super) effects: Vec<Effect>,
    options: &'r Options,
    /// Loops that may go on: something they wait for has happened. Empty between two steps.
    pub(super) advancing: Vec<StepPath>,
    /// Iterations that ended in this turn: they count like events, as they too make cells.
    iterations_ended: usize,
    /// Numbers that expressions drew in this turn.
    pub(super) given_out: Cell<u64>,
}

/// One execution of a step.
#[derive(Debug)]
pub(super) struct Execution<'p> {
    pub(super) place: Place<'p>,
    /// Counts this execution.
    pub(super) count: Count,
    /// What is known of its input beforehand.
    pub(super) given: Given,
}

/// How a step came to its end.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// What the record shows; `None`: what the notification of this turn says.
    pub(super) output: Option<Value>,
    /// What is bound and counts as the value of the scope, for steps that have a value.
    pub(super) value: Option<Value>,
    /// How it came to succeed after an error.
    pub(super) recovery: Option<Recovery>,
}

impl Done {
    /// A step whose output is its value.
    pub(super) fn with(value: Value) -> Done {
        Done {
            output: Some(value.clone()),
            value: Some(value),
            recovery: None,
        }
    }
}

/// Who goes on next.
enum Next {
    /// The scope's steps are all done.
    End(StepPath),
    /// A step in the background begins.
    Background(StepPath),
    /// The scope's current step begins.
    Step(StepPath),
}

/// The content of these stored values is missing.
#[derive(Debug)]
pub(super) struct Need(pub(super) Vec<Arc<StoredValue>>);

impl From<Need> for Refused {
    fn from(need: Need) -> Refused {
        Refused::Need(need.0)
    }
}

impl From<Need> for EvalError {
    fn from(need: Need) -> EvalError {
        EvalError::Need(need.0)
    }
}

impl State {
    /// True when a step can begin or a scope can end, without anything from outside.
    pub(super) fn can_go_on(&self) -> bool {
        self.next().is_some()
    }

    /// Ends come first, as they make room; a held thread begins no step.
    fn next(&self) -> Option<Next> {
        let ended = self.index.ended.first().cloned().map(Next::End);
        ended.or_else(|| {
            if self.thread.held {
                return None;
            }
            let launched = self.index.launched.first().cloned();
            let ready = || self.index.ready.first().cloned().map(Next::Step);
            launched.map(Next::Background).or_else(ready)
        })
    }
}

impl<'r> Run<'r> {
    pub(super) fn new(
        program: &'r Program,
        options: &'r Options,
        state: &'r mut State,
        values: &'r mut Values,
        at: Timestamp,
    ) -> Run<'r> {
        Run {
            program,
            state,
            values,
            at,
            events: Vec::new(),
            effects: Vec::new(),
            options,
            advancing: Vec::new(),
            iterations_ended: 0,
            given_out: Cell::new(0),
        }
    }

    /// Lets the thread go on as far as it can in this turn.
    pub(super) fn go_on(&mut self) -> Result<(), Need> {
        loop {
            self.advance_all();
            while !self.is_long_enough()
                && let Some(next) = self.state.next()
            {
                match next {
                    Next::End(scope) => self.end_scope(&scope)?,
                    Next::Background(path) => self.step_in_background(&path)?,
                    Next::Step(scope) => self.step(scope)?,
                }
                self.advance_all();
            }
            if self.settle()? == Settled::Yes {
                return Ok(());
            }
        }
    }

    fn is_long_enough(&self) -> bool {
        self.events.len() + self.iterations_ended >= self.options.turn_events_max
    }

    /// Decides what the thread is, now that the turn is over: at work, paused, or about to run its
    /// `on thread error`.
    fn settle(&mut self) -> Result<Settled, Need> {
        let index = &self.state.index;
        let thread = &self.state.thread;
        if thread.status == Status::Pending || thread.status.is_ended() {
            return Ok(Settled::Yes);
        }
        if self.state.can_go_on() || index.calls > 0 {
            return Ok(Settled::Yes);
        }
        if thread.held {
            self.pause(PauseReason::Operator, None);
            return Ok(Settled::Yes);
        }
        if !index.timers.is_empty() {
            return Ok(Settled::Yes);
        }
        let awaited = index.awaited().map(|(reason, path)| (reason, path.clone()));
        match (index.failed.first().cloned(), awaited) {
            (Some(failed), _) if !self.ends_thread(&failed) => {
                self.pause(PauseReason::StepError, Some(failed));
            }
            (_, Some((reason, path))) => self.pause(reason, Some(path)),
            (Some(failed), None) => {
                self.fail_for_step(&failed)?;
                return Ok(Settled::No);
            }
            (None, None) => {
                unreachable!("a thread that stands still waits for something or has a failed step")
            }
        }
        Ok(Settled::Yes)
    }

    /// True when a step failed in a way that the thread does not outlive.
    fn ends_thread(&self, failed: &StepPath) -> bool {
        let step = self.state.progress(failed);
        let ends = matches!(step, Some(Progress::Failed(failed)) if failed.ends);
        ends || self.program.on_thread_error.is_some()
    }

    fn pause(&mut self, reason: PauseReason, path: Option<StepPath>) {
        if self.state.thread.status == Status::Paused {
            return;
        }
        self.state.change_thread(|thread| {
            thread.status = Status::Paused;
            thread.pause = Some(reason);
        });
        self.stop_clock();
        self.events.push(Event::ThreadPaused { reason, path });
    }

    /// Executes the current step of a scope.
    fn step(&mut self, scope: StepPath) -> Result<(), Need> {
        let execution = self.next_execution(scope);
        if self.is_cycle(&execution.place.scope) {
            self.exec_cycle(&execution);
            return Ok(());
        }
        let kind = &execution.place.step.kind;
        if let StepKind::Emit(_) = kind {
            let outermost = self.binding_scope(&execution.place.scope);
            if self.waits_for_streams(&execution.place.scope, &outermost) {
                return Ok(());
            }
        }
        if kind.is_stream() {
            self.launch(execution);
            return Ok(());
        }
        self.execute(&execution)
    }

    fn step_in_background(&mut self, path: &StepPath) -> Result<(), Need> {
        let place = self.step_at(path);
        let step = self.state.progress(path).unwrap_or(&Progress::Ready);
        let execution = self.execution(place, step.clone());
        self.execute(&execution)
    }

    fn execute(&mut self, execution: &Execution<'_>) -> Result<(), Need> {
        let done = match &execution.place.step.kind {
            StepKind::Do(call) => self.exec_do(execution, call),
            StepKind::Let(binding) => self.exec_let(execution, binding),
            StepKind::Each(each) => self.exec_each(execution, each),
            StepKind::Pipe(pipe) => self.exec_pipe(execution, pipe),
            StepKind::Decide(decide) => self.exec_decide(execution, decide),
            StepKind::Check(check) => self.exec_check(execution, check),
            StepKind::Ask(ask) => self.exec_ask(execution, ask),
            StepKind::Send(send) => self.exec_send(execution, send),
            StepKind::Emit(emit) => self.exec_emit(execution, emit),
            StepKind::Agent(agent) => self.exec_agent(execution, agent),
            StepKind::Together(together) => self.exec_together(execution, together),
            StepKind::Repeat(repeat) => self.exec_repeat(execution, repeat),
            StepKind::Wait(wait) => self.exec_wait(execution, wait),
            StepKind::Yield(shown) => self.exec_yield(execution, shown),
            StepKind::Plan(plan) => self.exec_plan(execution, plan),
            StepKind::Run(run) => self.exec_run(execution, run),
        };
        match done {
            Ok(()) => Ok(()),
            Err(EvalError::Need(stored)) => Err(Need(stored)),
            Err(EvalError::Failed(error)) => self.not_begun(execution, error),
        }
    }

    fn next_execution(&self, scope: StepPath) -> Execution<'r> {
        let head = self.state.scope(scope.components()).head.clone();
        let place = self.place(scope, head.at);
        self.execution(place, head.step)
    }

    fn execution(&self, place: Place<'r>, step: Progress) -> Execution<'r> {
        let (count, given) = match step {
            Progress::Again(again) => (again.count, again.given),
            Progress::Ready
            | Progress::Calling(_)
            | Progress::Waiting(_)
            | Progress::Asking(_)
            | Progress::Sleeping(_)
            | Progress::Listening(_)
            | Progress::Inside { .. }
            | Progress::Failed(_)
            | Progress::Draining(_)
            | Progress::Over => (self.count_of(&place.path), Given::Nothing),
        };
        Execution {
            place,
            count: count.next(),
            given,
        }
    }

    /// How often a step ran that is not running.
    pub(super) fn count_of(&self, path: &StepPath) -> Count {
        self.state.counts.get(path).copied().unwrap_or_default()
    }

    /// The step at an index of a live scope.
    pub(super) fn place(&self, scope: StepPath, index: u32) -> Place<'r> {
        place::in_scope(self.program, scope, index).expect("the cursor of a scope stands on a step")
    }

    /// The step at a path that the state names: of a loop, or of a step that failed.
    pub(super) fn step_at(&self, path: &StepPath) -> Place<'r> {
        place::step_at(self.program, path).expect("the state names steps of its program")
    }

    /// The step that the body of a loop or a branch belongs to.
    pub(super) fn container(&self, scope: &StepPath) -> Place<'r> {
        let step = scope.parent().expect("such a body lies below a step");
        self.step_at(&step)
    }

    pub(super) fn body(&self, scope: &StepPath) -> (&'r Body, ScopeKind) {
        place::body_at(self.program, scope.components()).expect("a live scope has a body")
    }

    /// Records that an execution began.
    pub(super) fn begin(&mut self, execution: &Execution<'_>, input: Value) -> Result<(), Need> {
        let tool = place::tool(execution.place.step);
        self.begin_with(&execution.place, execution.count.attempt, tool, input)
    }

    /// Records that an execution with another tool than the step's own began.
    pub(super) fn begin_with(
        &mut self,
        place: &Place<'_>,
        attempt: u32,
        tool: Option<Arc<str>>,
        input: Value,
    ) -> Result<(), Need> {
        let label = self.label(place, attempt)?;
        self.events.push(Event::StepStarted {
            path: place.path.clone(),
            attempt,
            label,
            primitive: place::primitive(&place.step.kind),
            tool,
            input,
        });
        Ok(())
    }

    /// Records that a step has its output, and goes on behind it.
    pub(super) fn complete(&mut self, place: &Place<'_>, count: Count, done: Done) {
        self.events.push(Event::StepCompleted {
            path: place.path.clone(),
            attempt: count.attempt,
            output: done.output,
            recovery: done.recovery,
        });
        self.go_behind(place, count, done.value);
    }

    /// Hands a step's value on and moves the cursor behind the step.
    pub(super) fn go_behind(&mut self, place: &Place<'_>, count: Count, value: Option<Value>) {
        if self.state.streams.contains_key(&place.path) {
            return self.end_stream(place, count);
        }
        self.remember(place, count);
        if let Some(value) = value {
            self.hand_on(place, value);
        }
        let rounds = &self.state.scope(place.scope.components()).head.rounds;
        let head = Head {
            at: place.index + 1,
            step: Progress::Ready,
            rounds: rounds.clone(),
        };
        self.state.set_head(&place.scope, head);
    }

    /// Remembers how often a step ran, if it can run again.
    pub(super) fn remember(&mut self, place: &Place<'_>, count: Count) {
        let scope = self.state.scope(place.scope.components());
        if scope.rerun.has(place.index) {
            self.state.set_count(&place.path, Some(count.used_up()));
        }
    }

    fn hand_on(&mut self, place: &Place<'_>, value: Value) {
        match self.state.scope(place.scope.components()).kind {
            ScopeKind::Iteration | ScopeKind::Branch | ScopeKind::Lane | ScopeKind::Round => {
                self.state.set_last(&place.scope, value.clone());
            }
            ScopeKind::Root | ScopeKind::OnThreadError | ScopeKind::Cycle => {}
        }
        if let Some(name) = place.step.kind.bound_name() {
            self.hide_stream(&place.scope, name);
            let scope = self.binding_scope(&place.scope);
            self.state.bind(&scope, name, value);
        }
    }

    /// The scope that names bound in a scope belong to: branches and rounds have none of their own.
    pub(super) fn binding_scope(&self, scope: &StepPath) -> StepPath {
        self.beyond(scope, &[ScopeKind::Branch, ScopeKind::Round])
    }

    /// The scope that an emit in a scope gives its result: a branch has none of its own.
    pub(super) fn emitting_scope(&self, scope: &StepPath) -> StepPath {
        self.beyond(scope, &[ScopeKind::Branch])
    }

    /// The innermost scope around that is none of these kinds, itself included.
    fn beyond(&self, scope: &StepPath, kinds: &[ScopeKind]) -> StepPath {
        let mut path = scope.components();
        while kinds.contains(&self.state.scope(path).kind) {
            path = place::around(path).expect("a branch or a round lies in a scope");
        }
        StepPath::from(path)
    }

    /// True outside of loops, where steps that do not run are recorded.
    pub(super) fn is_top_level(&self, scope: &StepPath) -> bool {
        let mut path = Some(scope.components());
        while let Some(scope) = path {
            if let ScopeKind::Iteration | ScopeKind::Round = self.state.scope(scope).kind {
                return false;
            }
            path = place::around(scope);
        }
        true
    }

    /// Lets the body of a step begin.
    pub(super) fn open_body(
        &mut self,
        place: &Place<'_>,
        inner: u32,
        (kind, body): (ScopeKind, &Body),
    ) {
        let again = self
            .state
            .scope(place.scope.components())
            .rerun
            .has(place.index);
        let rerun = if again { Rerun::ALL } else { Rerun::of(body) };
        let scope = Scope::new(kind, body, rerun);
        self.state.open_scope(place.path.child(inner), scope);
    }

    /// Takes away the body of a step, and the counts of its steps if they cannot run again.
    pub(super) fn close_body(&mut self, place: &Place<'_>, scope: &StepPath) {
        self.drop_streams_in(scope);
        self.state.close_scope(scope);
        let again = self
            .state
            .scope(place.scope.components())
            .rerun
            .has(place.index);
        if !again {
            self.forget_counts_under(scope);
        }
    }

    pub(super) fn forget_counts_under(&mut self, scope: &StepPath) {
        for path in paths_under(&self.state.counts, scope) {
            self.state.set_count(&path, None);
        }
    }

    fn end_scope(&mut self, scope: &StepPath) -> Result<(), Need> {
        if self.waits_for_streams(scope, scope) {
            return Ok(());
        }
        self.drop_streams_in(scope);
        match self.state.scope(scope.components()).kind {
            ScopeKind::Root => self.end_thread_body(),
            ScopeKind::OnThreadError => {
                self.end_failed(None);
                Ok(())
            }
            ScopeKind::Iteration => {
                self.iterations_ended += 1;
                self.end_iteration(scope);
                Ok(())
            }
            ScopeKind::Branch => {
                self.end_branch(scope);
                Ok(())
            }
            ScopeKind::Lane => {
                self.end_lane(scope);
                Ok(())
            }
            ScopeKind::Round => {
                self.iterations_ended += 1;
                self.end_round(scope)
            }
            ScopeKind::Cycle => unreachable!("an agent ends its cycles itself"),
        }
    }

    /// Ends the thread: nothing of it stays but the status.
    pub(super) fn end_thread(&mut self, status: Status, event: Event) {
        self.state.clear();
        self.state.change_thread(|thread| {
            thread.status = status;
            thread.held = false;
            thread.pause = None;
            thread.failing = None;
            thread.deadline = None;
        });
        self.effects.clear();
        self.events.push(event);
    }
}

/// Whether a turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    Yes,
    No,
}
