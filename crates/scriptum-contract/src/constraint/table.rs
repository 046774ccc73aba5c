//! All clauses, a row each.

use super::{Argument, Constraint, Domain, Parameter, Rule, limit, lower, raise};

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
}
