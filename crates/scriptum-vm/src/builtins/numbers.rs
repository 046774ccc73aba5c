//! Functions on numbers.

use scriptum_contract::{Type, Value};

use super::{
    Builtin, Call, Example, Kind, Takes,
    rules::{self, NUMBER, optional, required},
};
use crate::eval::{Number, Stop, show, whole};

/// Most digits behind the point that rounding keeps; a double has no more.
const DIGITS_MAX: i64 = 15;

const DOES_NOT_FIT: &str = "the result does not fit into 64 bits";

pub(super) const ROUND: Builtin = Builtin {
    name: "round",
    params: &[NUMBER, optional("digits", Takes::OneOf(&[Kind::Integer]))],
    result: |args| match args {
        [_] => Type::integer(),
        _ => Type::number(),
    },
    doc: "The nearest integer, or the nearest number with so many digits behind the point; halves go away from zero.",
    example: Example {
        call: "round(2.345, 1)",
        value: "2.3",
    },
    call: round,
};

pub(super) const FLOOR: Builtin = Builtin {
    name: "floor",
    params: &[NUMBER],
    result: rules::integer,
    doc: "The greatest integer that is not above the number.",
    example: Example {
        call: "floor(-2.5)",
        value: "-3",
    },
    call: |call| to_whole(call, f64::floor),
};

pub(super) const CEIL: Builtin = Builtin {
    name: "ceil",
    params: &[NUMBER],
    result: rules::integer,
    doc: "The smallest integer that is not below the number.",
    example: Example {
        call: "ceil(2.1)",
        value: "3",
    },
    call: |call| to_whole(call, f64::ceil),
};

pub(super) const ABS: Builtin = Builtin {
    name: "abs",
    params: &[NUMBER],
    result: |args| rules::plain_number(&rules::arg(args, 0)),
    doc: "The number without its sign.",
    example: Example {
        call: "abs(-3)",
        value: "3",
    },
    call: |call| match call.number(0) {
        Number::Float(float) => Ok(Value::Float(float.abs())),
        Number::Int(int) => match int.checked_abs() {
            Some(positive) => Ok(Value::Int(positive)),
            None => Err(call.failed(DOES_NOT_FIT)),
        },
    },
};

pub(super) const COSINE_SIMILARITY: Builtin = Builtin {
    name: "cosine_similarity",
    params: &[
        required("a", Takes::OneOf(&[Kind::Numbers])),
        required("b", Takes::OneOf(&[Kind::Numbers])),
    ],
    result: rules::number,
    doc: "How alike the directions of two vectors of one length are, from -1 to 1; 0 when one is all zeros.",
    example: Example {
        call: "cosine_similarity([1, 0], [1, 0])",
        value: "1",
    },
    call: cosine_similarity,
};

fn round(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let Some(digits) = call.given_int(1) else {
        return to_whole(call, f64::round);
    };
    if !(0..=DIGITS_MAX).contains(&digits) {
        return Err(call.failed(&format!(
            "digits must be between 0 and {DIGITS_MAX}, not {digits}"
        )));
    }
    let Number::Float(float) = call.number(0) else {
        return Ok(call.number(0).to_value());
    };
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or_default());
    let rounded = (float * scale).round() / scale;
    // Numbers so large that scaling overflows have no digits behind the point.
    Ok(Value::float(rounded).unwrap_or(Value::Float(float)))
}

fn to_whole(call: &mut Call<'_, '_>, rounding: fn(f64) -> f64) -> Result<Value, Stop> {
    match call.number(0) {
        Number::Int(int) => Ok(Value::Int(int)),
        Number::Float(float) => match whole(rounding(float)) {
            Some(int) => Ok(Value::Int(int)),
            None => Err(call.failed(&format!("{}: {DOES_NOT_FIT}", show(&Value::Float(float))))),
        },
    }
}

fn cosine_similarity(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let (a, b) = (call.numbers(0)?, call.numbers(1)?);
    if a.len() != b.len() {
        return Err(call.failed(&format!(
            "the vectors have {} and {} elements",
            a.len(),
            b.len()
        )));
    }
    let (a, b) = (scaled(&a), scaled(&b));
    let dot: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    let lengths = length(&a) * length(&b);
    let similarity = if lengths > 0.0 { dot / lengths } else { 0.0 };
    Ok(Value::Float(similarity.clamp(-1.0, 1.0)))
}

/// A vector whose greatest element is 1, so that squares neither overflow nor vanish.
fn scaled(numbers: &[Number]) -> Vec<f64> {
    let floats = numbers.iter().map(|number| number.to_f64());
    let greatest = floats
        .clone()
        .fold(0.0, |max: f64, float| max.max(float.abs()));
    let scale = if greatest > 0.0 { greatest } else { 1.0 };
    floats.map(|float| float / scale).collect()
}

fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|float| float * float).sum::<f64>().sqrt()
}
