//! Models that decide and that answer the question of a check.

use scriptum_contract::{ToolName, ToolOrigin};
use scriptum_syntax::ast::{self, AstNode, StepNode};
use scriptum_vm::program::{Callee, Model, NodeId, Test};

use super::Lower;
use crate::source_map::Part;

/// What decides without a model.
const RULES: &str = "rules";

/// The model that answers questions of checks.
const ANSWERS: &str = "llm";

impl Lower<'_> {
    /// The model behind `with`; `None` where rules decide.
    pub(super) fn deciding_model(&mut self, step: &ast::DecideStep, at: NodeId) -> Option<Model> {
        let with = step.with().filter(|with| with.text() != RULES)?;
        Some(Model {
            callee: self.callee(Some(&with), Part::Second.of(at)),
            inputs: self.inputs(step.inputs()),
        })
    }

    /// The condition of a check, or its question.
    pub(super) fn test(&mut self, step: &ast::CheckStep) -> Test {
        let Some(question) = step.question() else {
            return Test::Condition(self.expr(step.condition().as_ref(), step.verb_span()));
        };
        let local = self.names.share(ANSWERS);
        let callee = Callee {
            name: ToolName(std::sync::Arc::clone(&local)),
            local,
            origin: ToolOrigin::Model,
        };
        Test::Question {
            prompt: self.expr(question.prompt().as_ref(), question.span()),
            model: Model {
                callee,
                inputs: self.inputs(question.inputs().chain(step.inputs())),
            },
        }
    }
}
