//! Strings: where they end, and where interpolations stand in them.
//!
//! A string without interpolation is one token; another is its quotes, its texts, and the tokens of
//! its expressions. A `"` string ends with its line at the latest, so a missing quote spoils one line.

use super::{
    Lexer, ProblemKind,
    interpolation::{Shape, Verdict},
    offset,
};
use crate::{SyntaxKind, escape};

/// How deep strings may nest in interpolations of strings. Each level may be read twice, once as an
/// expression and once as text, so the bound also keeps lexing linear.
const STRING_DEPTH_MAX: u32 = 4;

/// How far the lexer looks for the end of an interpolation, in tokens: far more than a person writes.
const INTERPOLATION_TOKENS_MAX: usize = 1_000;

/// How many lines further down the quote of a string that is not closed is looked for.
const BROKEN_LINES_MAX: usize = 8;

/// One string while it is read.
struct Open {
    start: usize,
    /// 1 or 3.
    quotes: usize,
    /// Where the text since the last interpolation begins.
    text_start: usize,
    interpolated: bool,
    /// One warning a string is enough.
    brace_reported: bool,
}

impl Lexer<'_> {
    pub(super) fn string(&mut self) {
        let start = self.pos;
        let quotes = if self.byte(1) == b'"' && self.byte(2) == b'"' {
            3
        } else {
            1
        };
        if self.at_line_start && self.string_depth == 0 {
            self.begin_line(start);
        }
        self.pos += quotes;
        let mut open = Open {
            start,
            quotes,
            text_start: self.pos,
            interpolated: false,
            brace_reported: false,
        };
        self.string_depth += 1;
        let closed = self.string_body(&mut open);
        self.string_depth -= 1;
        // Line breaks inside the string begin no logical line.
        self.at_line_start &= self.string_depth > 0;
        self.finish_string(&open, closed);
    }

    /// Reads up to the closing quotes and answers whether there are any.
    fn string_body(&mut self, open: &mut Open) -> bool {
        let is_triple = open.quotes == 3;
        loop {
            self.skip_plain();
            match self.byte(0) {
                b'"' if !is_triple || (self.byte(1) == b'"' && self.byte(2) == b'"') => {
                    return true;
                }
                b'\n' | b'\r' if !is_triple && self.at_line_end() => return false,
                b'\\' => self.escape(is_triple),
                b'{' if self.byte(1) == b'{' => self.pos += 2,
                b'{' => self.brace(open),
                _ if self.pos >= self.bytes.len() => return false,
                _ => self.pos += 1,
            }
        }
    }

    /// Moves over bytes that mean nothing in a string.
    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.pos..).unwrap_or(&[]);
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'{' | b'\n' | b'\r');
        self.pos += rest.iter().position(is_special).unwrap_or(rest.len());
    }

    fn at_line_end(&self) -> bool {
        self.byte(0) == b'\n' || (self.byte(0) == b'\r' && self.byte(1) == b'\n')
    }

    fn escape(&mut self, is_triple: bool) {
        let start = self.pos;
        let escape = escape::decode(self.text.get(start..).unwrap_or("\\"));
        self.pos += escape.len;
        // A backslash at the end of the line is part of a string that does not end either.
        let ends_line = escape.len == 1 && !is_triple;
        if escape.char.is_none() && !ends_line {
            self.report(ProblemKind::UnknownEscape, start);
        }
    }

    /// An interpolation if it reads as one, else a brace of the text.
    fn brace(&mut self, open: &mut Open) {
        let mark = self.mark();
        let (text_start, interpolated) = (open.text_start, open.interpolated);
        if self.string_depth <= STRING_DEPTH_MAX && self.interpolation(open) {
            return;
        }
        self.rewind(mark);
        (open.text_start, open.interpolated) = (text_start, interpolated);
        let is_count = self.is_braced_count();
        self.pos += 1;
        if !open.brace_reported && !is_count {
            self.report(ProblemKind::LiteralBrace, mark.pos);
            open.brace_reported = true;
        }
    }

    /// True at `{4}`, `{2,}` and `{2,5}`: the counts of regular expressions.
    fn is_braced_count(&self) -> bool {
        let rest = self.bytes.get(self.pos + 1..).unwrap_or(&[]);
        let inner = rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b',')
            .count();
        rest.first().is_some_and(u8::is_ascii_digit) && rest.get(inner) == Some(&b'}')
    }

    /// Reads `{expr}`; false, with everything to be rewound, if it is none.
    fn interpolation(&mut self, open: &mut Open) -> bool {
        self.flush_text(open);
        let start = self.pos;
        self.pos += 1;
        self.push(SyntaxKind::InterpolationOpen, start);
        let first = self.tokens.len();
        let mut shape = Shape::new();
        loop {
            let Some(kind) = self.interpolation_token(open.quotes == 3) else {
                return false;
            };
            if self.tokens.len() - first > INTERPOLATION_TOKENS_MAX {
                return false;
            }
            if kind.is_trivia() {
                continue;
            }
            match shape.feed(kind) {
                Verdict::GoOn => {}
                Verdict::No => return false,
                Verdict::Closed => break,
            }
        }
        if let Some(last) = self.tokens.last_mut() {
            last.kind = SyntaxKind::InterpolationClose;
            self.brackets.pop();
        }
        open.text_start = self.pos;
        true
    }

    /// Reads the next token of an expression; `None` at what no expression in a string has.
    fn interpolation_token(&mut self, may_break: bool) -> Option<SyntaxKind> {
        let before = self.tokens.len();
        match self.byte(0) {
            b'\n' | b'#' => return None,
            b'-' if self.byte(1) == b'-' => return None,
            b'/' if matches!(self.byte(1), b'/' | b'*') => return None,
            _ if self.pos >= self.bytes.len() => return None,
            _ => self.token(),
        }
        let first = self.tokens.get(before)?.kind;
        let last = self.tokens.last()?.kind;
        if last == SyntaxKind::LineBreak && !may_break {
            return None;
        }
        if first != SyntaxKind::StringOpen {
            return Some(first);
        }
        (last == SyntaxKind::StringClose).then_some(SyntaxKind::String)
    }

    /// Adds the text since the last interpolation, and the opening quotes before the first.
    fn flush_text(&mut self, open: &mut Open) {
        let end = self.pos;
        if !open.interpolated {
            self.pos = open.start + open.quotes;
            self.push(SyntaxKind::StringOpen, open.start);
            open.interpolated = true;
        }
        self.pos = end;
        if open.text_start < end {
            self.push(SyntaxKind::StringText, open.text_start);
        }
    }

    /// Behind the quote on a later line that closes an unclosed string, where it is plain to see: no
    /// line up to there looks like one of the language, and the quote is alone on its line.
    fn closing_quote_below(&self, open: &Open) -> Option<usize> {
        if open.quotes == 3 || self.string_depth > 0 {
            return None;
        }
        let rest = self.text.get(self.pos..)?;
        let mut at = self.pos + rest.find('\n')? + 1;
        let below = self.text.get(at..)?.split_inclusive('\n');
        for line in below.take(BROKEN_LINES_MAX) {
            let is_code = line.contains(" = ") || line.contains(" -> ") || line.trim().is_empty();
            if is_code {
                return None;
            }
            if let Some(quote) = line.find('"') {
                let is_only = line.matches('"').count() == 1;
                let ends_word = line
                    .get(..quote)?
                    .ends_with(|char: char| !matches!(char, ' ' | '\t' | '(' | '['));
                return (is_only && ends_word).then_some(at + quote + 1);
            }
            at += line.len();
        }
        None
    }

    fn finish_string(&mut self, open: &Open, closed: bool) {
        let end = self.pos;
        let broken = if closed {
            None
        } else {
            self.closing_quote_below(open)
        };
        if let Some(end) = broken {
            self.pos = end;
            self.report(ProblemKind::BrokenString, open.start);
        } else if !closed {
            // Where the text ends is a guess, so what stands in it is not worth a warning.
            let first = self
                .problems
                .iter()
                .rposition(|problem| problem.span.start < offset(open.start));
            let mut inside = self.problems.split_off(first.map_or(0, |first| first + 1));
            inside.retain(|problem| problem.kind != ProblemKind::LiteralBrace);
            self.problems.append(&mut inside);
            self.report(ProblemKind::UnclosedString, open.start);
        }
        if !open.interpolated {
            self.pos += if closed { open.quotes } else { 0 };
            let kind = if closed {
                SyntaxKind::String
            } else {
                SyntaxKind::UnclosedString
            };
            return self.push(kind, open.start);
        }
        let end = if closed { end } else { self.pos };
        if open.text_start < end {
            self.push(SyntaxKind::StringText, open.text_start);
        }
        if closed {
            self.pos += open.quotes;
            self.push(SyntaxKind::StringClose, end);
        }
    }
}
