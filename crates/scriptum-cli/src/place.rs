//! Where the paths of a run stand in the text of its script.

use scriptum_vm::{
    StepPath,
    program::{Body, Program, Step, StepKind},
};

/// The path of a step of the text: that of the first iteration of each loop around it. `None` when
/// the program has no step there.
pub(crate) fn in_text(program: &Program, path: &StepPath) -> Option<StepPath> {
    let (mut body, mut rest, mut at) = entered(program, path.components());
    loop {
        match rest {
            [index] => {
                body.steps.get(*index as usize)?;
                return Some(at.child(*index));
            }
            [index, inner, tail @ ..] => {
                let step = body.steps.get(*index as usize)?;
                let inner = if is_loop(step) { 0 } else { *inner };
                body = step.kind.bodies().nth(inner as usize)?;
                at = at.child(*index).child(inner);
                rest = tail;
            }
            [] => return None,
        }
    }
}

/// The step at a path of a run.
pub(crate) fn step_at<'p>(program: &'p Program, path: &StepPath) -> Option<&'p Step> {
    let at = in_text(program, path)?;
    let (mut body, mut rest, _) = entered(program, at.components());
    while let [index, inner, tail @ ..] = rest {
        let step = body.steps.get(*index as usize)?;
        body = step.kind.bodies().nth(*inner as usize)?;
        rest = tail;
    }
    body.steps.get(*rest.first()? as usize)
}

/// The body in which a path begins: that of the thread, or that of `on thread error`.
fn entered<'p, 'c>(program: &'p Program, components: &'c [u32]) -> (&'p Body, &'c [u32], StepPath) {
    match (components, &program.on_thread_error) {
        ([first, tail @ ..], Some(block)) if *first as usize == program.body.steps.len() => {
            (block, tail, error_block(program))
        }
        _ => (&program.body, components, StepPath::root()),
    }
}

/// The steps of `on thread error` are behind the last step of the body.
pub(crate) fn error_block(program: &Program) -> StepPath {
    let steps = u32::try_from(program.body.steps.len()).unwrap_or(u32::MAX);
    StepPath::root().child(steps)
}

fn is_loop(step: &Step) -> bool {
    matches!(
        step.kind,
        StepKind::Each(_) | StepKind::Pipe(_) | StepKind::Repeat(_)
    )
}
