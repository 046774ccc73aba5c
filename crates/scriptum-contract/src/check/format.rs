//! Texts with a fixed form: dates, timestamps, base64. The libraries accept more forms than the
//! language does, so the form is looked at first and the calendar is left to them.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A form that a text must have.
pub(super) struct Format {
    /// Name of the type.
    pub(super) name: &'static str,
    /// What is expected, with an example.
    pub(super) expected: &'static str,
    pub(super) is_valid: fn(&str) -> bool,
}

pub(super) const DATE: Format = Format {
    name: "date",
    expected: "a date such as 2026-01-31",
    is_valid: is_date,
};

pub(super) const TIMESTAMP: Format = Format {
    name: "timestamp",
    expected: "a timestamp such as 2026-01-31T09:30:00Z",
    is_valid: is_timestamp,
};

pub(super) const BINARY: Format = Format {
    name: "binary",
    expected: "base64 with padding",
    is_valid: is_base64,
};

/// `YYYY-MM-DD`, a day that exists.
fn is_date(text: &str) -> bool {
    has_form(text.as_bytes(), b"0000-00-00") && text.parse::<jiff::civil::Date>().is_ok()
}

/// RFC 3339: date, `T`, time with seconds and perhaps a fraction, `Z` or an offset.
fn is_timestamp(text: &str) -> bool {
    const DATE_TIME: &[u8] = b"0000-00-00T00:00:00";
    let Some((date_time, rest)) = text.as_bytes().split_at_checked(DATE_TIME.len()) else {
        return false;
    };
    let zone = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                return false;
            }
            fraction.get(digits..).unwrap_or_default()
        }
        Some(_) | None => rest,
    };
    has_form(date_time, DATE_TIME)
        && (matches!(zone, b"Z" | b"z") || has_form(zone, b"+00:00"))
        && text.parse::<jiff::Timestamp>().is_ok()
}

/// `0` stands for a digit, `+` for a sign, `T` for itself in either case.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    text.len() == form.len()
        && text
            .iter()
            .zip(form)
            .all(|(byte, expected)| match expected {
                b'0' => byte.is_ascii_digit(),
                b'+' => matches!(byte, b'+' | b'-'),
                b'T' => matches!(byte, b'T' | b't'),
                literal => byte == literal,
            })
}

/// Decodes piece by piece, so that a large text needs no second copy of itself.
fn is_base64(text: &str) -> bool {
    const PIECE_BYTES: usize = 4096;
    let mut decoded = [0; PIECE_BYTES / 4 * 3];
    let mut pieces = text.as_bytes().chunks(PIECE_BYTES).peekable();
    while let Some(piece) = pieces.next() {
        let padded_inside = pieces.peek().is_some() && piece.ends_with(b"=");
        if padded_inside || STANDARD.decode_slice(piece, &mut decoded).is_err() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_the_language_is_accepted() {
        let table: [(&Format, &[&str], &[&str]); 3] = [
            (
                &DATE,
                &["2026-01-31", "2024-02-29", "0001-01-01"],
                &[
                    "",
                    "2026-02-29",
                    "2026-1-31",
                    "20260131",
                    "2026-01-31T00:00:00Z",
                    "31.01.2026",
                ],
            ),
            (
                &TIMESTAMP,
                &[
                    "2026-01-31T09:30:00Z",
                    "2026-01-31t09:30:00.123456789z",
                    "2026-01-31T09:30:00-05:30",
                ],
                &[
                    "",
                    "2026-01-31",
                    "2026-01-31T09:30Z",
                    "2026-01-31T09:30:00",
                    "2026-01-31 09:30:00Z",
                    "2026-01-31T09:30:00.Z",
                    "2026-01-31T09:30:00+0530",
                    "2026-01-31T09:30:00Z[UTC]",
                    "2026-02-30T09:30:00Z",
                    "2026-01-31T25:30:00Z",
                    "äöüäöüäöüäöüäöüäöü",
                ],
            ),
            (
                &BINARY,
                &["", "aGk=", "aGkh", "/+8="],
                &["aGk", "a", "aG k", "aGk=aGk=", "_-8=", "aGl="],
            ),
        ];
        for (format, valid, invalid) in table {
            for text in valid {
                assert!((format.is_valid)(text), "{} {text:?}", format.name);
            }
            for text in invalid {
                assert!(!(format.is_valid)(text), "{} {text:?}", format.name);
            }
        }
    }

    #[test]
    fn padding_between_the_pieces_of_a_long_text_is_refused() {
        let piece = "A".repeat(4095) + "=";
        assert!(is_base64(&piece));
        assert!(is_base64(&("AAAA".repeat(5000) + "aGk=")));
        assert!(!is_base64(&(piece + "AAAA")));
    }
}
