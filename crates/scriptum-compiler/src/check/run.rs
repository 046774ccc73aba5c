//! `plan` and `run`: what a planned script may be made of, and what a sub-thread gives.

use std::sync::{Arc, LazyLock};

use scriptum_contract::{Field, Number, Shape, ToolSignature, Type};
use scriptum_vm::program::{Expr, Plan, Run, RunTarget, Step};

use super::{
    Checker,
    agent::{fields_of, own_signature},
    body::StepEnd,
    steps::goes_on,
};
use crate::{codes, source_map::Part};

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
        match &run.target {
            RunTarget::Planned(plan) => self.planned(plan),
            RunTarget::Stored(_) => {}
        }
        self.repeated_inputs(&run.inputs);
        for input in &run.inputs {
            let ty = self.infer(&input.value.root);
            self.facts.set_type(input.at, &ty);
        }
        let at = Part::First.of(step.at);
        self.facts.set_type(at, &result());
        let value = self.on_error(step, run.on_error.as_ref(), result());
        if let Some(bind) = &run.bind {
            self.bind(bind, step.at, value.clone());
        }
        goes_on(value)
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

/// What a `run` gives: which fields the output has is known when the other script has run.
fn result() -> Type {
    let fields = vec![
        Field::required("output", Type::Any),
        Field::required("status", Type::text()),
        Field::required("thread_id", Type::text()),
    ];
    Type::Shape(Arc::new(Shape { fields, open: true }))
}

fn at_least_one() -> Type {
    Type::Integer(Number {
        minimum: Some(1.0),
        ..Number::default()
    })
}
