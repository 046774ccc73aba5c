//! Numbers of both kinds, compared exactly and written in their shortest form.

use std::cmp::Ordering;

use scriptum_contract::Value;

/// Numbers from here on are written with an exponent.
const PLAIN_BELOW: f64 = 1e21;
/// Fractions below this are written with an exponent.
const PLAIN_FROM: f64 = 1e-6;
/// The first number above the integers.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// An integer, or any other number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// The number that a value is.
    pub(crate) fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Int(int) => Some(Number::Int(*int)),
            Value::Float(float) => Some(Number::Float(*float)),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Stored(_) => None,
        }
    }

    /// The nearest double.
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounding to the nearest is what is asked for"
    )]
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Number::Int(int) => int as f64,
            Number::Float(float) => float,
        }
    }

    /// Which is greater, without rounding either.
    pub(crate) fn order(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => order_floats(a, b),
            (Number::Int(int), Number::Float(float)) => order_mixed(int, float),
            (Number::Float(float), Number::Int(int)) => order_mixed(int, float).reverse(),
        }
    }
}

/// The integer that a double without fraction is, if it has 64 bits.
pub(crate) fn whole(float: f64) -> Option<i64> {
    let in_range = (-TWO_TO_63..TWO_TO_63).contains(&float);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked just before"
    )]
    (in_range && float.fract() == 0.0).then_some(float as i64)
}

fn order_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).expect("a value never holds NaN")
}

fn order_mixed(int: i64, float: f64) -> Ordering {
    if float >= TWO_TO_63 {
        return Ordering::Less;
    }
    if float < -TWO_TO_63 {
        return Ordering::Greater;
    }
    let floor = float.floor();
    let below = whole(floor).expect("the floor of a double between the bounds is an integer");
    let fraction = if float > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    int.cmp(&below).then(fraction)
}

/// Writes a double in its shortest form that reads back as the same number: `3`, `0.25`, `1e300`.
pub(crate) fn push_float(text: &mut String, float: f64) {
    use std::fmt::Write as _;
    let size = float.abs();
    let written = if float == 0.0 {
        text.push('0');
        Ok(())
    } else if (PLAIN_FROM..PLAIN_BELOW).contains(&size) {
        write!(text, "{float}")
    } else {
        write!(text, "{float:e}")
    };
    written.expect("writing to a text does not fail");
}
