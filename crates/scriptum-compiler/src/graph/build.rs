//! From the program to the picture.
//!
//! A body is built from top to bottom with the loose ends of what came before; each step takes them as
//! its arrows and leaves its own. Jumps are tied when all steps are known.

use std::{collections::BTreeMap, sync::Arc};

use scriptum_vm::program::{self, Action, Body, Branch, Check, Decide, Program, Step, StepKind};

use super::{
    Edge, EdgeKind, Flow, Graph, Id, Lane, Node, Part, Section,
    words::{self, source, text_of},
};

pub(super) fn build(program: &Program) -> Graph {
    let mut builder = Builder {
        edges: Vec::new(),
        jumps: Vec::new(),
        bodies: Vec::new(),
        titles: Vec::new(),
        sections: 0,
        scopes: Vec::new(),
    };
    let (body, _) = builder.body(&program.body, "", Vec::new());
    let handler = program.on_thread_error.as_ref().map(|handler| {
        let prefix = format!("{}.", program.body.steps.len());
        builder.body(handler, &prefix, Vec::new()).0
    });
    builder.tie_jumps();
    Graph {
        title: program.title.to_string(),
        summary: words::summary(&program.contract),
        body,
        handler,
        edges: builder.edges,
    }
}

/// The end of a step, and what is said on the arrow that leaves it.
#[derive(Debug, Clone)]
struct End {
    from: Id,
    label: Option<String>,
}

/// A jump that waits for its target.
struct Jump {
    end: End,
    title: Arc<str>,
    /// The bodies around it, outermost first.
    bodies: Vec<usize>,
}

struct Builder {
    edges: Vec<Edge>,
    jumps: Vec<Jump>,
    /// The bodies around the current step.
    bodies: Vec<usize>,
    /// What the titles of each body lead to.
    titles: Vec<BTreeMap<Arc<str>, Id>>,
    /// How many titles there were.
    sections: u32,
    /// Ends that leave the scopes around the current step by an `emit`: iterations and lanes.
    scopes: Vec<Vec<End>>,
}

impl Builder {
    /// Builds a body whose first step follows `ends`; gives its own ends. `prefix` is the path of the
    /// scope with the dot behind it.
    fn body(&mut self, body: &Body, prefix: &str, mut ends: Vec<End>) -> (Flow, Vec<End>) {
        let mut flow = Flow::default();
        self.bodies.push(self.titles.len());
        self.titles.push(titles(body, prefix));
        let mut sections = body.sections.iter().peekable();
        for (index, step) in body.steps.iter().enumerate() {
            while let Some(section) = sections.next_if(|it| it.before as usize <= index) {
                flow.parts.push(self.section(section));
            }
            let before = index
                .checked_sub(1)
                .map(|index| Id(format!("{prefix}{index}")));
            let id = Id(format!("{prefix}{index}"));
            for end in ends.drain(..) {
                self.edge(end, &id, EdgeKind::Next);
            }
            let (node, left) = self.step(step, id, before.as_ref());
            flow.parts.push(Part::Step(node));
            ends = left;
        }
        for section in sections {
            flow.parts.push(self.section(section));
        }
        self.bodies.pop();
        (flow, ends)
    }

    fn section(&mut self, section: &program::Section) -> Part {
        self.sections += 1;
        Part::Section(Section {
            title: section.title.to_string(),
            number: self.sections,
        })
    }

    fn edge(&mut self, end: End, to: &Id, kind: EdgeKind) {
        self.edges.push(Edge {
            from: end.from,
            to: to.clone(),
            label: end.label,
            kind,
        });
    }

    fn step(&mut self, step: &Step, id: Id, before: Option<&Id>) -> (Node, Vec<End>) {
        let end = |label: Option<String>| End {
            from: id.clone(),
            label,
        };
        let (lanes, ends) = match &step.kind {
            StepKind::Each(each) => self.rounds(&each.body, &id, true),
            StepKind::Pipe(pipe) => self.rounds(&pipe.body, &id, true),
            StepKind::Repeat(repeat) => self.rounds(&repeat.body, &id, false),
            StepKind::Decide(decide) => self.branches(decide, &id),
            StepKind::Together(together) => {
                let mut lanes = Vec::new();
                let mut ends = Vec::new();
                for (index, lane) in together.lanes.iter().enumerate() {
                    let prefix = format!("{}.{index}.", id.0);
                    let (flow, left) = self.scope(&lane.body, &prefix, vec![end(None)]);
                    ends.extend(left);
                    lanes.push(Lane {
                        name: lane.name.as_ref().map(ToString::to_string),
                        condition: None,
                        flow,
                    });
                }
                let ends = if together.lanes.is_empty() {
                    vec![end(None)]
                } else {
                    ends
                };
                (lanes, ends)
            }
            StepKind::Check(check) => (Vec::new(), self.answers(check, &id, before)),
            StepKind::Emit(_) => {
                let left = end(None);
                if let Some(scope) = self.scopes.last_mut() {
                    scope.push(left);
                }
                (Vec::new(), Vec::new())
            }
            StepKind::Do(_)
            | StepKind::Let(_)
            | StepKind::Wait(_)
            | StepKind::Agent(_)
            | StepKind::Ask(_)
            | StepKind::Plan(_)
            | StepKind::Run(_)
            | StepKind::Yield(_)
            | StepKind::Send(_) => (Vec::new(), vec![end(None)]),
        };
        let words = words::words(step);
        let node = Node {
            id,
            verb: words.verb,
            family: words.family,
            title: words.title,
            detail: words.detail,
            notes: words.notes,
            bind: words.bind,
            lanes,
            ends: ends.is_empty(),
        };
        (node, ends)
    }

    /// A body in a scope of its own, which an `emit` leaves.
    fn scope(&mut self, body: &Body, prefix: &str, ends: Vec<End>) -> (Flow, Vec<End>) {
        self.scopes.push(Vec::new());
        let (flow, mut left) = self.body(body, prefix, ends);
        left.extend(self.scopes.pop().unwrap_or_default());
        (flow, left)
    }

    /// The body of a loop.
    fn rounds(&mut self, body: &Body, id: &Id, is_scope: bool) -> (Vec<Lane>, Vec<End>) {
        let prefix = format!("{}.*.", id.0);
        let entry = vec![End {
            from: id.clone(),
            label: None,
        }];
        let (flow, mut ends) = if is_scope {
            self.scope(body, &prefix, entry)
        } else {
            self.body(body, &prefix, entry)
        };
        if ends.is_empty() && is_scope {
            // The loop goes on whatever its rounds do.
            ends.push(End {
                from: id.clone(),
                label: None,
            });
        }
        let lane = Lane {
            name: None,
            condition: None,
            flow,
        };
        (vec![lane], ends)
    }

    fn branches(&mut self, decide: &Decide, id: &Id) -> (Vec<Lane>, Vec<End>) {
        let mut lanes = Vec::new();
        let mut ends = Vec::new();
        for (index, branch) in decide.branches.iter().enumerate() {
            let condition = condition(decide, branch);
            let entry = condition.as_ref().map(|condition| End {
                from: id.clone(),
                label: Some(condition.clone()),
            });
            let prefix = format!("{}.{index}.", id.0);
            let (flow, left) = self.body(&branch.body, &prefix, entry.into_iter().collect());
            ends.extend(left);
            lanes.push(Lane {
                name: Some(branch.name.to_string()),
                condition,
                flow,
            });
        }
        if decide.otherwise.is_none() {
            ends.push(End {
                from: id.clone(),
                label: Some("none of them".to_owned()),
            });
        }
        (lanes, ends)
    }

    /// Where a check goes on.
    fn answers(&mut self, check: &Check, id: &Id, before: Option<&Id>) -> Vec<End> {
        let mut ends = Vec::new();
        for (action, word) in [(&check.on_pass, "pass"), (&check.on_fail, "fail")] {
            let end = |label: String| End {
                from: id.clone(),
                label: Some(label),
            };
            match action {
                Action::Continue => ends.push(end(word.to_owned())),
                Action::Goto(title) => self.jumps.push(Jump {
                    end: end(word.to_owned()),
                    title: Arc::clone(title),
                    bodies: self.bodies.clone(),
                }),
                Action::Retry(times) => {
                    if let Some(before) = before {
                        let when = if word == "fail" { "" } else { "pass: " };
                        let end = end(format!("{when}again, up to {times}×"));
                        self.edge(end, before, EdgeKind::Retry);
                    }
                }
                Action::Fail(_) => {}
            }
        }
        if let [one, _] = ends.as_slice() {
            // Both answers go on, so neither needs saying.
            return vec![End {
                label: None,
                ..one.clone()
            }];
        }
        ends
    }

    /// Ties each jump to the innermost title of its name.
    fn tie_jumps(&mut self) {
        for jump in std::mem::take(&mut self.jumps) {
            let inside_out = jump.bodies.iter().rev();
            let mut targets =
                inside_out.filter_map(|body| self.titles.get(*body)?.get(&jump.title));
            let target = targets.next().cloned();
            if let Some(target) = target {
                self.edge(jump.end, &target, EdgeKind::Jump);
            }
        }
    }
}

/// Sections lead to the step below them, branches to their first step, or to their decide.
fn titles(body: &Body, prefix: &str) -> BTreeMap<Arc<str>, Id> {
    let mut titles = BTreeMap::new();
    for section in &body.sections {
        if (section.before as usize) < body.steps.len() {
            let id = Id(format!("{prefix}{}", section.before));
            titles.entry(Arc::clone(&section.title)).or_insert(id);
        }
    }
    for (index, step) in body.steps.iter().enumerate() {
        if let StepKind::Decide(decide) = &step.kind {
            for (at, branch) in decide.branches.iter().enumerate() {
                let inside = if branch.body.steps.is_empty() {
                    String::new()
                } else {
                    format!(".{at}.0")
                };
                let id = Id(format!("{prefix}{index}{inside}"));
                titles.entry(Arc::clone(&branch.name)).or_insert(id);
            }
        }
    }
    titles
}

/// When a branch runs; `None` when only a jump leads there.
fn condition(decide: &Decide, branch: &Branch) -> Option<String> {
    let own = decide
        .cases
        .iter()
        .filter(|case| case.target == branch.name);
    let mut conditions: Vec<String> = own
        .map(|case| match decide.model {
            Some(_) => text_of(&case.when),
            None => source(&case.when),
        })
        .collect();
    if decide.otherwise.as_ref() == Some(&branch.name) {
        conditions.push("otherwise".to_owned());
    }
    (!conditions.is_empty()).then(|| conditions.join(" or "))
}
