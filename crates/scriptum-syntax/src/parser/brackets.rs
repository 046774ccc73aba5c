//! Which bracket closes which.
//!
//! Knowing the partner of a bracket beforehand lets a line break continue a line only where the
//! bracket is closed at all: a forgotten bracket spoils its own line and not the rest of the file.

use super::exprs::is_string;
use crate::{
    SyntaxKind, Verb,
    lexer::{Bracket, Lexed, Line, Token},
};

/// An opening bracket and its partner, as token indices.
#[derive(Debug, Clone, Copy)]
struct Pair {
    open: u32,
    close: Option<u32>,
}

/// The pairs in the order of their opening brackets.
pub(super) struct Brackets {
    pairs: Vec<Pair>,
    /// The first pair that has not been passed.
    next: usize,
}

impl Brackets {
    pub(super) fn of(lexed: &Lexed) -> Brackets {
        let mut pairs = Vec::with_capacity(lexed.brackets.len() / 2);
        let mut open = OpenBrackets::default();
        let mut lines = lexed.lines.iter().peekable();
        let mut column = 0;
        for &Bracket { index, kind } in &lexed.brackets {
            while let Some(line) = lines.next_if(|line| line.first <= index) {
                column = line.column;
                if open.ends_before(&lexed.tokens, line) {
                    open = OpenBrackets::default();
                }
            }
            if let Some(shape) = Shape::opened_by(kind) {
                open.push(Open {
                    shape,
                    column,
                    pair: pairs.len(),
                });
                pairs.push(Pair {
                    open: index,
                    close: None,
                });
            } else if let Some(shape) = Shape::closed_by(kind)
                && let Some(pair) = open.pop(shape).and_then(|pair| pairs.get_mut(pair))
            {
                pair.close = Some(index);
            }
        }
        Brackets { pairs, next: 0 }
    }

    /// The partner of the bracket that the token at `open` is. Asked in the order of the text.
    pub(super) fn partner(&mut self, open: usize) -> Option<usize> {
        while let Some(pair) = self.pairs.get(self.next) {
            if pair.open as usize >= open {
                break;
            }
            self.next += 1;
        }
        let pair = self
            .pairs
            .get(self.next)
            .filter(|pair| pair.open as usize == open)?;
        pair.close.map(|close| close as usize)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Round,
    Square,
    Curly,
}

impl Shape {
    fn opened_by(kind: SyntaxKind) -> Option<Shape> {
        match kind {
            SyntaxKind::LeftParen => Some(Shape::Round),
            SyntaxKind::LeftBracket => Some(Shape::Square),
            SyntaxKind::LeftBrace => Some(Shape::Curly),
            _ => None,
        }
    }

    fn closed_by(kind: SyntaxKind) -> Option<Shape> {
        match kind {
            SyntaxKind::RightParen => Some(Shape::Round),
            SyntaxKind::RightBracket => Some(Shape::Square),
            SyntaxKind::RightBrace => Some(Shape::Curly),
            _ => None,
        }
    }
}

/// An opening bracket that waits for its partner.
struct Open {
    shape: Shape,
    /// The column of the line it stands on.
    column: u32,
    /// Its place in the list of pairs.
    pair: usize,
}

/// Brackets that wait for their partner, and how many there are of each shape.
#[derive(Default)]
struct OpenBrackets {
    stack: Vec<Open>,
    round: usize,
    square: usize,
    curly: usize,
}

impl OpenBrackets {
    /// True when none of these brackets can reach over `line`, because it begins like no line of an
    /// expression: with an arrow, with a section, or, no farther right than the line of the bracket,
    /// with a verb and a word or title, or with `name =`.
    fn ends_before(&self, tokens: &[Token], line: &Line) -> bool {
        let Some((outermost, innermost)) = self.stack.first().zip(self.stack.last()) else {
            return false;
        };
        let line_tokens = tokens.iter().skip(line.first as usize);
        let mut kinds = line_tokens
            .map(|token| token.kind)
            .filter(|kind| !kind.is_trivia());
        let first = kinds.next().unwrap_or(SyntaxKind::LineEnd);
        let second = kinds.next().unwrap_or(SyntaxKind::LineEnd);
        if matches!(
            first,
            SyntaxKind::Arrow | SyntaxKind::StreamArrow | SyntaxKind::SectionLine
        ) {
            return true;
        }
        let is_step = Verb::of(first).is_some()
            && (is_string(second) || (second.is_word() && !second.is_reserved()));
        // In braces `name =` is an input; in other brackets it is nothing.
        let is_input =
            first.is_word() && second == SyntaxKind::Equals && innermost.shape != Shape::Curly;
        (is_step && line.column <= outermost.column)
            || (is_input && line.column <= innermost.column)
    }

    fn count(&mut self, shape: Shape) -> &mut usize {
        match shape {
            Shape::Round => &mut self.round,
            Shape::Square => &mut self.square,
            Shape::Curly => &mut self.curly,
        }
    }

    fn push(&mut self, open: Open) {
        *self.count(open.shape) += 1;
        self.stack.push(open);
    }

    /// The innermost open bracket of this shape; those inside it stay without a partner.
    fn pop(&mut self, shape: Shape) -> Option<usize> {
        // Without the count, a thousand stray closers would each search the whole stack.
        if *self.count(shape) == 0 {
            return None;
        }
        while let Some(open) = self.stack.pop() {
            *self.count(open.shape) -= 1;
            if open.shape == shape {
                return Some(open.pair);
            }
        }
        None
    }
}
