//! The tree as a row of pieces to print: words, marks, whole strings, comments, line breaks.

use super::arrows;
use crate::{
    SyntaxKind, SyntaxNode,
    tree::{Element, ROOT, Tree},
};
use std::sync::Arc;

/// Something to print.
#[derive(Debug)]
pub(super) enum Piece<'t> {
    /// A token, or a whole string.
    Word(Word<'t>),
    /// A comment, with the column it stands at, in characters.
    Comment { text: &'t str, column: u32 },
    /// A line break, and how many blank lines come with it.
    LineBreak { blanks: u32 },
}

/// A token, or a whole string.
#[derive(Debug)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    /// Its kind; a string with interpolation is a [`SyntaxKind::String`] too.
    pub(super) kind: SyntaxKind,
    /// The kind of the node it stands in.
    pub(super) parent: SyntaxKind,
    /// The kind of the node around that.
    pub(super) grandparent: SyntaxKind,
    /// Levels of indentation, if it begins a line.
    pub(super) level: u32,
    /// Where it stands on its line now, in bytes.
    pub(super) column: u32,
    /// True for the first word of a part of the script that stands apart: a block, a section.
    pub(super) begins_part: bool,
    /// True for an arrow that is moved to a line of its own.
    pub(super) wants_line: bool,
}

/// Bytes of source for each piece, a little less than real scripts have.
const BYTES_PER_PIECE: usize = 6;

/// Flattens the tree of a text.
pub(super) fn pieces(tree: &Arc<Tree>) -> Vec<Piece<'_>> {
    let mut flattener = Flattener {
        tree,
        pieces: Vec::with_capacity(tree.text().len() / BYTES_PER_PIECE),
        column: 0,
        has_enum: false,
        has_steps: false,
    };
    let around = Around {
        kind: SyntaxKind::SourceFile,
        parent: SyntaxKind::SourceFile,
        wants_line: false,
    };
    flattener.node(ROOT, around, 0);
    set_parts_apart(&mut flattener.pieces);
    flattener.pieces
}

/// Puts a blank line before every part of the script, above the comments that stand right above it.
fn set_parts_apart(pieces: &mut [Piece<'_>]) {
    let is_part = |piece: &Piece<'_>| matches!(piece, Piece::Word(word) if word.begins_part);
    let parts: Vec<usize> = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| is_part(piece))
        .map(|(index, _)| index)
        .collect();
    for part in parts {
        let above = lines_above(pieces, part);
        if let Some(Piece::LineBreak { blanks }) = pieces.get_mut(above) {
            *blanks = 1;
        }
    }
}

/// The line break above the part that begins at `part`, or above its comments.
fn lines_above(pieces: &[Piece<'_>], part: usize) -> usize {
    let column = match pieces.get(part) {
        Some(Piece::Word(word)) => word.column,
        Some(Piece::Comment { .. } | Piece::LineBreak { .. }) | None => 0,
    };
    let mut top = part;
    // A comment line is a comment between two line breaks.
    while let Some(
        [
            Piece::LineBreak { .. },
            Piece::Comment {
                column: comment, ..
            },
            Piece::LineBreak { blanks: 0 },
        ],
    ) = top.checked_sub(3).and_then(|above| pieces.get(above..top))
    {
        if *comment > column {
            break;
        }
        top -= 2;
    }
    top.saturating_sub(1)
}

/// The node around an element.
#[derive(Clone, Copy)]
struct Around {
    kind: SyntaxKind,
    /// The kind of the node around that.
    parent: SyntaxKind,
    /// True for an arrow that is moved to a line of its own.
    wants_line: bool,
}

struct Flattener<'t> {
    tree: &'t Arc<Tree>,
    pieces: Vec<Piece<'t>>,
    /// Where the next token stands on its line.
    column: u32,
    /// True once an enum has been seen.
    has_enum: bool,
    /// True once a step has been seen at the top.
    has_steps: bool,
}

impl<'t> Flattener<'t> {
    fn node(&mut self, node: u32, around: Around, level: u32) {
        let mut level = level;
        let mut children = self.tree.children(node);
        while let Some(element) = children.next(self.tree) {
            match element {
                Element::Node(child) => self.child(child, around, level),
                Element::Token(token) => {
                    // The lines of an enum after its first are indented below it.
                    let continues_enum = around.kind == SyntaxKind::EnumDecl
                        && self.tree.token(token).kind == SyntaxKind::LineBreak;
                    self.token(token, around, level);
                    level += u32::from(continues_enum && level == 0);
                }
            }
        }
    }

    fn child(&mut self, child: u32, around: Around, level: u32) {
        let child_kind = self.tree.node(child).kind;
        let begins_part = around.kind == SyntaxKind::SourceFile && self.begins_part(child_kind);
        let first = self.pieces.len();
        let is_arrow = child_kind == SyntaxKind::BindArrow;
        let arrow = is_arrow.then(|| SyntaxNode::of(self.tree, child));
        let is_indented = match &arrow {
            Some(arrow) => arrows::is_indented(arrow),
            None => indents(child_kind, around.kind),
        };
        let level = level + u32::from(is_indented);
        if matches!(child_kind, SyntaxKind::Label | SyntaxKind::StringExpr) {
            let text = self.tree.span(child).of(self.tree.text());
            self.word(text, SyntaxKind::String, around, level);
        } else {
            let within = Around {
                kind: child_kind,
                parent: around.kind,
                wants_line: arrow.as_ref().is_some_and(arrows::wants_line),
            };
            self.node(child, within, level);
        }
        if begins_part {
            self.mark_part(first);
        }
    }

    fn mark_part(&mut self, first: usize) {
        let words = self.pieces.iter_mut().skip(first);
        let mut words = words.filter_map(|piece| match piece {
            Piece::Word(word) => Some(word),
            Piece::Comment { .. } | Piece::LineBreak { .. } => None,
        });
        if let Some(word) = words.next() {
            word.begins_part = true;
        }
    }

    /// True for nodes at the top of the file that stand apart from what is before them.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other node at the top is a step"
    )]
    fn begins_part(&mut self, kind: SyntaxKind) -> bool {
        match kind {
            SyntaxKind::ScriptHeader | SyntaxKind::Description | SyntaxKind::VersionDecl => false,
            SyntaxKind::EnumDecl => !std::mem::replace(&mut self.has_enum, true),
            SyntaxKind::InputBlock
            | SyntaxKind::OutputBlock
            | SyntaxKind::StreamBlock
            | SyntaxKind::ToolsBlock
            | SyntaxKind::EnvBlock
            | SyntaxKind::Section
            | SyntaxKind::ThreadErrorBlock => {
                self.has_steps |= kind == SyntaxKind::Section;
                true
            }
            _ => !std::mem::replace(&mut self.has_steps, true),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other token is a word"
    )]
    fn token(&mut self, token: u32, around: Around, level: u32) {
        let text = self.tree.token_text(token);
        match self.tree.token(token).kind {
            kind if kind.is_comment() => {
                let column = self.column_in_characters(token);
                self.pieces.push(Piece::Comment { text, column });
                self.advance(text);
            }
            SyntaxKind::LineBreak => {
                let breaks = text.bytes().filter(|byte| *byte == b'\n').count();
                self.pieces.push(Piece::LineBreak {
                    blanks: short(breaks - 1),
                });
                self.advance(text);
            }
            SyntaxKind::Whitespace => self.advance(text),
            kind => self.word(text, kind, around, level),
        }
    }

    fn word(&mut self, text: &'t str, kind: SyntaxKind, around: Around, level: u32) {
        let column = self.column;
        self.advance(text);
        self.pieces.push(Piece::Word(Word {
            text,
            kind,
            parent: around.kind,
            grandparent: around.parent,
            level,
            column,
            begins_part: false,
            wants_line: around.wants_line && kind != SyntaxKind::Ident,
        }));
    }

    /// The column of a token that is about to be passed.
    fn column_in_characters(&self, token: u32) -> u32 {
        let start = self.tree.token(token).span.start as usize;
        let line = start - self.column as usize;
        short(
            self.tree
                .text()
                .get(line..start)
                .unwrap_or("")
                .chars()
                .count(),
        )
    }

    fn advance(&mut self, text: &str) {
        // Not `rfind`, which is made for long texts: most are a word.
        match text.bytes().rposition(|byte| byte == b'\n') {
            Some(index) => self.column = short(text.len() - index - 1),
            None => self.column += short(text.len()),
        }
    }
}

/// Offsets fit because texts are shorter than 4 GiB.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// True when the lines of a node stand farther right than those of its parent.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other node begins no line of its own"
)]
fn indents(child: SyntaxKind, around: SyntaxKind) -> bool {
    match child {
        SyntaxKind::Block
        | SyntaxKind::OnError
        | SyntaxKind::OnPass
        | SyntaxKind::OnFail
        | SyntaxKind::Returns
        | SyntaxKind::Question
        | SyntaxKind::WhenRule
        | SyntaxKind::OtherwiseRule
        | SyntaxKind::Branch
        | SyntaxKind::ToolImport
        | SyntaxKind::EnvEntry => true,
        SyntaxKind::Input => around != SyntaxKind::InlineInputs,
        SyntaxKind::Field => around != SyntaxKind::ShapeType,
        _ => false,
    }
}
