//! Types in the words of the language: `text`, `list<number>`, `{ a: text, b?: number }`.
//!
//! The plain form is for messages: it names the type alone, and of a large record the first fields.
//! The alternate form, `{:#}`, is complete, with the rules as they are written in a declaration.

use std::fmt::{self, Display};

use crate::{
    EnumDef, Field, List, Number, Shape, Text, Type, check::number_text, limits::SHOWN_NAMES_MAX,
};

impl Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::Text(rules) if rules.secret => f.write_str("secret text"),
            Type::Text(rules) => with_rules(f, "text", || text_rules(rules)),
            Type::Number(rules) => with_rules(f, "number", || number_rules(rules)),
            Type::Integer(rules) => with_rules(f, "integer", || number_rules(rules)),
            Type::Boolean => f.write_str("boolean"),
            Type::Object => f.write_str("object"),
            Type::Binary => f.write_str("binary"),
            Type::Date => f.write_str("date"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::List(list) => write_list(f, list),
            Type::Enum(def) => write_enum(f, def),
            Type::Shape(shape) => write_shape(f, shape),
            Type::Null => f.write_str("null"),
            Type::Optional(inner) => {
                inner.fmt(f)?;
                f.write_str(" or null")
            }
            Type::Never => f.write_str("nothing"),
        }
    }
}

fn with_rules(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    rules: impl FnOnce() -> Vec<String>,
) -> fmt::Result {
    f.write_str(name)?;
    if f.alternate() {
        rules().iter().try_for_each(|rule| write!(f, " {rule}"))?;
    }
    Ok(())
}

fn write_list(f: &mut fmt::Formatter<'_>, list: &List) -> fmt::Result {
    f.write_str("list<")?;
    list.item.fmt(f)?;
    with_rules(f, ">", || {
        let sizes = size_rules(
            (list.min_items, list.max_items),
            ["", "min_items", "max_items"],
        );
        sizes
            .into_iter()
            .chain(list.unique.then(|| "unique".to_owned()))
            .collect()
    })
}

/// A declared enum by its name, a nameless one by its variants.
fn write_enum(f: &mut fmt::Formatter<'_>, def: &EnumDef) -> fmt::Result {
    if !def.name.is_empty() {
        return f.write_str(&def.name);
    }
    let variants: Vec<_> = def
        .variants
        .iter()
        .map(|variant| crate::check::shown(&variant.value))
        .collect();
    f.write_str(&variants.join(" | "))
}

fn write_shape(f: &mut fmt::Formatter<'_>, shape: &Shape) -> fmt::Result {
    let further = shape.open.then_some("…");
    if shape.fields.is_empty() {
        return write!(f, "{{{}}}", further.unwrap_or_default());
    }
    f.write_str("{ ")?;
    let shown = if f.alternate() {
        shape.fields.len()
    } else {
        SHOWN_NAMES_MAX
    };
    for (index, field) in shape.fields.iter().take(shown).enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        write_field(f, field)?;
    }
    if let Some(more @ 1..) = shape.fields.len().checked_sub(shown) {
        write!(f, ", {more} more")?;
    }
    further.iter().try_for_each(|mark| write!(f, ", {mark}"))?;
    f.write_str(" }")
}

fn write_field(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    let mark = if field.is_needed() { "" } else { "?" };
    write!(f, "{}{mark}: ", field.name)?;
    field.ty.fmt(f)
}

fn text_rules(rules: &Text) -> Vec<String> {
    let lengths = (rules.min_length, rules.max_length);
    let mut clauses = size_rules(lengths, ["length", "min_length", "max_length"]);
    for pattern in &rules.patterns {
        let quoted = serde_json::Value::String(pattern.0.to_string());
        clauses.push(format!("pattern({quoted})"));
    }
    clauses
}

/// Clauses for a smallest and a largest size; the first name is that of the clause for both, if
/// there is one.
fn size_rules((min, max): (Option<u32>, Option<u32>), names: [&str; 3]) -> Vec<String> {
    let [both, least, most] = names;
    match (min, max) {
        (Some(min), Some(max)) if !both.is_empty() => vec![format!("{both}({min}, {max})")],
        (Some(_) | None, Some(_) | None) => {
            let least = min.map(|min| format!("{least}({min})"));
            let most = max.map(|max| format!("{most}({max})"));
            least.into_iter().chain(most).collect()
        }
    }
}

fn number_rules(rules: &Number) -> Vec<String> {
    let clause = |name: &str, bound: Option<f64>| {
        bound.map(|bound| format!("{name}({})", number_text(bound)))
    };
    let low = if rules.exclusive_minimum {
        "exclusive_min"
    } else {
        "min"
    };
    let high = if rules.exclusive_maximum {
        "exclusive_max"
    } else {
        "max"
    };
    let bounds = match (rules.minimum, rules.maximum) {
        (Some(minimum), Some(maximum)) if low == "min" && high == "max" => vec![format!(
            "range({}, {})",
            number_text(minimum),
            number_text(maximum)
        )],
        (minimum, maximum) => {
            let low = clause(low, minimum);
            low.into_iter().chain(clause(high, maximum)).collect()
        }
    };
    let step = clause("multiple_of", rules.multiple_of);
    bounds.into_iter().chain(step).collect()
}
