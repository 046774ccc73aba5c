//! Functions on dates and timestamps, and what comes from the thread: its time, its numbers, its
//! environment.

use std::{fmt::Write as _, sync::Arc};

use jiff::{
    SignedDuration, Timestamp,
    civil::Date,
    fmt::strtime,
    tz::{Offset, TimeZone},
};
use scriptum_contract::{Type, Value};
use sha2::{Digest as _, Sha256};

use super::{
    Builtin, Call, Example, Kind, Takes,
    rules::{self, optional, required},
};
use crate::{eval::Stop, program::duration_ms};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Longest pattern of `format_time` in bytes: far more than a date with words around it.
const PATTERN_BYTES_MAX: usize = 1024;

pub(super) const NOW: Builtin = Builtin {
    name: "now",
    params: &[],
    result: |_| Type::Timestamp,
    doc: "The time at which the step runs, in UTC with milliseconds; recorded, so a replay sees the same.",
    example: Example {
        call: "now()",
        value: r#""2026-01-31T09:30:00.000Z""#,
    },
    call: |call| {
        let now_ms = call.evaluator.now().0;
        match Timestamp::from_millisecond(now_ms) {
            Ok(now) => Ok(Value::from(rfc3339(now))),
            Err(_) => Err(call.failed("the time is beyond the year 9999")),
        }
    },
};

pub(super) const UUID: Builtin = Builtin {
    name: "uuid",
    params: &[],
    result: rules::text,
    doc: "A new random UUID; recorded, so a replay sees the same.",
    example: Example {
        call: "len(uuid())",
        value: "36",
    },
    call: |call| {
        let mut hash = Sha256::new();
        hash.update(call.evaluator.fresh().to_be_bytes());
        hash.update(call.evaluator.fresh().to_be_bytes());
        Ok(Value::from(uuid(&hash.finalize())))
    },
};

pub(super) const ENV: Builtin = Builtin {
    name: "env",
    params: &[required("name", Takes::OneOf(&[Kind::Text]))],
    result: rules::any,
    doc: "The value of a declared environment variable; the name is written bare.",
    example: Example {
        call: "env(REGION)",
        value: r#""eu""#,
    },
    call: |call| {
        let name = call.text(0)?;
        Ok(call.evaluator.env(&name))
    },
};

pub(super) const DATE_ADD: Builtin = Builtin {
    name: "date_add",
    params: &[
        required("time", Takes::OneOf(&[Kind::Text])),
        required("duration", Takes::OneOf(&[Kind::Text, Kind::Number])),
    ],
    result: |args| match rules::arg(args, 0) {
        time @ (Type::Date | Type::Timestamp) => time,
        Type::Any
        | Type::Text(_)
        | Type::Number(_)
        | Type::Integer(_)
        | Type::Boolean
        | Type::Object
        | Type::Binary
        | Type::List(_)
        | Type::Enum(_)
        | Type::Shape(_)
        | Type::Null
        | Type::Optional(_)
        | Type::Never => Type::text(),
    },
    doc: "A date or timestamp moved by a duration, such as \"1h30m\", \"-2d\" or a number of milliseconds; timestamps come out in UTC.",
    example: Example {
        call: r#"date_add("2026-02-27", "2d")"#,
        value: r#""2026-03-01""#,
    },
    call: date_add,
};

pub(super) const FORMAT_TIME: Builtin = Builtin {
    name: "format_time",
    params: &[
        required("time", Takes::OneOf(&[Kind::Text])),
        required("pattern", Takes::OneOf(&[Kind::Text])),
        optional("offset", Takes::OneOf(&[Kind::Text])),
    ],
    result: rules::text,
    doc: "A date or timestamp written after a pattern like \"%d.%m.%Y %H:%M\", in UTC or at an offset like \"+02:00\".",
    example: Example {
        call: r#"format_time("2026-01-31T09:30:00Z", "%d.%m.%Y %H:%M", "+02:00")"#,
        value: r#""31.01.2026 11:30""#,
    },
    call: format_time,
};

/// A date or an instant, as scripts write them.
enum Moment {
    Date(Date),
    Instant(Timestamp),
}

/// Milliseconds of a timestamp, or of the first moment of a date in UTC.
pub(crate) fn instant_ms(text: &str) -> Option<i64> {
    if let Ok(date) = strtime::parse("%Y-%m-%d", text).and_then(|parsed| parsed.to_date()) {
        let start = date.to_zoned(TimeZone::UTC).ok()?;
        return Some(start.timestamp().as_millisecond());
    }
    let instant: Timestamp = text.parse().ok()?;
    Some(instant.as_millisecond())
}

/// A time as scripts read it; `None` behind the year 9999.
pub(crate) fn instant_text(at_ms: i64) -> Option<String> {
    Timestamp::from_millisecond(at_ms).ok().map(rfc3339)
}

fn moment(call: &mut Call<'_, '_>) -> Result<Moment, Stop> {
    let text = call.text(0)?;
    if let Ok(date) = strtime::parse("%Y-%m-%d", &*text).and_then(|parsed| parsed.to_date()) {
        return Ok(Moment::Date(date));
    }
    match text.parse::<Timestamp>() {
        Ok(instant) => Ok(Moment::Instant(instant)),
        Err(_) => Err(call.failed(&format!(
            "{} is neither a date like 2026-01-31 nor a timestamp like 2026-01-31T09:30:00Z",
            crate::eval::show(&Value::Text(text))
        ))),
    }
}

fn date_add(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let moment = moment(call)?;
    let duration_ms = duration(call)?;
    let out_of_range = "the result is outside the years 0 to 9999";
    let moved = match moment {
        Moment::Instant(instant) => {
            let moved = instant.checked_add(SignedDuration::from_millis(duration_ms));
            moved.map(rfc3339)
        }
        Moment::Date(_) if duration_ms % DAY_MS != 0 => {
            return Err(call.failed("a date can only be moved by whole days"));
        }
        Moment::Date(date) => {
            let moved = date.checked_add(SignedDuration::from_millis(duration_ms));
            moved.map(|date| date.to_string())
        }
    };
    let moved = moved.ok().filter(|moved| !moved.starts_with('-'));
    moved
        .map(Value::from)
        .ok_or_else(|| call.failed(out_of_range))
}

/// The duration of a call in milliseconds.
fn duration(call: &mut Call<'_, '_>) -> Result<i64, Stop> {
    if let Some(text) = call.given_text(1) {
        let (sign, size) = text
            .trim()
            .strip_prefix('-')
            .map_or((1, &*text), |size| (-1, size));
        let size_ms = duration_ms(size).and_then(|size_ms| i64::try_from(size_ms).ok());
        return match size_ms {
            Some(size_ms) => Ok(sign * size_ms),
            None => Err(call.failed(&format!(
                "{} is no duration like 30s, 1h30m or -2d",
                crate::eval::show(&Value::Text(text))
            ))),
        };
    }
    call.given_int(1)
        .ok_or_else(|| call.failed("a duration must be a whole number of milliseconds"))
}

fn format_time(call: &mut Call<'_, '_>) -> Result<Value, Stop> {
    let moment = moment(call)?;
    let pattern = call.text(1)?;
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(call.failed(&format!(
            "the pattern is longer than {PATTERN_BYTES_MAX} bytes"
        )));
    }
    let written = match (moment, call.given_text(2)) {
        (Moment::Date(date), None) => strtime::format(&*pattern, date),
        (Moment::Date(_), Some(_)) => {
            return Err(call.failed("a date has no time that an offset could move"));
        }
        (Moment::Instant(instant), offset) => {
            let offset = offset.map_or(Ok(Offset::UTC), |offset| parse_offset(call, &offset))?;
            strtime::format(&*pattern, &instant.to_zoned(TimeZone::fixed(offset)))
        }
    };
    match written {
        Ok(text) => call.evaluator.text(text),
        Err(error) => Err(call.failed_with("the pattern does not fit", &error)),
    }
}

fn parse_offset(call: &Call<'_, '_>, text: &Arc<str>) -> Result<Offset, Stop> {
    let parsed = strtime::parse("%:z", &**text).ok();
    let parsed = parsed.and_then(|parsed| parsed.offset());
    match (parsed, &**text) {
        (Some(offset), _) => Ok(offset),
        (None, "Z") => Ok(Offset::UTC),
        (None, other) => Err(call.failed(&format!("{other:?} is no offset like +02:00"))),
    }
}

/// A time of a thread as scripts see it; empty beyond the year 9999.
pub(crate) fn time_text(at: crate::Timestamp) -> String {
    Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), rfc3339)
}

/// RFC 3339 in UTC, with milliseconds, or with all digits when there are more.
fn rfc3339(instant: Timestamp) -> String {
    let digits = if instant.subsec_nanosecond() % 1_000_000 == 0 {
        3
    } else {
        9
    };
    format!("{instant:.digits$}")
}

/// A UUID of version 4 from random bytes.
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().take(16).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if let 4 | 6 | 8 | 10 = at {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("writing to a text does not fail");
    }
    text
}
