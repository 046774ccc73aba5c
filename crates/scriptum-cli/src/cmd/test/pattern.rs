//! What a value is compared with: a value, of which objects need name only some fields, or rules.
//!
//! The same patterns choose a stub by the arguments of a call and judge what a script gave. What a
//! pattern makes of a value can be shown beside the pattern, so that only what differs stands out.

use std::sync::Arc;

use scriptum_compiler::Diagnostic;
use scriptum_contract::{Matcher, Object, Value};

use super::{
    faults::{fault, unknown},
    yaml::{Content, Node},
};

/// Keys of a mapping that is a list of rules and not a value.
const RULES: [&str; 10] = [
    "equals",
    "contains",
    "matches",
    "starts_with",
    "ends_with",
    "one_of",
    "not",
    "min",
    "max",
    "present",
];

/// What a value must be like.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// Equal to this, which is no list and no object.
    Scalar(Value),
    /// As many elements, each as its pattern.
    List(Vec<Pattern>),
    /// An object with these fields; with further ones unless the comparison is exact.
    Object(Vec<(Arc<str>, Pattern)>),
    /// All of these rules hold; they are shown as they were written.
    Rules(Vec<Rule>, Value),
}

/// A rule.
#[derive(Debug)]
pub(crate) enum Rule {
    Equals(Value),
    Contains(Pattern),
    Matches(Matcher),
    StartsWith(Arc<str>),
    EndsWith(Arc<str>),
    OneOf(Vec<Value>),
    Not(Pattern),
    Min(Value),
    Max(Value),
    Present(bool),
}

/// How much of an object a pattern must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Fields that are not named may be anything.
    Subset,
    /// There are no fields but the named ones.
    Exact,
}

impl Pattern {
    /// Reads a pattern. A mapping whose keys are all names of rules is one of rules.
    pub(crate) fn read(node: &Node, faults: &mut Vec<Diagnostic>) -> Pattern {
        match &node.content {
            Content::Scalar(value) => Pattern::Scalar(value.clone()),
            Content::List(items) => {
                Pattern::List(items.iter().map(|it| Pattern::read(it, faults)).collect())
            }
            Content::Map(entries) => {
                let is_rule = |name: &str| RULES.contains(&name);
                if !entries.is_empty() && entries.iter().all(|(key, _)| is_rule(&key.text)) {
                    let rules = entries.iter();
                    let rules = rules.filter_map(|(key, node)| rule(&key.text, node, faults));
                    return Pattern::Rules(rules.collect(), node.value());
                }
                let fields = entries.iter();
                let fields =
                    fields.map(|(key, node)| (Arc::clone(&key.text), Pattern::read(node, faults)));
                Pattern::Object(fields.collect())
            }
        }
    }

    /// True when a value, or its absence, is as it must be.
    pub(crate) fn fits(&self, value: Option<&Value>, strictness: Strictness) -> bool {
        match (self, value) {
            (Pattern::Rules(rules, _), value) => {
                rules.iter().all(|rule| rule.holds(value, strictness))
            }
            (Pattern::Scalar(expected), Some(value)) => expected == value,
            (Pattern::List(patterns), Some(value)) => value.as_list().is_some_and(|items| {
                let mut pairs = patterns.iter().zip(items);
                items.len() == patterns.len()
                    && pairs.all(|(pattern, item)| pattern.fits(Some(item), strictness))
            }),
            (Pattern::Object(fields), Some(value)) => value.as_object().is_some_and(|object| {
                let mut known = fields.iter();
                known.all(|(name, pattern)| pattern.fits(object.get(name), strictness))
                    && (strictness == Strictness::Subset || surplus(object, fields).is_none())
            }),
            (Pattern::Scalar(_) | Pattern::List(_) | Pattern::Object(_), None) => false,
        }
    }

    /// The pattern as it was written.
    pub(crate) fn written(&self) -> Value {
        match self {
            Pattern::Scalar(value) | Pattern::Rules(_, value) => value.clone(),
            Pattern::List(items) => Value::list(items.iter().map(Pattern::written)),
            Pattern::Object(fields) => {
                let fields = fields.iter();
                Value::object(fields.map(|(name, it)| (Arc::clone(name), it.written())))
            }
        }
    }

    /// The value as far as the pattern looks at it, with what fits written as the pattern is.
    pub(crate) fn seen(&self, value: &Value, strictness: Strictness) -> Value {
        if self.fits(Some(value), strictness) {
            return self.written();
        }
        match (self, value) {
            (Pattern::List(patterns), Value::List(items)) => {
                let seen = items.iter().enumerate().map(|(at, item)| {
                    let pattern = patterns.get(at);
                    pattern.map_or_else(|| item.clone(), |it| it.seen(item, strictness))
                });
                Value::list(seen)
            }
            (Pattern::Object(fields), Value::Object(object)) => {
                let known = fields.iter().filter_map(|(name, pattern)| {
                    let value = object.get(name)?;
                    Some((Arc::clone(name), pattern.seen(value, strictness)))
                });
                let exact = strictness == Strictness::Exact;
                let further = object
                    .iter()
                    .filter(|(name, _)| exact && !fields.iter().any(|(known, _)| known == name));
                Value::object(known.chain(further.cloned()))
            }
            (_, value) => value.clone(),
        }
    }
}

/// A field that the pattern does not name.
fn surplus<'o>(object: &'o Object, fields: &[(Arc<str>, Pattern)]) -> Option<&'o Arc<str>> {
    let is_known = |name: &Arc<str>| fields.iter().any(|(known, _)| known == name);
    object.keys().find(|name| !is_known(name))
}

impl Rule {
    fn holds(&self, value: Option<&Value>, strictness: Strictness) -> bool {
        let Some(value) = value else {
            return match self {
                Rule::Present(present) => !present,
                Rule::Not(pattern) => !pattern.fits(None, strictness),
                Rule::Equals(_)
                | Rule::Contains(_)
                | Rule::Matches(_)
                | Rule::StartsWith(_)
                | Rule::EndsWith(_)
                | Rule::OneOf(_)
                | Rule::Min(_)
                | Rule::Max(_) => false,
            };
        };
        let text = |judge: &dyn Fn(&str) -> bool| value.as_text().is_some_and(judge);
        match self {
            Rule::Equals(expected) => value == expected,
            Rule::Contains(pattern) => contains(pattern, value, strictness),
            Rule::Matches(matcher) => text(&|it| matcher.is_match(it) == Ok(true)),
            Rule::StartsWith(start) => text(&|it| it.starts_with(&**start)),
            Rule::EndsWith(end) => text(&|it| it.ends_with(&**end)),
            Rule::OneOf(values) => values.contains(value),
            Rule::Not(pattern) => !pattern.fits(Some(value), strictness),
            Rule::Min(least) => number(least) <= number(value) && number(value).is_some(),
            Rule::Max(most) => number(value) <= number(most) && number(value).is_some(),
            Rule::Present(present) => *present,
        }
    }
}

/// A text contains a text, a list an element that fits, an object a field of that name.
fn contains(pattern: &Pattern, value: &Value, strictness: Strictness) -> bool {
    let part = match pattern {
        Pattern::Scalar(Value::Text(part)) => Some(&**part),
        Pattern::Scalar(_) | Pattern::List(_) | Pattern::Object(_) | Pattern::Rules(..) => None,
    };
    match value {
        Value::Text(text) => part.is_some_and(|part| text.contains(part)),
        Value::List(items) => items
            .iter()
            .any(|item| pattern.fits(Some(item), strictness)),
        Value::Object(object) => part.is_some_and(|part| object.get(part).is_some()),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Secret(_)
        | Value::Stored(_) => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds are compared as doubles")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Null
        | Value::Bool(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

fn rule(name: &str, node: &Node, faults: &mut Vec<Diagnostic>) -> Option<Rule> {
    let read = match name {
        "equals" => Ok(Rule::Equals(node.value())),
        "contains" => Ok(Rule::Contains(Pattern::read(node, faults))),
        "not" => Ok(Rule::Not(Pattern::read(node, faults))),
        "matches" => text(name, node).and_then(|pattern| {
            let matcher = Matcher::new(&pattern);
            let wrong = |error| fault(node.at.clone(), format!("this is no pattern: {error}"));
            matcher.map(Rule::Matches).map_err(wrong)
        }),
        "starts_with" => text(name, node).map(Rule::StartsWith),
        "ends_with" => text(name, node).map(Rule::EndsWith),
        "one_of" => match node.items() {
            Some(items) => Ok(Rule::OneOf(items.iter().map(Node::value).collect())),
            None => Err(wrong(name, "a list", node)),
        },
        "min" => limit(name, node).map(Rule::Min),
        "max" => limit(name, node).map(Rule::Max),
        "present" => {
            let truth = node.truth().map(Rule::Present);
            truth.ok_or_else(|| wrong(name, "true or false", node))
        }
        _ => Err(unknown(node.at.clone(), "no such rule", name, RULES)),
    };
    read.map_err(|it| faults.push(*it)).ok()
}

fn limit(name: &str, node: &Node) -> Result<Value, Box<Diagnostic>> {
    let value = node.value();
    match number(&value) {
        Some(_) => Ok(value),
        None => Err(wrong(name, "a number", node)),
    }
}

fn text(name: &str, node: &Node) -> Result<Arc<str>, Box<Diagnostic>> {
    let text = node.text().cloned();
    text.ok_or_else(|| wrong(name, "a text", node))
}

fn wrong(name: &str, expected: &str, node: &Node) -> Box<Diagnostic> {
    let kind = node.kind();
    let message = format!("'{name}' must be {expected}, is {kind}");
    fault(node.at.clone(), message)
}

#[cfg(test)]
mod tests {
    use scriptum_contract::Value;

    use super::{Pattern, Strictness};
    use crate::cmd::test::yaml::parse;

    #[test]
    fn patterns_fit_what_they_say() {
        use Strictness::{Exact, Subset};
        let table = [
            ("1", "1", Subset, true),
            ("1", "1.0", Subset, true),
            ("1", "\"1\"", Subset, false),
            ("[1, 2]", "[1, 2, 3]", Subset, false),
            ("{a: 1}", r#"{"a": 1, "b": 2}"#, Subset, true),
            ("{a: 1}", r#"{"a": 1, "b": 2}"#, Exact, false),
            (
                "{a: [{b: 1}]}",
                r#"{"a": [{"b": 1, "c": 2}]}"#,
                Subset,
                true,
            ),
            ("{contains: ell}", "\"hello\"", Subset, true),
            (
                "{contains: {a: 1}}",
                r#"[{"a": 2}, {"a": 1, "b": 3}]"#,
                Subset,
                true,
            ),
            ("{contains: a}", r#"{"a": null}"#, Subset, true),
            ("{contains: 1}", "1", Subset, false),
            (
                "{starts_with: he, ends_with: lo}",
                "\"hello\"",
                Subset,
                true,
            ),
            ("{matches: '^h.*o$'}", "\"hello\"", Subset, true),
            ("{min: 1, max: 2}", "1.5", Subset, true),
            ("{min: 1}", "\"2\"", Subset, false),
            ("{one_of: [a, 2]}", "2", Subset, true),
            ("{not: {contains: x}}", "\"y\"", Subset, true),
            ("{a: {present: false}}", r#"{"b": 1}"#, Subset, true),
            ("{a: {present: true}}", r#"{"b": 1}"#, Subset, false),
            ("{equals: {min: 1}}", r#"{"min": 1}"#, Subset, true),
            (
                "{min: 1, other: 2}",
                r#"{"min": 1, "other": 2, "x": 0}"#,
                Subset,
                true,
            ),
            ("{}", r#"{"a": 1}"#, Subset, true),
            ("{}", r#"{"a": 1}"#, Exact, false),
        ];
        for (pattern, value, strictness, expected) in table {
            let mut faults = Vec::new();
            let read = Pattern::read(&parse(pattern).unwrap(), &mut faults);
            assert!(faults.is_empty(), "{faults:?}");
            let value = Value::from_json(value).unwrap();
            let fits = read.fits(Some(&value), strictness);
            assert_eq!(fits, expected, "{pattern} {value:?}");
            // What is shown beside the pattern is equal exactly when it fits.
            assert_eq!(
                read.seen(&value, strictness) == read.written(),
                fits,
                "{pattern}"
            );
        }
    }
}
