//! A document as a tree: what YAML and JSON have in common, with the place of each part.

use std::{collections::BTreeSet, sync::Arc};

use scriptum_contract::nearest;

use super::InvalidProgram;

/// A part of a document.
#[derive(Debug)]
pub(super) struct Doc {
    pub(super) at: Position,
    pub(super) content: Content,
}

/// What a part is.
#[derive(Debug)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<Doc>),
    /// Entries in order, keys distinct.
    Map(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where the key is.
    pub(super) at: Position,
    pub(super) key: Arc<str>,
    pub(super) value: Doc,
}

/// Where a part stands. Line and column count from 1; 0 where none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
    /// Offset of the first byte.
    pub(super) start: u32,
    /// Offset behind the last byte.
    pub(super) end: u32,
}

impl Position {
    /// An error at this place.
    pub(super) fn invalid(self, message: impl Into<String>) -> InvalidProgram {
        InvalidProgram {
            line: self.line,
            column: self.column,
            message: message.into(),
        }
    }
}

impl Doc {
    /// The text, where one is expected.
    pub(super) fn text(&self, what: &str) -> Result<Arc<str>, InvalidProgram> {
        match &self.content {
            Content::Text(text) => Ok(Arc::clone(text)),
            Content::Null
            | Content::Bool(_)
            | Content::Int(_)
            | Content::Float(_)
            | Content::List(_)
            | Content::Map(_) => Err(self.unexpected(what)),
        }
    }

    /// A number without sign, where one is expected.
    pub(super) fn count<T: TryFrom<i64>>(&self, what: &str) -> Result<T, InvalidProgram> {
        let Content::Int(int) = self.content else {
            return Err(self.unexpected(what));
        };
        T::try_from(int).map_err(|_| self.at.invalid(format!("{int} is not {what}")))
    }

    /// The elements, where a list is expected.
    pub(super) fn list(&self, what: &str) -> Result<&[Doc], InvalidProgram> {
        match &self.content {
            Content::List(items) => Ok(items),
            Content::Null
            | Content::Bool(_)
            | Content::Int(_)
            | Content::Float(_)
            | Content::Text(_)
            | Content::Map(_) => Err(self.unexpected(what)),
        }
    }

    /// The entries, where a mapping is expected.
    pub(super) fn map(&self, what: &str) -> Result<&[Entry], InvalidProgram> {
        match &self.content {
            Content::Map(entries) => Ok(entries),
            Content::Null
            | Content::Bool(_)
            | Content::Int(_)
            | Content::Float(_)
            | Content::Text(_)
            | Content::List(_) => Err(self.unexpected(what)),
        }
    }

    /// Something else was expected here.
    pub(super) fn unexpected(&self, what: &str) -> InvalidProgram {
        let found = match &self.content {
            Content::Null => "null",
            Content::Bool(_) => "a boolean",
            Content::Int(_) | Content::Float(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        };
        self.at.invalid(format!("expected {what}, found {found}"))
    }

    /// The part as a JSON value, for types that serde reads.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.content {
            Content::Null => serde_json::Value::Null,
            Content::Bool(truth) => (*truth).into(),
            Content::Int(int) => (*int).into(),
            Content::Float(float) => (*float).into(),
            Content::Text(text) => (&**text).into(),
            Content::List(items) => items.iter().map(Doc::to_json).collect(),
            Content::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                .collect(),
        }
    }

    /// Levels of lists and mappings.
    pub(super) fn levels(&self) -> usize {
        match &self.content {
            Content::List(items) => 1 + items.iter().map(Doc::levels).max().unwrap_or(0),
            Content::Map(entries) => {
                let levels = entries.iter().map(|entry| entry.value.levels());
                1 + levels.max().unwrap_or(0)
            }
            Content::Null
            | Content::Bool(_)
            | Content::Int(_)
            | Content::Float(_)
            | Content::Text(_) => 0,
        }
    }
}

/// Refuses repeated keys.
pub(super) fn check_keys(entries: &[Entry]) -> Result<(), InvalidProgram> {
    let mut known = BTreeSet::new();
    match entries.iter().find(|entry| !known.insert(&entry.key)) {
        Some(again) => {
            let message = format!("the key '{}' is there twice", again.key);
            Err(again.at.invalid(message))
        }
        None => Ok(()),
    }
}

/// A mapping with known fields, each of which is taken once.
#[derive(Debug)]
pub(super) struct Fields<'d> {
    of: &'d Doc,
    entries: &'d [Entry],
    taken: Vec<&'static str>,
}

impl<'d> Fields<'d> {
    pub(super) fn new(of: &'d Doc, what: &str) -> Result<Fields<'d>, InvalidProgram> {
        Ok(Fields {
            of,
            entries: of.map(what)?,
            taken: Vec::new(),
        })
    }

    /// A field that may be absent; null counts as absent.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<&'d Doc> {
        let field = self.nullable(name)?;
        (!matches!(field.content, Content::Null)).then_some(field)
    }

    /// A field that may be absent; null is a value of it.
    pub(super) fn nullable(&mut self, name: &'static str) -> Option<&'d Doc> {
        self.taken.push(name);
        let entry = self.entries.iter().find(|entry| &*entry.key == name)?;
        Some(&entry.value)
    }

    /// A field that must be there.
    pub(super) fn required(&mut self, name: &'static str) -> Result<&'d Doc, InvalidProgram> {
        let field = self.nullable(name);
        field.ok_or_else(|| self.of.at.invalid(format!("the field '{name}' is missing")))
    }

    /// Reads a field that may be absent.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Doc) -> Result<T, InvalidProgram>,
    ) -> Result<Option<T>, InvalidProgram> {
        self.optional(name).map(read).transpose()
    }

    /// Refuses what nobody took.
    pub(super) fn end(self) -> Result<(), InvalidProgram> {
        let unknown = |entry: &&Entry| !self.taken.contains(&&*entry.key);
        let Some(entry) = self.entries.iter().find(unknown) else {
            return Ok(());
        };
        let mut message = format!("there is no field '{}' here", entry.key);
        if let Some(close) = nearest(&entry.key, self.taken.iter().copied()) {
            message.push_str("; did you mean '");
            message.push_str(close);
            message.push_str("'?");
        }
        Err(entry.at.invalid(message))
    }
}
