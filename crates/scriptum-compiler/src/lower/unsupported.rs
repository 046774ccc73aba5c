//! Verbs that parse but do not run yet: one report each, and stand-ins that keep their names bound and
//! the steps inside them checked, so that nothing else is reported because of them.

use scriptum_syntax::ast::{self, AstNode, StepNode};
use scriptum_vm::program::{Step, StepKind};

use super::Lower;
use crate::{codes, source_map::Part};

/// Inputs that hold names of tools or a schema, not values.
const INPUTS_WITHOUT_VALUE: &[&str] = &["tools", "schema"];

impl Lower<'_> {
    /// A verb that is not supported yet.
    pub(super) fn unsupported_verb(&mut self, step: &ast::Step, steps: &mut Vec<Step>) {
        let span = step.verb_span();
        self.report(codes::not_supported_yet::verb(step.verb(), span));
        match step {
            ast::Step::Do(_)
            | ast::Step::Let(_)
            | ast::Step::Each(_)
            | ast::Step::Pipe(_)
            | ast::Step::Decide(_)
            | ast::Step::Check(_)
            | ast::Step::Together(_)
            | ast::Step::Repeat(_)
            | ast::Step::Wait(_)
            | ast::Step::Agent(_)
            | ast::Step::Ask(_)
            | ast::Step::Plan(_)
            | ast::Step::Run(_)
            | ast::Step::Emit(_)
            | ast::Step::Yield(_)
            | ast::Step::Send(_) => {
                self.check_inputs_of(step, steps);
                self.bind_hole(step, steps);
            }
        }
    }

    /// The values of a step's inputs are checked, whatever the step would do with them.
    fn check_inputs_of(&mut self, step: &ast::Step, steps: &mut Vec<Step>) {
        let has_value = |input: &ast::Input| {
            let name = input.name();
            name.is_some_and(|name| !INPUTS_WITHOUT_VALUE.contains(&name.text()))
        };
        let line = self.lines.line(step.verb_span().start);
        for input in step.inputs().filter(has_value) {
            let mut stand_in = self.hole_step(input.span(), line, None);
            if let StepKind::Let(binding) = &mut stand_in.kind {
                binding.value = self.expr(input.value().as_ref(), input.span());
            }
            steps.push(stand_in);
        }
    }

    /// Keeps the name of the step's arrow bound.
    fn bind_hole(&mut self, step: &impl StepNode, steps: &mut Vec<Step>) {
        let line = self.lines.line(step.verb_span().start);
        let name = step.arrow().and_then(|arrow| arrow.name());
        let bind = name.as_ref().map(|name| self.names.share(name.text()));
        if let Some(bind) = &bind {
            self.names.see(bind);
        }
        let span = name.map_or(step.verb_span(), |name| name.span());
        let stand_in = self.hole_step(span, line, bind);
        self.map.place(Part::Bind.of(stand_in.at), span);
        steps.push(stand_in);
    }
}
