//! The wording of violations: what is expected, what is there, shortened where it is long.

use crate::{
    EnumDef, Field, Number, Value,
    limits::{SHOWN_CHARS_MAX, SHOWN_NAMES_MAX},
    nearest,
};

/// A value by its kind, and by its content where that is short: `integer 12`, `list`.
pub(super) fn described(value: &Value) -> String {
    match value {
        Value::Null | Value::List(_) | Value::Object(_) | Value::Secret(_) | Value::Stored(_) => {
            value.kind().to_owned()
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
            format!("{} {}", value.kind(), shown(value))
        }
    }
}

/// A value as it is shown in a message: scalars as JSON, the rest by its kind.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => number_text(*float),
        Value::Text(text) => quoted(text),
        Value::Null | Value::List(_) | Value::Object(_) | Value::Secret(_) | Value::Stored(_) => {
            value.kind().to_owned()
        }
    }
}

/// A text in quotes, on one line, shortened.
pub(super) fn quoted(text: &str) -> String {
    let end = text.char_indices().nth(SHOWN_CHARS_MAX).map(|(at, _)| at);
    let shortened = match end.and_then(|end| text.get(..end)) {
        Some(start) => format!("{start}…"),
        None => text.to_owned(),
    };
    serde_json::Value::String(shortened).to_string()
}

/// A number in its shortest form, `1` rather than `1.0`.
pub(crate) fn number_text(number: f64) -> String {
    let text = format!("{number:?}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// The bounds of a number that has at least one.
pub(super) fn bounds(rules: &Number) -> String {
    let low = rules.minimum.map(|minimum| {
        let words = if rules.exclusive_minimum {
            "above"
        } else {
            "at least"
        };
        format!("{words} {}", number_text(minimum))
    });
    let high = rules.maximum.map(|maximum| {
        let words = if rules.exclusive_maximum {
            "below"
        } else {
            "at most"
        };
        format!("{words} {}", number_text(maximum))
    });
    match (rules.minimum, rules.maximum) {
        (Some(minimum), Some(maximum)) if !rules.exclusive_minimum && !rules.exclusive_maximum => {
            format!(
                "between {} and {}",
                number_text(minimum),
                number_text(maximum)
            )
        }
        (Some(_) | None, Some(_) | None) => {
            let both: Vec<_> = low.into_iter().chain(high).collect();
            both.join(" and ")
        }
    }
}

/// A size that has at least one bound: `1 to 80 characters`.
pub(super) fn sizes(min: Option<u32>, max: Option<u32>, unit: &str) -> String {
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("exactly {max} {unit}{}", plural(max)),
        (Some(min), Some(max)) => format!("{min} to {max} {unit}{}", plural(max)),
        (Some(min), None) => format!("at least {min} {unit}{}", plural(min)),
        (None, Some(max)) => format!("at most {max} {unit}{}", plural(max)),
        (None, None) => format!("any number of {unit}s"),
    }
}

/// What to say of a value that is no variant, with the variant that was probably meant.
pub(super) fn not_a_variant(value: &Value, def: &EnumDef) -> String {
    let variants: Vec<_> = def
        .variants
        .iter()
        .map(|variant| shown(&variant.value))
        .collect();
    let meant = value.as_text().and_then(|text| {
        nearest(
            text,
            def.variants
                .iter()
                .filter_map(|variant| variant.value.as_text()),
        )
    });
    let question = meant.map_or(String::new(), |meant| {
        format!(", did you mean {}?", quoted(meant))
    });
    let one_of = if variants.len() > SHOWN_NAMES_MAX {
        "one of "
    } else {
        ""
    };
    format!(
        "must be {one_of}{}, is {}{question}",
        listed(&variants, "or"),
        shown(value)
    )
}

/// What to say of a field that is not declared.
pub(super) fn unknown_field(name: &str, fields: &[Field]) -> String {
    match nearest(name, fields.iter().map(|field| &*field.name)) {
        Some(meant) => format!("no such field, did you mean '{meant}'?"),
        None if fields.is_empty() => "no such field, there are none".to_owned(),
        None => {
            let names: Vec<_> = fields.iter().map(|field| field.name.to_string()).collect();
            format!("no such field among {}", listed(&names, "and"))
        }
    }
}

/// `a, b or c`; of many the first ones.
fn listed(names: &[String], last_joined_by: &str) -> String {
    let all = names.len() <= SHOWN_NAMES_MAX;
    match names {
        [] => "absent".to_owned(),
        [only] => only.clone(),
        [start @ .., last] if all => {
            format!("{} {last_joined_by} {last}", start.join(", "))
        }
        [..] => {
            let first: Vec<_> = names
                .iter()
                .take(SHOWN_NAMES_MAX)
                .map(String::as_str)
                .collect();
            let more = names.len() - first.len();
            format!("{} … and {more} more", first.join(", "))
        }
    }
}
