//! Numbers of both kinds, and how they are written.

use std::cmp::Ordering;

use scriptum_contract::Value;

/// Numbers from here on, 2^53, are written with an exponent: their digits stand for a range of integers, and
/// without one they would read back as one of them.
const PLAIN_BELOW: f64 = 9_007_199_254_740_992.0;
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
            | Value::Secret(_)
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
        let order = self.to_value().compare_numbers(&other.to_value());
        order.expect("a value never holds NaN")
    }

    /// The number as a value.
    pub(crate) fn to_value(self) -> Value {
        match self {
            Number::Int(int) => Value::Int(int),
            Number::Float(float) => Value::Float(float),
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
