//! What a row of the table says.

use std::fmt;

use scriptum_contract::{Assignable, Shape, Type, Value, assignable};

use super::Call;
use crate::eval::Stop;

/// A built-in function.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// The type of the result, from the types of the arguments. The type of a lambda argument is the
    /// type of its body. Holds for whatever arguments [`Takes::accepts`] lets pass, and gives
    /// [`Type::Any`] rather than a guess.
    pub result: fn(&[Type]) -> Type,
    /// What it does, in one line.
    pub doc: &'static str,
    /// A call and its value.
    pub example: Example,
    pub(crate) call: fn(&mut Call<'_, '_>) -> Result<Value, Stop>,
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
    /// An expression that equals it, mostly a literal.
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
    /// Once or not at all; null counts as not at all, unless any value may be given.
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
    /// What the first argument can hold: any value for a list, a text for a text or an object.
    Part,
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
    /// Types of its parameters, from the types of the call's arguments before it. The author may name
    /// only the first ones, but at least one.
    ///
    /// A function whose result comes back as a parameter (`reduce`) is given the type of its body behind
    /// them, once it is known: infer, ask again with it, and infer again until the answer stays the same;
    /// if that does not end after a few rounds, take [`Type::Any`] for the body.
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
        let last = self.params.last();
        let repeats = last.is_some_and(|last| last.presence == Presence::Repeated);
        (!repeats).then_some(self.params.len())
    }

    /// How it is called: `slice(value, start, [end])`, `merge(object, more…)`.
    pub fn signature(&self) -> String {
        let param = |param: &Param| match param.presence {
            Presence::Required => param.name.to_owned(),
            Presence::Optional => format!("[{}]", param.name),
            Presence::Repeated => format!("{}…", param.name),
        };
        let params: Vec<String> = self.params.iter().map(param).collect();
        format!("{}({})", self.name, params.join(", "))
    }
}

impl Takes {
    /// Whether a value of this type may be given; open values are checked when the call runs. For a
    /// lambda, `ty` is the type of its body.
    pub fn accepts(&self, ty: &Type) -> Assignable {
        match self {
            Takes::Any | Takes::Fallback | Takes::Part => Assignable::Yes,
            Takes::Function(lambda) => match lambda.result {
                Some(kind) => assignable(ty, &kind.ty()),
                None => Assignable::Yes,
            },
            Takes::OneOf(kinds) => accepts_one(kinds, ty),
        }
    }
}

fn accepts_one(kinds: &[Kind], ty: &Type) -> Assignable {
    let mut refused = None;
    for kind in kinds {
        match assignable(ty, &kind.ty()) {
            accepted @ (Assignable::Yes | Assignable::Checked) => return accepted,
            no @ Assignable::No(_) => refused = refused.or(Some(no)),
        }
    }
    refused.unwrap_or(Assignable::Yes)
}

impl Kind {
    /// The type of all values of this kind.
    pub fn ty(self) -> Type {
        match self {
            Kind::Text => Type::text(),
            Kind::Number => Type::number(),
            Kind::Integer => Type::integer(),
            Kind::Boolean => Type::Boolean,
            Kind::List => Type::list(Type::Any),
            Kind::Numbers => Type::list(Type::number()),
            Kind::Object => Type::Shape(
                Shape {
                    fields: Vec::new(),
                    open: true,
                }
                .into(),
            ),
        }
    }

    /// The kind with its article: `a list of numbers`.
    pub fn phrase(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::Integer => "an integer",
            Kind::Boolean => "true or false",
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
            Takes::Part => f.write_str("an element, a part or a key"),
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
