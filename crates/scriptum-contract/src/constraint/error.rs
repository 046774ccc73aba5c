//! Why a clause is refused, in words for the author.

use std::fmt;

use super::{Constraint, Parameter};
use crate::{Flaw, Type, Value, check::shown};

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
