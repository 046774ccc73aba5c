//! What a row of the table says.

use std::fmt;

use scriptum_contract::{EnumBase, Type, Value};

use super::Call;
use crate::eval::EvalError;

/// A built-in function.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// The type of the result, from the types of the arguments. The type of a lambda argument is the
    /// type of its body. Holds for whatever arguments [`Takes::accepts`] lets pass.
    pub result: fn(&[Type]) -> Type,
    /// What it does, in one line.
    pub doc: &'static str,
    /// A call and its value.
    pub example: Example,
    pub(crate) call: fn(&mut Call<'_, '_>) -> Result<Value, EvalError>,
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.signature())
    }
}

/// A call and its value, both as source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The call.
    pub call: &'static str,
    /// An expression of literals that equals it.
    pub value: &'static str,
}

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name, for people: arguments are given by position.
    pub name: &'static str,
    /// What may be given.
    pub takes: Takes,
    /// Whether it must be given, and how often it may be.
    pub presence: Presence,
}

/// How often an argument is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Once.
    Required,
    /// Once or not at all; null counts as not at all.
    Optional,
    /// Any number of times, also never; only the last parameter.
    Repeated,
}

/// What may be given as an argument.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Any value.
    Any,
    /// Any value, evaluated only when the ones before it are null, and read null-safely, as the left
    /// side of `??` is.
    Fallback,
    /// A value of one of these kinds.
    OneOf(&'static [Kind]),
    /// A lambda.
    Function(Lambda),
}

/// A kind of value, as far as built-ins tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text; also a date, a timestamp, binary content, a variant of a text enum.
    Text,
    /// A number of either kind.
    Number,
    /// An integer.
    Integer,
    /// True or false.
    Boolean,
    /// A list of anything.
    List,
    /// A list of numbers.
    Numbers,
    /// An object.
    Object,
}

/// A lambda as an argument.
#[derive(Debug, Clone, Copy)]
pub struct Lambda {
    /// Types of its parameters, from the types of the call's arguments *before* it. The author may
    /// name only the first ones, but at least one.
    ///
    /// A function whose result comes back as a parameter (`reduce`) is given the type of its body behind
    /// them, once it is known: infer, ask again with it, and infer again until the answer stays the same;
    /// if that does not end after a few rounds, take `any`.
    pub params: fn(&[Type]) -> Vec<Type>,
    /// Names of the parameters, for people.
    pub names: &'static [&'static str],
    /// What the body must give; `None`: anything.
    pub result: Option<Kind>,
}

impl Builtin {
    /// The parameter for the argument at a position.
    pub fn param(&self, at: usize) -> Option<&'static Param> {
        self.params.get(at).or_else(|| {
            let last = self.params.last()?;
            (last.presence == Presence::Repeated).then_some(last)
        })
    }

    /// Fewest arguments.
    pub fn args_min(&self) -> usize {
        let required = |param: &&Param| param.presence == Presence::Required;
        self.params.iter().filter(required).count()
    }

    /// Most arguments; `None` without a limit.
    pub fn args_max(&self) -> Option<usize> {
        let repeats = self
            .params
            .last()
            .is_some_and(|last| last.presence == Presence::Repeated);
        (!repeats).then_some(self.params.len())
    }

    /// How it is called: `slice(value, start, [end])`.
    pub fn signature(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|param| match param.presence {
                Presence::Required => param.name.to_owned(),
                Presence::Optional => format!("[{}]", param.name),
                Presence::Repeated => format!("{}…", param.name),
            })
            .collect();
        format!("{}({})", self.name, params.join(", "))
    }
}

impl Takes {
    /// True when a value of this type may be given; open values are checked when the call runs. Whether
    /// null may be given depends on [`Presence`], and a lambda's type is the business of [`Lambda`].
    pub fn accepts(&self, ty: &Type) -> bool {
        match self {
            Takes::Any | Takes::Fallback => true,
            Takes::OneOf(kinds) => kinds.iter().any(|kind| kind.accepts(ty)),
            Takes::Function(lambda) => lambda.result.is_none_or(|kind| kind.accepts(ty)),
        }
    }
}

impl Kind {
    /// True when values of the type are of this kind, or are checked when the call runs.
    pub fn accepts(self, ty: &Type) -> bool {
        match ty {
            Type::Any | Type::Object | Type::Never => true,
            Type::Null | Type::Optional(_) => false,
            Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp => self == Kind::Text,
            Type::Integer(_) => matches!(self, Kind::Integer | Kind::Number),
            Type::Number(_) => self == Kind::Number,
            Type::Boolean => self == Kind::Boolean,
            Type::Enum(def) => match def.base {
                EnumBase::Text => self == Kind::Text,
                EnumBase::Integer => matches!(self, Kind::Integer | Kind::Number),
                EnumBase::Number => self == Kind::Number,
            },
            Type::List(list) => match self {
                Kind::List => true,
                Kind::Numbers => Kind::Number.accepts(&list.item),
                Kind::Text | Kind::Number | Kind::Integer | Kind::Boolean | Kind::Object => false,
            },
            Type::Shape(_) => self == Kind::Object,
        }
    }

    /// The kind with its article: `a list of numbers`.
    pub fn phrase(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::Integer => "an integer",
            Kind::Boolean => "a boolean",
            Kind::List => "a list",
            Kind::Numbers => "a list of numbers",
            Kind::Object => "an object",
        }
    }
}

/// `a text, a list or an object`; `a function of (item, index)`.
impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Takes::Any | Takes::Fallback => f.write_str("any value"),
            Takes::Function(lambda) => write!(f, "a function of ({})", lambda.names.join(", ")),
            Takes::OneOf(kinds) => {
                for (at, kind) in kinds.iter().enumerate() {
                    let between = match at {
                        0 => "",
                        _ if at + 1 == kinds.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{between}{}", kind.phrase())?;
                }
                Ok(())
            }
        }
    }
}
