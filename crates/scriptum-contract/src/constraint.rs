//! The words for rules: one table that the compiler, completion, hover and the reference page read,
//! and the one place where a written clause becomes a rule of a type.

use std::{fmt, sync::Arc};

use crate::{Flaw, List, Number, Pattern, Text, Type, Value, check::shown};

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

const NUMBER: Parameter = Parameter {
    name: "n",
    takes: Argument::Number,
};
const COUNT: Parameter = Parameter {
    name: "n",
    takes: Argument::Count,
};

impl Constraint {
    /// All clauses, by the types that they fit.
    pub const ALL: &'static [Constraint] = &[
        Constraint {
            name: "range",
            parameters: &[
                Parameter {
                    name: "min",
                    takes: Argument::Number,
                },
                Parameter {
                    name: "max",
                    takes: Argument::Number,
                },
            ],
            applies_to: Domain::Number,
            doc: "From `min` to `max`, both included.",
            schema_keywords: &["minimum", "maximum"],
            rule: Rule::Bounds(|rules, min, max| {
                raise(rules, min, false);
                lower(rules, max, false);
            }),
        },
        Constraint {
            name: "min",
            parameters: &[NUMBER],
            applies_to: Domain::Number,
            doc: "At least `n`.",
            schema_keywords: &["minimum"],
            rule: Rule::Bounds(|rules, min, _| raise(rules, min, false)),
        },
        Constraint {
            name: "max",
            parameters: &[NUMBER],
            applies_to: Domain::Number,
            doc: "At most `n`.",
            schema_keywords: &["maximum"],
            rule: Rule::Bounds(|rules, _, max| lower(rules, max, false)),
        },
        Constraint {
            name: "exclusive_min",
            parameters: &[NUMBER],
            applies_to: Domain::Number,
            doc: "Above `n`.",
            schema_keywords: &["exclusiveMinimum"],
            rule: Rule::Bounds(|rules, min, _| raise(rules, min, true)),
        },
        Constraint {
            name: "exclusive_max",
            parameters: &[NUMBER],
            applies_to: Domain::Number,
            doc: "Below `n`.",
            schema_keywords: &["exclusiveMaximum"],
            rule: Rule::Bounds(|rules, _, max| lower(rules, max, true)),
        },
        Constraint {
            name: "multiple_of",
            parameters: &[NUMBER],
            applies_to: Domain::Number,
            doc: "A whole multiple of `n`, which is above 0.",
            schema_keywords: &["multipleOf"],
            rule: Rule::MultipleOf,
        },
        Constraint {
            name: "length",
            parameters: &[
                Parameter {
                    name: "min",
                    takes: Argument::Count,
                },
                Parameter {
                    name: "max",
                    takes: Argument::Count,
                },
            ],
            applies_to: Domain::Text,
            doc: "From `min` to `max` characters.",
            schema_keywords: &["minLength", "maxLength"],
            rule: Rule::Length(|rules, min, max| {
                rules.min_length = rules.min_length.max(Some(min));
                limit(&mut rules.max_length, max);
            }),
        },
        Constraint {
            name: "min_length",
            parameters: &[COUNT],
            applies_to: Domain::Text,
            doc: "At least `n` characters.",
            schema_keywords: &["minLength"],
            rule: Rule::Length(|rules, min, _| rules.min_length = rules.min_length.max(Some(min))),
        },
        Constraint {
            name: "max_length",
            parameters: &[COUNT],
            applies_to: Domain::Text,
            doc: "At most `n` characters.",
            schema_keywords: &["maxLength"],
            rule: Rule::Length(|rules, _, max| limit(&mut rules.max_length, max)),
        },
        Constraint {
            name: "pattern",
            parameters: &[Parameter {
                name: "expression",
                takes: Argument::Pattern,
            }],
            applies_to: Domain::Text,
            doc: "Matches the regular expression (ECMA-262, Unicode mode) somewhere; `^` and `$` tie it to the ends.",
            schema_keywords: &["pattern"],
            rule: Rule::Pattern,
        },
        Constraint {
            name: "min_items",
            parameters: &[COUNT],
            applies_to: Domain::List,
            doc: "At least `n` elements.",
            schema_keywords: &["minItems"],
            rule: Rule::Items(|rules, min, _| rules.min_items = rules.min_items.max(Some(min))),
        },
        Constraint {
            name: "max_items",
            parameters: &[COUNT],
            applies_to: Domain::List,
            doc: "At most `n` elements.",
            schema_keywords: &["maxItems"],
            rule: Rule::Items(|rules, _, max| limit(&mut rules.max_items, max)),
        },
        Constraint {
            name: "unique",
            parameters: &[],
            applies_to: Domain::List,
            doc: "No two elements are equal.",
            schema_keywords: &["uniqueItems"],
            rule: Rule::Unique,
        },
    ];

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

/// Why a clause cannot stand behind a type.
#[derive(Debug, Clone)]
pub enum ClauseError {
    /// The clause is for other types.
    WrongType {
        /// The clause.
        clause: &'static Constraint,
        /// The type that it stands behind.
        ty: Type,
    },
    /// Too many or too few arguments.
    Arity {
        /// The clause.
        clause: &'static Constraint,
        /// How many it has.
        found: usize,
    },
    /// An argument of another kind.
    Argument {
        /// The clause.
        clause: &'static Constraint,
        /// Which argument.
        parameter: Parameter,
        /// What stands there.
        found: Value,
    },
    /// A clause that a type can have once stands there again.
    Repeated(&'static Constraint),
    /// With the clause nothing would satisfy the type, or the clause makes no sense.
    Flaw(Flaw),
}

impl fmt::Display for ClauseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClauseError::WrongType { clause, ty } => {
                write!(
                    f,
                    "{} applies to {}, not to {ty}",
                    clause.name, clause.applies_to
                )
            }
            ClauseError::Arity { clause, found } => {
                write!(
                    f,
                    "{} takes {}, has {found}",
                    clause.name,
                    counted(clause.parameters)
                )
            }
            ClauseError::Argument {
                clause,
                parameter,
                found,
            } => {
                let name = parameter.name;
                let (takes, found) = (parameter.takes, shown(found));
                write!(f, "'{name}' of {} must be {takes}, is {found}", clause.name)
            }
            ClauseError::Repeated(clause) => write!(f, "{} is given twice", clause.name),
            ClauseError::Flaw(flaw) => flaw.fmt(f),
        }
    }
}

impl std::error::Error for ClauseError {}

/// `2 values (min, max)`.
fn counted(parameters: &[Parameter]) -> String {
    let names: Vec<_> = parameters.iter().map(|parameter| parameter.name).collect();
    match names.as_slice() {
        [] => "no value".to_owned(),
        [name] => format!("1 value ({name})"),
        [..] => format!("{} values ({})", names.len(), names.join(", ")),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The type with the clauses, or why not.
    fn with(ty: Type, clauses: &[(&str, &[Value])]) -> String {
        let apply = |ty: Type, (name, arguments): &(&str, &[Value])| {
            Constraint::find(name).unwrap().apply(&ty, arguments)
        };
        match clauses.iter().try_fold(ty, apply) {
            Ok(ty) => format!("{ty:#}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn clauses_stack_and_every_one_holds() {
        let n = Value::Int;
        let text = Value::text;
        let half = Value::Float(0.5);
        let list = || Type::list(Type::text());
        let table = [
            (
                with(Type::integer(), &[("range", &[n(1), n(10)])]),
                "integer range(1, 10)",
            ),
            (
                with(
                    Type::number(),
                    &[
                        ("range", &[n(1), n(10)]),
                        ("max", &[n(20)]),
                        ("min", &[n(2)]),
                    ],
                ),
                "number range(2, 10)",
            ),
            (
                with(
                    Type::number(),
                    &[
                        ("min", &[n(1)]),
                        ("exclusive_min", &[n(1)]),
                        ("max", &[n(3)]),
                    ],
                ),
                "number exclusive_min(1) max(3)",
            ),
            (
                with(
                    Type::number(),
                    &[("exclusive_min", &[n(1)]), ("min", &[n(2)])],
                ),
                "number min(2)",
            ),
            (
                with(Type::number(), &[("multiple_of", &[half])]),
                "number multiple_of(0.5)",
            ),
            (
                with(
                    Type::text(),
                    &[
                        ("length", &[n(1), n(80)]),
                        ("pattern", &[text("^a")]),
                        ("pattern", &[text("\"$")]),
                    ],
                ),
                r#"text length(1, 80) pattern("^a") pattern("\"$")"#,
            ),
            (
                with(
                    Type::text(),
                    &[("max_length", &[n(5)]), ("length", &[n(1), n(9)])],
                ),
                "text length(1, 5)",
            ),
            (
                with(Type::text(), &[("min_length", &[n(2)])]),
                "text min_length(2)",
            ),
            (
                with(
                    list(),
                    &[
                        ("min_items", &[n(1)]),
                        ("max_items", &[n(3)]),
                        ("unique", &[]),
                    ],
                ),
                "list<text> min_items(1) max_items(3) unique",
            ),
        ];
        for (actual, expected) in table {
            assert_eq!(actual, expected);
        }
    }

    #[test]
    fn clauses_that_make_no_sense_are_refused_with_the_reason() {
        let n = Value::Int;
        let text = Value::text;
        let list = || Type::list(Type::text());
        let table = [
            (
                with(Type::text(), &[("min", &[n(1)])]),
                "min applies to number and integer, not to text",
            ),
            (
                with(list(), &[("length", &[n(1), n(2)])]),
                "length applies to text, not to list<text>",
            ),
            (
                with(Type::Any, &[("unique", &[])]),
                "unique applies to lists, not to any",
            ),
            (
                with(Type::integer(), &[("range", &[n(1)])]),
                "range takes 2 values (min, max), has 1",
            ),
            (
                with(list(), &[("unique", &[n(1)])]),
                "unique takes no value, has 1",
            ),
            (
                with(Type::integer(), &[("min", &[text("1")])]),
                "'n' of min must be a number, is \"1\"",
            ),
            (
                with(Type::text(), &[("min_length", &[n(-1)])]),
                "'n' of min_length must be a whole number from 0 to 4294967295, is -1",
            ),
            (
                with(Type::integer(), &[("range", &[n(5), n(1)])]),
                "no number is possible: at least 5 and at most 1",
            ),
            (
                with(
                    Type::number(),
                    &[("exclusive_min", &[n(1)]), ("max", &[n(1)])],
                ),
                "no number is possible: above 1 and at most 1",
            ),
            (
                with(
                    Type::integer(),
                    &[("range", &[Value::Float(0.2), Value::Float(0.8)])],
                ),
                "no number is possible: at least 0.2 and at most 0.8",
            ),
            (
                with(Type::number(), &[("multiple_of", &[n(0)])]),
                "multiple_of must be above 0, is 0",
            ),
            (
                with(
                    Type::number(),
                    &[("multiple_of", &[n(2)]), ("multiple_of", &[n(3)])],
                ),
                "multiple_of is given twice",
            ),
            (
                with(Type::text(), &[("length", &[n(3), n(2)])]),
                "no size is possible: at least 3 and at most 2 characters",
            ),
            (
                with(list(), &[("min_items", &[n(3)]), ("max_items", &[n(2)])]),
                "no size is possible: at least 3 and at most 2 elements",
            ),
            (
                with(Type::text(), &[("pattern", &[text("(a")])]),
                "pattern (a does not compile: unbalanced parenthesis",
            ),
        ];
        for (actual, expected) in table {
            assert_eq!(actual, expected);
        }
    }

    #[test]
    fn no_word_means_two_things() {
        let mut words: Vec<_> = crate::Primitive::ALL
            .iter()
            .flat_map(|primitive| primitive.aliases.iter().chain([&primitive.name]))
            .chain(Constraint::ALL.iter().map(|constraint| &constraint.name))
            .collect();
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
