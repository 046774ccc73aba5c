//! What can be wrong with a declaration itself, before any value is there. The compiler turns a flaw
//! into a diagnostic.

use std::{fmt, sync::Arc};

use crate::{
    EnumBase, EnumDef, Field, Number, Pattern, Text, Type, Value, Violation, check,
    check::{number_text, repeated, shown},
    defaults::with_defaults,
    pattern::{Matcher, PatternError},
};

/// What is wrong with a type or a field. Its text is one line, lower-case, without a full stop.
#[derive(Debug, Clone, PartialEq)]
pub enum Flaw {
    /// A pattern that does not compile.
    Pattern(Arc<str>, PatternError),
    /// Bounds that no number satisfies.
    EmptyRange(Number),
    /// A smallest size above the largest one.
    EmptySize {
        /// The declared minimum.
        min: u32,
        /// The declared maximum.
        max: u32,
        /// What is counted: `characters` or `elements`.
        unit: &'static str,
    },
    /// A bound that is no number.
    BoundNotFinite,
    /// A step that is not above zero.
    MultipleOf(f64),
    /// An enum without variants.
    NoVariants(Arc<str>),
    /// Two variants of one value.
    SameVariant(Arc<str>, Value),
    /// A variant that does not have the base of its enum.
    VariantBase(Arc<str>, EnumBase, Value),
    /// Two fields of one name.
    SameField(Arc<str>),
    /// A default that breaks the rules of its own field.
    Default(Arc<str>, Vec<Violation>),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Pattern(source, error) => write!(f, "pattern {source} does not compile: {error}"),
            Flaw::EmptyRange(rules) => f.write_str(&empty_range(rules)),
            Flaw::EmptySize { min, max, unit } => {
                write!(
                    f,
                    "no size is possible: at least {min} and at most {max} {unit}"
                )
            }
            Flaw::BoundNotFinite => f.write_str("a bound must be a finite number"),
            Flaw::MultipleOf(step) => {
                write!(f, "multiple_of must be above 0, is {}", number_text(*step))
            }
            Flaw::NoVariants(name) => write!(f, "enum {name} has no variants"),
            Flaw::SameVariant(name, value) => {
                write!(f, "enum {name} has the variant {} twice", shown(value))
            }
            Flaw::VariantBase(name, base, value) => {
                let base = base.as_str();
                write!(
                    f,
                    "enum {name} is of {base}, its variant {} is not",
                    shown(value)
                )
            }
            Flaw::SameField(name) => write!(f, "field '{name}' is declared twice"),
            Flaw::Default(name, violations) => {
                let reasons: Vec<_> = violations.iter().map(placed).collect();
                write!(f, "the default of '{name}' {}", reasons.join("; "))
            }
        }
    }
}

fn placed(violation: &Violation) -> String {
    match violation.pointer.as_str() {
        "" => violation.message.clone(),
        pointer => format!("{} at {pointer}", violation.message),
    }
}

fn empty_range(rules: &Number) -> String {
    let bound = |bound: Option<f64>| bound.map_or("none".to_owned(), number_text);
    let low = if rules.exclusive_minimum {
        "above"
    } else {
        "at least"
    };
    let high = if rules.exclusive_maximum {
        "below"
    } else {
        "at most"
    };
    format!(
        "no number is possible: {low} {} and {high} {}",
        bound(rules.minimum),
        bound(rules.maximum)
    )
}

impl Type {
    /// What is wrong with this type, its elements and fields included; empty for a sound type.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        self.find_flaws(&mut flaws);
        flaws
    }

    fn find_flaws(&self, flaws: &mut Vec<Flaw>) {
        match self {
            Type::List(list) => list.item.find_flaws(flaws),
            Type::Enum(def) => flaws.extend(def.flaws()),
            Type::Shape(shape) => find_flaws_of_fields(&shape.fields, flaws),
            Type::Optional(inner) => inner.find_flaws(flaws),
            Type::Any
            | Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Object
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Null
            | Type::Never => {}
        }
        flaws.extend(self.own_flaw());
    }

    /// The first flaw among the rules of the type itself, apart from its elements and fields.
    pub(crate) fn own_flaw(&self) -> Option<Flaw> {
        match self {
            Type::Text(rules) => rules.flaw(),
            Type::Number(rules) => rules.flaw(),
            Type::Integer(rules) => rules.flaw().or_else(|| rules.no_integer()),
            Type::List(list) => empty_size((list.min_items, list.max_items), "elements"),
            Type::Any
            | Type::Boolean
            | Type::Object
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::Enum(_)
            | Type::Shape(_)
            | Type::Null
            | Type::Optional(_)
            | Type::Never => None,
        }
    }
}

impl Field {
    /// What is wrong with this field: its type, and its default.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = self.ty.flaws();
        // A default is judged only by rules that make sense themselves.
        if flaws.is_empty()
            && let Some(default) = &self.default
        {
            let violations = check(&with_defaults(default, &self.ty), &self.ty);
            if !violations.is_empty() {
                flaws.push(Flaw::Default(Arc::clone(&self.name), violations));
            }
        }
        flaws
    }
}

fn find_flaws_of_fields(fields: &[Field], flaws: &mut Vec<Flaw>) {
    let mut names = std::collections::BTreeSet::new();
    for field in fields {
        flaws.extend(field.flaws());
        if !names.insert(&*field.name) {
            flaws.push(Flaw::SameField(Arc::clone(&field.name)));
        }
    }
}

impl Text {
    fn flaw(&self) -> Option<Flaw> {
        let broken = |pattern: &Pattern| {
            let error = Matcher::new(&pattern.0).err()?;
            Some(Flaw::Pattern(Arc::clone(&pattern.0), error))
        };
        empty_size((self.min_length, self.max_length), "characters")
            .or_else(|| self.patterns.iter().find_map(broken))
    }
}

fn empty_size((min, max): (Option<u32>, Option<u32>), unit: &'static str) -> Option<Flaw> {
    let (min, max) = (min?, max?);
    (min > max).then_some(Flaw::EmptySize { min, max, unit })
}

impl Number {
    fn flaw(&self) -> Option<Flaw> {
        let bounds = [self.minimum, self.maximum, self.multiple_of];
        if bounds.iter().flatten().any(|bound| !bound.is_finite()) {
            return Some(Flaw::BoundNotFinite);
        }
        if let Some(step) = self.multiple_of.filter(|step| *step <= 0.0) {
            return Some(Flaw::MultipleOf(step));
        }
        let (minimum, maximum) = (self.minimum?, self.maximum?);
        let exclusive = self.exclusive_minimum || self.exclusive_maximum;
        let is_empty = minimum > maximum || (exclusive && minimum >= maximum);
        is_empty.then(|| Flaw::EmptyRange(self.clone()))
    }

    /// The bounds leave room, but for no integer, as `range(0.2, 0.8)`.
    fn no_integer(&self) -> Option<Flaw> {
        let (minimum, maximum) = (self.minimum?, self.maximum?);
        let up = |bound: f64| {
            if bound.fract() == 0.0 {
                bound + 1.0
            } else {
                bound.ceil()
            }
        };
        let down = |bound: f64| {
            if bound.fract() == 0.0 {
                bound - 1.0
            } else {
                bound.floor()
            }
        };
        let first = if self.exclusive_minimum {
            up(minimum)
        } else {
            minimum.ceil()
        };
        let last = if self.exclusive_maximum {
            down(maximum)
        } else {
            maximum.floor()
        };
        (first > last).then(|| Flaw::EmptyRange(self.clone()))
    }
}

impl EnumDef {
    /// What is wrong with this enum.
    pub fn flaws(&self) -> Vec<Flaw> {
        let name = || Arc::clone(&self.name);
        if self.variants.is_empty() {
            return vec![Flaw::NoVariants(name())];
        }
        let values: Vec<_> = self.variants.iter().map(|it| it.value.clone()).collect();
        let off_base = values
            .iter()
            .filter(|value| !check(value, &self.base.ty()).is_empty())
            .map(|value| Flaw::VariantBase(name(), self.base, value.clone()));
        let repeated = repeated(&values)
            .into_iter()
            .filter_map(|(index, _)| values.get(index))
            .map(|value| Flaw::SameVariant(name(), value.clone()));
        off_base.chain(repeated).collect()
    }
}
