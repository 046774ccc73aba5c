//! `plan` and `run`: calls whose other side is the language itself.
//!
//! A plan is written and compiled elsewhere; the machine sees the source text as a value and nothing
//! more. A sub-thread is a call as well, one that takes as long as the thread does: its number makes the
//! key under which the thread is made once and found again, and its answer is what the thread gave.

use std::sync::Arc;

use scriptum_contract::{Object, Value};

use super::{
    Refused,
    cells::{Calling, Given},
    conversation::named,
    exec_each::failed,
    place::Place,
    run::{Done, Execution, Need, Run},
};
use crate::{
    Recovery, StepError,
    eval::EvalError,
    program::{self, Plan, RunTarget},
};

/// What `run` answers besides the fields of the output.
const RESULT_FIELDS: [&str; 3] = ["output", "status", "thread_id"];

impl Run<'_> {
    pub(super) fn exec_plan(
        &mut self,
        execution: &Execution<'_>,
        plan: &Plan,
    ) -> Result<(), EvalError> {
        let input = self.input(execution, &plan.model.inputs)?;
        let input = fields(&input);
        let is_named = input.get("tools").is_some();
        let tools = if is_named {
            Vec::new()
        } else {
            self.model_tools(execution, &input, plan.tools.as_ref())?
        };
        let known = |name: &Value| {
            let callee =
                super::conversation::tool(self.program, plan.tools.as_ref(), name.as_text()?)?;
            Some(named(&callee))
        };
        let tools = Value::list(tools.iter().filter_map(known));
        let tools = (!is_named).then(|| (Arc::from("tools"), tools));
        let input: Object = input.iter().cloned().chain(tools).collect();
        let input = Value::Object(self.values.keep_fields(&input));
        Ok(self.begin_call(execution, input)?)
    }

    pub(super) fn exec_run(
        &mut self,
        execution: &Execution<'_>,
        run: &program::Run,
    ) -> Result<(), EvalError> {
        let input = match &execution.given {
            Given::Whole(Value::Object(given)) => self.run_again_with(execution, run, given)?,
            Given::Nothing
            | Given::Whole(_)
            | Given::Parts(_)
            | Given::Answer(_)
            | Given::Branch(_) => {
                let target = self.target(execution, run)?;
                let input = self.input(execution, &run.inputs)?;
                Value::object([target, ("input", input)])
            }
        };
        let input = Value::Object(self.values.keep_fields(&fields(&input)));
        Ok(self.begin_call(execution, input)?)
    }

    /// What runs: the name of a script, or the text of a planned one.
    fn target(
        &mut self,
        execution: &Execution<'_>,
        run: &program::Run,
    ) -> Result<(&'static str, Value), EvalError> {
        let plan = match &run.target {
            RunTarget::Stored(name) => return Ok(("script", Value::Text(Arc::clone(name)))),
            RunTarget::Planned(plan) => plan,
        };
        let planned = self.open_value(execution, plan)?;
        let field = |name: &str| planned.as_object().and_then(|planned| planned.get(name));
        if let Some(Value::Bool(false)) = field("valid") {
            let message = format!("the script of {} does not compile", plan.source);
            let error = StepError::permanent("PLAN_INVALID", message);
            return Err(EvalError::Failed(error));
        }
        match field("script") {
            Some(script @ (Value::Text(_) | Value::Stored(_))) => Ok(("plan", script.clone())),
            Some(_) | None => Err(failed(format!("{} is no result of a plan", plan.source))),
        }
    }

    /// Another try, with inputs that an operator changed or with those from before.
    fn run_again_with(
        &mut self,
        execution: &Execution<'_>,
        run: &program::Run,
        given: &Object,
    ) -> Result<Value, EvalError> {
        let target = ["script", "plan"]
            .into_iter()
            .find(|key| given.get(key).is_some());
        let (Some(target), Some(before)) = (target, given.get("input")) else {
            let target = self.target(execution, run)?;
            return Ok(Value::object([
                target,
                ("input", Value::Object(given.clone())),
            ]));
        };
        let own = [target, "input"];
        if given.iter().all(|(key, _)| own.contains(&&**key)) {
            return Ok(Value::Object(given.clone()));
        }
        let before = self.values.open_deep(before).map_err(Need)?;
        let before = fields(&before);
        let changed = given.iter().filter(|(key, _)| !own.contains(&&**key));
        let input: Object = before.iter().chain(changed).cloned().collect();
        let script = given.get(target).cloned().unwrap_or_default();
        Ok(Value::object([
            (target, script),
            ("input", Value::Object(input)),
        ]))
    }

    /// The thread that a `run` started has ended well.
    pub(super) fn run_finished(
        &mut self,
        place: &Place<'_>,
        calling: &Calling,
        result: &Value,
    ) -> Result<(), Refused> {
        let result = self.values.open_deep(result).map_err(Need)?;
        let value = self.run_result(&result);
        self.complete(place, calling.count, Done::with(value));
        Ok(())
    }

    /// What an operator gives counts as the output of a thread that never was.
    pub(super) fn run_given(&mut self, output: Value) -> Done {
        let result = Value::object([
            ("output", output),
            ("status", Value::text("COMPLETED")),
            ("thread_id", Value::text("")),
        ]);
        Done {
            recovery: Some(Recovery::Operator),
            ..Done::with(self.run_result(&result))
        }
    }

    /// The fields of the output, and the output as a whole, the status and the thread.
    fn run_result(&mut self, result: &Value) -> Value {
        let result = fields(result);
        let output = match result.get("output") {
            Some(output) => fields(output),
            None => Object::from_iter([]),
        };
        let output = self.values.keep_fields(&output);
        let own = RESULT_FIELDS.into_iter().map(|name| {
            let value = match name {
                "output" => Value::Object(output.clone()),
                _ => result.get(name).cloned().unwrap_or_default(),
            };
            (Arc::from(name), value)
        });
        let all: Object = output.iter().cloned().chain(own).collect();
        self.values.keep(Value::Object(all))
    }
}

fn fields(value: &Value) -> Object {
    let object = value.as_object().cloned();
    object.unwrap_or_else(|| Object::from_iter([]))
}
