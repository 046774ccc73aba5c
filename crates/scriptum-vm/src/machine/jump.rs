//! `goto`: moves the cursor to a section, or into a branch, of this body or one around it.

use super::{
    cells::{Again, Given, Head, Progress},
    place::{self, Place, Target},
    run::Run,
    state::ScopeKind,
};
use crate::{
    StepError, StepPath,
    eval::{EXPRESSION_FAILED, EvalError, LIMIT_EXCEEDED},
    limits::JUMPS_MAX,
};

/// Where a jump leads.
pub(super) struct Landing {
    /// The scope whose cursor moves.
    scope: StepPath,
    target: Target,
}

impl Run<'_> {
    /// Finds the label, innermost body first. The border of an iteration is not crossed.
    pub(super) fn landing(&self, place: &Place<'_>, label: &str) -> Result<Landing, EvalError> {
        if self.state.thread.jumps >= JUMPS_MAX {
            let message = format!("the thread made {JUMPS_MAX} jumps: it runs in circles");
            return Err(EvalError::Failed(StepError::permanent(
                LIMIT_EXCEEDED,
                message,
            )));
        }
        let mut scope = place.scope.components();
        loop {
            let path = StepPath::from(scope);
            let (body, kind) = self.body(&path);
            if let Some(target) = place::find_label(body, label) {
                return Ok(Landing {
                    scope: path,
                    target,
                });
            }
            match place::around(scope) {
                Some(outer) if kind == ScopeKind::Branch => scope = outer,
                Some(_) | None => break,
            }
        }
        let message = format!("no section or branch \"{label}\" can be reached from here");
        Err(EvalError::Failed(StepError::permanent(
            EXPRESSION_FAILED,
            message,
        )))
    }

    /// Jumps from a step that is completed.
    pub(super) fn jump(&mut self, from: &Place<'_>, landing: &Landing) {
        let Landing { scope, target } = landing;
        self.leave_branches(&from.scope, scope);
        // The cursor stands behind the step that was left.
        let behind = self.state.scope(scope.components()).head.at;
        if self.is_top_level(scope) {
            for index in behind..target.index {
                let place = self.place(scope.clone(), index);
                self.skip_with_branches(&place);
            }
        }
        let step = match target.branch {
            Some(branch) => Progress::Again(Box::new(Again {
                count: self.count_of(&scope.child(target.index)),
                given: Given::Branch(branch),
            })),
            None => Progress::Ready,
        };
        let head = Head {
            at: target.index,
            step,
            rounds: Vec::new(),
        };
        self.state.set_head(scope, head);
        self.state.change_thread(|thread| thread.jumps += 1);
    }
}
