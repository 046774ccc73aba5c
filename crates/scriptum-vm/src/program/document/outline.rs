//! A document with the places of its parts, for those who report about programs that have no source text.
//!
//! The program itself knows no places. Who wants them walks the program and the document side by side:
//! their shapes are those of `docs/ir.md`.

use std::ops::Range;

use super::{
    InvalidProgram, checked,
    doc::{Content, Doc, Entry},
    json, yaml,
};
use crate::program::Program;

/// A document that was read.
#[derive(Debug)]
pub struct Document {
    root: Doc,
}

impl Document {
    /// Reads YAML or JSON. Parts have places, except where a JSON text is not YAML as well.
    ///
    /// Says nothing about whether the document is a program: [`Document::program`] does.
    pub fn read(text: &str) -> Result<Document, InvalidProgram> {
        let root = match yaml::parse(text) {
            Ok(root) => root,
            Err(_) if text.trim_start().starts_with('{') => json::parse(text)?,
            Err(error) => return Err(error),
        };
        Ok(Document { root })
    }

    /// The program, without numbers of nodes.
    pub fn program(&self) -> Result<Program, InvalidProgram> {
        checked(&self.root)
    }

    /// The whole document.
    pub fn root(&self) -> DocumentPart<'_> {
        DocumentPart { doc: &self.root }
    }
}

/// A scalar, a list or a mapping in a document.
#[derive(Debug, Clone, Copy)]
pub struct DocumentPart<'d> {
    doc: &'d Doc,
}

impl<'d> DocumentPart<'d> {
    /// The bytes that it stands on; empty at the start of the text when that is not known.
    pub fn bytes(self) -> Range<u32> {
        self.doc.at.start..self.doc.at.end
    }

    /// The value of a key of a mapping.
    pub fn field(self, key: &str) -> Option<DocumentPart<'d>> {
        let entry = self.entry(key)?;
        Some(DocumentPart { doc: &entry.value })
    }

    /// The bytes of a key of a mapping.
    pub fn key(self, key: &str) -> Option<Range<u32>> {
        let entry = self.entry(key)?;
        Some(entry.at.start..entry.at.end)
    }

    fn entry(self, key: &str) -> Option<&'d Entry> {
        self.map().iter().find(|entry| &*entry.key == key)
    }

    /// The keys of a mapping with their bytes, and the values, in order; nothing for other parts.
    pub fn entries(self) -> impl Iterator<Item = (&'d str, Range<u32>, DocumentPart<'d>)> {
        self.map().iter().map(|Entry { at, key, value }| {
            let value = DocumentPart { doc: value };
            (&**key, at.start..at.end, value)
        })
    }

    /// The elements of a list, in order; nothing for other parts.
    pub fn items(self) -> impl Iterator<Item = DocumentPart<'d>> {
        let items = self.doc.list("a list").unwrap_or_default();
        items.iter().map(|doc| DocumentPart { doc })
    }

    /// The element of a list at `index`.
    pub fn item(self, index: usize) -> Option<DocumentPart<'d>> {
        let items = self.doc.list("a list").ok()?;
        items.get(index).map(|doc| DocumentPart { doc })
    }

    /// The text, if it is one.
    pub fn text(self) -> Option<&'d str> {
        match &self.doc.content {
            Content::Text(text) => Some(text),
            Content::Null
            | Content::Bool(_)
            | Content::Int(_)
            | Content::Float(_)
            | Content::List(_)
            | Content::Map(_) => None,
        }
    }

    fn map(self) -> &'d [Entry] {
        self.doc.map("a mapping").unwrap_or_default()
    }
}
