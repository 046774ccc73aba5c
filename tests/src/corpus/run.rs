//! Runs generated programs and holds every value that a step gives against its static type.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_compiler::{Compiled, Part, compile};
use scriptum_contract::{
    Field, Shape, ToolCatalog, ToolName, ToolOrigin, ToolSignature, Type, Value, check,
    from_json_schema,
};
use scriptum_vm::{
    Call, Entry, Event, Ignored, Notification, Options, Record, Status, StepError, StepPath,
    Timestamp,
    play::{Answer, Happening, Play, Stuck, World},
    program::{Program, Step, StepKind},
};

use super::{types::value_of, write::measured};
use crate::random::Random;

/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp(1_767_225_600_000);

/// What came of a run that has no fault of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    /// It failed for a reason that no type can know, such as a division by zero.
    Failed,
    /// It did not end: it waits for somebody, or goes round in circles.
    Open,
}

/// Parts of messages that say that a value is of another type than it should be.
const FAULTS: [&str; 16] = [
    "is null",
    "not an object",
    "not a list",
    "there is no field",
    "has no field",
    "must be numbers",
    "only two numbers or two texts",
    "is no number",
    "must be true or false",
    "cannot add",
    "cannot call",
    "cannot look for",
    "must be an integer",
    "must be a text",
    "there is no function",
    "there is no name",
];

/// What the tools of generated programs are.
pub(crate) fn catalog() -> ToolCatalog {
    let measure = ToolSignature {
        name: ToolName::new("measure"),
        origin: ToolOrigin::Native,
        input: Some(Arc::new(Shape {
            fields: vec![
                Field::required("text", Type::text()),
                Field::required("factor", Type::integer()),
            ],
            open: false,
        })),
        output: Type::Shape(Arc::new(Shape {
            fields: vec![
                Field::required("size", Type::integer()),
                Field::required("name", Type::text()),
                Field::required("tags", Type::list(Type::text())),
            ],
            open: false,
        })),
        streaming: false,
        item: None,
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    };
    ToolCatalog::new(scriptum_tools::signatures().into_iter().chain([measure]))
}

/// Runs a compiled program.
///
/// # Errors
/// With the reason when something is of another type than the compiler said.
pub(crate) fn run(
    compiled: &Compiled,
    input: &Value,
    random: &mut Random,
) -> Result<Outcome, String> {
    let program = compiled.program.clone().ok_or("it has errors")?;
    let program = Arc::new(program);
    let input = compiled.contract.check_inputs(input, false);
    let Ok(input) = input else {
        return Ok(Outcome::Open);
    };
    let mut play = Play::new(Arc::clone(&program), Options::default(), START);
    let start = Notification::Started {
        input,
        env: BTreeMap::new(),
        seed: 7,
        thread: Value::object([("id", Value::text("thr_test"))]),
        timeout_ms: None,
    };
    if let Err(stuck) = play.run(&start, &mut Tools { random }) {
        return match stuck {
            Stuck::Endless => Ok(Outcome::Open),
            Stuck::Restore(_) | Stuck::Missing(_) => Err(stuck.to_string()),
        };
    }
    check_values(compiled, &program, play.entries())?;
    match play.vm().status() {
        Status::Completed => Ok(Outcome::Completed),
        Status::Failed | Status::Paused => Ok(Outcome::Failed),
        Status::Pending | Status::Running | Status::Cancelled => Ok(Outcome::Open),
    }
}

/// Tools that answer at once with any value of their result.
struct Tools<'r> {
    random: &'r mut Random,
}

impl Tools<'_> {
    /// What a model says: something of the schema that it is given.
    fn model(&mut self, call: &Call) -> Value {
        let mut fields = vec![
            (Arc::from("text"), Value::text("said")),
            (Arc::from("model"), Value::text("m")),
            (Arc::from("finish_reason"), Value::text("stop")),
            (Arc::from("usage"), Value::object::<&str>([])),
        ];
        let schema = call.args.as_object().and_then(|args| args.get("schema"));
        if let Some(schema) = schema {
            let value = value_of(&from_json_schema(schema), self.random);
            let more = value.as_object().into_iter().flatten().cloned();
            fields.extend(more);
        }
        Value::object(fields)
    }
}

impl World for Tools<'_> {
    type Error = Stuck;

    fn asked(&mut self, _: &Call) {}

    fn answer(&mut self, call: &Call) -> Result<Answer, Stuck> {
        let output = match &*call.callee.name.0 {
            "measure" => measured().value(self.random),
            "llm" => self.model(call),
            _ => call.args.clone(),
        };
        Ok(Answer::Now(Ok(output)))
    }

    fn follow(&mut self, _: &Play, _: &[Entry]) -> Result<Vec<Happening>, Stuck> {
        Ok(Vec::new())
    }

    /// Answers what is asked.
    fn act(&mut self, play: &Play) -> Result<Option<Notification>, Stuck> {
        let open = play.vm().asks().next();
        Ok(open.map(|asked| Notification::Answered {
            path: asked.path.clone(),
            value: value_of(&asked.answer, self.random),
            by: "somebody".into(),
            attempt: None,
            wrong: None,
        }))
    }

    fn ignored(&mut self, _: Ignored) -> Result<(), Stuck> {
        Ok(())
    }
}

/// Holds the outputs of steps against the types of the names that they bind, and looks for errors that
/// a type should have prevented.
fn check_values(compiled: &Compiled, program: &Program, entries: &[Entry]) -> Result<(), String> {
    let mut returned = None;
    for entry in entries {
        match &entry.record {
            Record::Notification(Notification::Returned { output, .. }) => returned = Some(output),
            Record::Notification(_) => returned = None,
            Record::Event(Event::StepCompleted { path, output, .. }) => {
                if let Some(value) = output.as_ref().or(returned) {
                    check_value(compiled, program, path, value)?;
                }
            }
            Record::Event(Event::StepFailed { path, error, .. }) => check_error(path, error)?,
            Record::Event(_) => {}
        }
    }
    Ok(())
}

fn check_value(
    compiled: &Compiled,
    program: &Program,
    path: &StepPath,
    value: &Value,
) -> Result<(), String> {
    // The turns and calls of an agent are steps that no program has.
    let Some(step) = step_at(program, path.components()) else {
        return Ok(());
    };
    // Another name shows the value of a jump or an error as well.
    let is_plain = matches!(
        step.kind,
        StepKind::Do(_) | StepKind::Let(_) | StepKind::Each(_)
    );
    if step.kind.bound_name().is_none() || !is_plain {
        return Ok(());
    }
    let ty = compiled.tables.facts.ty(Part::Bind.of(step.at));
    match check(value, ty).first() {
        Some(violation) => Err(format!(
            "step {path} gives {} but is of type {ty}: {} {}",
            value.to_json().unwrap_or_default(),
            violation.pointer,
            violation.message
        )),
        None => Ok(()),
    }
}

fn check_error(path: &StepPath, error: &StepError) -> Result<(), String> {
    let is_typed = &*error.code == "EXPRESSION_FAILED" || &*error.code == "OUTPUT_INVALID";
    if is_typed && FAULTS.iter().any(|fault| error.message.contains(fault)) {
        return Err(format!("step {path} fails with a fault of types: {error}"));
    }
    Ok(())
}

fn step_at<'p>(program: &'p Program, path: &[u32]) -> Option<&'p Step> {
    let mut body = &program.body;
    let mut rest = path;
    loop {
        let (index, inner) = rest.split_first()?;
        let step = body.steps.get(*index as usize)?;
        let Some((inner, tail)) = inner.split_first() else {
            return Some(step);
        };
        let mut bodies = step.kind.bodies();
        let has_several = matches!(step.kind, StepKind::Decide(_) | StepKind::Together(_));
        body = bodies.nth(if has_several { *inner as usize } else { 0 })?;
        rest = tail;
    }
}

/// Compiles a text against the tools of generated programs.
pub(crate) fn compiled(text: &str, catalog: &ToolCatalog) -> Compiled {
    compile(text, catalog)
}
