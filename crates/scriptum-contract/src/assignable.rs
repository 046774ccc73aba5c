//! Whether a value of one type may stand where another type is declared.
//!
//! Kinds and structure decide. Rules such as a range never refuse: where the declared type asks for
//! more than the given one promises, the value is checked when it is there. Literals are a matter of
//! the compiler, which knows the value and can check it at once.

use std::sync::Arc;

use crate::{
    EnumBase, EnumDef, Field, List, Number, Shape, Text, Type,
    check::{Decimal, check, is_multiple},
    nearest,
};

/// The answer of [`assignable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignable {
    /// Every value of the one type is a value of the other.
    Yes,
    /// Some values may be, which the run will show.
    Checked,
    /// No, for this reason: `text is not number`, `field 'url' is missing`. A clause, lower-case,
    /// without a full stop.
    No(String),
}

impl Assignable {
    /// Both must hold.
    fn and(self, next: impl FnOnce() -> Assignable) -> Assignable {
        match self {
            Assignable::No(_) => self,
            Assignable::Yes => next(),
            Assignable::Checked => match next() {
                Assignable::Yes | Assignable::Checked => Assignable::Checked,
                no @ Assignable::No(_) => no,
            },
        }
    }

    /// The same answer for a part, which the reason names.
    fn within(self, part: impl FnOnce() -> String) -> Assignable {
        match self {
            Assignable::Yes | Assignable::Checked => self,
            Assignable::No(why) => Assignable::No(format!("{}: {why}", part())),
        }
    }
}

/// Whether a value of type `from` may stand where type `to` is declared.
///
/// ```
/// use scriptum_contract::{assignable, Assignable, Type};
/// assert_eq!(assignable(&Type::integer(), &Type::number()), Assignable::Yes);
/// assert_eq!(assignable(&Type::Any, &Type::number()), Assignable::Checked);
/// let why = "text is not number".to_owned();
/// assert_eq!(assignable(&Type::text(), &Type::number()), Assignable::No(why));
/// ```
pub fn assignable(from: &Type, to: &Type) -> Assignable {
    match (from, to) {
        (Type::Never, _)
        | (_, Type::Any | Type::Object)
        | (Type::Null, Type::Null | Type::Optional(_))
        | (Type::Boolean, Type::Boolean)
        | (Type::Binary, Type::Binary)
        | (Type::Date, Type::Date)
        | (Type::Timestamp, Type::Timestamp) => Assignable::Yes,
        (Type::Any | Type::Object, _)
        | (Type::Optional(_), Type::Null)
        | (Type::Text(_), Type::Binary | Type::Date | Type::Timestamp) => Assignable::Checked,
        (Type::Optional(from), Type::Optional(to)) => assignable(from, to),
        (Type::Optional(_), _) => Assignable::No("may be null".to_owned()),
        (from, Type::Optional(to)) => assignable(from, to),
        (Type::Enum(def), to) => from_enum(def, to),
        (from, Type::Enum(def)) => to_enum(from, def),
        (Type::Text(given), Type::Text(asked)) => promised(text_promises(given, asked)),
        (Type::Binary | Type::Date | Type::Timestamp, Type::Text(asked)) => {
            promised(*asked == Text::default())
        }
        (Type::Integer(given), Type::Integer(asked))
        | (Type::Integer(given) | Type::Number(given), Type::Number(asked)) => {
            promised(number_promises(given, asked))
        }
        (Type::Number(_), Type::Integer(_)) => {
            Assignable::No("number is not integer, it may have a fraction".to_owned())
        }
        (Type::List(given), Type::List(asked)) => lists(given, asked),
        (Type::Shape(given), Type::Shape(asked)) => shapes(given, asked),
        (
            Type::Text(_)
            | Type::Number(_)
            | Type::Integer(_)
            | Type::Boolean
            | Type::Binary
            | Type::Date
            | Type::Timestamp
            | Type::List(_)
            | Type::Shape(_)
            | Type::Null,
            _,
        ) => mismatch(from, to),
    }
}

fn mismatch(from: &Type, to: &Type) -> Assignable {
    Assignable::No(format!("{from} is not {to}"))
}

fn promised(holds: bool) -> Assignable {
    if holds {
        Assignable::Yes
    } else {
        Assignable::Checked
    }
}

/// The variants are known, so each of them is tried.
fn from_enum(def: &Arc<EnumDef>, to: &Type) -> Assignable {
    let fits = |value| check(value, to).is_empty();
    let fitting = def
        .variants
        .iter()
        .filter(|variant| fits(&variant.value))
        .count();
    if fitting == def.variants.len() {
        Assignable::Yes
    } else if fitting > 0 {
        Assignable::Checked
    } else {
        mismatch(&Type::Enum(Arc::clone(def)), to)
    }
}

fn to_enum(from: &Type, def: &Arc<EnumDef>) -> Assignable {
    let may_be = match from {
        Type::Text(_) | Type::Binary | Type::Date | Type::Timestamp => def.base == EnumBase::Text,
        Type::Integer(_) | Type::Number(_) => def.base != EnumBase::Text,
        Type::Any
        | Type::Boolean
        | Type::Object
        | Type::List(_)
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => false,
    };
    if may_be {
        Assignable::Checked
    } else {
        mismatch(from, &Type::Enum(Arc::clone(def)))
    }
}

fn text_promises(given: &Text, asked: &Text) -> bool {
    let sizes = (given.min_length, given.max_length);
    let has = |pattern| given.patterns.contains(pattern);
    size_promises(sizes, (asked.min_length, asked.max_length)) && asked.patterns.iter().all(has)
}

fn size_promises(given: (Option<u32>, Option<u32>), asked: (Option<u32>, Option<u32>)) -> bool {
    let least = asked.0.is_none_or(|asked| given.0.unwrap_or(0) >= asked);
    let most = asked
        .1
        .is_none_or(|asked| given.1.is_some_and(|given| given <= asked));
    least && most
}

fn number_promises(given: &Number, asked: &Number) -> bool {
    let least = asked.minimum.is_none_or(|asked_minimum| {
        let strict = asked.exclusive_minimum && !given.exclusive_minimum;
        given.minimum.is_some_and(|minimum| {
            if strict {
                minimum > asked_minimum
            } else {
                minimum >= asked_minimum
            }
        })
    });
    let most = asked.maximum.is_none_or(|asked_maximum| {
        let strict = asked.exclusive_maximum && !given.exclusive_maximum;
        given.maximum.is_some_and(|maximum| {
            if strict {
                maximum < asked_maximum
            } else {
                maximum <= asked_maximum
            }
        })
    });
    let steps = asked.multiple_of.is_none_or(|asked| {
        given
            .multiple_of
            .is_some_and(|given| is_multiple(Decimal::of_float(given), asked))
    });
    least && most && steps
}

fn lists(given: &List, asked: &List) -> Assignable {
    let sizes = (given.min_items, given.max_items);
    let rules =
        size_promises(sizes, (asked.min_items, asked.max_items)) && (given.unique || !asked.unique);
    assignable(&given.item, &asked.item)
        .within(|| "elements".to_owned())
        .and(|| promised(rules))
}

fn shapes(given: &Shape, asked: &Shape) -> Assignable {
    let declared = asked.fields.iter().fold(Assignable::Yes, |answer, field| {
        answer.and(|| declared_field(given, field))
    });
    if asked.open {
        return declared;
    }
    let further = given
        .fields
        .iter()
        .filter(|field| asked.field(&field.name).is_none());
    further
        .fold(declared, |answer, field| {
            answer.and(|| further_field(field, asked))
        })
        .and(|| promised(!given.open))
}

fn declared_field(given: &Shape, asked: &Field) -> Assignable {
    match given.field(&asked.name) {
        Some(field) => assignable(&field.ty, &asked.ty)
            .within(|| format!("field '{}'", field.name))
            .and(|| promised(field.is_needed() || !asked.is_needed())),
        None if given.open => {
            assignable(&Type::Any, &asked.ty).and(|| promised(!asked.is_needed()))
        }
        None if asked.is_needed() => Assignable::No(format!("field '{}' is missing", asked.name)),
        None => Assignable::Yes,
    }
}

fn further_field(field: &Field, asked: &Shape) -> Assignable {
    if !field.is_needed() {
        return Assignable::Checked;
    }
    let names = asked.fields.iter().map(|field| &*field.name);
    let question = nearest(&field.name, names)
        .map_or(String::new(), |meant| format!(", did you mean '{meant}'?"));
    Assignable::No(format!("field '{}' is not expected{question}", field.name))
}
