//! `decide`: runs one of its branches, the one that its rules say or that a model names.

use scriptum_contract::Value;

use super::{
    cells::{Calling, Count, Given, Progress},
    exec_each::check_depth,
    model::{BRANCH, wrong_answer},
    place::{self, Place},
    run::{Done, Execution, Need, Run},
    state::ScopeKind,
};
use crate::{
    Event, StepError, StepPath,
    eval::{EXPRESSION_FAILED, EvalError},
    program::{Body, Decide, StepKind},
};

impl Run<'_> {
    pub(super) fn exec_decide(
        &mut self,
        execution: &Execution<'_>,
        decide: &Decide,
    ) -> Result<(), EvalError> {
        if let (Some(model), None) = (&decide.model, branch_given(execution)) {
            check_depth(&execution.place)?;
            return self.ask_for_branch(execution, decide, model);
        }
        let Some(taken) = self.choose(execution, decide)? else {
            return self.skip_decide(execution, decide);
        };
        check_depth(&execution.place)?;
        self.begin(execution, Value::Null)?;
        self.take_branch(&execution.place, execution.count, decide, taken);
        Ok(())
    }

    /// A model named the branch to take; where it did not, the otherwise is taken.
    pub(super) fn branch_named(
        &mut self,
        place: &Place<'_>,
        calling: Calling,
        decide: &Decide,
        output: &Value,
    ) -> Result<(), Need> {
        let answer = self.model_field(output, BRANCH)?;
        let name = answer.as_ref().and_then(Value::as_text);
        let named = name.and_then(|name| place::branch_of(place.step, name));
        let otherwise = || place::branch_of(place.step, decide.otherwise.as_deref()?);
        let Some(taken) = named.or_else(otherwise) else {
            let error = wrong_answer(BRANCH, answer.as_ref(), "no branch of this step");
            return self.answer_failed(place, calling, error);
        };
        let count = calling.count.used_up();
        // The count of calls outlives the branch, for when the step runs again.
        self.remember(place, count);
        self.take_branch(place, count, decide, taken);
        Ok(())
    }

    fn take_branch(&mut self, place: &Place<'_>, count: Count, decide: &Decide, taken: u32) {
        let inside = Progress::Inside {
            attempt: count.attempt,
        };
        self.skip_branches(place, decide, Some(taken));
        self.state.set_step(&place.scope, inside);
        if let Some(branch) = decide.branches.get(taken as usize) {
            self.open_body(place, taken, (ScopeKind::Branch, &branch.body));
        }
    }

    /// The branch to take: the one that a jump leads into, else that of the first true case.
    fn choose(
        &mut self,
        execution: &Execution<'_>,
        decide: &Decide,
    ) -> Result<Option<u32>, EvalError> {
        if let Some(branch) = branch_given(execution) {
            return Ok(Some(branch));
        }
        let mut target = decide.otherwise.as_ref();
        for case in &decide.cases {
            if self.truth(execution, &case.when)? {
                target = Some(&case.target);
                break;
            }
        }
        let Some(name) = target else {
            return Ok(None);
        };
        let branch = place::branch_of(execution.place.step, name);
        let no_branch = || {
            let message = format!("decide has no branch \"{name}\"");
            EvalError::Failed(StepError::permanent(EXPRESSION_FAILED, message))
        };
        branch.map(Some).ok_or_else(no_branch)
    }

    /// Nothing is true and there is no otherwise: the step is skipped and its value is null. A step
    /// that has a record already is completed instead.
    fn skip_decide(&mut self, execution: &Execution<'_>, decide: &Decide) -> Result<(), EvalError> {
        let place = &execution.place;
        if execution.count.attempt > 1 {
            self.begin(execution, Value::Null)?;
            self.complete(place, execution.count, Done::with(Value::Null));
            return Ok(());
        }
        if self.is_top_level(&place.scope) {
            self.skip(place);
            self.skip_branches(place, decide, None);
        }
        let never_ran = self.count_of(&place.path);
        self.go_behind(place, never_ran, Some(Value::Null));
        Ok(())
    }

    /// The steps of the branch are done.
    pub(super) fn end_branch(&mut self, scope: &StepPath) {
        let place = self.container(scope);
        let value = self.state.scope(scope.components()).last.clone();
        let count = self.inside_count(&place);
        self.close_body(&place, scope);
        self.complete(&place, count, Done::with(value.unwrap_or_default()));
    }

    /// Leaves branches on the way from one scope out to another, as a jump or an emit does. Their
    /// decides are completed with null.
    pub(super) fn leave_branches(&mut self, from: &StepPath, to: &StepPath) {
        let mut scope = from.clone();
        while scope != *to {
            let place = self.container(&scope);
            let count = self.inside_count(&place);
            self.close_body(&place, &scope);
            let done = Done {
                output: Some(Value::Null),
                ..Done::default()
            };
            self.complete(&place, count, done);
            scope = place.scope;
        }
    }

    /// Records the steps of branches that are not taken.
    fn skip_branches(&mut self, place: &Place<'_>, decide: &Decide, taken: Option<u32>) {
        if !self.is_top_level(&place.scope) {
            return;
        }
        for (index, branch) in (0u32..).zip(&decide.branches) {
            if Some(index) != taken {
                self.skip_all(place.path.child(index), &branch.body);
            }
        }
    }

    /// Records a step that will not run, and the steps of its branches and lanes.
    pub(super) fn skip_with_branches(&mut self, place: &Place<'_>) {
        self.skip(place);
        if !self.is_top_level(&place.scope) {
            return;
        }
        for (inner, body) in (0u32..).zip(once_bodies(&place.step.kind)) {
            self.skip_all(place.path.child(inner), body);
        }
    }

    /// Records the steps of a body, and of the branches in it, in the order of their paths.
    fn skip_all(&mut self, scope: StepPath, body: &Body) {
        let mut open = vec![(scope, body, 0)];
        while let Some((scope, body, index)) = open.pop() {
            let Some(step) = body.steps.get(index as usize) else {
                continue;
            };
            let place = Place {
                path: scope.child(index),
                scope: scope.clone(),
                index,
                step,
            };
            self.skip(&place);
            open.push((scope, body, index + 1));
            let below = (0u32..).zip(once_bodies(&step.kind));
            let mut below: Vec<_> = below
                .map(|(inner, body)| (place.path.child(inner), body, 0))
                .collect();
            below.reverse();
            open.extend(below);
        }
    }

    fn skip(&mut self, place: &Place<'_>) {
        if self.count_of(&place.path).attempt > 0 {
            return;
        }
        self.events.push(Event::StepSkipped {
            path: place.path.clone(),
            label: place::written_label(place.step),
            primitive: place::primitive(&place.step.kind),
        });
    }
}

/// The branch that a jump leads into.
fn branch_given(execution: &Execution<'_>) -> Option<u32> {
    match execution.given {
        Given::Branch(branch) => Some(branch),
        Given::Nothing | Given::Whole(_) | Given::Parts(_) | Given::Answer(_) => None,
    }
}

/// The bodies of a step that run at most once each: its branches, its lanes.
fn once_bodies(kind: &StepKind) -> impl Iterator<Item = &Body> {
    let is_loop = match kind {
        StepKind::Each(_) | StepKind::Pipe(_) | StepKind::Repeat(_) => true,
        StepKind::Do(_)
        | StepKind::Let(_)
        | StepKind::Decide(_)
        | StepKind::Check(_)
        | StepKind::Together(_)
        | StepKind::Wait(_)
        | StepKind::Agent(_)
        | StepKind::Ask(_)
        | StepKind::Plan(_)
        | StepKind::Run(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_)
        | StepKind::Send(_) => false,
    };
    kind.bodies().filter(move |_| !is_loop)
}
