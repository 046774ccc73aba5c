//! Fixes for habits that reach over more than the token at hand: where the other end of them is, is
//! looked for in the tokens of the line. Without it there is no fix, only the help.

use super::{Parser, exprs::Level};
use crate::{Applicability, Edit, Fix, Span, SyntaxKind, lexer::Token};

impl Parser<'_> {
    /// `a < b < c` at its second comparison: `a < b and b < c`.
    pub(super) fn chain_fix(&self) -> Option<Fix> {
        let start = self.line_start();
        let before = self.tokens.get(start..self.pos)?;
        let is_comparison = |token: &Token| Level::of(token.kind) == Some(Level::Compare);
        let operator = outermost(before.iter().rev(), Depth::Backward, is_comparison)?;
        let operand = Span::new(operator.span.end, self.here().start);
        let operand = operand.of(self.text).trim();
        let is_plain = !operand.is_empty() && !operand.contains('\n');
        is_plain.then(|| {
            edits(
                "compare twice",
                vec![insertion(self.here().start, &format!("and {operand} "))],
            )
        })
    }

    /// `c ? a : b` at its `?`, as the whole value of a line: `if c then a else b`.
    pub(super) fn ternary_fix(&self) -> Option<Fix> {
        let start = self.line_start();
        let before = self.tokens.get(start..self.pos)?;
        let behind = self.tokens.get(self.pos + 1..self.end)?;
        let is_equals = |token: &Token| token.kind == SyntaxKind::Equals;
        let equals = outermost(before.iter().rev(), Depth::Backward, is_equals)?;
        let is_colon = |token: &Token| token.kind == SyntaxKind::Colon;
        let colon = outermost(behind.iter(), Depth::Forward, is_colon)?;
        let is_second = |token: &Token| token.kind == SyntaxKind::QuestionMark;
        if outermost(behind.iter(), Depth::Forward, is_second).is_some() {
            // A choice in a choice would need parentheses.
            return None;
        }
        let mut values = before.iter().filter(|it| it.span.start >= equals.span.end);
        let condition = values.find(|token| !token.kind.is_trivia())?;
        let word = |span: Span, word: &str| Edit {
            span,
            text: word.to_owned(),
        };
        Some(edits(
            "write it as `if … then … else …`",
            vec![
                insertion(condition.span.start, "if "),
                word(self.here(), "then"),
                word(colon.span, "else"),
            ],
        ))
    }

    /// A `{` that opens a block, and the `}` that stands alone on the line that closes it.
    pub(super) fn brace_fix(&self) -> Option<Fix> {
        let behind = self.tokens.get(self.pos + 1..)?;
        let is_closer = |token: &Token| token.kind == SyntaxKind::RightBrace;
        let closer = outermost(behind.iter(), Depth::Forward, is_closer)?;
        let (before, after) = (
            self.text.get(..closer.span.start as usize)?,
            self.text.get(closer.span.end as usize..)?,
        );
        let line_start = before.rfind('\n')?;
        let line_end = after.find('\n').unwrap_or(after.len());
        let is_alone =
            before.get(line_start..)?.trim().is_empty() && after.get(..line_end)?.trim().is_empty();
        if !is_alone {
            return None;
        }
        let opener = self.here();
        let space = self.text.get(..opener.start as usize)?;
        let space = space.len() - space.trim_end_matches(' ').len();
        let removed = |start: u32, end: u32| Edit {
            span: Span::new(start, end),
            text: String::new(),
        };
        let line_end = closer.span.end + offset(line_end);
        Some(edits(
            "remove the braces",
            vec![
                removed(opener.start - offset(space), opener.end),
                removed(offset(line_start), line_end),
            ],
        ))
    }

    /// The `=` of a condition that ends at an arrow, outside of all brackets.
    pub(super) fn equals_before_arrow(&self) -> Option<Span> {
        let rest = self.tokens.get(self.pos..self.end)?;
        let is_sign = |token: &Token| {
            matches!(
                token.kind,
                SyntaxKind::Equals | SyntaxKind::Arrow | SyntaxKind::StreamArrow
            )
        };
        let sign = outermost(rest.iter(), Depth::Forward, is_sign)?;
        (sign.kind == SyntaxKind::Equals).then_some(sign.span)
    }

    /// An annotation on a line of its own, moved before the first token of the script.
    pub(super) fn annotation_fix(&self, annotation: Span, first: usize) -> Option<Fix> {
        let script = self.tokens.get(first)?.span.start;
        let before = self.text.get(..annotation.start as usize)?;
        let line_start = before.rfind('\n')?;
        if !before.get(line_start..)?.trim().is_empty() {
            return None;
        }
        let moved = format!("{}\n", annotation.of(self.text).trim_end());
        let line = Span::new(offset(line_start), annotation.end);
        let gone = Edit {
            span: line,
            text: String::new(),
        };
        Some(edits(
            "move it before `script`",
            vec![insertion(script, &moved), gone],
        ))
    }

    /// The first token of the current logical line.
    fn line_start(&self) -> usize {
        let line = self.lines.get(self.line);
        line.map_or(0, |line| line.first as usize)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Forward,
    Backward,
}

/// The first of some tokens that is wanted and stands in no bracket; `None` when a bracket around all
/// of them ends before.
fn outermost<'t>(
    tokens: impl Iterator<Item = &'t Token>,
    direction: Depth,
    wanted: impl Fn(&Token) -> bool,
) -> Option<&'t Token> {
    let mut depth = 0_u32;
    for token in tokens {
        if depth == 0 && wanted(token) {
            return Some(token);
        }
        let (opens, closes) = (opens(token.kind), closes(token.kind));
        let (deeper, back) = match direction {
            Depth::Forward => (opens, closes),
            Depth::Backward => (closes, opens),
        };
        if deeper {
            depth += 1;
        } else if back {
            depth = depth.checked_sub(1)?;
        }
    }
    None
}

fn opens(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::LeftParen
            | SyntaxKind::LeftBracket
            | SyntaxKind::LeftBrace
            | SyntaxKind::StringOpen
            | SyntaxKind::InterpolationOpen
    )
}

fn closes(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::RightParen
            | SyntaxKind::RightBracket
            | SyntaxKind::RightBrace
            | SyntaxKind::StringClose
            | SyntaxKind::InterpolationClose
    )
}

fn edits(title: &str, edits: Vec<Edit>) -> Fix {
    Fix {
        title: title.to_owned(),
        edits,
        applicability: Applicability::Machine,
    }
}

fn insertion(at: u32, text: &str) -> Edit {
    Edit {
        span: Span::empty(at),
        text: text.to_owned(),
    }
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("the lexer takes texts of less than 4 GiB")
}
