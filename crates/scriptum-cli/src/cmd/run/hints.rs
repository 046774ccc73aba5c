//! What is worth a word when a thread goes on, although nothing is wrong with it. Programs are not told.

use std::sync::Arc;

use scriptum_contract::{Contract, Value, nearest};
use scriptum_vm::program::{Body, Goal, Op, StepKind, Wait};

use crate::{environment::Environment, out};

/// Says so when variables are given that cannot change any more.
pub(super) fn kept_variables(environment: &Environment, contract: &Contract) -> Option<String> {
    let kept = environment.kept(contract);
    if out::notes_are_json() || kept.is_empty() {
        return None;
    }
    let kept = kept.join(", ");
    Some(format!(
        "warning: the thread keeps the variables that it began with: {kept}"
    ))
}

/// Says so when no step waits for the event, which is kept all the same.
pub(super) fn unknown_event(event: &str, body: &Body) -> Option<String> {
    let names = awaited(body)?;
    if out::notes_are_json() || names.iter().any(|name| **name == *event) {
        return None;
    }
    let meant = nearest(event, names.iter().map(|name| &**name));
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean '{meant}'?"));
    let said = format!("no step of the script waits for an event '{event}'{meant}");
    Some(format!("warning: {said}"))
}

/// The events that steps wait for; `None` when a name is computed.
fn awaited(body: &Body) -> Option<Vec<Arc<str>>> {
    let mut names = Vec::new();
    for step in &body.steps {
        if let StepKind::Wait(Wait {
            goal: Goal::Event { name, .. },
            ..
        }) = &step.kind
        {
            let Op::Literal(Value::Text(name)) = &name.root.op else {
                return None;
            };
            names.push(Arc::clone(name));
        }
        for body in step.kind.bodies() {
            names.extend(awaited(body)?);
        }
    }
    Some(names)
}
