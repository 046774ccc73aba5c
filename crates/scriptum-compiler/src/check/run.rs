//! `plan` and `run`: what a planned script may be made of, and what a sub-thread gives.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use scriptum_contract::{
    Contract, Field, KnownScript, Number, Shape, ToolOrigin, ToolSignature, Type,
};
use scriptum_vm::program::{Expr, NodeId, Plan, Run, RunTarget, Step};

use super::{
    Checker,
    agent::{fields_of, own_signature},
    body::StepEnd,
    steps::goes_on,
};
use crate::{codes, source_map::Part};

/// How the file of a script ends.
const ENDING: &str = ".scriptum";

/// What a plan takes, but for its tools, and what it gives.
static PLAN: LazyLock<ToolSignature> = LazyLock::new(|| {
    let input = vec![
        Field::required("task", Type::text()).doc("What the script is to do."),
        Field::optional("context", Type::Any).doc("What the model should know."),
        Field::optional("max_steps", at_least_one()).doc("How many steps the script may have."),
        Field::optional("validate", Type::Boolean)
            .doc("False: a script that does not compile is a result, too."),
        Field::optional("temperature", Type::number()).doc("0 is the least random."),
        Field::optional("max_tokens", at_least_one()).doc("Length of the longest answer."),
        Field::optional("model", Type::text()).doc("Which model."),
    ];
    let step = vec![
        Field::required("primitive", Type::text()),
        Field::required("label", Type::text().optional()),
        Field::required("tool", Type::text().optional()),
    ];
    let error = vec![
        Field::required("code", Type::text()),
        Field::required("message", Type::text()),
        Field::required("line", Type::integer()),
    ];
    let output = vec![
        Field::required("script", Type::text()),
        Field::required("steps", Type::list(Type::shape(step))),
        Field::required("valid", Type::Boolean),
        Field::required("errors", Type::list(Type::shape(error))),
        Field::required("text", Type::text()),
    ];
    own_signature("plan", input, Type::shape(output))
});

impl<'p> Checker<'p> {
    pub(super) fn plan(&mut self, step: &'p Step, plan: &'p Plan) -> StepEnd {
        self.model_inputs(step, &plan.model, &PLAN);
        self.model_tools(step, plan.tools.as_ref());
        let value = self.on_error(step, plan.on_error.as_ref(), PLAN.output.clone());
        if let Some(bind) = &plan.bind {
            self.bind(bind, step.at, value.clone());
        }
        goes_on(value)
    }

    pub(super) fn run(&mut self, step: &'p Step, run: &'p Run) -> StepEnd {
        let at = Part::First.of(step.at);
        self.repeated_inputs(&run.inputs);
        let value = match &run.target {
            RunTarget::Planned(plan) => {
                self.planned(plan);
                self.open_run(run)
            }
            RunTarget::Stored(name) => match self.stored(name, at) {
                Some(contract) => self.typed_run(name, run, &contract, at),
                None => self.open_run(run),
            },
        };
        self.facts.set_type(at, &value);
        let value = self.on_error(step, run.on_error.as_ref(), value);
        if let Some(bind) = &run.bind {
            self.bind(bind, step.at, value.clone());
        }
        goes_on(value)
    }

    /// A run of a script of which it is not known what it takes.
    fn open_run(&mut self, run: &'p Run) -> Type {
        for input in &run.inputs {
            let ty = self.infer(&input.value.root);
            self.facts.set_type(input.at, &ty);
        }
        result(&[])
    }

    /// A run of a script with this contract.
    fn typed_run(&mut self, name: &str, run: &'p Run, contract: &Contract, at: NodeId) -> Type {
        let signature = ToolSignature {
            origin: ToolOrigin::Cloud,
            ..own_signature(name, contract.inputs.clone(), result(&contract.outputs))
        };
        if let Some(shape) = &signature.input {
            self.inputs(name, &signature, shape, &run.inputs, at);
        }
        signature.output
    }

    /// What a stored script takes and gives; `None` when that is not known.
    fn stored(&mut self, name: &str, at: NodeId) -> Option<Arc<Contract>> {
        if self.map.is_hole(at) || name.is_empty() {
            return None;
        }
        let span = self.span(at);
        match self.catalog.script(name) {
            KnownScript::Is(contract) => return Some(Arc::clone(contract)),
            KnownScript::Anything | KnownScript::Missing if is_file(name) => {
                self.report(codes::unknown_script::of_file(name, stem(name), span));
            }
            KnownScript::Anything | KnownScript::There => {}
            KnownScript::Missing => {
                let known: BTreeSet<&str> = self.catalog.script_names().collect();
                let nearest = self.suggest.nearest(name, known.iter().copied());
                self.report(codes::unknown_script(name, span, nearest, &known));
            }
        }
        None
    }

    /// What runs must be what a plan gave.
    fn planned(&mut self, plan: &'p Expr) {
        let ty = self.infer(&plan.root);
        let has_script = match ty.without_null() {
            Type::Any | Type::Object | Type::Never => true,
            Type::Shape(shape) => shape.open || shape.field("script").is_some(),
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Enum(_)
            | Type::List(_)
            | Type::Optional(_)
            | Type::Null => false,
        };
        if !has_script {
            let span = self.span(plan.root.at);
            self.report(codes::not_a_plan(&plan.source, &ty, span));
        }
    }
}

/// What a plan takes, but for its tools.
pub(crate) fn plan_inputs() -> &'static [Field] {
    fields_of(&PLAN)
}

/// What a `run` gives: the fields of the output, beside what every sub-thread has. Which fields there are is
/// known when the other script is, and when that declares any.
fn result(outputs: &[Field]) -> Type {
    let open = outputs.is_empty();
    // The defaults of the output are filled in.
    let outputs = outputs.iter().map(|field| Field {
        required: true,
        default: None,
        ..field.clone()
    });
    let mut fields: Vec<Field> = outputs.collect();
    let output = if open {
        Type::Any
    } else {
        Type::shape(fields.clone())
    };
    let own = vec![
        Field::required("output", output),
        Field::required("status", Type::text()),
        Field::required("thread_id", Type::text()),
    ];
    fields.retain(|field| own.iter().all(|own| own.name != field.name));
    fields.extend(own);
    Type::Shape(Arc::new(Shape { fields, open }))
}

/// True for the path or the file of a script.
fn is_file(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(ENDING)
}

/// The name of a script without folder and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(ENDING).unwrap_or(name)
}

fn at_least_one() -> Type {
    Type::Integer(Number {
        minimum: Some(1.0),
        ..Number::default()
    })
}
