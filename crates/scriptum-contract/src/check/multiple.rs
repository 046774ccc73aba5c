//! Whether a number is a whole multiple of another, decided on the decimal digits that people see:
//! `0.3` is a multiple of `0.1`, although the quotient of the two doubles is below 3.

/// A magnitude, `digits × 10^exponent`. The sign does not matter here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal {
    /// At most 19 digits.
    digits: u128,
    exponent: i32,
}

impl Decimal {
    pub(crate) fn of_int(int: i64) -> Decimal {
        Decimal {
            digits: u128::from(int.unsigned_abs()),
            exponent: 0,
        }
    }

    /// The shortest decimal that reads back as this double.
    pub(crate) fn of_float(float: f64) -> Decimal {
        let shortest = format!("{:e}", float.abs());
        let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let places = i32::try_from(fraction.len()).unwrap_or(0);
        Decimal {
            digits: format!("{whole}{fraction}").parse().unwrap_or(0),
            exponent: exponent.parse::<i32>().unwrap_or(0) - places,
        }
    }
}

/// True when `number` is a whole multiple of `step`. Of a step of zero only zero is.
pub(crate) fn is_multiple(number: Decimal, step: f64) -> bool {
    let step = Decimal::of_float(step);
    if number.digits == 0 || step.digits == 0 {
        return number.digits == 0;
    }
    let shift = number.exponent - step.exponent;
    match u32::try_from(shift) {
        Ok(shift) => (number.digits * power_of_ten(shift, step.digits)).is_multiple_of(step.digits),
        // The step has more zeros than the number: `digits` must have them as well, and no number
        // has more than 19 digits.
        Err(_) => 10_u128
            .checked_pow(shift.unsigned_abs())
            .filter(|zeros| *zeros < 10_u128.pow(20))
            .is_some_and(|zeros| number.digits.is_multiple_of(step.digits * zeros)),
    }
}

/// `10^exponent` modulo `modulus`, which has at most 19 digits, as all factors here.
fn power_of_ten(exponent: u32, modulus: u128) -> u128 {
    let (mut power, mut base, mut left) = (1 % modulus, 10 % modulus, exponent);
    while left > 0 {
        if left % 2 == 1 {
            power = power * base % modulus;
        }
        base = base * base % modulus;
        left /= 2;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_those_of_the_decimal_digits() {
        let table = [
            (0.3, 0.1, true),
            (1.1, 0.1, true),
            (0.35, 0.1, false),
            (-7.5, 2.5, true),
            (7.0, 2.5, false),
            (1e300, 3.0, false),
            (1e300, 1e-300, true),
            (3e300, 3e299, true),
            (1.0, 1e300, false),
            (0.0, 1e300, true),
            (0.0, 0.0, true),
            (1.0, 0.0, false),
            (4.35, 0.01, true),
            (1e22, 7.0, false),
            (5e-324, 5e-324, true),
            (f64::MAX, f64::MAX, true),
        ];
        for (number, step, expected) in table {
            assert_eq!(
                is_multiple(Decimal::of_float(number), step),
                expected,
                "{number} of {step}"
            );
        }
        assert!(is_multiple(Decimal::of_int(i64::MIN), 2.0));
        assert!(!is_multiple(Decimal::of_int(i64::MAX), 2.0));
        assert!(!is_multiple(Decimal::of_int(i64::MAX), 1e300));
    }
}
