//! A script under test: compiled once, with the names by which tests speak of its parts.

use std::{path::Path, sync::Arc};

use scriptum_compiler::Compiled;
use scriptum_contract::{ToolCatalog, ToolSignature, Value};
use scriptum_vm::{
    StepPath,
    program::{Body, Callee, Expr, Op, Program, RunTarget, Step, StepKind, TemplatePart},
};

use crate::{
    local,
    place::{error_block, in_text, step_at},
};

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
