//! The typed interface of a script, derived from its declarations alone.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    EnumDef, Field, Reason, SecretBytes, SecretText, SecretsByKey, Shape, Type, Value, Violation,
    check_fields, coerce,
};

/// What a script takes and gives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contract {
    /// Inputs in declaration order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Field>,
    /// Fields of the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Field>,
    /// Fields that a `yield` sends; `None` without a `stream` block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Vec<Field>>,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvField>,
    /// Declared enums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<Arc<EnumDef>>,
    /// MIME types and globs from `@accepts_content_type`, in order, without repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_content_types: Vec<String>,
    /// Extensions from `@accepts_extension`: lower-case, no dot, without repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_extensions: Vec<String>,
}

/// An environment variable that a script reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvField {
    /// Name in the script, type, default.
    pub field: Field,
    /// Key in the environment store; equal to the name without `from`.
    pub key: Arc<str>,
    /// True: the value is redacted wherever it could be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

impl Contract {
    /// Checks the input of a new thread and fills in the defaults. With `coerce`, text is converted
    /// to the declared types first, as callers need it who have only text.
    ///
    /// # Errors
    /// All violations, if there is one. A field that is not declared is one.
    pub fn check_inputs(&self, input: &Value, coerce: bool) -> Result<Value, Vec<Violation>> {
        if coerce {
            check_fields(&coerced(input, &self.inputs), &self.inputs, false)
        } else {
            check_fields(input, &self.inputs, false)
        }
    }

    /// Checks the result of a thread and fills in the defaults. Further fields are kept.
    ///
    /// # Errors
    /// All violations, if there is one.
    pub fn check_output(&self, output: &Value) -> Result<Value, Vec<Violation>> {
        check_fields(output, &self.outputs, true)
    }

    /// What a thread is given of its environment: of secrets their keys, see [`EnvField::reference`].
    pub fn references(&self, mut env: BTreeMap<Arc<str>, Value>) -> BTreeMap<Arc<str>, Value> {
        for declared in self.env.iter().filter(|declared| declared.secret) {
            if let Some(value) = env.get_mut(&declared.field.name) {
                *value = declared.reference(std::mem::take(value));
            }
        }
        env
    }

    /// The bytes of the secrets in an environment, for whoever opens them.
    pub fn secrets(&self, env: &BTreeMap<Arc<str>, Value>) -> SecretsByKey {
        let secrets = self.env.iter().filter(|declared| declared.secret);
        let known = secrets.filter_map(|declared| {
            let text = env.get(&declared.field.name)?.as_text()?;
            Some((Arc::clone(&declared.key), SecretBytes::new(text)))
        });
        known.collect()
    }

    /// Checks what a `yield` sends and fills in the defaults. Further fields are kept; without a
    /// `stream` block everything is right.
    ///
    /// # Errors
    /// All violations, if there is one.
    pub fn check_yield(&self, sent: &Value) -> Result<Value, Vec<Violation>> {
        match &self.stream {
            Some(fields) => check_fields(sent, fields, true),
            None => Ok(sent.clone()),
        }
    }
}

fn coerced(input: &Value, fields: &[Field]) -> Value {
    let shape = Shape {
        fields: fields.to_vec(),
        open: false,
    };
    coerce(input, &Type::Shape(Arc::new(shape)))
}

impl EnvField {
    /// What a thread is given of the variable: of a secret its key, so that its bytes stay outside. A
    /// default stands in the script, where everyone can read it.
    pub fn reference(&self, value: Value) -> Value {
        let is_default = self.field.default.as_ref() == Some(&value);
        match value {
            Value::Text(_) if self.secret && !is_default => SecretText::new(&*self.key).into(),
            Value::Text(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => value,
        }
    }

    /// The value of the variable: what was found in the environment, converted to the declared type
    /// and checked, else the default.
    ///
    /// # Errors
    /// All violations, with the variable's name as their pointer. They say nothing of the value of a
    /// secret.
    pub fn read(&self, found: Option<&str>) -> Result<Value, Vec<Violation>> {
        let given = found.map(|text| coerce(&Value::text(text), &self.field.ty));
        let object = Value::object(given.map(|value| (Arc::clone(&self.field.name), value)));
        let fields = std::slice::from_ref(&self.field);
        let filled =
            check_fields(&object, fields, false).map_err(|violations| self.redacted(violations))?;
        let value = filled
            .as_object()
            .and_then(|object| object.get(&self.field.name));
        Ok(value.cloned().unwrap_or_default())
    }

    fn redacted(&self, mut violations: Vec<Violation>) -> Vec<Violation> {
        if self.secret {
            for violation in violations
                .iter_mut()
                .filter(|it| it.reason != Reason::Missing)
            {
                "breaks a rule of its type; the value is secret".clone_into(&mut violation.message);
            }
        }
        violations
    }
}
