//! Builds the tree from JSON.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use super::{
    InvalidProgram,
    doc::{Content, Doc, Entry, Position, check_keys},
    too_deep,
};
use crate::{limits::PROGRAM_LEVELS_MAX, program::Program};

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Doc, InvalidProgram> {
    if levels(text) > PROGRAM_LEVELS_MAX {
        return Err(Position::default().invalid(too_deep()));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The levels were counted; the reader by itself allows fewer.
    deserializer.disable_recursion_limit();
    let doc = Doc::deserialize(&mut deserializer);
    let doc = doc.and_then(|doc| deserializer.end().map(|()| doc));
    doc.map_err(|error| invalid(&error))
}

fn invalid(error: &serde_json::Error) -> InvalidProgram {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    InvalidProgram {
        line: number(error.line()),
        column: number(error.column()),
        message: full.strip_suffix(&place).unwrap_or(&full).to_owned(),
    }
}

/// Levels of lists and objects in a JSON text, whether or not it is well-formed.
fn levels(text: &str) -> usize {
    let (mut deepest, mut level, mut in_text, mut escaped) = (0, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                level += 1;
                deepest = deepest.max(level);
            }
            b']' | b'}' if !in_text => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// For programs inside other documents; [`super::from_json`] reads deeper ones.
impl<'de> Deserialize<'de> for Program {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Program, D::Error> {
        super::checked(&Doc::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Doc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Doc, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Doc;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Doc, E> {
        Ok(doc(Content::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Doc, E> {
        Ok(doc(Content::Bool(truth)))
    }

    fn visit_i64<E>(self, int: i64) -> Result<Doc, E> {
        Ok(doc(Content::Int(int)))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 64 bits signed a number is a double"
    )]
    fn visit_u64<E>(self, int: u64) -> Result<Doc, E> {
        let content = i64::try_from(int).map_or(Content::Float(int as f64), Content::Int);
        Ok(doc(content))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Doc, E> {
        Ok(doc(Content::Float(float)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Doc, E> {
        Ok(doc(Content::Text(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Doc, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(doc(Content::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Doc, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Arc<str>, Doc>()? {
            let at = Position::default();
            entries.push(Entry { at, key, value });
        }
        check_keys(&entries).map_err(de::Error::custom)?;
        Ok(doc(Content::Map(entries)))
    }
}

fn doc(content: Content) -> Doc {
    let at = Position::default();
    Doc { at, content }
}
