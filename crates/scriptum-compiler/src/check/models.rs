//! Models that decide and that answer questions: what they are asked, and what they are given.

use std::sync::{Arc, LazyLock};

use scriptum_contract::{Field, Shape, ToolName, ToolOrigin, ToolSignature, Type, capabilities};
use scriptum_vm::program::{Decide, Do, Model, Node, NodeId, Step};

use super::{Checker, agent::fields_of, target::Target};
use crate::{codes, source_map::Part, uses};

/// The capability that can decide and answer.
const MODEL: &str = "llm";

/// Inputs of a language model that a question leaves to the script.
const PASSED_ON: &[&str] = &["prompt", "system", "model", "temperature", "max_tokens"];

/// What may be given with a question.
static QUESTION: LazyLock<ToolSignature> = LazyLock::new(|| {
    let model = capabilities::find(&ToolName::new(MODEL));
    let known = model.and_then(|model| model.input.as_ref());
    let known = known.into_iter().flat_map(|shape| &shape.fields);
    let passed_on = known.filter(|field| PASSED_ON.contains(&&*field.name));
    let context = Field::optional("context", Type::Any);
    ToolSignature {
        name: ToolName::new(MODEL),
        // The choice between a prompt and messages is not the script's here.
        origin: ToolOrigin::Native,
        input: Some(Arc::new(Shape {
            fields: [context].into_iter().chain(passed_on.cloned()).collect(),
            open: false,
        })),
        output: Type::Any,
        streaming: false,
        item: None,
        idempotent: true,
        doc: String::new(),
        example: String::new(),
    }
});

/// What may be given with a question.
pub(crate) fn question_inputs() -> &'static [Field] {
    fields_of(&QUESTION)
}

impl<'p> Checker<'p> {
    /// What a deciding model is told of its branches.
    pub(super) fn criteria(&mut self, step: &'p Step, decide: &'p Decide, model: &'p Model) {
        for case in &decide.cases {
            self.question(&case.when.root);
        }
        self.model(model, Part::Second.of(step.at));
    }

    /// What a model gives whose answer has a declared type: its fields beside those of every answer.
    pub(super) fn answer(&mut self, call: &'p Do, returns: &Type, given: Type, at: NodeId) -> Type {
        if !uses::is_model(call) {
            if !self.map.is_hole(at) {
                let span = self.span(at);
                self.report(codes::misplaced_returns(&call.callee.local, span));
            }
            return given;
        }
        let (Type::Shape(all), Type::Shape(declared)) = (&given, returns) else {
            return given;
        };
        let is_new = |field: &&Field| declared.field(&field.name).is_none();
        let others = all.fields.iter().filter(is_new);
        Type::shape(others.chain(&declared.fields).cloned().collect())
    }

    /// A text that a model is asked or told.
    pub(super) fn question(&mut self, node: &'p Node) {
        let target = Target::Input {
            name: "prompt",
            tool: MODEL,
        };
        self.expect(node, &Type::text(), target);
    }

    /// A model that is asked a question, and what it is given with it.
    pub(super) fn model(&mut self, model: &'p Model, at: NodeId) {
        let callee = &model.callee;
        let is_model = callee.origin == ToolOrigin::Model && *callee.name.0 == *MODEL;
        if !is_model && !self.map.is_hole(at) {
            let words = ["rules", MODEL];
            let nearest = self.suggest.nearest(&callee.local, words);
            let span = self.span(at);
            return self.report(codes::not_a_model(&callee.local, span, nearest));
        }
        let named = model.inputs.iter();
        let named = named.map(|input| (&input.name, self.span(input.at)));
        self.duplicates("input", named.collect());
        if let Some(shape) = &QUESTION.input {
            self.inputs(MODEL, &QUESTION, shape, &model.inputs, at);
        }
    }
}
