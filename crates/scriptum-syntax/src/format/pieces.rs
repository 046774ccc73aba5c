//! The tree as a row of pieces to print: words, marks, whole strings, comments, line breaks.

use super::arrows;
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// Something to print.
#[derive(Debug)]
pub(super) enum Piece {
    /// A token, or a whole string.
    Word(Word),
    /// A comment, with the column it stands at.
    Comment { text: String, column: usize },
    /// A line break, and how many blank lines come with it.
    LineBreak { blanks: usize },
}

/// A token, or a whole string.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) text: String,
    /// Its kind; a string with interpolation is a [`SyntaxKind::String`] too.
    pub(super) kind: SyntaxKind,
    /// The kind of the node it stands in.
    pub(super) parent: SyntaxKind,
    /// The kind of the node around that.
    pub(super) grandparent: SyntaxKind,
    /// Levels of indentation, if it begins a line.
    pub(super) level: usize,
    /// Where it stands on its line now, in bytes.
    pub(super) column: usize,
    /// True for the first word of a part of the script that stands apart: a block, a section.
    pub(super) begins_part: bool,
    /// True for an arrow that is moved to a line of its own.
    pub(super) wants_line: bool,
}

/// Flattens a tree.
pub(super) fn pieces(root: &SyntaxNode) -> Vec<Piece> {
    let mut flattener = Flattener {
        pieces: Vec::new(),
        column: 0,
        has_enum: false,
        has_steps: false,
    };
    flattener.node(root, 0);
    set_parts_apart(&mut flattener.pieces);
    flattener.pieces
}

/// Puts a blank line before every part of the script, above the comments that stand right above it.
fn set_parts_apart(pieces: &mut [Piece]) {
    let is_part = |piece: &Piece| matches!(piece, Piece::Word(word) if word.begins_part);
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
fn lines_above(pieces: &[Piece], part: usize) -> usize {
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

struct Flattener {
    pieces: Vec<Piece>,
    /// Where the next token stands on its line.
    column: usize,
    /// True once an enum has been seen.
    has_enum: bool,
    /// True once a step has been seen at the top.
    has_steps: bool,
}

impl Flattener {
    fn node(&mut self, node: &SyntaxNode, level: usize) {
        let mut level = level;
        for element in node.children_with_tokens() {
            match element {
                SyntaxElement::Node(child) => {
                    let begins_part =
                        node.kind() == SyntaxKind::SourceFile && self.begins_part(child.kind());
                    let first = self.pieces.len();
                    let child_level = level + indents(&child, node);
                    if matches!(child.kind(), SyntaxKind::Label | SyntaxKind::StringExpr) {
                        self.string(&child, node, child_level);
                    } else {
                        self.node(&child, child_level);
                    }
                    if begins_part {
                        self.mark_part(first);
                    }
                }
                SyntaxElement::Token(token) => {
                    // The lines of an enum after its first are indented below it.
                    let continues_enum = node.kind() == SyntaxKind::EnumDecl
                        && token.kind() == SyntaxKind::LineBreak;
                    self.token(&token, node, level);
                    level += usize::from(continues_enum && level == 0);
                }
            }
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

    /// A string is printed as it is, expressions in it included.
    fn string(&mut self, string: &SyntaxNode, parent: &SyntaxNode, level: usize) {
        let text = string.text().to_string();
        self.word(text, SyntaxKind::String, parent, level, false);
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other token is a word"
    )]
    fn token(&mut self, token: &SyntaxToken, parent: &SyntaxNode, level: usize) {
        let text = token.text();
        match token.kind() {
            kind if kind.is_comment() => {
                self.pieces.push(Piece::Comment {
                    text: text.to_owned(),
                    column: self.column,
                });
                self.advance(text);
            }
            SyntaxKind::LineBreak => {
                self.pieces.push(Piece::LineBreak {
                    blanks: text.matches('\n').count() - 1,
                });
                self.advance(text);
            }
            SyntaxKind::Whitespace => self.advance(text),
            _ => {
                let kind = token.kind();
                let wants_line = parent.kind() == SyntaxKind::BindArrow
                    && kind != SyntaxKind::Ident
                    && arrows::wants_line(parent);
                self.word(text.to_owned(), kind, parent, level, wants_line);
            }
        }
    }

    fn word(
        &mut self,
        text: String,
        kind: SyntaxKind,
        parent: &SyntaxNode,
        level: usize,
        wants_line: bool,
    ) {
        let column = self.column;
        self.advance(&text);
        self.pieces.push(Piece::Word(Word {
            text,
            kind,
            parent: parent.kind(),
            grandparent: parent
                .parent()
                .map_or(SyntaxKind::SourceFile, |node| node.kind()),
            level,
            column,
            begins_part: false,
            wants_line,
        }));
    }

    fn advance(&mut self, text: &str) {
        match text.rfind('\n') {
            Some(index) => self.column = text.len() - index - 1,
            None => self.column += text.len(),
        }
    }
}

/// How many levels farther right the lines of `child` stand than those of its parent.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other node begins no line of its own"
)]
fn indents(child: &SyntaxNode, parent: &SyntaxNode) -> usize {
    let around = parent.kind();
    let is_indented = match child.kind() {
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
        SyntaxKind::BindArrow => arrows::is_indented(child),
        _ => false,
    };
    usize::from(is_indented)
}
