//! Durations on the command line: `1h30m`, `500ms`, `90d`.

use std::str::FromStr;

/// Units in the order in which they may follow each other, with their milliseconds.
const UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// No thread waits longer than ten years of 366 days.
const MS_MAX: u64 = 10 * 366 * 86_400_000;

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Duration {
    pub(crate) ms: u64,
}

impl FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Duration, String> {
        let wrong = || {
            format!(
                "'{text}' is no duration; expected numbers with units from d h m s ms, such as 1h30m"
            )
        };
        let mut rest = text;
        let mut ms: u64 = 0;
        let mut units = UNITS.iter();
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at_checked(digits).ok_or_else(wrong)?;
            let letters = tail.bytes().take_while(u8::is_ascii_lowercase).count();
            let (unit, tail) = tail.split_at_checked(letters).ok_or_else(wrong)?;
            // The iterator goes on where it stopped, so units fall and none comes twice.
            let (_, factor) = units.find(|(name, _)| *name == unit).ok_or_else(wrong)?;
            let number: u64 = number.parse().map_err(|_| wrong())?;
            ms = number
                .checked_mul(*factor)
                .and_then(|it| ms.checked_add(it))
                .ok_or_else(wrong)?;
            rest = tail;
        }
        match ms {
            0 => Err(wrong()),
            1..=MS_MAX => Ok(Duration { ms }),
            _ => Err(format!("'{text}' is longer than 10 years")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn durations_are_sums_of_falling_units() {
        let cases = [
            ("500ms", Some(500)),
            ("1h30m", Some(5_400_000)),
            ("90d", Some(7_776_000_000)),
            ("1m1s1ms", Some(61_001)),
            ("", None),
            ("0s", None),
            ("5", None),
            ("1m1h", None),
            ("1s1s", None),
            ("-1s", None),
            ("1.5h", None),
            ("99999999999999999999d", None),
            ("4000d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(
                text.parse::<Duration>().ok().map(|it| it.ms),
                expected,
                "{text}"
            );
        }
    }
}
