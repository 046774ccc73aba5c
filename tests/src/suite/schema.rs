//! The published schemas hold for what the command prints: every fixture, example and seed.
//!
//! The validator knows the keywords that the schemas use and refuses others, so that no rule is passed
//! over in silence.

use std::{collections::BTreeSet, path::Path, sync::LazyLock};

use scriptum_compiler::{Compiled, ast_json, ast_type, compile};
use scriptum_contract::ToolCatalog;
use scriptum_syntax::SyntaxKind;
use scriptum_vm::program;
use serde_json::Value;

/// Keywords that tell one form from another at a glance.
const TELLING: &[&str] = &[
    "type",
    "const",
    "enum",
    "required",
    "minItems",
    "prefixItems",
];

/// A schema.
#[derive(Debug, Clone)]
struct Schema {
    root: Value,
}

static TREES: LazyLock<Result<Schema, String>> = LazyLock::new(|| published("ast.schema.json"));
static PROGRAMS: LazyLock<Result<Schema, String>> = LazyLock::new(|| published("ir.schema.json"));

fn published(name: &str) -> Result<Schema, String> {
    let path = repository().join("docs/schemas").join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
    let root = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    Ok(Schema { root })
}

fn repository() -> &'static Path {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the tests are a folder of the repository")
}

/// Says where the tree of a script, or its program, is not what the schemas say.
pub(crate) fn check(source: &str, compiled: &Compiled) -> Result<(), String> {
    let tree: Value = serde_json::from_str(&ast_json(source)).map_err(|error| error.to_string())?;
    TREES.as_ref().map_err(Clone::clone)?.validate(&tree)?;
    let Some(program) = &compiled.program else {
        return Ok(());
    };
    let schema = PROGRAMS.as_ref().map_err(Clone::clone)?;
    let json = serde_json::from_str(&program::to_json(program));
    schema.validate(&json.map_err(|error| error.to_string())?)?;
    let yaml = serde_saphyr::from_str(&program::to_yaml(program));
    schema.validate(&yaml.map_err(|error| error.to_string())?)
}

/// Checks the examples and the seeds, and that the schema of trees names every kind.
pub(crate) fn check_scripts() -> Result<(), String> {
    let catalog = ToolCatalog::new(scriptum_tools::signatures());
    let mut count = 0;
    for folder in ["examples", "tests/seeds"] {
        let entries = std::fs::read_dir(repository().join(folder));
        for entry in entries.map_err(|error| format!("{folder}: {error}"))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_none_or(|it| it != "scriptum") {
                continue;
            }
            let source = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
            let compiled = compile(&source, &catalog);
            check(&source, &compiled).map_err(|error| format!("{}: {error}", path.display()))?;
            count += 1;
        }
    }
    if count < 10 {
        return Err(format!("only {count} scripts were found"));
    }
    check_kinds(&TREES.as_ref().map_err(Clone::clone)?.root)
}

fn check_kinds(schema: &Value) -> Result<(), String> {
    for (place, is_node) in [("node", true), ("token", false)] {
        let pointer = format!("/$defs/{place}/properties/type/enum");
        let listed = schema.pointer(&pointer).and_then(Value::as_array);
        let listed = listed.ok_or_else(|| format!("the schema has no {pointer}"))?;
        let listed: BTreeSet<&str> = listed.iter().filter_map(Value::as_str).collect();
        let kinds = SyntaxKind::all().filter(|kind| kind.is_node() == is_node);
        let known: Vec<String> = kinds.filter_map(ast_type).collect();
        let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
        if listed != known {
            let differing: Vec<_> = listed.symmetric_difference(&known).collect();
            return Err(format!("{pointer} differs in {differing:?}"));
        }
    }
    Ok(())
}

impl Schema {
    fn validate(&self, value: &Value) -> Result<(), String> {
        self.holds(&self.root, value, "")
    }

    /// `at` is the JSON pointer of the value.
    fn holds(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let rules = match schema {
            Value::Bool(true) => return Ok(()),
            Value::Object(rules) => rules,
            Value::Null
            | Value::Bool(false)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => return Err(format!("{at}: nothing may stand here")),
        };
        // What tells one form from another comes first, or each form would be followed to its end.
        let mut rules_in_order: Vec<_> = rules.iter().collect();
        rules_in_order.sort_by_key(|(keyword, _)| !TELLING.contains(&keyword.as_str()));
        for (keyword, rule) in rules_in_order {
            let holds = match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" => continue,
                // Read with `properties` and `prefixItems`, whose rest they rule.
                "additionalProperties" if value.is_object() => {
                    self.others_hold(rules, rule, value, at)?
                }
                "items" if value.is_array() => self.items_hold(rules, rule, value, at)?,
                "properties" if value.is_object() => {
                    let known = members(value).filter_map(|(name, part)| {
                        let rule = rule.get(name)?;
                        Some((name, rule, part))
                    });
                    let mut known: Vec<_> = known.collect();
                    known.sort_by_key(|(_, rule, _)| rule.get("const").is_none());
                    for (name, rule, part) in known {
                        self.holds(rule, part, &format!("{at}/{name}"))?;
                    }
                    true
                }
                "prefixItems" if value.is_array() => {
                    for (index, (rule, item)) in items(rule).iter().zip(items(value)).enumerate() {
                        self.holds(rule, item, &format!("{at}/{index}"))?;
                    }
                    true
                }
                "additionalProperties" | "items" | "properties" | "prefixItems" => true,
                "$ref" => {
                    let pointer = rule.as_str().and_then(|it| it.strip_prefix('#'));
                    let target = pointer.and_then(|pointer| self.root.pointer(pointer));
                    let target = target.ok_or_else(|| format!("{rule} leads nowhere"))?;
                    self.holds(target, value, at)?;
                    true
                }
                "oneOf" => {
                    let tries = items(rule).iter().map(|rule| self.holds(rule, value, at));
                    let (fit, unfit): (Vec<_>, Vec<_>) = tries.partition(Result::is_ok);
                    if fit.is_empty() {
                        // The deepest complaint is about the form that was meant.
                        let complaints = unfit.into_iter().filter_map(Result::err);
                        let deepest = complaints.max_by_key(|it| it.matches('/').count());
                        return Err(deepest.unwrap_or_default());
                    }
                    fit.len() == 1
                }
                "type" => types(rule).any(|name| is_type(value, name)),
                "const" => rule == value,
                "enum" => items(rule).contains(value),
                "required" => items(rule)
                    .iter()
                    .all(|name| name.as_str().is_some_and(|name| value.get(name).is_some())),
                "minimum" => value.as_f64() >= rule.as_f64(),
                "minItems" => !value.is_array() || items(value).len() as u64 >= number(rule),
                other => return Err(format!("the schemas do not use '{other}'")),
            };
            if !holds {
                return Err(format!("{at}: {value} breaks {keyword}: {rule}"));
            }
        }
        Ok(())
    }

    fn others_hold(
        &self,
        rules: &serde_json::Map<String, Value>,
        rule: &Value,
        value: &Value,
        at: &str,
    ) -> Result<bool, String> {
        let known = rules.get("properties");
        for (name, part) in members(value) {
            if known.is_none_or(|known| known.get(name).is_none()) {
                self.holds(rule, part, &format!("{at}/{name}"))?;
            }
        }
        Ok(true)
    }

    fn items_hold(
        &self,
        rules: &serde_json::Map<String, Value>,
        rule: &Value,
        value: &Value,
        at: &str,
    ) -> Result<bool, String> {
        let first = rules
            .get("prefixItems")
            .map_or(0, |prefix| items(prefix).len());
        for (index, item) in items(value).iter().enumerate().skip(first) {
            self.holds(rule, item, &format!("{at}/{index}"))?;
        }
        Ok(true)
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(u64::MAX)
}

fn types(rule: &Value) -> impl Iterator<Item = &str> {
    let one = rule.as_str().into_iter();
    one.chain(items(rule).iter().filter_map(Value::as_str))
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

/// The validator refuses what is wrong, or its silence would say nothing.
pub(crate) fn check_validator() -> Result<(), String> {
    let schema = PROGRAMS.as_ref().map_err(Clone::clone)?;
    let with = |step: &str| format!(r#"{{"ir":1,"title":"T","contract":{{}},"steps":[{step}]}}"#);
    let table = [
        (r#"{"section":"A"}"#, true),
        (r#"{"section":"A","x":1}"#, false),
        (r#"{"primitive":"emit"}"#, true),
        (r#"{"primitive":"emti"}"#, false),
        (r#"{"primitive":"let","name":"a"}"#, false),
        (
            r#"{"primitive":"let","name":"a","value":{"source":"1","expr":1}}"#,
            true,
        ),
        (
            r#"{"primitive":"let","name":"a","value":{"source":"1","expr":["add",1]}}"#,
            false,
        ),
        (
            r#"{"primitive":"let","name":"a","value":{"source":"1","expr":["add",1,2,3]}}"#,
            false,
        ),
        (
            r#"{"primitive":"let","name":"a","value":{"source":"1","expr":["ad",1,2]}}"#,
            false,
        ),
        (
            r#"{"primitive":"wait","until":{"source":"a","expr":"a"}}"#,
            true,
        ),
        (r#"{"primitive":"wait"}"#, false),
        (r#"{"primitive":"emit","line":0}"#, false),
    ];
    for (step, fits) in table {
        let value = serde_json::from_str(&with(step)).map_err(|error| error.to_string())?;
        if schema.validate(&value).is_ok() != fits {
            return Err(format!("{step}: {:?}", schema.validate(&value)));
        }
    }
    Ok(())
}
