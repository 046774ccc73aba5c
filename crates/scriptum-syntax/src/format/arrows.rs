//! Where arrows stand: to the right of a step's verb, which no rule of ownership can mistake, and for
//! steps that hold steps in the column of those, unless the last of them would take the arrow there.

use crate::{
    SyntaxKind, SyntaxNode,
    ast::{AstNode, Step, StepNode},
};

/// True when the arrow of a step that holds no steps stands on the line of its verb.
pub(super) fn wants_line(arrow: &SyntaxNode) -> bool {
    owner(arrow).is_some_and(|step| holder(&step).is_none()) && is_inline(arrow)
}

/// True when the arrow is indented below its step, false when it stands in the column of the verb.
pub(super) fn is_indented(arrow: &SyntaxNode) -> bool {
    owner(arrow).is_none_or(|step| !last_step_would_take(&step))
}

fn owner(arrow: &SyntaxNode) -> Option<Step> {
    arrow.parent().and_then(Step::cast)
}

/// True when nothing but the line of the verb stands before the arrow.
fn is_inline(arrow: &SyntaxNode) -> bool {
    let siblings = arrow
        .parent()
        .map(|step| step.children_with_tokens())
        .into_iter()
        .flatten();
    !siblings
        .take_while(|element| element.span().end <= arrow.span().start)
        .any(|element| element.kind() == SyntaxKind::LineBreak)
}

/// The kinds of steps that hold steps, with regard to arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Loop,
    Together,
    Decide,
}

fn holder(step: &Step) -> Option<Holder> {
    match step {
        Step::Each(_) | Step::Pipe(_) | Step::Repeat(_) => Some(Holder::Loop),
        Step::Together(_) => Some(Holder::Together),
        Step::Decide(_) => Some(Holder::Decide),
        Step::Do(_)
        | Step::Let(_)
        | Step::Check(_)
        | Step::Wait(_)
        | Step::Agent(_)
        | Step::Ask(_)
        | Step::Plan(_)
        | Step::Run(_)
        | Step::Emit(_)
        | Step::Yield(_)
        | Step::Send(_) => None,
    }
}

/// True when an arrow in the column of the steps that `step` holds would belong to the last of them.
fn last_step_would_take(step: &Step) -> bool {
    let holder_here = match holder(step) {
        None | Some(Holder::Decide) => return false,
        Some(holder) => holder,
    };
    let block = step
        .syntax()
        .children()
        .find(|node| node.kind() == SyntaxKind::Block);
    let last = block.and_then(|block| block.children().last());
    let Some(last) = last.and_then(Step::cast) else {
        return false;
    };
    if last.arrow().is_some() || !last.verb().can_bind() {
        return false;
    }
    // The last simple step of a loop leaves the arrow to the loop, unless one for the loop seems to follow.
    holder(&last).is_some() || holder_here == Holder::Together || another_arrow_follows(step)
}

/// True when the arrow of a step around follows right after the arrow of `step`.
fn another_arrow_follows(step: &Step) -> bool {
    let Some(block) = step
        .syntax()
        .parent()
        .filter(|node| node.kind() == SyntaxKind::Block)
    else {
        return false;
    };
    let is_last = block.children().last().as_ref() == Some(step.syntax());
    let around = block.parent().and_then(Step::cast);
    is_last && around.is_some_and(|around| around.arrow().is_some())
}
