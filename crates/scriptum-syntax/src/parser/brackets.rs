//! Which bracket closes which.
//!
//! Knowing the partner of a bracket beforehand lets a line break continue a line only where the
//! bracket is closed at all: a forgotten bracket spoils its own line and not the rest of the file.

use crate::{
    SyntaxKind, Verb,
    lexer::{Line, Token},
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
    pub(super) fn of(tokens: &[Token], lines: &[Line]) -> Brackets {
        let mut pairs = Vec::new();
        let mut open = OpenBrackets::default();
        let mut lines = lines.iter().peekable();
        let mut column = 0;
        for (token, index) in tokens.iter().zip(0u32..) {
            if let Some(line) = lines.next_if(|line| line.first == index) {
                column = line.column;
                if open
                    .outermost_column()
                    .is_some_and(|opened| column <= opened)
                    && begins_step(tokens, index)
                {
                    open = OpenBrackets::default();
                }
            }
            if let Some(shape) = Shape::opened_by(token.kind) {
                open.push(Open {
                    shape,
                    column,
                    pair: pairs.len(),
                });
                pairs.push(Pair {
                    open: index,
                    close: None,
                });
            } else if let Some(shape) = Shape::closed_by(token.kind)
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

/// True when no bracket can reach over the line that begins at the token `first`: it is a section, or
/// a verb and a title, which no expression has next to each other.
fn begins_step(tokens: &[Token], first: u32) -> bool {
    let mut rest = tokens
        .iter()
        .skip(first as usize)
        .map(|token| token.kind)
        .filter(|kind| !kind.is_trivia());
    let kind = rest.next().unwrap_or(SyntaxKind::LineEnd);
    let is_titled = matches!(
        rest.next(),
        Some(SyntaxKind::String | SyntaxKind::StringOpen)
    );
    kind == SyntaxKind::SectionLine || (Verb::of(kind).is_some() && is_titled)
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
    fn outermost_column(&self) -> Option<u32> {
        self.stack.first().map(|open| open.column)
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
