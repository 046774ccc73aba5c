//! Compares what came of a test with what is expected.

use std::sync::Arc;

use scriptum_contract::Value;
use scriptum_vm::StepPath;

use super::{
    ended::{Ended, StepState},
    model::{Case, Expect, ExpectedStep, Outcome, StepRef, Yields},
    pattern::{Pattern, Strictness},
    script::Script,
    yaml::Node,
};

/// Something that came out otherwise.
#[derive(Debug)]
pub(crate) struct Mismatch<'f> {
    /// The part of `expect`: `output`, `steps.Fetch`.
    pub(crate) part: String,
    /// Where it is expected; `None` for what is expected without being said.
    pub(crate) node: Option<&'f Node>,
    pub(crate) expected: Value,
    /// What there is, as far as the expectation looks at it; `None`: nothing.
    pub(crate) actual: Option<Value>,
}

/// What came out otherwise; nothing when all is as expected.
pub(crate) fn mismatches<'f>(case: &Case<'f>, script: &Script, ended: &Ended) -> Vec<Mismatch<'f>> {
    let Some(expect) = &case.expect else {
        return Vec::new();
    };
    let mut found = Vec::new();
    found.extend(status(expect, ended));
    let strictness = if expect.exact {
        Strictness::Exact
    } else {
        Strictness::Subset
    };
    if let Some((pattern, node)) = &expect.output {
        let output = ended.output.as_ref();
        found.extend(compared("output", pattern, node, output, strictness));
    }
    if let Some((yields, node)) = &expect.yields {
        let (pattern, actual) = match yields {
            Yields::Count(pattern) => (pattern, count(ended.yields.len() as u64)),
            Yields::Each(pattern) => (pattern, Value::list(ended.yields.iter().cloned())),
        };
        found.extend(compared("yields", pattern, node, Some(&actual), strictness));
    }
    let steps = expect.steps.iter();
    found.extend(steps.filter_map(|expected| step(expected, script, ended)));
    for calls in &expect.calls {
        let part = format!("calls.{}", calls.name);
        let actual = count(ended.calls.get(&calls.tool).copied().unwrap_or(0));
        let (pattern, node) = (&calls.pattern, calls.node);
        found.extend(compared(&part, pattern, node, Some(&actual), strictness));
    }
    if let Some((pattern, node)) = &expect.error {
        let error = ended.error.as_ref();
        found.extend(compared("error", pattern, node, error, Strictness::Subset));
    }
    found
}

/// The status; where none and no error is expected, the thread is to be completed.
fn status<'f>(expect: &Expect<'f>, ended: &Ended) -> Option<Mismatch<'f>> {
    let (expected, node) = match expect.status {
        Some((outcome, node)) => (outcome, Some(node)),
        None if expect.error.is_some() => return None,
        None => (Outcome::Completed, None),
    };
    (expected != ended.outcome).then(|| Mismatch {
        part: "status".to_owned(),
        node,
        expected: Value::text(expected.name()),
        actual: Some(Value::text(ended.outcome.name())),
    })
}

fn compared<'f>(
    part: &str,
    pattern: &Pattern,
    node: &'f Node,
    actual: Option<&Value>,
    strictness: Strictness,
) -> Option<Mismatch<'f>> {
    (!pattern.fits(actual, strictness)).then(|| Mismatch {
        part: part.to_owned(),
        node: Some(node),
        expected: pattern.written(),
        actual: actual.map(|actual| pattern.seen(actual, strictness)),
    })
}

/// All steps that are meant must be as expected; the first other one is shown.
fn step<'f>(expected: &ExpectedStep<'f>, script: &Script, ended: &Ended) -> Option<Mismatch<'f>> {
    let part = format!("steps.{}", expected.step.name);
    let meant = ended.steps.iter();
    let mut meant = meant.filter(|(path, _)| is_step(&expected.step, path, script, ended));
    let pattern = &expected.pattern;
    let shown = |state: StepState| match pattern {
        Pattern::Scalar(_) => Value::text(state.status),
        Pattern::List(_) | Pattern::Object(_) | Pattern::Rules(..) => state.value(),
    };
    let Some((_, first)) = meant.next() else {
        return compared(&part, pattern, expected.node, None, Strictness::Subset);
    };
    let states = std::iter::once(first).chain(meant.map(|(_, state)| state));
    states.map(|state| shown(*state)).find_map(|state| {
        compared(
            &part,
            pattern,
            expected.node,
            Some(&state),
            Strictness::Subset,
        )
    })
}

fn is_step(step: &StepRef, path: &StepPath, script: &Script, ended: &Ended) -> bool {
    if step.path.is_some() {
        return step.is_path(path);
    }
    let reads = |label: &Arc<str>| *label == step.name;
    let place = || script.place(path)?.label.as_ref();
    ended.labels.get(path).is_some_and(reads) || place().is_some_and(|it| reads(&it.written))
}

fn count(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
