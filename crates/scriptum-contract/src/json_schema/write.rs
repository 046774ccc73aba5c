//! From types to schemas.

use std::sync::Arc;

use super::DEFINITIONS;
use crate::{Contract, EnumBase, EnumDef, Field, List, Number, Text, Type, Value};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A part of a contract that has a schema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractPart {
    /// What a thread is started with.
    Inputs,
    /// What a thread ends with.
    Outputs,
    /// What a `yield` sends.
    Stream,
    /// The environment, by the names in the script.
    Env,
}

impl ContractPart {
    /// All parts, the default first.
    pub const ALL: [ContractPart; 4] = [
        ContractPart::Inputs,
        ContractPart::Outputs,
        ContractPart::Stream,
        ContractPart::Env,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            ContractPart::Inputs => "inputs",
            ContractPart::Outputs => "outputs",
            ContractPart::Stream => "stream",
            ContractPart::Env => "env",
        }
    }
}

/// The JSON Schema of a part of a contract.
///
/// Inputs are closed. The others take further fields, as a thread does.
pub fn json_schema(contract: &Contract, part: ContractPart) -> Value {
    let mut writer = Writer::default();
    let mut schema = vec![keyword("$schema", DIALECT.into())];
    match part {
        ContractPart::Inputs => schema.extend(writer.record(&contract.inputs, false)),
        ContractPart::Outputs => schema.extend(writer.record(&contract.outputs, true)),
        ContractPart::Stream => {
            let fields = contract.stream.iter();
            schema.extend(fields.flat_map(|fields| writer.record(fields, true)));
        }
        ContractPart::Env => {
            let fields: Vec<_> = contract.env.iter().map(|env| env.field.clone()).collect();
            schema.extend(writer.record(&fields, true));
        }
    }
    writer.finish(schema)
}

/// The JSON Schema of a type, as tools and models take it.
///
/// ```
/// use scriptum_contract::{type_schema, Type};
/// let schema = type_schema(&Type::list(Type::integer()));
/// assert_eq!(schema.to_json().unwrap(), r#"{"type":"array","items":{"type":"integer"}}"#);
/// ```
pub fn type_schema(ty: &Type) -> Value {
    let mut writer = Writer::default();
    let schema = writer.ty(ty);
    writer.finish(schema)
}

/// Keywords of a schema, in the order in which they are written.
type Keywords = Vec<(Arc<str>, Value)>;

fn keyword(name: &str, value: Value) -> (Arc<str>, Value) {
    (name.into(), value)
}

/// Collects the enums that a schema refers to.
#[derive(Default)]
struct Writer {
    enums: Vec<Arc<EnumDef>>,
}

impl Writer {
    fn finish(self, mut schema: Keywords) -> Value {
        if !self.enums.is_empty() {
            let definitions = self
                .enums
                .iter()
                .map(|def| (Arc::clone(&def.name), Value::object(enumeration(def))));
            schema.push(keyword(DEFINITIONS, Value::object(definitions)));
        }
        Value::object(schema)
    }

    fn ty(&mut self, ty: &Type) -> Keywords {
        match ty {
            Type::Any | Type::Object => vec![],
            Type::Text(rules) => text(rules),
            Type::Number(rules) => number("number", rules),
            Type::Integer(rules) => number("integer", rules),
            Type::Boolean => vec![kind("boolean")],
            Type::Binary => vec![kind("string"), keyword("contentEncoding", "base64".into())],
            Type::Date => vec![kind("string"), keyword("format", "date".into())],
            Type::Timestamp => vec![kind("string"), keyword("format", "date-time".into())],
            Type::List(rules) => self.list(rules),
            Type::Enum(def) => self.enumeration(def),
            Type::Shape(shape) => self.record(&shape.fields, shape.open),
            Type::Null => vec![kind("null")],
            Type::Optional(inner) => {
                let either = [Value::object(self.ty(inner)), Value::object([kind("null")])];
                vec![keyword("anyOf", Value::list(either))]
            }
            Type::Never => vec![keyword("not", Value::object::<&str>([]))],
        }
    }

    fn list(&mut self, rules: &List) -> Keywords {
        let mut schema = vec![kind("array")];
        let item = self.ty(&rules.item);
        if !item.is_empty() {
            schema.push(keyword("items", Value::object(item)));
        }
        schema.extend(size("minItems", rules.min_items));
        schema.extend(size("maxItems", rules.max_items));
        schema.extend(rules.unique.then(|| keyword("uniqueItems", true.into())));
        schema
    }

    fn record(&mut self, fields: &[Field], open: bool) -> Keywords {
        let properties: Vec<_> = fields
            .iter()
            .map(|field| (Arc::clone(&field.name), self.field(field)))
            .collect();
        let needed = fields.iter().filter(|field| field.is_needed());
        let required: Vec<_> = needed.map(|field| Value::text(&field.name)).collect();
        let mut schema = vec![kind("object")];
        if !properties.is_empty() || !open {
            schema.push(keyword("properties", Value::object(properties)));
        }
        if !required.is_empty() {
            schema.push(keyword("required", Value::list(required)));
        }
        if !open {
            schema.push(keyword("additionalProperties", false.into()));
        }
        schema
    }

    fn field(&mut self, field: &Field) -> Value {
        let mut schema = self.ty(&field.ty);
        schema.extend(description(&field.doc));
        let default = field.default.clone();
        schema.extend(default.map(|default| keyword("default", default)));
        Value::object(schema)
    }

    /// A reference to a named enum. One without a name, or whose name means another enum already,
    /// stands where it is used.
    fn enumeration(&mut self, def: &Arc<EnumDef>) -> Keywords {
        let known = self.enums.iter().find(|known| known.name == def.name);
        if !is_identifier(&def.name) || known.is_some_and(|known| known != def) {
            return enumeration(def);
        }
        if known.is_none() {
            self.enums.push(Arc::clone(def));
        }
        let reference = format!("#/{DEFINITIONS}/{}", def.name);
        vec![keyword("$ref", reference.into())]
    }
}

fn is_identifier(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.starts_with(|first: char| !first.is_ascii_digit()) && name.bytes().all(is_word)
}

fn kind(name: &str) -> (Arc<str>, Value) {
    keyword("type", name.into())
}

fn description(doc: &str) -> Option<(Arc<str>, Value)> {
    (!doc.is_empty()).then(|| keyword("description", doc.into()))
}

fn size(name: &str, count: Option<u32>) -> Option<(Arc<str>, Value)> {
    count.map(|count| keyword(name, Value::Int(count.into())))
}

fn enumeration(def: &EnumDef) -> Keywords {
    let values = def.variants.iter().map(|variant| variant.value.clone());
    let base = match def.base {
        EnumBase::Text => "string",
        EnumBase::Integer => "integer",
        EnumBase::Number => "number",
    };
    let docs: Vec<_> = def
        .variants
        .iter()
        .filter(|variant| !variant.doc.is_empty())
        .map(|variant| format!("{}: {}", plain(&variant.value), variant.doc))
        .collect();
    let mut schema = vec![kind(base), keyword("enum", Value::list(values))];
    schema.extend(description(&docs.join("\n")));
    schema
}

/// A variant's value as it reads in prose.
fn plain(value: &Value) -> String {
    value
        .as_text()
        .map_or_else(|| crate::check::shown(value), str::to_owned)
}

fn text(rules: &Text) -> Keywords {
    let pattern = |source: &Arc<str>| keyword("pattern", Value::Text(Arc::clone(source)));
    let mut schema = vec![kind("string")];
    schema.extend(size("minLength", rules.min_length));
    schema.extend(size("maxLength", rules.max_length));
    match rules.patterns.as_slice() {
        [] => {}
        [only] => schema.push(pattern(&only.0)),
        // A schema has one pattern; further ones need schemas of their own.
        all => {
            let each = all.iter().map(|it| Value::object([pattern(&it.0)]));
            schema.push(keyword("allOf", Value::list(each)));
        }
    }
    schema
}

fn number(base: &str, rules: &Number) -> Keywords {
    let bound = |name: &str, bound: Option<f64>| {
        let bound = Value::shortest(bound?)?;
        Some(keyword(name, bound))
    };
    let low = if rules.exclusive_minimum {
        "exclusiveMinimum"
    } else {
        "minimum"
    };
    let high = if rules.exclusive_maximum {
        "exclusiveMaximum"
    } else {
        "maximum"
    };
    let mut schema = vec![kind(base)];
    schema.extend(bound(low, rules.minimum));
    schema.extend(bound(high, rules.maximum));
    schema.extend(bound("multipleOf", rules.multiple_of));
    schema
}
