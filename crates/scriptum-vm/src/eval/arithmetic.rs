//! Operators on numbers, and `+` on texts and lists.
//!
//! Integers stay integers and never wrap around. `/` of integers is exact when it comes out even, and a
//! double otherwise; its static type is `number`. `%` has the sign of its left side, as in most languages:
//! `-7 % 3 == -1`. A double operand makes the result a double.

use scriptum_contract::Value;

use super::{Evaluator, Number, Stop, describe::show, failed, render::Pieces};

/// An operator on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    /// How it is written.
    fn symbol(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Remainder => "%",
        }
    }
}

impl Evaluator<'_> {
    /// `-value`.
    pub(super) fn negate(&mut self, value: &Value) -> Result<Value, Stop> {
        let value = self.opened(value)?;
        match Number::of(&value) {
            Some(Number::Int(int)) => match int.checked_neg() {
                Some(negated) => Ok(Value::Int(negated)),
                None => Err(failed(format!("cannot negate {int}: {BEYOND_64_BITS}"))),
            },
            Some(Number::Float(float)) => Ok(Value::Float(-float)),
            None => Err(failed(format!(
                "cannot negate {}: it is no number",
                show(&value)
            ))),
        }
    }

    /// `left + right`: numbers are added, texts and lists joined.
    pub(crate) fn add(&mut self, left: &Value, right: &Value) -> Result<Value, Stop> {
        if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
            return compute(Arithmetic::Add, left, right);
        }
        let (left, right) = self.opened_both(left, right)?;
        match (&*left, &*right) {
            (Value::Text(left), Value::Text(right)) => {
                self.check_text(left.len() + right.len())?;
                Ok(Value::from([&**left, &**right].concat()))
            }
            (Value::List(left), Value::List(right)) => {
                self.check_items(left.len() + right.len())?;
                self.list([&**left, &**right].concat())
            }
            (Value::Secret(_), Value::Secret(_) | Value::Text(_))
            | (Value::Text(_), Value::Secret(_)) => {
                let mut pieces = Pieces::default();
                self.push_piece(&mut pieces, &left)?;
                self.push_piece(&mut pieces, &right)?;
                self.pieces(pieces)
            }
            (Value::Text(_), _) | (_, Value::Text(_)) => Err(failed(format!(
                "cannot add {} and {}: write them in one text, as in \"{{a}}{{b}}\"",
                show(&left),
                show(&right)
            ))),
            _ => self.arithmetic(Arithmetic::Add, &left, &right),
        }
    }

    /// An operator on two numbers.
    pub(crate) fn arithmetic(
        &mut self,
        op: Arithmetic,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Stop> {
        let (left, right) = self.opened_both(left, right)?;
        match (Number::of(&left), Number::of(&right)) {
            (Some(left), Some(right)) => compute(op, left, right),
            (Some(_) | None, None) | (None, Some(_)) => Err(failed(format!(
                "cannot compute {} {} {}: both sides must be numbers",
                show(&left),
                op.symbol(),
                show(&right)
            ))),
        }
    }
}

const BEYOND_64_BITS: &str = "the result does not fit into 64 bits";

fn compute(op: Arithmetic, left: Number, right: Number) -> Result<Value, Stop> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => ints(op, left, right),
        (left, right) => floats(op, left.to_f64(), right.to_f64()),
    }
}

fn ints(op: Arithmetic, a: i64, b: i64) -> Result<Value, Stop> {
    let result = match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide | Arithmetic::Remainder if b == 0 => {
            return Err(by_zero(op, &a.to_string()));
        }
        Arithmetic::Divide if a.wrapping_rem(b) != 0 => {
            return floats(op, Number::Int(a).to_f64(), Number::Int(b).to_f64());
        }
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => Some(a.wrapping_rem(b)),
    };
    match result {
        Some(result) => Ok(Value::Int(result)),
        None => Err(failed(format!(
            "cannot compute {a} {} {b}: {BEYOND_64_BITS}",
            op.symbol()
        ))),
    }
}

fn floats(op: Arithmetic, a: f64, b: f64) -> Result<Value, Stop> {
    let result = match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide | Arithmetic::Remainder if b == 0.0 => {
            return Err(by_zero(op, &show(&Value::Float(a))));
        }
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => a % b,
    };
    match Value::float(result) {
        Some(result) => Ok(result),
        None => Err(failed(format!(
            "cannot compute {} {} {}: the result is too large for a number",
            show(&Value::Float(a)),
            op.symbol(),
            show(&Value::Float(b))
        ))),
    }
}

fn by_zero(op: Arithmetic, left: &str) -> Stop {
    failed(format!(
        "cannot compute {left} {} 0: division by zero",
        op.symbol()
    ))
}
