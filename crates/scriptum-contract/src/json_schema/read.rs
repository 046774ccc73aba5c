//! From schemas to types. Older dialects are read as well, as tools still use them: `definitions`,
//! `nullable`, a boolean `exclusiveMinimum`.

use std::{collections::BTreeSet, sync::Arc};

use super::DEFINITIONS;
use crate::{
    EnumBase, EnumDef, Field, List, Matcher, Number, Object, Pattern, Shape, Text, Type, Value,
    Variant, check,
    check::repeated,
    constraint::{lower, raise},
    limits::{SCHEMA_DEPTH_MAX, SCHEMA_NODES_MAX},
};

/// The type of the values that satisfy a schema, as near as types can say it: a value that satisfies
/// the schema satisfies the type. What is not known, too deep or too large becomes [`Type::Any`].
///
/// ```
/// use scriptum_contract::{from_json_schema, Value};
/// let schema = r#"{"type": "object", "properties": {"n": {"type": ["integer", "null"]}}}"#;
/// let ty = from_json_schema(&Value::from_json(schema).unwrap());
/// assert_eq!(ty.to_string(), "{ n?: integer or null, … }");
/// ```
pub fn from_json_schema(schema: &Value) -> Type {
    let mut reader = Reader {
        root: schema,
        nodes_left: SCHEMA_NODES_MAX,
        open: Vec::new(),
    };
    reader.ty(schema, Place { depth: 0, name: "" })
}

struct Reader<'s> {
    root: &'s Value,
    /// How many more schemas are read; references can make a small document very large.
    nodes_left: usize,
    /// References that are being read; one that leads back to itself is any value there.
    open: Vec<&'s str>,
}

/// Where a schema stands.
#[derive(Debug, Clone, Copy)]
struct Place<'s> {
    depth: usize,
    /// The name under which it is defined, or nothing.
    name: &'s str,
}

impl Place<'_> {
    fn inside(self) -> Place<'static> {
        Place {
            depth: self.depth + 1,
            name: "",
        }
    }
}

impl<'s> Reader<'s> {
    fn ty(&mut self, schema: &'s Value, place: Place<'s>) -> Type {
        let within = self.nodes_left > 0 && place.depth <= SCHEMA_DEPTH_MAX;
        self.nodes_left = self.nodes_left.saturating_sub(1);
        match schema {
            Value::Object(schema) if within => {
                let ty = self.keywords(schema, place);
                if schema.get("nullable") == Some(&Value::Bool(true)) {
                    ty.optional()
                } else {
                    ty
                }
            }
            Value::Bool(false) => Type::Never,
            Value::Null
            | Value::Bool(true)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => Type::Any,
        }
    }

    /// The keyword that says most decides; the others could only narrow the type.
    fn keywords(&mut self, schema: &'s Object, place: Place<'s>) -> Type {
        if let Some(reference) = schema.get("$ref") {
            return self.reference(reference, place);
        }
        if let Some(variants) = variants(schema) {
            return enumeration(variants, name_of(schema, place));
        }
        match schema.get("type") {
            Some(Value::Text(kind)) => return self.kind(kind, schema, place),
            Some(Value::List(kinds)) if !kinds.is_empty() => {
                let kinds = kinds.iter().map(|kind| kind.as_text().unwrap_or_default());
                return kinds.fold(Type::Never, |ty, kind| {
                    ty.join(&self.kind(kind, schema, place))
                });
            }
            Some(_) | None => {}
        }
        if schema.get("not").is_some_and(takes_everything) {
            return Type::Never;
        }
        let branches = |name| {
            let list = schema.get(name).and_then(Value::as_list);
            list.filter(|branches| !branches.is_empty())
        };
        match (branches("anyOf").or(branches("oneOf")), branches("allOf")) {
            (Some(branches), _) => self.either(branches, schema, place),
            (None, Some([only])) => self.ty(only, place),
            (None, _) if schema.get("properties").is_some() => self.kind("object", schema, place),
            (None, _) if schema.get("items").is_some() => self.kind("array", schema, place),
            (None, Some(_) | None) => Type::Any,
        }
    }

    fn reference(&mut self, reference: &'s Value, place: Place<'s>) -> Type {
        let pointer = reference.as_text().and_then(|text| text.strip_prefix('#'));
        let pointer = pointer.filter(|pointer| !self.open.contains(pointer));
        let Some((pointer, target)) = pointer.zip(pointer.and_then(|it| self.root.pointer(it)))
        else {
            return Type::Any;
        };
        self.open.push(pointer);
        let depth = place.depth + 1;
        let ty = self.ty(
            target,
            Place {
                depth,
                name: defined_name(pointer),
            },
        );
        self.open.pop();
        ty
    }

    fn kind(&mut self, kind: &str, schema: &'s Object, place: Place<'s>) -> Type {
        match kind {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "string" => text(schema),
            "number" => Type::Number(number_rules(schema)),
            "integer" => Type::Integer(number_rules(schema)),
            "array" => Type::List(Arc::new(self.list(schema, place))),
            "object" => Type::Shape(Arc::new(self.record(schema, place))),
            _ => Type::Any,
        }
    }

    /// One of several schemas: an enum if they are all constants, else what they have in common.
    fn either(&mut self, branches: &'s [Value], schema: &'s Object, place: Place<'s>) -> Type {
        let constants = branches
            .iter()
            .map(|branch| branch.as_object().and_then(variants));
        if let Some(constants) = constants.collect::<Option<Vec<_>>>() {
            return enumeration(constants.concat(), name_of(schema, place));
        }
        branches.iter().fold(Type::Never, |ty, branch| {
            ty.join(&self.ty(branch, place.inside()))
        })
    }

    fn list(&mut self, schema: &'s Object, place: Place<'s>) -> List {
        // In a tuple each place has its own type.
        let is_tuple = schema.get("prefixItems").is_some();
        let item = schema.get("items").filter(|_| !is_tuple);
        List {
            item: item.map_or(Type::Any, |item| self.ty(item, place.inside())),
            min_items: count(schema, "minItems"),
            max_items: count(schema, "maxItems"),
            unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
        }
    }

    fn record(&mut self, schema: &'s Object, place: Place<'s>) -> Shape {
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_text)
            .collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let declared = properties.into_iter().flatten().map(|(name, property)| {
            let ty = self.ty(property, place.inside());
            field(name, ty, property, required.contains(&**name))
        });
        let mut fields: Vec<_> = declared.collect();
        let known = |name: &str| properties.is_some_and(|it| it.get(name).is_some());
        let unknown = required.iter().filter(|name| !known(name));
        fields.extend(unknown.map(|name| Field::required(name, Type::Any)));
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false))
            && schema.get("patternProperties").is_none();
        Shape {
            fields,
            open: !closed,
        }
    }
}

/// The name of a shared definition, from a pointer to it; of other pointers nothing.
fn defined_name(pointer: &str) -> &str {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let defines = [DEFINITIONS, "definitions"]
        .iter()
        .any(|word| parent.ends_with(word));
    if defines { name } else { "" }
}

/// True for the two plainest schemas that every value satisfies.
fn takes_everything(schema: &Value) -> bool {
    schema
        .as_object()
        .map_or(*schema == Value::Bool(true), Object::is_empty)
}

fn field(name: &Arc<str>, ty: Type, property: &Value, required: bool) -> Field {
    let keyword = |word: &str| property.as_object()?.get(word);
    let default = keyword("default").filter(|default| check(default, &ty).is_empty());
    Field {
        name: Arc::clone(name),
        default: default.cloned(),
        ty,
        required,
        doc: keyword("description")
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned(),
    }
}

/// The name of an enum: that of its definition, else its title.
fn name_of<'s>(schema: &'s Object, place: Place<'s>) -> &'s str {
    let title = schema
        .get("title")
        .and_then(Value::as_text)
        .unwrap_or_default();
    if place.name.is_empty() {
        title
    } else {
        place.name
    }
}

/// The values of `const` or `enum`, if the schema has one of them, or is the type null.
fn variants(schema: &Object) -> Option<Vec<Variant>> {
    let doc = schema
        .get("description")
        .and_then(Value::as_text)
        .unwrap_or_default();
    let variant = |value: &Value, doc: &str| Variant {
        value: value.clone(),
        doc: doc.to_owned(),
    };
    if let Some(value) = schema.get("const") {
        return Some(vec![variant(value, doc)]);
    }
    let values = schema.get("enum").and_then(Value::as_list);
    if let Some(values) = values.filter(|values| !values.is_empty()) {
        return Some(values.iter().map(|value| variant(value, "")).collect());
    }
    let is_null = schema.get("type").and_then(Value::as_text) == Some("null");
    is_null.then(|| vec![variant(&Value::Null, "")])
}

/// An enum of constants of one kind; null among them makes it optional, other mixtures are any.
fn enumeration(variants: Vec<Variant>, name: &str) -> Type {
    let values: Vec<_> = variants
        .iter()
        .map(|variant| variant.value.clone())
        .collect();
    let doubles: BTreeSet<_> = repeated(&values)
        .into_iter()
        .map(|(index, _)| index)
        .collect();
    let distinct = variants
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !doubles.contains(at));
    let (nulls, variants): (Vec<_>, Vec<_>) = distinct
        .map(|(_, variant)| variant)
        .partition(|variant| matches!(variant.value, Value::Null));
    let Some(base) = base_of(&variants) else {
        let kinds = values.iter().map(kind_of);
        return kinds.fold(Type::Never, |ty, kind| ty.join(&kind));
    };
    let ty = Type::Enum(Arc::new(EnumDef {
        name: name.into(),
        base,
        variants,
    }));
    if nulls.is_empty() { ty } else { ty.optional() }
}

/// What all the values are; `None` for no values, for mixtures, and for what no enum can be of.
fn base_of(variants: &[Variant]) -> Option<EnumBase> {
    let all = |base: EnumBase| {
        let ty = base.ty();
        variants
            .iter()
            .all(|variant| check(&variant.value, &ty).is_empty())
    };
    let bases = [EnumBase::Text, EnumBase::Integer, EnumBase::Number];
    bases
        .into_iter()
        .find(|base| !variants.is_empty() && all(*base))
}

fn kind_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Int(_) => Type::integer(),
        Value::Float(_) => Type::number(),
        Value::Text(_) => Type::text(),
        Value::List(_) => Type::list(Type::Any),
        Value::Object(_) | Value::Secret(_) | Value::Stored(_) => Type::Any,
    }
}

fn text(schema: &Object) -> Type {
    let word = |name: &str| schema.get(name).and_then(Value::as_text);
    match (word("format"), word("contentEncoding")) {
        (_, Some("base64")) => Type::Binary,
        (Some("date"), _) => Type::Date,
        (Some("date-time"), _) => Type::Timestamp,
        (Some(_) | None, Some(_) | None) => Type::Text(Text {
            min_length: count(schema, "minLength"),
            max_length: count(schema, "maxLength"),
            patterns: patterns(schema),
            secret: false,
        }),
    }
}

/// The patterns that compile, of the schema and of those that must hold as well.
fn patterns(schema: &Object) -> Vec<Pattern> {
    let also = schema
        .get("allOf")
        .and_then(Value::as_list)
        .unwrap_or_default();
    let schemas = also.iter().filter_map(Value::as_object);
    [schema]
        .into_iter()
        .chain(schemas)
        .filter_map(|schema| schema.get("pattern")?.as_text())
        .filter(|source| Matcher::new(source).is_ok())
        .map(|source| Pattern(source.into()))
        .collect()
}

fn number_rules(schema: &Object) -> Number {
    let bound = |name: &str| schema.get(name).and_then(Value::as_double);
    let excluded = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let mut rules = Number::default();
    if let Some(minimum) = bound("minimum") {
        raise(&mut rules, minimum, excluded("exclusiveMinimum"));
    }
    if let Some(minimum) = bound("exclusiveMinimum") {
        raise(&mut rules, minimum, true);
    }
    if let Some(maximum) = bound("maximum") {
        lower(&mut rules, maximum, excluded("exclusiveMaximum"));
    }
    if let Some(maximum) = bound("exclusiveMaximum") {
        lower(&mut rules, maximum, true);
    }
    rules.multiple_of = bound("multipleOf").filter(|step| *step > 0.0);
    rules
}

/// A size; one beyond 32 bits is left out.
fn count(schema: &Object, name: &str) -> Option<u32> {
    u32::try_from(schema.get(name)?.as_integer()?).ok()
}
