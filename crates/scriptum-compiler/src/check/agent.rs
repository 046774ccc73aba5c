//! `agent`: its model, its inputs and its tools, and what its result is.

use std::sync::{Arc, LazyLock};

use scriptum_contract::{Field, Number, Shape, ToolName, ToolOrigin, ToolSignature, Type};
use scriptum_vm::{
    limits::AGENT_CYCLES_MAX,
    program::{Agent, Callee, Model, Step, StepKind, Tools},
};

use super::{Checker, body::StepEnd, steps::goes_on, target::Target};
use crate::{codes, source_map::Part};

/// The capability that can hold a conversation.
const LANGUAGE_MODEL: &str = "llm";

/// What an agent takes, but for its tools, and what it gives.
static AGENT: LazyLock<ToolSignature> = LazyLock::new(|| {
    let input = vec![
        Field::required("task", Type::text()).doc("What the agent is to do."),
        Field::optional("system", Type::text()).doc("How the model is to behave."),
        Field::optional("max_iterations", cycles()).doc("How often the model is asked at most."),
        Field::optional("temperature", Type::number()).doc("0 is the least random."),
        Field::optional("max_tokens", Type::integer()).doc("Length of the longest answer."),
        Field::optional("model", Type::text()).doc("Which model."),
    ];
    let call = vec![
        Field::required("name", Type::text()),
        Field::required("arguments", Type::Any),
        Field::required("result", Type::Any),
    ];
    let output = vec![
        Field::required("text", Type::text()),
        Field::required("iterations", Type::integer()),
        Field::required("tool_calls", Type::list(Type::shape(call))),
        Field::required("exhausted", Type::Boolean),
    ];
    own_signature("agent", input, Type::shape(output))
});

impl<'p> Checker<'p> {
    pub(super) fn agent(&mut self, step: &'p Step, agent: &'p Agent) -> StepEnd {
        self.model_inputs(step, &agent.model, &AGENT);
        if agent.tools.is_none() && !self.gaps.is_around(self.span(step.at)) {
            let verb = self.part(step.at, Part::Verb);
            self.report(codes::agent_without_tools(verb));
        }
        self.model_tools(step, agent.tools.as_ref());
        let value = self.on_error(step, agent.on_error.as_ref(), AGENT.output.clone());
        if let Some(bind) = &agent.bind {
            self.bind(bind, step.at, value.clone());
        }
        goes_on(value)
    }

    /// Checks the model of a step and its inputs.
    pub(super) fn model_inputs(
        &mut self,
        step: &'p Step,
        model: &'p Model,
        signature: &ToolSignature,
    ) {
        let at = Part::First.of(step.at);
        self.language_model(&model.callee, step);
        if let Some(shape) = &signature.input {
            self.repeated_inputs(&model.inputs);
            self.inputs(&signature.name.0, signature, shape, &model.inputs, at);
        }
    }

    /// Reports a model that cannot hold a conversation.
    fn language_model(&mut self, callee: &'p Callee, step: &'p Step) {
        let at = Part::First.of(step.at);
        let is_language_model =
            callee.origin == ToolOrigin::Model && &*callee.name.0 == LANGUAGE_MODEL;
        if is_language_model || self.map.is_hole(at) {
            return;
        }
        let span = self.span(at);
        self.report(codes::not_a_language_model(&callee.local, span));
    }

    /// Checks the tools that a model may call.
    pub(super) fn model_tools(&mut self, step: &'p Step, tools: Option<&'p Tools>) {
        match tools {
            Some(Tools::Listed(callees)) => {
                for (index, callee) in (0..).zip(callees) {
                    self.signature(callee, Part::Further(index).of(step.at));
                }
                let places = (0..).map(|index| self.part(step.at, Part::Further(index)));
                let named = callees.iter().map(|callee| &callee.local).zip(places);
                let named = named.collect();
                self.duplicates("tool", named);
            }
            Some(Tools::Computed(names)) => {
                let is_plan = matches!(step.kind, StepKind::Plan(_));
                let tool = if is_plan { "plan" } else { "agent" };
                let target = Target::Input {
                    name: "tools",
                    tool,
                };
                self.expect(&names.root, &Type::list(Type::text()), target);
            }
            None => {}
        }
    }
}

/// What an agent takes, but for its tools.
pub(crate) fn agent_inputs() -> &'static [Field] {
    fields_of(&AGENT)
}

/// The inputs of a signature.
pub(super) fn fields_of(signature: &ToolSignature) -> &[Field] {
    let shape = signature.input.as_deref();
    shape.map_or(&[], |shape| &shape.fields)
}

/// What a step of the language takes and gives, told as of a tool.
pub(super) fn own_signature(name: &str, input: Vec<Field>, output: Type) -> ToolSignature {
    ToolSignature {
        name: ToolName::new(name),
        origin: ToolOrigin::Model,
        input: Some(Arc::new(Shape {
            fields: input,
            open: false,
        })),
        output,
        streaming: false,
        item: None,
        idempotent: false,
        doc: String::new(),
        example: String::new(),
    }
}

fn cycles() -> Type {
    Type::Integer(Number {
        minimum: Some(1.0),
        maximum: Some(f64::from(AGENT_CYCLES_MAX)),
        ..Number::default()
    })
}
