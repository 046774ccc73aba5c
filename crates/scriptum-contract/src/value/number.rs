//! Numbers compared exactly: no integer is rounded to a double on the way.

use std::cmp::Ordering;

use super::Value;

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// The number as an integer, if it is a whole one that fits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked just before"
)]
pub(crate) fn whole(float: f64) -> Option<i64> {
    let in_range = (-TWO_TO_63..TWO_TO_63).contains(&float);
    (in_range && float.fract() == 0.0).then_some(float as i64)
}

/// How an integer stands to a double; `None` for NaN.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked just before"
)]
pub(crate) fn compare(int: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        None
    } else if float >= TWO_TO_63 {
        Some(Ordering::Less)
    } else if float < -TWO_TO_63 {
        Some(Ordering::Greater)
    } else {
        let of_whole = int.cmp(&(float.trunc() as i64));
        Some(of_whole.then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0))))
    }
}

impl Value {
    /// A number as a double, if it is one. An integer beyond 2^53 is rounded.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest double is what is asked for"
    )]
    pub fn as_double(&self) -> Option<f64> {
        match self {
            Value::Int(int) => Some(*int as f64),
            Value::Float(float) => Some(*float),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => None,
        }
    }

    /// A whole number of 64 bits, if it is one, `3` or `3.0`.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Int(int) => Some(*int),
            Value::Float(float) => whole(*float),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Secret(_)
            | Value::Stored(_) => None,
        }
    }

    /// A double as the value that reads shortest, `1` for `1.0`; `None` for NaN and the infinities.
    pub(crate) fn shortest(float: f64) -> Option<Value> {
        whole(float).map(Value::Int).or_else(|| Value::float(float))
    }

    /// The exact order of two numbers, `1 == 1.0`; `None` when one of them is no number.
    pub fn compare_numbers(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Int(int), Value::Float(float)) => compare(*int, *float),
            (Value::Float(float), Value::Int(int)) => compare(*int, *float).map(Ordering::reverse),
            (
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_)
                | Value::Secret(_)
                | Value::Stored(_),
                _,
            ) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_doubles_compare_exactly() {
        let big = 9_007_199_254_740_993_i64;
        let table = [
            (1, 1.0, Ordering::Equal),
            (1, 1.5, Ordering::Less),
            (-1, -1.5, Ordering::Greater),
            (-2, -1.5, Ordering::Less),
            (0, -0.0, Ordering::Equal),
            (0, -0.5, Ordering::Greater),
            (big, 9_007_199_254_740_992.0, Ordering::Greater),
            (i64::MAX, 9_223_372_036_854_775_808.0, Ordering::Less),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
            (i64::MIN, -1e300, Ordering::Greater),
        ];
        for (int, float, expected) in table {
            assert_eq!(compare(int, float), Some(expected), "{int} to {float}");
        }
        assert_eq!(compare(1, f64::NAN), None);
    }
}
