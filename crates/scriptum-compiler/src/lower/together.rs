//! `together`: each member is a lane.

use scriptum_syntax::ast::{self, AstNode, TogetherMember};
use scriptum_vm::program::{Body, Lane, Step, StepKind, Together};

use super::Lower;
use crate::source_map::Part;

impl Lower<'_> {
    pub(super) fn together_step(&mut self, step: &ast::TogetherStep) -> Step {
        let members: Vec<_> = step.members().collect();
        let parts = u32::try_from(members.len()).expect("a step has fewer than 2^32 parts");
        let at = self.step_id(step, parts);
        let mut lanes = Vec::with_capacity(members.len());
        for (index, member) in (0..).zip(&members) {
            let part = Part::Further(index).of(at);
            self.map.place(part, member.span());
            // A lane does not see what the others bind.
            let mark = self.names.mark();
            lanes.push(match member {
                TogetherMember::Step(step) => self.single_lane(step),
                TogetherMember::Lane(lane) => Lane {
                    name: Some(self.title_of(lane.label().as_ref(), part)),
                    body: lane.body().map(|body| self.body(&body)).unwrap_or_default(),
                },
            });
            self.names.forget(mark);
        }
        for lane in &lanes {
            self.see_bound(&lane.body);
        }
        let kind = StepKind::Together(Together {
            lanes,
            bind: self.bind(step, at),
        });
        self.finish(step, at, kind)
    }

    fn single_lane(&mut self, step: &ast::Step) -> Lane {
        let mut body = Body::default();
        self.step(step, &mut body.steps);
        Lane { name: None, body }
    }

    /// Behind the step, the names that its lanes bound mean values.
    fn see_bound(&mut self, body: &Body) {
        for step in &body.steps {
            if let Some(name) = step.kind.bound_name() {
                self.names.see(name);
            }
            match &step.kind {
                // What iterations bind stays in them.
                StepKind::Each(_) | StepKind::Pipe(_) => {}
                StepKind::Do(_)
                | StepKind::Let(_)
                | StepKind::Decide(_)
                | StepKind::Check(_)
                | StepKind::Together(_)
                | StepKind::Repeat(_)
                | StepKind::Wait(_)
                | StepKind::Agent(_)
                | StepKind::Ask(_)
                | StepKind::Plan(_)
                | StepKind::Run(_)
                | StepKind::Emit(_)
                | StepKind::Yield(_)
                | StepKind::Send(_) => step.kind.bodies().for_each(|body| self.see_bound(body)),
            }
        }
    }
}
