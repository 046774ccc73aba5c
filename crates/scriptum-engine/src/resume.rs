//! What an operator may give to a failed step.

use scriptum_contract::{
    Field, Object, ToolName, ToolSignature, Value, Violation, check, check_fields,
};
use scriptum_vm::Resume;

use crate::{StepRow, programs::Loaded};

/// Checks the value against the signature of the step's tool; a step without a known one takes any.
pub(crate) fn check_change(
    loaded: &Loaded,
    step: &StepRow,
    change: &Resume,
) -> Result<(), Vec<Violation>> {
    let Some(signature) = signature(loaded, step) else {
        return Ok(());
    };
    match change {
        Resume::Again => Ok(()),
        Resume::Replace(input) => check_input(signature, input),
        Resume::Merge(part) => check_part(signature, part),
        Resume::Output(output) => refused(check(output, &signature.output)),
    }
}

fn signature<'a>(loaded: &'a Loaded, step: &StepRow) -> Option<&'a ToolSignature> {
    let name = ToolName(step.tool.clone()?);
    let import = loaded.program.tools.iter().find(|tool| tool.name == name)?;
    let signature = loaded.pins.find(&import.origin, &import.name)?;
    Some(signature)
}

fn check_input(signature: &ToolSignature, input: &Value) -> Result<(), Vec<Violation>> {
    match &signature.input {
        Some(shape) => check_fields(input, &shape.fields, shape.open).map(drop),
        None => Ok(()),
    }
}

/// Only what is given is checked: the rest of the input stays as it was.
fn check_part(signature: &ToolSignature, part: &Value) -> Result<(), Vec<Violation>> {
    let (Some(shape), Some(given)) = (&signature.input, part.as_object()) else {
        return check_input(signature, part);
    };
    let is_given = |field: &&Field| given.get(&field.name).is_some();
    let fields: Vec<Field> = shape.fields.iter().filter(is_given).cloned().collect();
    check_fields(&Value::Object(Object::clone(given)), &fields, shape.open).map(drop)
}

fn refused(violations: Vec<Violation>) -> Result<(), Vec<Violation>> {
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations)
    }
}
