//! What steps ask of models, and what an answer must be.
//!
//! A `decide` and a `check` put their question as the prompt of a model and give it a schema that leaves
//! no other answers than those that they can act on. A `do` gives it the schema of what the script reads
//! of the answer. Schemas follow from the program, so they are added to a call when it is made and are
//! in no record; whoever replaces the input of a step need not know them.

use std::{fmt::Write as _, sync::Arc};

use scriptum_contract::{Shape, Type, Value, Violation, check, type_schema};

use super::{
    cells::{Calling, Given},
    place::Place,
    run::{Execution, Need, Run},
};
use crate::{
    StepError,
    eval::EvalError,
    program::{Decide, Expr, Model, Step, StepKind, Test},
};

/// Code of the error of an answer that does not fit.
const OUTPUT_INVALID: &str = "TOOL_OUTPUT_INVALID";

/// Field of the answer that names a branch.
pub(super) const BRANCH: &str = "branch";

/// Field of the answer to a question of a check.
pub(super) const ANSWER: &str = "answer";

/// Argument of a call that holds the schema.
const SCHEMA: &str = "schema";

/// Characters of a wrong answer that its error shows.
const SHOWN_CHARS_MAX: usize = 100;

impl Run<'_> {
    /// Asks a model which branch to take.
    pub(super) fn ask_for_branch(
        &mut self,
        execution: &Execution<'_>,
        decide: &Decide,
        model: &Model,
    ) -> Result<(), EvalError> {
        let question = match self.label(&execution.place, execution.count.attempt)? {
            Some(label) => label,
            None => "Which branch?".into(),
        };
        let mut choices = String::from("Answer with the name of one of these:");
        for branch in &decide.branches {
            let _ = write!(choices, "\n- {}", branch.name);
            for case in decide
                .cases
                .iter()
                .filter(|case| case.target == branch.name)
            {
                let criterion = self.open_value(execution, &case.when)?;
                let _ = write!(choices, ": {}", text_of(&criterion));
            }
            if decide.otherwise.as_ref() == Some(&branch.name) {
                choices.push_str(": when nothing else fits");
            }
        }
        self.put_to_model(execution, model, &question, Some(&choices))
    }

    /// Asks a model a question that is answered with yes or no.
    pub(super) fn ask_model(
        &mut self,
        execution: &Execution<'_>,
        model: &Model,
        prompt: &Expr,
    ) -> Result<(), EvalError> {
        let question = self.open_value(execution, prompt)?;
        self.put_to_model(execution, model, &text_of(&question), None)
    }

    fn put_to_model(
        &mut self,
        execution: &Execution<'_>,
        model: &Model,
        question: &str,
        choices: Option<&str>,
    ) -> Result<(), EvalError> {
        let args = match &execution.given {
            Given::Whole(args) => args.clone(),
            Given::Nothing | Given::Parts(_) | Given::Answer(_) | Given::Branch(_) => {
                let inputs = self.input(execution, &model.inputs)?;
                self.question(&inputs, question, choices)?
            }
        };
        self.begin_call(execution, args)?;
        Ok(())
    }

    /// The arguments of a model: what belongs to the question becomes its prompt, the rest stays.
    fn question(
        &mut self,
        inputs: &Value,
        question: &str,
        choices: Option<&str>,
    ) -> Result<Value, EvalError> {
        let inputs = self.values.open_deep(inputs).map_err(EvalError::Need)?;
        let inputs = inputs.as_object().into_iter().flatten();
        let inputs: Vec<_> = inputs.cloned().collect();
        let mut prompt = question.to_owned();
        for (name, heading) in [("prompt", ""), ("context", "Context:\n")] {
            let given = inputs.iter().find(|(given, _)| **given == *name);
            if let Some((_, value)) = given.filter(|(_, value)| *value != Value::Null) {
                let _ = write!(prompt, "\n\n{heading}{}", text_of(value));
            }
        }
        if let Some(choices) = choices {
            let _ = write!(prompt, "\n\n{choices}");
        }
        let is_further = |(name, _): &(Arc<str>, Value)| !matches!(&**name, "prompt" | "context");
        let further = inputs.into_iter().filter(is_further);
        let all = [(Arc::from("prompt"), Value::from(prompt))];
        let args = all.into_iter().chain(further).collect();
        Ok(Value::Object(self.values.keep_fields(&args)))
    }

    /// A field of a model's answer.
    pub(super) fn model_field(&self, output: &Value, name: &str) -> Result<Option<Value>, Need> {
        let opened = self.values.open_deep(output).map_err(Need)?;
        Ok(opened
            .as_object()
            .and_then(|fields| fields.get(name))
            .cloned())
    }

    /// Binds the answer of a call whose shape the script demands, if it has that shape.
    pub(super) fn checked_answer(
        &mut self,
        place: &Place<'_>,
        calling: Calling,
        wanted: &Type,
        output: Value,
    ) -> Result<(), Need> {
        let opened = self.values.open_deep(&output).map_err(Need)?;
        let violations = check(&opened, &opened_type(wanted));
        if violations.is_empty() {
            let output = self.values.keep(output);
            self.call_done(place, &calling, output);
            return Ok(());
        }
        let message = format!(
            "the answer is not of the type {wanted}: {}",
            said(&violations)
        );
        let shown = violations.iter().map(shown);
        let error = StepError {
            details: Value::object([("violations", Value::list(shown))]),
            ..StepError::permanent(OUTPUT_INVALID, message)
        };
        self.answer_failed(place, calling, error)
    }
}

/// The type of a whole answer: beside the fields that the script demands it has those of every answer.
fn opened_type(wanted: &Type) -> Type {
    match wanted.as_shape() {
        Some(shape) => Type::Shape(Arc::new(Shape {
            fields: shape.fields.clone(),
            open: true,
        })),
        None => wanted.clone(),
    }
}

/// The arguments of a step's call, with the schema that the program demands of the answer.
pub(super) fn with_schema(step: &Step, args: Value) -> Value {
    let Some(schema) = schema(step) else {
        return args;
    };
    match args {
        Value::Object(fields) if fields.get(SCHEMA).is_none() => {
            let schema = (Arc::from(SCHEMA), schema);
            Value::Object(fields.iter().cloned().chain([schema]).collect())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => args,
    }
}

fn schema(step: &Step) -> Option<Value> {
    match &step.kind {
        StepKind::Do(call) => call.returns.as_ref().map(type_schema),
        StepKind::Decide(decide) => decide.model.as_ref().map(|_| branch_schema(decide)),
        StepKind::Check(check) => match &check.test {
            Test::Question { .. } => {
                let boolean = Value::object([("type", Value::text("boolean"))]);
                Some(one_field(ANSWER, boolean))
            }
            Test::Condition(_) => None,
        },
        StepKind::Let(_)
        | StepKind::Each(_)
        | StepKind::Together(_)
        | StepKind::Pipe(_)
        | StepKind::Repeat(_)
        | StepKind::Wait(_)
        | StepKind::Agent(_)
        | StepKind::Ask(_)
        | StepKind::Plan(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => None,
    }
}

fn branch_schema(decide: &Decide) -> Value {
    let names = decide.branches.iter();
    let names = names.map(|branch| Value::Text(Arc::clone(&branch.name)));
    let one_of = Value::object([
        ("type", Value::text("string")),
        ("enum", Value::list(names)),
    ]);
    one_field(BRANCH, one_of)
}

/// The schema of an object with one field and nothing else.
fn one_field(name: &str, schema: Value) -> Value {
    Value::object([
        ("type", Value::text("object")),
        ("properties", Value::object([(name, schema)])),
        ("required", Value::list([Value::text(name)])),
        ("additionalProperties", Value::Bool(false)),
    ])
}

/// The error of an answer that a step can do nothing with.
pub(super) fn wrong_answer(field: &str, answer: Option<&Value>, what_is_it: &str) -> StepError {
    let message = match answer {
        Some(answer) => {
            let json = answer.to_json().unwrap_or_default();
            let shown: String = json.chars().take(SHOWN_CHARS_MAX).collect();
            format!("the model answered {shown}, which is {what_is_it}")
        }
        None => format!("the model gave no `{field}` in its answer"),
    };
    StepError::permanent(OUTPUT_INVALID, message)
}

/// A value as it stands in a prompt.
fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.as_ref().to_owned(),
        Value::Null => String::new(),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => value.to_json().unwrap_or_default(),
    }
}

/// Violations as one line.
pub(super) fn said(violations: &[Violation]) -> String {
    let line = |violation: &Violation| match violation.pointer.as_str() {
        "" => violation.message.clone(),
        pointer => format!("{pointer} {}", violation.message),
    };
    let lines: Vec<_> = violations.iter().map(line).collect();
    lines.join("; ")
}

fn shown(violation: &Violation) -> Value {
    Value::object([
        ("pointer", Value::text(&violation.pointer)),
        ("reason", Value::text(violation.reason.as_str())),
        ("message", Value::text(&violation.message)),
    ])
}
