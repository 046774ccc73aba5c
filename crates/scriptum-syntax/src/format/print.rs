//! Pieces to text: lines, their indentation, blank lines, comments.

use super::{
    INDENT,
    comments::{Trailing, aligned},
    pieces::{Piece, Word},
    space,
};
use crate::SyntaxKind;

/// Writes the pieces as text; about `len` bytes.
pub(super) fn print(pieces: &[Piece<'_>], len: usize) -> String {
    let mut printer = Printer {
        text: String::with_capacity(len + len / 8),
        brackets: Vec::new(),
        levels: Vec::new(),
        line_level: 0,
        blanks: 0,
        last: None,
        trailing: Vec::new(),
    };
    for (index, piece) in pieces.iter().enumerate() {
        let rest = pieces.get(index..).unwrap_or(&[]);
        match piece {
            Piece::Word(word) => printer.word(word),
            Piece::Comment { text, column } => printer.comment(text, *column, rest),
            Piece::LineBreak { blanks } => printer.line_break(*blanks, rest),
        }
    }
    if !printer.text.is_empty() && !printer.text.ends_with('\n') {
        printer.text.push('\n');
    }
    aligned(printer.text, &printer.trailing)
}

struct Printer<'p> {
    text: String,
    /// The level of the line on which each open bracket stands.
    brackets: Vec<u32>,
    /// Columns in the source and levels of the lines that are open here, outermost first.
    levels: Vec<(u32, u32)>,
    /// The level of the line that is being written.
    line_level: u32,
    /// Blank lines before the next line.
    blanks: u32,
    /// The last word, unless a line has begun since.
    last: Option<&'p Word<'p>>,
    /// The comments behind words, so far.
    trailing: Vec<Trailing>,
}

impl<'p> Printer<'p> {
    fn word(&mut self, word: &'p Word<'p>) {
        if word.wants_line && self.last.is_some() {
            self.end_line();
        }
        let is_closer = is_closer(word.kind);
        let opened_at = if is_closer { self.brackets.pop() } else { None };
        match self.last {
            Some(last) if space::stands_between(last, word) => self.text.push(' '),
            Some(_) => {}
            None => self.begin_line(word, opened_at),
        }
        self.text.push_str(word.text);
        if is_opener(word.kind) {
            self.brackets.push(self.line_level);
        }
        self.last = Some(word);
    }

    fn begin_line(&mut self, word: &Word<'_>, opened_at: Option<u32>) {
        let level = match (opened_at, self.brackets.last()) {
            // A closing bracket stands below the line that opened it, everything else in it farther right.
            (Some(opened), _) => opened,
            (None, Some(opened)) => opened + 1,
            (None, None) => {
                self.levels.retain(|(column, _)| *column < word.column);
                self.levels.push((word.column, word.level));
                word.level
            }
        };
        self.indent(level);
    }

    /// Writes the blank lines that are due, and the indentation.
    fn indent(&mut self, level: u32) {
        if self.blanks > 0 && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.blanks = 0;
        self.line_level = level;
        self.text
            .extend(std::iter::repeat_n(' ', level as usize * INDENT));
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.last = None;
    }

    fn line_break(&mut self, blanks: u32, rest: &[Piece<'_>]) {
        let ended = self.last;
        self.end_line();
        if !self.brackets.is_empty() {
            return;
        }
        self.blanks = self.blanks.max(blanks.min(1));
        let opens_block = ended.is_some_and(|last| {
            next_word(rest).is_some_and(|next| opens_block(last, next, &self.levels))
        });
        if opens_block {
            self.blanks = 0;
        }
    }

    fn comment(&mut self, text: &str, column: u32, rest: &[Piece<'_>]) {
        if self.last.is_some() {
            self.text.push(' ');
            let start = self.text.len();
            self.trailing.push(Trailing { column, start });
        } else {
            let level = self.level_of_comment(column, rest);
            self.indent(level);
        }
        self.text.push_str(text);
    }

    /// A comment on a line of its own stands like the line after it, or, at the end of a block, like the
    /// line of the block that it stood below.
    fn level_of_comment(&self, column: u32, rest: &[Piece<'_>]) -> u32 {
        if let Some(opened) = self.brackets.last() {
            return opened + 1;
        }
        let next = next_word(rest);
        let next_level = next.map_or(0, |next| next.level);
        if next.is_some_and(|next| column <= next.column) {
            return next_level;
        }
        let above = self.levels.iter().rev().find(|(above, _)| *above <= column);
        above.map_or(0, |(_, level)| *level).max(next_level)
    }
}

fn is_opener(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::LeftParen | SyntaxKind::LeftBracket | SyntaxKind::LeftBrace
    )
}

fn is_closer(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::RightParen | SyntaxKind::RightBracket | SyntaxKind::RightBrace
    )
}

fn next_word<'p>(rest: &'p [Piece<'p>]) -> Option<&'p Word<'p>> {
    rest.iter().find_map(|piece| match piece {
        Piece::Word(word) => Some(word),
        Piece::Comment { .. } | Piece::LineBreak { .. } => None,
    })
}

/// True when `next` is the first line inside the block that the line of `last` opens.
fn opens_block(last: &Word<'_>, next: &Word<'_>, levels: &[(u32, u32)]) -> bool {
    let line = levels.last().map_or(last.level, |(_, level)| *level);
    next.level > line
}
