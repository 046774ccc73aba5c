//! A script under test: compiled once, with the names by which tests speak of its parts.

use std::{path::Path, sync::Arc};

use scriptum_compiler::Compiled;
use scriptum_contract::{ToolCatalog, ToolSignature, Value};
use scriptum_vm::{
    StepPath,
    program::{Body, Callee, Expr, Op, Program, RunTarget, Step, StepKind, TemplatePart},
};

use crate::local;

/// A script that compiled.
#[derive(Debug)]
pub(crate) struct Script {
    /// The file, as messages name it.
    pub(crate) name: String,
    pub(crate) program: Arc<Program>,
    /// Signatures of the tools that it uses.
    pub(crate) pins: ToolCatalog,
    /// All steps, parents before children.
    pub(crate) places: Vec<Place>,
    /// What its steps may call, without repeats.
    pub(crate) callees: Vec<Callee>,
    /// Names of the scripts that its steps run.
    pub(crate) scripts: Vec<Arc<str>>,
}

/// A step of the text.
#[derive(Debug)]
pub(crate) struct Place {
    /// Its path; in a loop that of the first iteration.
    pub(crate) path: StepPath,
    pub(crate) label: Option<Label>,
    /// Line in the source, from 1; 0 when there is none.
    pub(crate) line: u32,
}

/// A label as it is written.
#[derive(Debug)]
pub(crate) struct Label {
    pub(crate) written: Arc<str>,
    /// The texts between which something is computed; empty for a fixed label.
    parts: Vec<Option<Arc<str>>>,
}

impl Script {
    pub(crate) fn new(path: &Path, compiled: Compiled) -> Option<Script> {
        let program = Arc::new(compiled.program?);
        let mut places = Vec::new();
        list(&program.body, &StepPath::root(), &mut places);
        if let Some(block) = &program.on_thread_error {
            list(block, &error_block(&program), &mut places);
        }
        let mut callees: Vec<Callee> = Vec::new();
        let mut scripts: Vec<Arc<str>> = Vec::new();
        for place in &places {
            let step = step_at(&program, &place.path);
            if let Some(StepKind::Run(run)) = step.map(|step| &step.kind)
                && let RunTarget::Stored(name) = &run.target
            {
                scripts.push(Arc::clone(name));
            }
            for callee in step.iter().flat_map(|step| step.kind.callees()) {
                if !callees.contains(callee) {
                    callees.push(callee.clone());
                }
            }
        }
        Some(Script {
            name: path.display().to_string(),
            pins: local::pinned(&compiled.tool_pins),
            program,
            places,
            callees,
            scripts,
        })
    }

    /// The step at a path of a run.
    pub(crate) fn step(&self, path: &StepPath) -> Option<&Step> {
        step_at(&self.program, path)
    }

    /// The step of the text at a path of a run.
    pub(crate) fn place(&self, path: &StepPath) -> Option<&Place> {
        let at = in_text(&self.program, path)?;
        self.places.iter().find(|place| place.path == at)
    }

    /// The signature of what a step calls.
    pub(crate) fn signature(&self, callee: &Callee) -> Option<&Arc<ToolSignature>> {
        self.pins.find(&callee.origin, &callee.name)
    }
}

impl Label {
    fn new(label: &Expr) -> Label {
        let source: &str = &label.source;
        let bare = source.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let written = || bare.unwrap_or(source).into();
        match &label.root.op {
            Op::Literal(Value::Text(text)) => Label {
                written: Arc::clone(text),
                parts: Vec::new(),
            },
            Op::Template(parts) => Label {
                written: written(),
                parts: parts.iter().map(fixed).collect(),
            },
            Op::Literal(_)
            | Op::Variant { .. }
            | Op::Name(_)
            | Op::Env(_)
            | Op::List(_)
            | Op::Object(_)
            | Op::Field { .. }
            | Op::Index { .. }
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::If { .. }
            | Op::Call { .. }
            | Op::Lambda { .. } => Label {
                written: written(),
                parts: vec![None],
            },
        }
    }

    /// True when the label can read like this in a run.
    pub(crate) fn can_be(&self, text: &str) -> bool {
        if *self.written == *text {
            return true;
        }
        let mut rest = text;
        let mut may_skip = false;
        for part in &self.parts {
            let Some(fixed) = part else {
                may_skip = true;
                continue;
            };
            let Some(at) = rest.find(&**fixed).filter(|at| may_skip || *at == 0) else {
                return false;
            };
            rest = rest.get(at + fixed.len()..).unwrap_or_default();
            may_skip = false;
        }
        !self.parts.is_empty() && (may_skip || rest.is_empty())
    }
}

fn fixed(part: &TemplatePart) -> Option<Arc<str>> {
    match part {
        TemplatePart::Text(text) => Some(Arc::clone(text)),
        TemplatePart::Expr(_) => None,
    }
}

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

fn step_at<'p>(program: &'p Program, path: &StepPath) -> Option<&'p Step> {
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

fn list(body: &Body, at: &StepPath, places: &mut Vec<Place>) {
    for (index, step) in (0..).zip(&body.steps) {
        let path = at.child(index);
        places.push(Place {
            path: path.clone(),
            label: step.label.as_ref().map(Label::new),
            line: step.line,
        });
        for (inner, body) in (0..).zip(step.kind.bodies()) {
            list(body, &path.child(inner), places);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn labels_can_read_like_what_they_are_written_for() {
        let label = |parts: &[Option<&str>]| Label {
            written: "Read {path} of {folder}".into(),
            parts: parts.iter().map(|part| part.map(Into::into)).collect(),
        };
        let read = label(&[Some("Read "), None, Some(" of "), None]);
        let table = [
            ("Read {path} of {folder}", true),
            ("Read a.md of docs", true),
            ("Read  of ", true),
            ("Reads a.md of docs", false),
            ("Read a.md", false),
        ];
        for (text, expected) in table {
            assert_eq!(read.can_be(text), expected, "{text}");
        }
        assert!(label(&[None, Some("!")]).can_be("what!"));
        assert!(!label(&[None, Some("!")]).can_be("what!?"));
        assert!(!label(&[]).can_be("Read a"));
    }
}
