//! Reads a length of time: `500ms`, `30s`, `1h30m`.

const UNITS_MS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Milliseconds of a text such as `1h30m`: whole numbers with units, one after the other.
pub(super) fn parse_ms(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut sum_ms: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits_end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, behind) = rest.split_at_checked(digits_end)?;
        let unit_end = behind
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(unit_end)?;
        let (_, unit_ms) = UNITS_MS.iter().find(|(name, _)| *name == unit)?;
        let number: u64 = digits.parse().ok()?;
        sum_ms = sum_ms.checked_add(number.checked_mul(*unit_ms)?)?;
        rest = behind;
    }
    Some(sum_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_units_are_read_and_everything_else_is_not() {
        for (text, ms) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
            ("1h30m", 5_400_000),
            (" 1m1ms ", 60_001),
            ("0s", 0),
        ] {
            assert_eq!(parse_ms(text), Some(ms), "{text}");
        }
        for text in [
            "",
            " ",
            "5",
            "s",
            "5x",
            "-5s",
            "1.5s",
            "5 s",
            "5S",
            "99999999999999999999s",
            "9999999999999999d",
        ] {
            assert_eq!(parse_ms(text), None, "{text}");
        }
    }
}
