//! The words for rules: one table that the compiler, completion, hover and the reference page read,
//! and the one place where a written clause becomes a rule of a type.

mod error;
mod table;

use std::{fmt, sync::Arc};

pub use error::ClauseError;

use crate::{List, Number, Pattern, Text, Type, Value};

/// A clause that narrows a type, as `range(1, 10)`.
#[derive(Debug, Clone, Copy)]
pub struct Constraint {
    /// Its name.
    pub name: &'static str,
    /// What it takes in parentheses; empty for a bare word.
    pub parameters: &'static [Parameter],
    /// The types that it fits.
    pub applies_to: Domain,
    /// What it demands, in one sentence.
    pub doc: &'static str,
    /// The keywords of JSON Schema that say the same.
    pub schema_keywords: &'static [&'static str],
    rule: Rule,
}

/// One argument of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in documentation.
    pub name: &'static str,
    /// What it may be.
    pub takes: Argument,
}

/// What an argument of a clause may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Any finite number.
    Number,
    /// A whole number from 0 to 4,294,967,295.
    Count,
    /// A text with a regular expression of ECMA-262.
    Pattern,
}

/// The types that a clause fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Number and integer.
    Number,
    /// Text.
    Text,
    /// Lists.
    List,
}

/// What a clause does to the rules of its type, given its first and its last argument.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Bounds(fn(&mut Number, f64, f64)),
    MultipleOf,
    Length(fn(&mut Text, u32, u32)),
    Pattern,
    Items(fn(&mut List, u32, u32)),
    Unique,
}

impl Constraint {
    /// The clause called `name`.
    pub fn find(name: &str) -> Option<&'static Constraint> {
        Constraint::ALL
            .iter()
            .find(|constraint| constraint.name == name)
    }

    /// The type with this clause added. All clauses of a type hold: a bound never loosens an earlier
    /// one.
    ///
    /// # Errors
    /// When the clause does not fit the type, an argument does not fit the clause, or nothing would
    /// satisfy the type any more.
    ///
    /// ```
    /// use scriptum_contract::{Constraint, Type, Value};
    /// let range = Constraint::find("range").unwrap();
    /// let depth = range.apply(&Type::integer(), &[Value::Int(1), Value::Int(10)]).unwrap();
    /// assert_eq!(format!("{depth:#}"), "integer range(1, 10)");
    /// let error = range.apply(&Type::text(), &[Value::Int(1), Value::Int(10)]).unwrap_err();
    /// assert_eq!(error.to_string(), "range applies to number and integer, not to text");
    /// ```
    pub fn apply(&'static self, ty: &Type, arguments: &[Value]) -> Result<Type, ClauseError> {
        let mut ty = ty.clone();
        match (self.rule, &mut ty) {
            (Rule::Bounds(set), Type::Number(rules) | Type::Integer(rules)) => {
                let (first, last) = self.read(arguments, Value::as_double)?;
                set(rules, first, last);
            }
            (Rule::MultipleOf, Type::Number(rules) | Type::Integer(rules)) => {
                let (step, _) = self.read(arguments, Value::as_double)?;
                if rules.multiple_of.replace(step).is_some() {
                    return Err(ClauseError::Repeated(self));
                }
            }
            (Rule::Length(set), Type::Text(rules)) => {
                let (first, last) = self.read(arguments, count)?;
                set(rules, first, last);
            }
            (Rule::Pattern, Type::Text(rules)) => {
                let (source, _) = self.read(arguments, Value::as_text)?;
                rules.patterns.push(Pattern(source.into()));
            }
            (Rule::Items(set), Type::List(rules)) => {
                let (first, last) = self.read(arguments, count)?;
                set(Arc::make_mut(rules), first, last);
            }
            (Rule::Unique, Type::List(rules)) => {
                self.check_arity(arguments)?;
                Arc::make_mut(rules).unique = true;
            }
            (
                Rule::Bounds(_)
                | Rule::MultipleOf
                | Rule::Length(_)
                | Rule::Pattern
                | Rule::Items(_)
                | Rule::Unique,
                _,
            ) => return Err(ClauseError::WrongType { clause: self, ty }),
        }
        match ty.own_flaw() {
            Some(flaw) => Err(ClauseError::Flaw(flaw)),
            None => Ok(ty),
        }
    }

    fn check_arity(&'static self, arguments: &[Value]) -> Result<(), ClauseError> {
        if arguments.len() == self.parameters.len() {
            return Ok(());
        }
        Err(ClauseError::Arity {
            clause: self,
            found: arguments.len(),
        })
    }

    /// The first and the last argument, which may be the same one.
    fn read<'v, T: Copy>(
        &'static self,
        arguments: &'v [Value],
        read: fn(&'v Value) -> Option<T>,
    ) -> Result<(T, T), ClauseError> {
        self.check_arity(arguments)?;
        let pairs = self.parameters.iter().zip(arguments);
        let values: Vec<T> = pairs
            .map(|(parameter, found)| {
                read(found).ok_or_else(|| ClauseError::Argument {
                    clause: self,
                    parameter: *parameter,
                    found: found.clone(),
                })
            })
            .collect::<Result<_, _>>()?;
        match (values.first(), values.last()) {
            (Some(first), Some(last)) => Ok((*first, *last)),
            (None, _) | (_, None) => Err(ClauseError::Arity {
                clause: self,
                found: 0,
            }),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Domain::Number => "number and integer",
            Domain::Text => "text",
            Domain::List => "lists",
        })
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Argument::Number => "a number",
            Argument::Count => "a whole number from 0 to 4294967295",
            Argument::Pattern => "a regular expression in quotes",
        })
    }
}

fn count(value: &Value) -> Option<u32> {
    match value {
        Value::Int(int) => u32::try_from(*int).ok(),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_)
        | Value::Secret(_)
        | Value::Stored(_) => None,
    }
}

/// Adds a lower bound, unless a stricter one is there.
pub(crate) fn raise(rules: &mut Number, bound: f64, exclusive: bool) {
    let known = rules.minimum.unwrap_or(f64::NEG_INFINITY);
    if bound > known {
        rules.minimum = Some(bound);
        rules.exclusive_minimum = exclusive;
    } else if exclusive && bound >= known {
        rules.exclusive_minimum = true;
    }
}

/// Adds an upper bound, unless a stricter one is there.
pub(crate) fn lower(rules: &mut Number, bound: f64, exclusive: bool) {
    let known = rules.maximum.unwrap_or(f64::INFINITY);
    if bound < known {
        rules.maximum = Some(bound);
        rules.exclusive_maximum = exclusive;
    } else if exclusive && bound <= known {
        rules.exclusive_maximum = true;
    }
}

fn limit(most: &mut Option<u32>, bound: u32) {
    *most = Some(most.map_or(bound, |known| known.min(bound)));
}
