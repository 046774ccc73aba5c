//! Finds its way in a program by step path, and says which steps a jump can run again.

use std::sync::{Arc, LazyLock};

use scriptum_contract::Value;

use super::state::{ScopeKind, Variables};
use crate::{
    StepPath,
    program::{
        self, Action, Body, Callee, Check, Decide, Expr, OnError, Op, PRIMITIVES, Program, Step,
        StepKind,
    },
};

/// The body of a scope whose children the program does not spell out.
pub(super) static NO_STEPS: Body = Body {
    steps: Vec::new(),
    sections: Vec::new(),
};

/// A step of a thread.
#[derive(Debug, Clone)]
pub(super) struct Place<'p> {
    /// Its path.
    pub(super) path: StepPath,
    /// The path of the scope that it is in.
    pub(super) scope: StepPath,
    /// Its index in the scope's body.
    pub(super) index: u32,
    /// The step itself.
    pub(super) step: &'p Step,
}

/// The body at the path of a scope, and what the scope is; `None` when the program has none there.
pub(super) fn body_at<'p>(program: &'p Program, scope: &[u32]) -> Option<(&'p Body, ScopeKind)> {
    let mut at = (&program.body, ScopeKind::Root);
    let mut rest = scope;
    if let ([first, tail @ ..], Some(block)) = (rest, &program.on_thread_error)
        && *first == len(&program.body)
    {
        at = (block, ScopeKind::OnThreadError);
        rest = tail;
    }
    while let [index, inner, tail @ ..] = rest {
        at = match &at.0.steps.get(*index as usize)?.kind {
            StepKind::Each(each) => (&each.body, ScopeKind::Iteration),
            StepKind::Pipe(pipe) => (&pipe.body, ScopeKind::Iteration),
            StepKind::Decide(decide) => {
                let branch = decide.branches.get(*inner as usize)?;
                (&branch.body, ScopeKind::Branch)
            }
            StepKind::Agent(_) => (&NO_STEPS, ScopeKind::Cycle),
            StepKind::Together(together) => {
                let lane = together.lanes.get(*inner as usize)?;
                (&lane.body, ScopeKind::Lane)
            }
            StepKind::Repeat(repeat) => (&repeat.body, ScopeKind::Round),
            StepKind::Do(_)
            | StepKind::Let(_)
            | StepKind::Check(_)
            | StepKind::Wait(_)
            | StepKind::Ask(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Emit(_)
            | StepKind::Yield(_)
            | StepKind::Send(_) => return None,
        };
        rest = tail;
    }
    rest.is_empty().then_some(at)
}

/// The variables and the body of a step that goes over elements.
pub(super) fn loop_of(step: &Step) -> Option<(Variables, &Body)> {
    let (item, index, body) = match &step.kind {
        StepKind::Each(each) => (&each.item, each.index.as_ref(), &each.body),
        StepKind::Pipe(pipe) => (&pipe.item, None, &pipe.body),
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
        | StepKind::Send(_) => return None,
    };
    let variables = Variables {
        item: Arc::clone(item),
        index: index.cloned(),
    };
    Some((variables, body))
}

/// The step at a path, if the program has one there.
pub(super) fn step_at<'p>(program: &'p Program, path: &StepPath) -> Option<Place<'p>> {
    in_scope(program, path.parent()?, path.last()?)
}

/// The step at an index of the scope at a path. For the children of an agent's cycles, which the
/// program does not spell out, it is the agent.
pub(super) fn in_scope(program: &Program, scope: StepPath, index: u32) -> Option<Place<'_>> {
    let (body, kind) = body_at(program, scope.components())?;
    let step = match kind {
        ScopeKind::Cycle => step_at(program, &scope.parent()?)?.step,
        ScopeKind::Root
        | ScopeKind::OnThreadError
        | ScopeKind::Iteration
        | ScopeKind::Branch
        | ScopeKind::Lane
        | ScopeKind::Round => body.steps.get(index as usize)?,
    };
    Some(Place {
        path: scope.child(index),
        scope,
        index,
        step,
    })
}

/// The scope around a scope; `None` for the thread's own.
pub(super) fn around(scope: &[u32]) -> Option<&[u32]> {
    match scope {
        [] => None,
        [_] => Some(&[]),
        [outer @ .., _, _] => Some(outer),
    }
}

/// Path of the block `on thread error`: the index behind the last step of the body.
pub(super) fn error_block(program: &Program) -> StepPath {
    StepPath::root().child(len(&program.body))
}

/// Number of steps.
pub(super) fn len(body: &Body) -> u32 {
    u32::try_from(body.steps.len()).unwrap_or(u32::MAX)
}

/// The tool that a step calls.
pub(super) fn callee(step: &Step) -> Option<&Callee> {
    match &step.kind {
        StepKind::Do(call) => Some(&call.callee),
        StepKind::Send(send) => Some(&send.callee),
        StepKind::Decide(decide) => decide.model.as_ref().map(|model| &model.callee),
        StepKind::Check(check) => check.test.callee(),
        StepKind::Agent(agent) => Some(&agent.model.callee),
        StepKind::Plan(_) => Some(program::planner()),
        StepKind::Run(_) => Some(program::runner()),
        StepKind::Let(_)
        | StepKind::Each(_)
        | StepKind::Together(_)
        | StepKind::Pipe(_)
        | StepKind::Repeat(_)
        | StepKind::Wait(_)
        | StepKind::Ask(_)
        | StepKind::Emit(_)
        | StepKind::Yield(_) => None,
    }
}

/// The full name of the tool that a step calls.
pub(super) fn tool(step: &Step) -> Option<Arc<str>> {
    callee(step).map(|callee| Arc::clone(&callee.name.0))
}

/// The name of a step's primitive, without making a text for each event.
pub(super) fn primitive(kind: &StepKind) -> Arc<str> {
    static NAMES: LazyLock<[Arc<str>; PRIMITIVES.len()]> =
        LazyLock::new(|| PRIMITIVES.map(Arc::from));
    let primitive = kind.primitive();
    let name = NAMES.iter().find(|name| &***name == primitive);
    Arc::clone(name.expect("every primitive is in the list of all"))
}

/// The primitive of the calls that an agent makes.
pub(super) fn execute() -> Arc<str> {
    static NAME: LazyLock<Arc<str>> = LazyLock::new(|| "execute".into());
    Arc::clone(&NAME)
}

/// Which children of an agent may run more than once: all of them when the agent itself may, or when
/// it begins anew after a fallback that failed.
pub(super) fn cycle_rerun(agent_reruns: bool, agent: &Step) -> Rerun {
    match agent.kind.on_error() {
        Some(OnError::Fallback { .. }) => Rerun::ALL,
        Some(OnError::Retry { .. } | OnError::Ignore) | None if agent_reruns => Rerun::ALL,
        Some(OnError::Retry { .. } | OnError::Ignore) | None => Rerun::NONE,
    }
}

/// A label that needs no computing.
pub(super) fn fixed_label(label: &Expr) -> Option<Arc<str>> {
    let Op::Literal(Value::Text(text)) = &label.root.op else {
        return None;
    };
    Some(Arc::clone(text))
}

/// A label as it is written.
pub(super) fn written_label(step: &Step) -> Option<Arc<str>> {
    let label = step.label.as_ref()?;
    let written = || {
        let source: &str = &label.source;
        let bare = source.strip_prefix('"').and_then(|s| s.strip_suffix('"'));
        bare.unwrap_or(source).into()
    };
    Some(fixed_label(label).unwrap_or_else(written))
}

/// Where a `goto` leads in one body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// The step that runs next; the number of steps at the end.
    pub(super) index: u32,
    /// The branch of that step, a decide, that is taken.
    pub(super) branch: Option<u32>,
}

/// Looks a label up among the sections of a body and the branches of its decides.
pub(super) fn find_label(body: &Body, label: &str) -> Option<Target> {
    let section = body
        .sections
        .iter()
        .find(|section| &*section.title == label);
    if let Some(section) = section {
        return Some(Target {
            index: section.before.min(len(body)),
            branch: None,
        });
    }
    (0u32..).zip(&body.steps).find_map(|(index, step)| {
        let branch = branch_of(step, label)?;
        Some(Target {
            index,
            branch: Some(branch),
        })
    })
}

/// The branch of that name, when the step is a decide that has one.
pub(super) fn branch_of(step: &Step, name: &str) -> Option<u32> {
    let StepKind::Decide(decide) = &step.kind else {
        return None;
    };
    let branch = (0u32..)
        .zip(&decide.branches)
        .find(|(_, branch)| &*branch.name == name);
    branch.map(|(index, _)| index)
}

/// The steps of a body that may run more than once in one passage through it.
///
/// How often such a step ran has to be remembered when it is over; for all others it is enough to know
/// it while they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rerun {
    from: u32,
    /// Exclusive.
    to: u32,
}

impl Rerun {
    /// Every step.
    pub(super) const ALL: Rerun = Rerun {
        from: 0,
        to: u32::MAX,
    };

    /// No step.
    const NONE: Rerun = Rerun { from: 0, to: 0 };

    /// What the checks in a body, and in the branches below it, can run again in it.
    pub(super) fn of(body: &Body) -> Rerun {
        let mut all = Rerun::NONE;
        for (index, step) in (0u32..).zip(&body.steps) {
            match &step.kind {
                StepKind::Check(check) => all.join_check(body, index, check),
                StepKind::Decide(decide) => all.join_branches(body, index, decide),
                StepKind::Do(_)
                | StepKind::Let(_)
                | StepKind::Each(_)
                | StepKind::Together(_)
                | StepKind::Pipe(_)
                | StepKind::Repeat(_)
                | StepKind::Wait(_)
                | StepKind::Agent(_)
                | StepKind::Ask(_)
                | StepKind::Plan(_)
                | StepKind::Run(_)
                | StepKind::Emit(_)
                | StepKind::Yield(_)
                | StepKind::Send(_) => {}
            }
        }
        all
    }

    /// True for the steps that may run more than once.
    pub(super) fn has(self, index: u32) -> bool {
        self.from <= index && index < self.to
    }

    fn join_check(&mut self, body: &Body, index: u32, check: &Check) {
        for action in [&check.on_pass, &check.on_fail] {
            match action {
                Action::Retry(_) => self.join(index.saturating_sub(1), index),
                Action::Goto(label) => self.join_jump(body, index, label),
                Action::Continue | Action::Fail(_) => {}
            }
        }
    }

    /// Jumps out of branches, whatever they are nested in. A label that an inner body has as well
    /// leads there and not here; counting it all the same costs a cell and changes nothing.
    fn join_branches(&mut self, body: &Body, index: u32, decide: &Decide) {
        let mut open: Vec<&Decide> = vec![decide];
        while let Some(decide) = open.pop() {
            for step in decide.branches.iter().flat_map(|branch| &branch.body.steps) {
                match &step.kind {
                    StepKind::Check(check) => {
                        for action in [&check.on_pass, &check.on_fail] {
                            if let Action::Goto(label) = action {
                                self.join_jump(body, index, label);
                            }
                        }
                    }
                    StepKind::Decide(inner) => open.push(inner),
                    StepKind::Do(_)
                    | StepKind::Let(_)
                    | StepKind::Each(_)
                    | StepKind::Together(_)
                    | StepKind::Pipe(_)
                    | StepKind::Repeat(_)
                    | StepKind::Wait(_)
                    | StepKind::Agent(_)
                    | StepKind::Ask(_)
                    | StepKind::Plan(_)
                    | StepKind::Run(_)
                    | StepKind::Emit(_)
                    | StepKind::Yield(_)
                    | StepKind::Send(_) => {}
                }
            }
        }
    }

    fn join_jump(&mut self, body: &Body, index: u32, label: &str) {
        if let Some(target) = find_label(body, label)
            && target.index <= index
        {
            self.join(target.index, index);
        }
    }

    fn join(&mut self, first: u32, last: u32) {
        let empty = self.from == self.to;
        self.from = if empty { first } else { self.from.min(first) };
        self.to = self.to.max(last.saturating_add(1));
    }
}
