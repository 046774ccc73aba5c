//! Builds the tree from YAML, event by event: no recursion, however the document nests.

use std::sync::Arc;

use serde_saphyr::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span};

use super::{
    InvalidProgram,
    doc::{Content, Doc, Entry, Position, check_keys},
    too_deep,
};
use crate::limits::{PROGRAM_BYTES_MAX, PROGRAM_LEVELS_MAX, PROGRAM_PARTS_MAX};

/// Levels that the parser may be ahead of the builder, so that the builder says what is too deep: in search of
/// the colon of a key it looks at up to 1024 characters.
const LOOKAHEAD: usize = 2048;

/// Reads one document.
pub(super) fn parse(text: &str) -> Result<Doc, InvalidProgram> {
    if text.len() > PROGRAM_BYTES_MAX {
        let limit = PROGRAM_BYTES_MAX >> 20;
        let message = format!("the document is larger than {limit} MiB");
        return Err(Position::default().invalid(message));
    }
    let mut options = Options::default();
    options.emit_comments = false;
    options.flow_nesting_limit = PROGRAM_LEVELS_MAX + LOOKAHEAD;
    options.block_nesting_limit = PROGRAM_LEVELS_MAX + LOOKAHEAD;
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => builder.take(event, place(&span))?,
            Err(error) => return Err(position(error.marker()).invalid(error.info())),
        }
    }
    let empty = || Position::default().invalid("the document is empty");
    builder.root.ok_or_else(empty)
}

fn position(marker: &Marker) -> Position {
    let offset = marker.byte_offset().map_or(0, number);
    Position {
        line: number(marker.line()),
        column: number(marker.col().saturating_add(1)),
        start: offset,
        end: offset,
    }
}

fn place(span: &Span) -> Position {
    let at = position(&span.start);
    let end = span.end.byte_offset().map_or(0, number);
    Position {
        end: end.max(at.start),
        ..at
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Builder {
    root: Option<Doc>,
    /// Lists and mappings that have begun, outermost first.
    open: Vec<Open>,
    parts: usize,
}

enum Open {
    List(Position, Vec<Doc>),
    /// The entries, and the key whose value is next.
    Map(Position, Vec<Entry>, Option<(Position, Arc<str>)>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), InvalidProgram> {
        match event {
            Event::Scalar(text, style, _, None) => self.scalar(&text, style, at),
            Event::SequenceStart(_, _, None) => self.begin(Open::List(at, Vec::new()), at),
            Event::MappingStart(_, _, None) => self.begin(Open::Map(at, Vec::new(), None), at),
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => Err(at.invalid("tags have no meaning here")),
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(at.invalid("aliases are not allowed here"))
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(at.invalid("there is a second document"))
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::Comment(..)
            | _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        at: Position,
    ) -> Result<(), InvalidProgram> {
        if let Some(Open::Map(_, _, key @ None)) = self.open.last_mut() {
            *key = Some((at, text.into()));
            return Ok(());
        }
        let content = match style {
            ScalarStyle::Plain => {
                resolve(text).ok_or_else(|| at.invalid(format!("'{text}' is no finite number")))?
            }
            ScalarStyle::SingleQuoted
            | ScalarStyle::DoubleQuoted
            | ScalarStyle::Literal
            | ScalarStyle::Folded => Content::Text(text.into()),
        };
        self.value(Doc { at, content })
    }

    fn begin(&mut self, open: Open, at: Position) -> Result<(), InvalidProgram> {
        if let Some(Open::Map(_, _, None)) = self.open.last() {
            return Err(at.invalid("a key must be a text"));
        }
        if self.open.len() == PROGRAM_LEVELS_MAX {
            return Err(at.invalid(too_deep()));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, bracket: Position) -> Result<(), InvalidProgram> {
        let (at, last, content) = match self.open.pop() {
            Some(Open::List(at, items)) => {
                let last = items.last().map(|item| item.at.end);
                (at, last, Content::List(items))
            }
            Some(Open::Map(at, entries, _)) => {
                check_keys(&entries)?;
                let last = entries.last().map(|entry| entry.value.at.end);
                (at, last, Content::Map(entries))
            }
            None => return Ok(()),
        };
        // What is not in brackets ends with its last part, not where the next thing begins.
        let bracket = (bracket.end > bracket.start).then_some(bracket.end);
        let end = bracket.or(last).unwrap_or(at.end).max(at.start);
        let at = Position { end, ..at };
        self.value(Doc { at, content })
    }

    fn value(&mut self, value: Doc) -> Result<(), InvalidProgram> {
        self.parts += 1;
        if self.parts > PROGRAM_PARTS_MAX {
            let message = format!("the document has more than {PROGRAM_PARTS_MAX} parts");
            return Err(value.at.invalid(message));
        }
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List(_, items)) => items.push(value),
            Some(Open::Map(_, entries, key)) => {
                let (at, key) = key
                    .take()
                    .expect("a value in a mapping comes behind its key");
                entries.push(Entry { at, key, value });
            }
        }
        Ok(())
    }
}

/// What a plain scalar is by the core schema of YAML 1.2; `None` for a number beyond all doubles.
fn resolve(text: &str) -> Option<Content> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ if is_number(text) => finite(text)?,
        _ => Content::Text(text.into()),
    })
}

fn finite(text: &str) -> Option<Content> {
    if let Ok(int) = text.parse() {
        return Some(Content::Int(int));
    }
    let float: f64 = text.parse().ok()?;
    float.is_finite().then_some(Content::Float(float))
}

/// `[-+]? ( \. digits | digits ( \. digits? )? ) ( [eE] [-+]? digits )?`
fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = unsigned.split_at(digits(unsigned));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else {
        return rest.is_empty();
    };
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !exponent.is_empty() && digits(exponent) == exponent.len()
}
