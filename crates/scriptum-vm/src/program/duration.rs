//! Durations as they are written in scripts: `500ms`, `30s`, `5m`, `2h`, `1d`, and sums like `1h30m`.

/// Units with their milliseconds, from the longest.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The milliseconds of a duration; `None` when the text is none, or longer than 2^53 milliseconds.
///
/// A duration is a sum of whole numbers with a unit each, longer units first, each at most once.
///
/// ```
/// use scriptum_vm::program::duration_ms;
/// assert_eq!(duration_ms("1h30m"), Some(5_400_000));
/// assert_eq!(duration_ms("soon"), None);
/// ```
pub fn duration_ms(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut units = UNITS.iter();
    let mut sum_ms: u64 = 0;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, behind) = behind.split_at(letters);
        let (_, unit_ms) = units.find(|(name, _)| *name == unit)?;
        let part_ms = number.parse::<u64>().ok()?.checked_mul(*unit_ms)?;
        sum_ms = sum_ms
            .checked_add(part_ms)
            .filter(|sum_ms| *sum_ms <= 1 << 53)?;
        if behind.is_empty() {
            return Some(sum_ms);
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_falling_units() {
        let table = [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("1h30m", Some(5_400_000)),
            (" 1d2h3m4s5ms ", Some(93_784_005)),
            ("0s", Some(0)),
            ("", None),
            ("5", None),
            ("m", None),
            ("5 m", None),
            ("-5m", None),
            ("1.5h", None),
            ("1m1h", None),
            ("1m1m", None),
            ("1m 30s", None),
            ("5min", None),
            ("99999999999999999999d", None),
            ("9007199254740993ms", None),
            ("5mé", None),
        ];
        for (text, expected) in table {
            assert_eq!(duration_ms(text), expected, "{text}");
        }
    }
}
