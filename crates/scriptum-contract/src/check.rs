//! The one validator: every rule of every type is checked here and nowhere else.
//!
//! It walks value and type together and reports all violations at once, so that a caller can put
//! everything right in one go; beyond some thousands it stops. It changes nothing: defaults are the matter of
//! [`check_fields`](crate::check_fields), conversions that of [`coerce`](crate::coerce).

mod format;
mod multiple;
mod report;
mod unique;
mod words;

use std::{cmp::Ordering, collections::BTreeMap};

pub(crate) use multiple::{Decimal, is_multiple};
pub(crate) use unique::repeated;
pub(crate) use words::{number_text, shown};

use crate::{
    EnumDef, Field, List, Number, Object, Pattern, Reason, Text, Type, Value, Violation,
    pattern::Matcher, value::number,
};
use report::{Report, Segment};

/// Checks a value against a type and reports every violation, in the order of the value.
///
/// A part that lies in the store passes as `any` and `object`, which take every value; where a rule
/// needs to look inside, the caller loads it first, or the answer is a violation that says so.
///
/// ```
/// use scriptum_contract::{check, Number, Type, Value};
/// let depth = Type::Integer(Number { minimum: Some(1.0), maximum: Some(10.0), ..Number::default() });
/// let violations = check(&Value::Int(12), &depth);
/// assert_eq!(violations[0].message, "must be between 1 and 10, is 12");
/// ```
pub fn check(value: &Value, ty: &Type) -> Vec<Violation> {
    let mut checker = Checker::default();
    checker.value(value, ty);
    checker.report.finish()
}

/// Checks an object against fields; of an open set of fields further ones are accepted.
pub(crate) fn violations_of_fields(value: &Value, fields: &[Field], open: bool) -> Vec<Violation> {
    let mut checker = Checker::default();
    checker.record(value, fields, open);
    checker.report.finish()
}

#[derive(Default)]
struct Checker<'a> {
    report: Report<'a>,
    /// Each pattern is compiled once a check, however many elements it is applied to. `None` for
    /// one that does not compile.
    matchers: BTreeMap<&'a str, Option<Matcher>>,
}

impl<'a> Checker<'a> {
    fn value(&mut self, value: &'a Value, ty: &'a Type) {
        match ty {
            Type::Any | Type::Object => {}
            Type::Text(rules) => self.text(value, rules),
            Type::Number(rules) => self.number(value, rules),
            Type::Integer(rules) => self.integer(value, rules),
            Type::Boolean => self.kind(matches!(value, Value::Bool(_)), value, "boolean"),
            Type::Binary => self.formatted(value, &format::BINARY),
            Type::Date => self.formatted(value, &format::DATE),
            Type::Timestamp => self.formatted(value, &format::TIMESTAMP),
            Type::List(list) => self.list(value, list),
            Type::Enum(def) => self.variant(value, def),
            Type::Shape(shape) => self.record(value, &shape.fields, shape.open),
            Type::Null => self.kind(matches!(value, Value::Null), value, "null"),
            Type::Optional(inner) => match value {
                Value::Null => {}
                Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_)
                | Value::Secret(_)
                | Value::Stored(_) => self.value(value, inner),
            },
            Type::Never => self.kind(false, value, "nothing"),
        }
    }

    fn kind(&mut self, fits: bool, value: &Value, expected: &str) {
        if fits {
            return;
        }
        self.report.add(Reason::Type, || match value {
            Value::Stored(_) => "lies in the store and must be loaded to be checked".to_owned(),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_) => format!("must be {expected}, is {}", words::described(value)),
        });
    }

    /// What a secret holds cannot be looked at; it is checked when it is opened.
    fn text(&mut self, value: &'a Value, rules: &'a Text) {
        if matches!(value, Value::Secret(_)) {
            return;
        }
        let Some(text) = value.as_text() else {
            return self.kind(false, value, "text");
        };
        let (min, max) = (rules.min_length, rules.max_length);
        if min.is_some() || max.is_some() {
            let length = text.chars().count();
            self.size(Reason::Length, length, (min, max), "character");
        }
        for pattern in &rules.patterns {
            self.pattern(text, pattern);
        }
    }

    fn pattern(&mut self, text: &str, pattern: &'a Pattern) {
        let matcher = self
            .matchers
            .entry(&pattern.0)
            .or_insert_with(|| Matcher::new(&pattern.0).ok());
        let Some(matcher) = matcher else {
            return self.report.add(Reason::Pattern, || {
                format!("cannot be checked: pattern {} does not compile", pattern.0)
            });
        };
        match matcher.is_match(text) {
            Ok(true) => {}
            Ok(false) => self.report.add(Reason::Pattern, || {
                format!("must match {}, is {}", pattern.0, words::quoted(text))
            }),
            Err(too_hard) => self.report.add(Reason::Pattern, || {
                format!("must match {}, {too_hard}", pattern.0)
            }),
        }
    }

    fn number(&mut self, value: &Value, rules: &Number) {
        match value {
            Value::Int(int) => self.integral(*int, rules),
            Value::Float(float) => self.fractional(*float, rules),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => self.kind(false, value, "number"),
        }
    }

    fn integer(&mut self, value: &Value, rules: &Number) {
        match value.as_integer() {
            Some(int) => self.integral(int, rules),
            None => self.kind(false, value, "integer"),
        }
    }

    fn integral(&mut self, int: i64, rules: &Number) {
        let outside = is_outside(rules, |bound| number::compare(int, bound));
        self.bounds(outside, rules, || int.to_string());
        if let Some(step) = rules.multiple_of {
            let fits = is_multiple(Decimal::of_int(int), step);
            self.step(fits, step, || int.to_string());
        }
    }

    fn fractional(&mut self, float: f64, rules: &Number) {
        let outside = is_outside(rules, |bound| float.partial_cmp(&bound));
        self.bounds(outside, rules, || number_text(float));
        if let Some(step) = rules.multiple_of {
            let fits = is_multiple(Decimal::of_float(float), step);
            self.step(fits, step, || number_text(float));
        }
    }

    fn bounds(&mut self, outside: bool, rules: &Number, shown: impl FnOnce() -> String) {
        if outside {
            self.report.add(Reason::Range, || {
                format!("must be {}, is {}", words::bounds(rules), shown())
            });
        }
    }

    fn step(&mut self, fits: bool, step: f64, shown: impl FnOnce() -> String) {
        if !fits {
            self.report.add(Reason::Multiple, || {
                format!(
                    "must be a multiple of {}, is {}",
                    number_text(step),
                    shown()
                )
            });
        }
    }

    fn size(
        &mut self,
        reason: Reason,
        size: usize,
        (min, max): (Option<u32>, Option<u32>),
        unit: &str,
    ) {
        let too_small = min.is_some_and(|min| size < min as usize);
        let too_big = max.is_some_and(|max| size > max as usize);
        if too_small || too_big {
            self.report.add(reason, || {
                format!("must have {}, has {size}", words::sizes(min, max, unit))
            });
        }
    }

    fn formatted(&mut self, value: &Value, format: &format::Format) {
        match value.as_text() {
            None => self.kind(false, value, format.name),
            Some(text) if (format.is_valid)(text) => {}
            Some(text) => self.report.add(Reason::Format, || {
                format!("must be {}, is {}", format.expected, words::quoted(text))
            }),
        }
    }

    fn variant(&mut self, value: &Value, def: &EnumDef) {
        if matches!(value, Value::Stored(_)) {
            self.kind(false, value, &def.name);
        } else if !def.has(value) {
            self.report
                .add(Reason::Enum, || words::not_a_variant(value, def));
        }
    }

    fn list(&mut self, value: &'a Value, list: &'a List) {
        let Some(items) = value.as_list() else {
            return self.kind(false, value, "list");
        };
        let sizes = (list.min_items, list.max_items);
        self.size(Reason::Items, items.len(), sizes, "element");
        for (index, item) in items.iter().enumerate() {
            if self.report.is_full() {
                return;
            }
            self.report.enter(Segment::Index(index));
            self.value(item, &list.item);
            self.report.leave();
        }
        if list.unique {
            self.unique(items);
        }
    }

    fn unique(&mut self, items: &[Value]) {
        for (index, first) in repeated(items) {
            if self.report.is_full() {
                return;
            }
            self.report.enter(Segment::Index(index));
            self.report.add(Reason::Unique, || {
                format!("must be unique, is equal to element {first}")
            });
            self.report.leave();
        }
    }

    fn record(&mut self, value: &'a Value, fields: &'a [Field], open: bool) {
        let Some(object) = value.as_object() else {
            return self.kind(false, value, "object");
        };
        let mut known = 0;
        for field in fields {
            if self.report.is_full() {
                return;
            }
            self.report.enter(Segment::Key(&field.name));
            match object.get(&field.name) {
                Some(value) => {
                    known += 1;
                    self.value(value, &field.ty);
                }
                None => self.absent(field),
            }
            self.report.leave();
        }
        if !open && known < object.len() {
            self.unknown_fields(object, fields);
        }
    }

    fn absent(&mut self, field: &Field) {
        if field.is_needed() {
            self.report.add(Reason::Missing, || {
                format!("must be {}, is missing", field.ty)
            });
        }
    }

    fn unknown_fields(&mut self, object: &'a Object, fields: &[Field]) {
        let names: std::collections::BTreeSet<&str> =
            fields.iter().map(|field| &*field.name).collect();
        for key in object.keys().filter(|key| !names.contains(&***key)) {
            if self.report.is_full() {
                return;
            }
            self.report.enter(Segment::Key(key));
            self.report
                .add(Reason::UnknownField, || words::unknown_field(key, fields));
            self.report.leave();
        }
    }
}

/// True when a number lies outside the bounds; `to` tells how it stands to a bound.
fn is_outside(rules: &Number, to: impl Fn(f64) -> Option<Ordering>) -> bool {
    let breaks = |bound: Option<f64>, wrong: Ordering, exclusive: bool| {
        let order = bound.and_then(&to);
        order == Some(wrong) || (exclusive && order == Some(Ordering::Equal))
    };
    breaks(rules.minimum, Ordering::Less, rules.exclusive_minimum)
        || breaks(rules.maximum, Ordering::Greater, rules.exclusive_maximum)
}
