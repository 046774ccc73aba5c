//! From the tree of a test file to its tests, checked against the script: every name that a test uses
//! must be one that the script has.

mod expect;
mod fill;
mod outside;
mod stubs;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use scriptum_compiler::Diagnostic;
use scriptum_contract::{EnvField, Value, Violation};
use scriptum_vm::{StepError, StepPath, Timestamp};

use super::{
    faults::{fault, unknown},
    model::{Case, StepRef},
    script::Script,
    yaml::{Key, Node},
};

pub(crate) use fill::{returned, sample};

/// Keys of a test file.
const FILE_KEYS: [&str; 2] = ["script", "tests"];

/// Keys of a test.
const CASE_KEYS: [&str; 12] = [
    "name", "input", "env", "now", "tools", "steps", "scripts", "faults", "resume", "answers",
    "events", "expect",
];

/// 2026-01-01T00:00:00Z, where nothing else is said.
const START: Timestamp = Timestamp(1_767_225_600_000);

/// A name and its place.
pub(crate) type Named = (Arc<str>, Range<usize>);

/// The script that a file is about, as it is written; `None` for the one beside it.
///
/// # Errors
/// What is wrong with the file as a whole.
pub(crate) fn script_of(root: &Node) -> Result<Option<Named>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    if root.entries().is_none() {
        let message = format!("a test file is a mapping with 'tests', not {}", root.kind());
        return Err(vec![*fault(root.at.clone(), message)]);
    }
    only(root, &FILE_KEYS, "a test file", &mut faults);
    if root.get("tests").is_none() {
        faults.push(*fault(root.at.start..root.at.start, "'tests' is missing"));
    }
    let script = root.get("script").and_then(|node| {
        let name = text(node, "script", &mut faults)?;
        Some((name, node.at.clone()))
    });
    if faults.is_empty() {
        Ok(script)
    } else {
        Err(faults)
    }
}

/// The tests of a file.
///
/// # Errors
/// All that is wrong with them.
pub(crate) fn cases<'f>(root: &'f Node, script: &Script) -> Result<Vec<Case<'f>>, Vec<Diagnostic>> {
    let mut reader = Reader {
        script,
        faults: Vec::new(),
    };
    let mut names: BTreeMap<Arc<str>, Range<usize>> = BTreeMap::new();
    let mut cases = Vec::new();
    let tests = root.get("tests");
    let items = tests.and_then(|tests| reader.items(tests, "tests"));
    for node in items.unwrap_or_default() {
        let Some((case, at)) = reader.case(node) else {
            continue;
        };
        if let Some(first) = names.insert(Arc::clone(&case.name), at.clone()) {
            let message = format!("two tests are called '{}'", case.name);
            let first = super::faults::span(&first);
            let fault = fault(at, message).also(first, "the first one");
            reader.faults.push(fault);
        }
        cases.push(case);
    }
    if reader.faults.is_empty() {
        Ok(cases)
    } else {
        Err(reader.faults)
    }
}

/// What is needed to read a test, and what was found wrong.
pub(super) struct Reader<'s> {
    pub(super) script: &'s Script,
    pub(super) faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn case<'f>(&mut self, node: &'f Node) -> Option<(Case<'f>, Range<usize>)> {
        self.entries(node, "a test")?;
        only(node, &CASE_KEYS, "a test", &mut self.faults);
        let Some(named) = node.get("name") else {
            self.fault(node.at.start..node.at.start, "this test has no 'name'");
            return None;
        };
        let name = text(named, "name", &mut self.faults)?;
        let case = Case {
            name,
            node,
            input: self.input(node),
            env: self.env(node),
            now: self.now(node),
            stubs: self.stubs(node),
            faults: self.happenings(node),
            resumes: self.resumes(node),
            answers: self.answers(node),
            events: self.events(node),
            expect: node.get("expect").and_then(|node| self.expect(node)),
        };
        Some((case, named.at.clone()))
    }

    /// The inputs with defaults; each violation at its place.
    fn input(&mut self, case: &Node) -> Value {
        let node = case.get("input");
        let given = node.map_or_else(|| Value::object::<&str>([]), Node::value);
        let contract = &self.script.program.contract;
        let checked = contract.check_inputs(&given, false);
        checked.unwrap_or_else(|violations| {
            for violation in &violations {
                let at = match node {
                    Some(node) => node.place(&violation.pointer),
                    None => start_of(case),
                };
                let message = format!("the input does not fit: {}", said(violation));
                self.fault(at, message);
            }
            Value::Null
        })
    }

    /// Values of the declared variables, by the key that they have in the environment or by name.
    fn env(&mut self, case: &Node) -> BTreeMap<Arc<str>, Value> {
        let given = case.get("env");
        let entries = given.and_then(|node| self.entries(node, "env"));
        let entries = entries.unwrap_or_default();
        let declared = &self.script.program.contract.env;
        for (key, _) in entries {
            if !declared.iter().any(|field| is_called(field, &key.text)) {
                let names = declared.iter().map(|field| &*field.key);
                let message = format!("the script declares no variable '{}'", key.text);
                self.add(&unknown(key.at.clone(), message, &key.text, names));
            }
        }
        let mut env = BTreeMap::new();
        for field in declared {
            let found = entries.iter().find(|(key, _)| is_called(field, &key.text));
            let text = found.map(|(_, node)| env_text(node));
            match field.read(text.as_deref()) {
                Ok(value) => {
                    env.insert(Arc::clone(&field.field.name), value);
                }
                Err(violations) => {
                    let at = match found {
                        Some((_, node)) => node.at.clone(),
                        None => given.map_or_else(|| start_of(case), |node| node.at.clone()),
                    };
                    let what = match violations.first() {
                        Some(_) if found.is_none() => "has no value and no default".to_owned(),
                        Some(violation) => violation.message.clone(),
                        None => continue,
                    };
                    self.fault(at, format!("the variable '{}' {what}", field.key));
                }
            }
        }
        env
    }

    fn now(&mut self, case: &Node) -> Timestamp {
        let Some(node) = case.get("now") else {
            return START;
        };
        let Some(written) = text(node, "now", &mut self.faults) else {
            return START;
        };
        if let Ok(time) = written.parse::<jiff::Timestamp>() {
            return Timestamp(time.as_millisecond());
        }
        let message = format!("'{written}' is no time, such as 2026-01-31T12:00:00Z");
        self.fault(node.at.clone(), message);
        START
    }

    /// A step by path or label, if the script has it.
    pub(super) fn step(&mut self, name: &Arc<str>, at: &Range<usize>) -> Option<StepRef> {
        let path = path_of(name);
        let places = &self.script.places;
        let known = match &path {
            // Steps of agents are made as they go; their first components are in the text.
            Some(path) => begins_in_text(self.script, path),
            None => places
                .iter()
                .filter_map(|place| place.label.as_ref())
                .any(|label| label.can_be(name)),
        };
        if !known {
            let labels = places.iter().filter_map(|place| place.label.as_ref());
            let mut names: Vec<&str> = labels.map(|label| &*label.written).collect();
            names.dedup();
            let message = match path {
                Some(_) => format!("the script has no step at '{name}'"),
                None => format!("no step has the label '{name}'"),
            };
            self.add(&unknown(at.clone(), message, name, names));
            return None;
        }
        Some(StepRef {
            name: Arc::clone(name),
            path,
        })
    }

    /// The full name of a tool that the script calls or imports.
    pub(super) fn tool(&mut self, key: &Key) -> Option<Arc<str>> {
        let imported = self.script.program.tools.iter();
        let imported = imported.map(|tool| (&tool.local, &tool.name.0));
        let called = self.script.callees.iter();
        let called = called.map(|callee| (&callee.local, &callee.name.0));
        let known: Vec<_> = imported.chain(called).collect();
        let found = known
            .iter()
            .find(|(local, full)| **local == key.text || **full == key.text);
        if let Some((_, full)) = found {
            return Some(Arc::clone(full));
        }
        let mut names: Vec<&str> = known.iter().map(|(local, _)| &***local).collect();
        names.sort_unstable();
        names.dedup();
        let message = format!("the script calls no tool '{}'", key.text);
        self.add(&unknown(key.at.clone(), message, &key.text, names));
        None
    }

    /// A step error: a message, or a mapping with its parts.
    pub(super) fn step_error(&mut self, node: &Node) -> Option<StepError> {
        const KEYS: [&str; 4] = ["code", "message", "retryable", "details"];
        let failed = |message: Arc<str>| StepError::permanent("TOOL_FAILED", message);
        if let Some(message) = node.text() {
            return Some(failed(Arc::clone(message)));
        }
        self.entries(node, "fails")?;
        only(node, &KEYS, "an error", &mut self.faults);
        let code = node
            .get("code")
            .and_then(|it| text(it, "code", &mut self.faults));
        let message = node
            .get("message")
            .and_then(|it| text(it, "message", &mut self.faults));
        let retryable = node.get("retryable");
        let retryable = retryable.is_some_and(|node| self.truth(node, "retryable"));
        Some(StepError {
            code: code.unwrap_or_else(|| "TOOL_FAILED".into()),
            retryable,
            details: node.get("details").map_or(Value::Null, Node::value),
            ..failed(message.unwrap_or_else(|| "the test lets it fail".into()))
        })
    }

    pub(super) fn entries<'f>(&mut self, node: &'f Node, what: &str) -> Option<&'f [(Key, Node)]> {
        if node.entries().is_none() {
            self.wrong(node, what, "a mapping");
        }
        node.entries()
    }

    pub(super) fn items<'f>(&mut self, node: &'f Node, what: &str) -> Option<&'f [Node]> {
        if node.items().is_none() {
            self.wrong(node, what, "a list");
        }
        node.items()
    }

    pub(super) fn truth(&mut self, node: &Node, what: &str) -> bool {
        if node.truth().is_none() {
            self.wrong(node, what, "true or false");
        }
        node.truth().unwrap_or_default()
    }

    /// What can only be true where it stands.
    pub(super) fn truly(&mut self, node: &Node, what: &str) {
        if node.truth() != Some(true) {
            self.wrong(node, what, "true");
        }
    }

    pub(super) fn wrong(&mut self, node: &Node, what: &str, expected: &str) {
        let message = format!("'{what}' must be {expected}, is {}", node.kind());
        self.fault(node.at.clone(), message);
    }

    pub(super) fn fault(&mut self, at: Range<usize>, message: impl Into<String>) {
        self.faults.push(*fault(at, message));
    }

    pub(super) fn add(&mut self, fault: &Diagnostic) {
        self.faults.push(fault.clone());
    }
}

/// Reports keys that are not among the known ones.
pub(super) fn only(node: &Node, known: &[&str], what: &str, faults: &mut Vec<Diagnostic>) {
    for (key, _) in node.entries().unwrap_or_default() {
        if !known.contains(&&*key.text) {
            let message = format!("{what} has no '{}'", key.text);
            let known = known.iter().copied();
            faults.push(*unknown(key.at.clone(), message, &key.text, known));
        }
    }
}

pub(super) fn text(node: &Node, what: &str, faults: &mut Vec<Diagnostic>) -> Option<Arc<str>> {
    let text = node.text().cloned();
    if text.is_none() {
        let message = format!("'{what}' must be a text, is {}", node.kind());
        faults.push(*fault(node.at.clone(), message));
    }
    text
}

/// A violation with the place in the value, where there is one.
pub(super) fn said(violation: &Violation) -> String {
    match violation.pointer.as_str() {
        "" => violation.message.clone(),
        pointer => format!("{pointer} {}", violation.message),
    }
}

fn is_called(field: &EnvField, name: &str) -> bool {
    *field.key == *name || *field.field.name == *name
}

/// A variable's value as the environment has it: a text.
fn env_text(node: &Node) -> String {
    let json = || node.value().to_json().unwrap_or_default();
    node.text().map_or_else(json, ToString::to_string)
}

/// Where a test begins, for what it lacks.
fn start_of(case: &Node) -> Range<usize> {
    case.get("name")
        .map_or(case.at.start..case.at.start, |name| name.at.clone())
}

/// `1.0.2` or `1.*.2`; `None` for what is a label.
fn path_of(name: &str) -> Option<Vec<Option<u32>>> {
    let component = |part: &str| match part {
        "*" => Some(None),
        part => part.parse().ok().map(Some),
    };
    name.split('.').map(component).collect()
}

fn begins_in_text(script: &Script, path: &[Option<u32>]) -> bool {
    let components: Vec<u32> = path.iter().map(|it| it.unwrap_or(0)).collect();
    (1..=components.len()).rev().any(|length| {
        let path = StepPath::from(components.get(..length).unwrap_or_default());
        let is_whole = length == components.len();
        script
            .step(&path)
            .is_some_and(|step| is_whole || makes_steps(&step.kind))
    })
}

/// True for steps whose children are not in the text.
fn makes_steps(kind: &scriptum_vm::program::StepKind) -> bool {
    matches!(kind, scriptum_vm::program::StepKind::Agent(_))
}
