//! `agent`: lets a model call tools until it has an answer.
//!
//! Each turn of the model is a cycle, a scope of its own below the step: child 0 is the model's turn,
//! the further children are the calls that it asked for, one after the other. What a cycle said and
//! learned stays in its cells until the agent ends, so nothing is written twice, and the conversation
//! is put together only when the model is asked. What a tool refuses or fails at is told to the model.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::{Object, Value};

use super::{
    Ignored, Refused,
    cells::{Calling, Count, Failed, Given, Head, Progress, Waiting},
    conversation::{self, Answer, ToolCall},
    exec_do::{Attempt, was_answered},
    exec_each::{check_depth, failed, too_much, whole},
    place::{self, Place},
    run::{Done, Execution, Need, Run},
    state::{Scope, ScopeKind, paths_under},
};
use crate::{
    Effect, Event, Recovery, StepError, StepPath,
    eval::EvalError,
    limits::AGENT_CYCLES_MAX,
    program::{Agent, OnError, StepKind, Tools},
};

/// Cycles of an agent that says nothing of them.
const CYCLES_DEFAULT: u32 = 10;

/// Codes of errors of a tool that are not for the model to judge: nobody knows what the tool did, or
/// it is the machine that is broken. Whoever looks after the thread decides.
const NOT_OBSERVED: [&str; 3] = ["OUTCOME_UNKNOWN", "INTERNAL_ERROR", "CANCELLED"];

impl<'r> Run<'r> {
    pub(super) fn exec_agent(
        &mut self,
        execution: &Execution<'_>,
        agent: &Agent,
    ) -> Result<(), EvalError> {
        let input = self.input(execution, &agent.model.inputs)?;
        let input = input.as_object().cloned();
        let input = input.unwrap_or_else(|| Object::from_iter([]));
        let tools = self.model_tools(execution, &input, agent.tools.as_ref())?;
        check_task(&input)?;
        cycles_max(&input)?;
        check_depth(&execution.place)?;
        // The names stay where they are: what is asked of the outside is read off the state alone.
        let tools = (Arc::from("tools"), Value::list(tools));
        let input = self.values.keep_fields(&input);
        let input = Value::Object(input.iter().cloned().chain([tools]).collect());
        self.begin(execution, input.clone())?;
        let place = &execution.place;
        let inside = Progress::Inside {
            attempt: execution.count.attempt,
        };
        self.state.set_step(&place.scope, inside);
        let cycle = self.open_cycle(place, 0);
        self.state.bind(&cycle, &conversation::INPUT.into(), input);
        if execution.count.calls > 0 {
            let calls = Value::Int(execution.count.calls.into());
            self.state.bind(&cycle, &conversation::CALLS.into(), calls);
        }
        Ok(())
    }

    /// Executes the current child of a cycle.
    pub(super) fn exec_cycle(&mut self, execution: &Execution<'_>) {
        match execution.place.index {
            0 => self.let_think(execution),
            index => self.use_tool(execution, index),
        }
    }

    /// Local names of the tools that the model may use, as texts.
    pub(super) fn model_tools(
        &mut self,
        execution: &Execution<'_>,
        input: &Object,
        tools: Option<&Tools>,
    ) -> Result<Vec<Value>, EvalError> {
        let named = match (input.get("tools"), tools) {
            (Some(given), _) => self.opened(given.clone())?,
            (None, Some(Tools::Listed(callees))) => {
                let names = callees.iter().map(|callee| &callee.local);
                return Ok(names.map(|name| Value::Text(Arc::clone(name))).collect());
            }
            (None, Some(Tools::Computed(expr))) => self.open_value(execution, expr)?,
            (None, None) => return Ok(Vec::new()),
        };
        let listed = named.as_list().unwrap_or_default();
        let known = |name: &Value| {
            let name = name.as_text();
            name.is_some_and(|name| conversation::tool(self.program, tools, name).is_some())
        };
        match (named.as_list(), listed.iter().find(|name| !known(name))) {
            (Some(listed), None) => Ok(without_repeats(listed)),
            (None, _) => {
                let kind = named.kind();
                Err(failed(format!(
                    "tools needs a list of tool names, it is {kind}"
                )))
            }
            (Some(_), Some(unknown)) => {
                let shown = unknown.to_json().unwrap_or_default();
                Err(failed(format!("the script imports no tool {shown}")))
            }
        }
    }

    fn open_cycle(&mut self, agent: &Place<'_>, index: u32) -> StepPath {
        let rerun = self.state.scope(agent.scope.components()).rerun;
        let rerun = place::cycle_rerun(rerun.has(agent.index), agent.step);
        let path = agent.path.child(index);
        let cycle = Scope::new(ScopeKind::Cycle, &place::NO_STEPS, rerun);
        self.state.open_scope(path.clone(), cycle);
        path
    }

    /// True for a scope that is a cycle of an agent.
    pub(super) fn is_cycle(&self, scope: &StepPath) -> bool {
        let scope = self.state.scopes.get(scope.components());
        scope.is_some_and(|scope| scope.kind == ScopeKind::Cycle)
    }

    fn let_think(&mut self, execution: &Execution<'_>) {
        let place = &execution.place;
        let news = conversation::news(self.state, &place.scope);
        let input = self
            .values
            .keep(Value::object([("messages", Value::list(news))]));
        let tool = place::tool(place.step);
        self.begin_child(place, execution.count.attempt, tool, input.clone());
        self.call_child(place, calling(execution.count, input));
    }

    /// Makes a call that the model asked for, if that is possible.
    fn use_tool(&mut self, execution: &Execution<'_>, index: u32) {
        let place = &execution.place;
        let asked = conversation::asked(self.state, &place.scope, index);
        let call = match &execution.given {
            Given::Whole(arguments) => ToolCall {
                arguments: arguments.clone(),
                is_broken: false,
                ..asked
            },
            Given::Nothing | Given::Parts(_) | Given::Answer(_) | Given::Branch(_) => asked,
        };
        let tool = self.allowed_tool(place, &call.name);
        let (attempt, arguments) = (execution.count.attempt, call.arguments.clone());
        self.begin_child(place, attempt, tool.clone(), arguments.clone());
        self.name_child(tool.is_none(), &call.name);
        let refused = match tool {
            Some(_) if !call.is_broken => None,
            Some(_) => Some((
                "TOOL_INPUT_INVALID",
                "the arguments are no object".to_owned(),
            )),
            None => Some(("UNKNOWN_TOOL", format!("there is no tool '{}'", call.name))),
        };
        let slot = conversation::slot(index);
        self.state.bind(&place.scope, &slot, call.cell(None));
        match refused {
            None => self.call_child(place, calling(execution.count, arguments)),
            Some((code, message)) => {
                let error = StepError::permanent(code, message);
                self.observe_error(place, execution.count, error);
            }
        }
    }

    /// The full name of a tool that the agent may use.
    fn allowed_tool(&self, child: &Place<'_>, name: &str) -> Option<Arc<str>> {
        let input = conversation::input(self.state, &agent_path(child));
        let allowed = input.get("tools").and_then(Value::as_list);
        let allowed = allowed.unwrap_or_default();
        let may = allowed.iter().any(|it| it.as_text() == Some(name));
        let tools = agent_of(child)?.tools.as_ref();
        let callee = conversation::tool(self.program, tools, name).filter(|_| may)?;
        Some(Arc::clone(&callee.name.0))
    }

    fn begin_child(
        &mut self,
        place: &Place<'_>,
        attempt: u32,
        tool: Option<Arc<str>>,
        input: Value,
    ) {
        self.events.push(Event::StepStarted {
            path: place.path.clone(),
            attempt,
            label: None,
            primitive: place::execute(),
            tool,
            input,
        });
    }

    /// A call of a tool that there is not shows the name that the model gave.
    fn name_child(&mut self, is_unknown: bool, name: &Arc<str>) {
        if let (true, Some(Event::StepStarted { label, .. })) = (is_unknown, self.events.last_mut())
        {
            *label = Some(Arc::clone(name));
        }
    }

    fn call_child(&mut self, place: &Place<'_>, mut calling: Calling) {
        calling.count = calling.count.called();
        let call = conversation::call_of(self.program, self.state, place, &calling);
        self.effects.extend(call.map(Effect::Call));
        let calling = Progress::Calling(Box::new(calling));
        self.state.set_step(&place.scope, calling);
    }

    /// The time of another try has come.
    pub(super) fn child_due(&mut self, place: &Place<'_>, waiting: Waiting) {
        let input = waiting.call.input.clone().unwrap_or_default();
        let attempt = waiting.call.count.attempt;
        let tool = match place.index {
            0 => place::tool(place.step),
            index => {
                let call = conversation::asked(self.state, &place.scope, index);
                self.allowed_tool(place, &call.name)
            }
        };
        self.begin_child(place, attempt, tool, input);
        self.call_child(place, waiting.call);
    }

    /// A child's call gave a result.
    pub(super) fn child_returned(
        &mut self,
        place: &Place<'r>,
        calling: Calling,
        output: Value,
    ) -> Result<Value, Refused> {
        if place.index > 0 {
            let output = self.values.keep(output);
            self.child_completed(place, calling.count, None, None);
            self.learn(place, output.clone());
            return Ok(output);
        }
        let answer = self.values.open_deep(&output).map_err(Need)?;
        let kept = self.values.keep(output);
        match Answer::read(&answer, &place.scope) {
            Ok(answer) => {
                self.child_completed(place, calling.count, None, None);
                self.go_on_with(place, answer);
            }
            Err(message) => {
                let error = StepError::permanent("TOOL_OUTPUT_INVALID", message);
                let attempt = Attempt {
                    count: calling.count.used_up(),
                    tries: calling.tries,
                    input: calling.input,
                    fallback: false,
                    reported: false,
                };
                self.child_failed(place, attempt, error)?;
            }
        }
        Ok(kept)
    }

    /// A child's call failed.
    pub(super) fn child_call_failed(
        &mut self,
        place: &Place<'r>,
        calling: Calling,
        error: StepError,
    ) -> Result<(), Need> {
        let count = if was_answered(&error) {
            calling.count.used_up()
        } else {
            calling.count
        };
        if place.index > 0 && !NOT_OBSERVED.contains(&&*error.code) {
            // The next call of this child, should there be one, is another one.
            self.observe_error(place, count.used_up(), error);
            return Ok(());
        }
        let attempt = Attempt {
            count,
            tries: calling.tries,
            input: calling.input,
            fallback: false,
            reported: true,
        };
        self.child_failed(place, attempt, error)
    }

    /// A resume gives the output of a child.
    pub(super) fn child_given(
        &mut self,
        place: &Place<'r>,
        failed: &Failed,
        output: Value,
    ) -> Result<(), Refused> {
        let shown = Some(output.clone());
        let by = Some(Recovery::Operator);
        if place.index > 0 {
            self.child_completed(place, failed.count, shown, by);
            self.learn(place, output);
            return Ok(());
        }
        let answer = self.values.open_deep(&output).map_err(Need)?;
        let answer = Answer::read(&answer, &place.scope);
        let answer = answer.map_err(|_| Ignored::NoSuchChange)?;
        self.child_completed(place, failed.count, shown, by);
        self.go_on_with(place, answer);
        Ok(())
    }

    fn child_completed(
        &mut self,
        place: &Place<'_>,
        count: Count,
        output: Option<Value>,
        recovery: Option<Recovery>,
    ) {
        self.events.push(Event::StepCompleted {
            path: place.path.clone(),
            attempt: count.attempt,
            output,
            recovery,
        });
        self.remember(place, count);
    }

    /// A tool failed in a way that the model is told.
    fn observe_error(&mut self, place: &Place<'_>, count: Count, error: StepError) {
        let mut fields = vec![
            ("code", Value::Text(Arc::clone(&error.code))),
            ("message", Value::Text(Arc::clone(&error.message))),
        ];
        if !matches!(error.details, Value::Null) {
            fields.push(("details", error.details.clone()));
        }
        let seen = Value::object([("error", Value::object(fields))]);
        let seen = self.values.keep(seen);
        self.child_ignored(place, count, error);
        self.learn(place, seen);
    }

    fn child_ignored(&mut self, place: &Place<'_>, count: Count, error: StepError) {
        self.events.push(Event::StepFailed {
            path: place.path.clone(),
            attempt: count.attempt,
            error,
            recovery: Some(Recovery::Ignore),
        });
        self.remember(place, count);
    }

    /// A child failed: the clause of the agent says what becomes of it. A retry repeats the child alone,
    /// so that nothing that was done before it is done twice.
    fn child_failed(
        &mut self,
        place: &Place<'r>,
        attempt: Attempt,
        error: StepError,
    ) -> Result<(), Need> {
        match place.step.kind.on_error() {
            Some(OnError::Fallback { .. } | OnError::Ignore) => {
                self.child_ignored(place, attempt.count, error.clone());
                let agent = self.agent_place(place);
                let attempt = Attempt {
                    count: self.agent_count(&agent),
                    tries: 0,
                    input: Some(Value::Object(conversation::input(self.state, &agent.path))),
                    ..attempt
                };
                self.close_cycles(&agent);
                self.attempt_failed(&agent, attempt, error)
            }
            Some(OnError::Retry { .. }) | None => self.attempt_failed(place, attempt, error),
        }
    }

    /// Keeps what a call brought, and goes on with the next one or with the next cycle.
    fn learn(&mut self, place: &Place<'_>, result: Value) {
        let call = conversation::asked(self.state, &place.scope, place.index);
        let slot = conversation::slot(place.index);
        self.state
            .bind(&place.scope, &slot, call.cell(Some(result)));
        let last = conversation::calls_count(self.state, &place.scope);
        if place.index < last {
            self.state
                .set_head(&place.scope, head(place.index + 1, Progress::Ready));
            return;
        }
        self.state
            .set_head(&place.scope, head(place.index, Progress::Over));
        let agent = self.agent_place(place);
        let next = place.scope.last().unwrap_or_default() + 1;
        self.open_cycle(&agent, next);
    }

    /// Makes the calls that the model asked for, or ends the agent.
    fn go_on_with(&mut self, place: &Place<'_>, answer: Answer) {
        let agent = self.agent_place(place);
        let cycle = place.scope.last().unwrap_or_default();
        let input = conversation::input(self.state, &agent.path);
        let max = cycles_max(&input).unwrap_or(CYCLES_DEFAULT);
        let exhausted = !answer.calls.is_empty() && cycle + 1 >= max;
        if answer.calls.is_empty() || exhausted {
            let calls = conversation::all_calls(self.state, &agent.path);
            let result = Value::object([
                ("text", answer.text),
                ("iterations", Value::Int(i64::from(cycle) + 1)),
                ("tool_calls", Value::list(calls)),
                ("exhausted", Value::Bool(exhausted)),
            ]);
            let result = self.values.keep(result);
            let count = self.agent_count(&agent);
            self.close_cycles(&agent);
            self.forget_children(&agent);
            return self.complete(&agent, count, Done::with(result));
        }
        let text = self.values.keep(answer.text);
        let said = conversation::said(text, &answer.calls);
        self.state.bind(&place.scope, &conversation::slot(0), said);
        for (index, call) in (1..).zip(answer.calls) {
            let arguments = self.values.keep(call.arguments);
            let call = ToolCall { arguments, ..call };
            let slot = conversation::slot(index);
            self.state.bind(&place.scope, &slot, call.cell(None));
        }
        self.state.set_head(&place.scope, head(1, Progress::Ready));
    }

    fn agent_place(&self, child: &Place<'_>) -> Place<'r> {
        self.container(&child.scope)
    }

    fn agent_count(&self, agent: &Place<'_>) -> Count {
        Count {
            calls: conversation::calls_before(self.state, &agent.path),
            ..self.inside_count(agent)
        }
    }

    fn close_cycles(&mut self, agent: &Place<'_>) {
        let cycles = paths_under(&self.state.scopes, &agent.path);
        for cycle in cycles.iter().rev() {
            self.state.close_scope(cycle);
        }
    }

    /// Forgets how often the children ran, when none of them can run again.
    pub(super) fn forget_children(&mut self, agent: &Place<'_>) {
        let scope = self.state.scope(agent.scope.components());
        if !scope.rerun.has(agent.index) {
            self.forget_counts_under(&agent.path);
        }
    }
}

fn calling(count: Count, input: Value) -> Calling {
    Calling {
        count,
        tries: 0,
        input: Some(input),
        fallback: None,
    }
}

fn head(at: u32, step: Progress) -> Head {
    Head {
        at,
        step,
        rounds: Vec::new(),
    }
}

fn without_repeats(names: &[Value]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut is_new = |name: &Value| seen.insert(name.as_text().map(str::to_owned));
    names.iter().filter(|name| is_new(name)).cloned().collect()
}

fn agent_path(child: &Place<'_>) -> StepPath {
    child.scope.parent().unwrap_or_default()
}

fn agent_of<'p>(child: &Place<'p>) -> Option<&'p Agent> {
    match &child.step.kind {
        StepKind::Agent(agent) => Some(agent),
        StepKind::Do(_)
        | StepKind::Let(_)
        | StepKind::Each(_)
        | StepKind::Decide(_)
        | StepKind::Check(_)
        | StepKind::Together(_)
        | StepKind::Pipe(_)
        | StepKind::Repeat(_)
        | StepKind::Wait(_)
        | StepKind::Ask(_)
        | StepKind::Plan(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => None,
    }
}

fn check_task(input: &Object) -> Result<(), EvalError> {
    match input.get("task") {
        Some(Value::Text(_) | Value::Secret(_) | Value::Stored(_)) => Ok(()),
        Some(other) => {
            let kind = other.kind();
            Err(failed(format!("agent needs a text as task, it is {kind}")))
        }
        None => Err(failed("agent needs a task".to_owned())),
    }
}

/// How often the model is asked at most.
fn cycles_max(input: &Object) -> Result<u32, EvalError> {
    let Some(given) = input.get("max_iterations") else {
        return Ok(CYCLES_DEFAULT);
    };
    if matches!(given, Value::Null) {
        return Ok(CYCLES_DEFAULT);
    }
    let Some(max) = whole(given).filter(|max| 1 <= *max) else {
        let message = "max_iterations needs a whole number of at least 1";
        return Err(failed(message.to_owned()));
    };
    let max = u32::try_from(max)
        .ok()
        .filter(|max| *max <= AGENT_CYCLES_MAX);
    max.ok_or_else(|| {
        too_much(format!(
            "max_iterations is {}, an agent asks its model at most {AGENT_CYCLES_MAX} times",
            given.to_json().unwrap_or_default()
        ))
    })
}
