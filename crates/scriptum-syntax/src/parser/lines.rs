//! Logical lines: entering one, leaving it, and what stands between.

use super::Parser;
use crate::{Applicability, Diagnostic, Edit, Fix, Span, SyntaxKind, codes};

/// A line that has not been entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Upcoming {
    /// The kind of its first token.
    pub(super) kind: SyntaxKind,
    /// Its indentation.
    pub(super) column: u32,
}

impl Parser<'_> {
    /// The next line, between lines.
    pub(super) fn upcoming(&self) -> Option<Upcoming> {
        self.line_after(0)
    }

    /// The line `ahead` lines after the next.
    pub(super) fn line_after(&self, ahead: usize) -> Option<Upcoming> {
        let line = self.lines.get(self.line + ahead)?;
        Some(Upcoming {
            kind: self.kind_at(line.first as usize),
            column: line.column,
        })
    }

    /// The kind of a token of the next line, by its place in the line.
    pub(super) fn upcoming_nth(&self, index: usize) -> SyntaxKind {
        let line = self
            .tokens
            .get(self.pos..self.first_of_line(self.line + 1))
            .unwrap_or(&[]);
        let mut kinds = line
            .iter()
            .map(|token| token.kind)
            .filter(|kind| !kind.is_trivia());
        kinds.nth(index).unwrap_or(SyntaxKind::LineEnd)
    }

    /// Where the first token of the next line stands.
    pub(super) fn upcoming_span(&self) -> Span {
        self.tokens
            .get(self.pos)
            .map_or(Span::empty(self.last_end()), |token| token.span)
    }

    /// The column of the current line.
    pub(super) fn column(&self) -> u32 {
        self.lines.get(self.line).map_or(0, |line| line.column)
    }

    /// Begins to read the next line.
    pub(super) fn enter_line(&mut self) {
        self.end = self.first_of_line(self.line + 1);
        self.found_again();
    }

    /// Makes the current logical line reach over the token at `index`.
    pub(super) fn extend_line_over(&mut self, index: usize) {
        if index < self.end {
            return;
        }
        let after = self
            .lines
            .partition_point(|line| line.first as usize <= index);
        self.end = self.first_of_line(after);
    }

    /// Makes the current logical line reach over the next physical line.
    pub(super) fn extend_line(&mut self) {
        self.extend_line_over(self.pos);
    }

    /// The column of the physical line after the current logical line.
    pub(super) fn next_column(&self) -> Option<u32> {
        let after = self
            .lines
            .partition_point(|line| (line.first as usize) < self.end);
        self.lines.get(after).map(|line| line.column)
    }

    fn first_of_line(&self, line: usize) -> usize {
        self.lines
            .get(line)
            .map_or(self.tokens.len(), |line| line.first as usize)
    }

    /// Ends the current line: what is left of it is reported, a comment at its end is taken along.
    pub(super) fn finish_line(&mut self) {
        if !self.at_line_end() {
            self.leftover();
        }
        self.build_trailing_comment();
        while self
            .lines
            .get(self.line)
            .is_some_and(|line| (line.first as usize) < self.end)
        {
            self.line += 1;
        }
        self.end = self.pos;
    }

    /// Ends a line that begins a block, where people write `:` or `{` out of habit.
    pub(super) fn finish_header_line(&mut self) {
        let is_last = self.nth(1) == SyntaxKind::LineEnd;
        if is_last && self.at(SyntaxKind::Colon) {
            let here = self.here();
            self.habit(
                Diagnostic::error(
                    codes::COLON_AFTER_HEADER,
                    "a block begins without a colon",
                    here,
                )
                .here("not needed")
                .help("the indented lines below are the block")
                .fix(remove("remove the colon", here)),
            );
            self.bump_unparsed();
        } else if is_last && self.at(SyntaxKind::LeftBrace) {
            self.brace_for_block();
        }
        self.finish_line();
    }

    fn brace_for_block(&mut self) {
        let diagnostic = Diagnostic::error(
            codes::BRACES_FOR_BLOCK,
            "blocks are made by indentation, not by braces",
            self.here(),
        )
        .here("this brace opens a block")
        .help("remove the braces and indent the lines between them");
        let fix = self.brace_fix();
        self.habit(with_fix(diagnostic, fix));
        self.errors.braces_for_blocks += 1;
        self.bump_unparsed();
    }

    /// `- name`: the lines of a block have no dash in front, as in other notations.
    pub(super) fn skip_dash(&mut self) {
        if !self.at(SyntaxKind::Minus) {
            return;
        }
        let next = self.nth(1);
        if !next.is_word() && next != SyntaxKind::String {
            return;
        }
        let here = self.here();
        let gone = Span::new(here.start, self.nth_span(1).start);
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "the lines of a block have no dash in front",
                here,
            )
            .here("not needed")
            .fix(remove("remove the dash", gone)),
        );
        self.bump_unparsed();
    }

    /// Reports that `ours` stands in the place of the current token, and passes over that.
    #[cold]
    pub(super) fn mend_word(&mut self, message: &str, ours: &str) {
        let (here, word) = (self.here(), ours.trim());
        self.habit(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, message, here)
                .here(format!("`{word}` belongs here"))
                .fix(replace(&format!("use `{word}`"), here, ours)),
        );
        self.bump_unparsed();
    }

    /// `with: x`, `max = 3`: passes over a sign that does not belong, with the space before it.
    #[cold]
    pub(super) fn skip_sign(&mut self, message: &str) {
        let here = self.here();
        let gone = Span::new(self.last_end(), here.end);
        self.habit(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, message, here)
                .here("not needed")
                .fix(replace(
                    "remove the sign",
                    gone,
                    if self.is_glued() { " " } else { "" },
                )),
        );
        self.bump_unparsed();
    }

    /// True when the next token follows the current one without a space.
    fn is_glued(&self) -> bool {
        self.here().end == self.nth_span(1).start
    }

    /// Takes one token that does not belong into the tree.
    pub(super) fn bump_unparsed(&mut self) {
        self.start(SyntaxKind::Unparsed);
        self.bump();
        self.finish_node();
    }

    /// Takes what is left of the line, or of the bracket that the current token stands in, into the
    /// tree without reading it.
    pub(super) fn skip_rest(&mut self) {
        if self.at_line_end() || self.pos >= self.group_end {
            return;
        }
        self.start(SyntaxKind::Unparsed);
        while !self.at_line_end() && self.pos < self.group_end {
            self.bump();
        }
        self.finish_node();
    }

    /// Takes all following lines that are indented more than `column` without reading them.
    pub(super) fn skip_deeper_lines(&mut self, column: u32) {
        let is_deeper = |line: Upcoming| line.column > column;
        if !self.upcoming().is_some_and(is_deeper) {
            return;
        }
        let start = self.upcoming_span().start;
        self.start(SyntaxKind::Unparsed);
        while self.upcoming().is_some_and(is_deeper) {
            self.enter_line();
            while !self.at_line_end() {
                self.bump();
            }
            self.finish_line();
        }
        self.finish_node();
        self.given_up(start);
    }

    /// Reports what is left of a line that should be over.
    #[cold]
    fn leftover(&mut self) {
        let here = self.here();
        let is_last = self.nth(1) == SyntaxKind::LineEnd;
        if is_last && self.at(SyntaxKind::Semicolon) {
            self.habit(
                Diagnostic::error(codes::SEMICOLON, "lines end without a semicolon", here)
                    .here("not needed")
                    .fix(remove("remove the semicolon", here)),
            );
        } else if is_last && self.at(SyntaxKind::Comma) {
            self.habit(
                Diagnostic::error(codes::TRAILING_COMMA, "lines end without a comma", here)
                    .here("not needed")
                    .fix(remove("remove the comma", here)),
            );
        } else if is_last && self.at(SyntaxKind::Colon) {
            self.habit(
                Diagnostic::error(
                    codes::COLON_AFTER_HEADER,
                    "a line ends without a colon",
                    here,
                )
                .here("not needed")
                .fix(remove("remove the colon", here)),
            );
        } else if self.follows_number() {
            self.error(
                Diagnostic::error(
                    codes::UNEXPECTED_TOKEN,
                    format!("unexpected {}", self.found()),
                    here,
                )
                .here("no part of a number")
                .help("a duration is a text, such as \"30s\", \"5m\", \"2h\" or \"1h30m\""),
            );
        } else if self.follows_text() {
            self.error(
                Diagnostic::error(codes::UNEXPECTED_TOKEN, "the text ends before this", here)
                    .here("outside the quotes")
                    .help("write `\\\"` for a quote inside a text, or put the text between \"\"\" and \"\"\""),
            );
        } else if let Some(name) = self.name_before() {
            self.two_words(name);
        } else {
            self.unexpected("the line should end before this");
        }
        self.skip_rest();
    }

    /// True at the name of a unit behind a number.
    fn follows_number(&self) -> bool {
        let before = self.token_before();
        let is_number = matches!(before, Some(SyntaxKind::Integer | SyntaxKind::Decimal));
        let word = self.text_here().trim_end_matches('s');
        let units = [
            "millisecond",
            "m",
            "second",
            "sec",
            "minute",
            "min",
            "hour",
            "h",
            "day",
            "d",
        ];
        is_number && self.kind().is_word() && (units.contains(&word) || word.is_empty())
    }

    /// The kind of the token before the current one.
    pub(super) fn token_before(&self) -> Option<SyntaxKind> {
        let before = self.tokens.get(..self.pos).unwrap_or(&[]);
        let mut before = before.iter().rev().filter(|token| !token.kind.is_trivia());
        before.next().map(|token| token.kind)
    }

    /// The name directly before a value at which the line should be over.
    fn name_before(&self) -> Option<Span> {
        let begins_value = self.begins_expr()
            && !matches!(
                self.kind(),
                SyntaxKind::LeftBrace | SyntaxKind::IfKw | SyntaxKind::NotKw
            );
        let before = self.tokens.get(..self.pos).unwrap_or(&[]);
        let before = before.iter().rev().find(|token| !token.kind.is_trivia())?;
        (begins_value && before.kind == SyntaxKind::Ident).then_some(before.span)
    }

    /// `len xs` and `some words`: neither a call nor a text.
    fn two_words(&mut self, name: Span) {
        let (found, here, word) = (self.found(), self.here(), name.of(self.text));
        self.error(
            Diagnostic::error(codes::UNEXPECTED_TOKEN, format!("unexpected {found}"), here)
                .here("the line should end before this")
                .help(format!(
                    "a function is called as `{word}(…)`, and a text stands in quotes"
                )),
        );
        // The word before is as likely to be no name.
        self.given_up(name.start);
    }

    /// True at a word or text that directly follows a closing quote.
    fn follows_text(&self) -> bool {
        let before = self
            .pos
            .checked_sub(1)
            .map_or(SyntaxKind::LineEnd, |index| self.kind_at(index));
        let ends_text = matches!(before, SyntaxKind::String | SyntaxKind::StringClose);
        ends_text && (self.kind().is_word() || self.at_string())
    }

    /// Takes the comment at the end of the line that was just read into the open node.
    pub(super) fn build_trailing_comment(&mut self) {
        let trivia = self.tokens.get(self.unbuilt..self.pos).unwrap_or(&[]);
        let line = trivia
            .iter()
            .take_while(|token| token.kind != SyntaxKind::LineBreak);
        let Some(comment) = line.clone().position(|token| token.kind.is_comment()) else {
            return;
        };
        self.unbuilt += comment + 1;
    }
}

/// A fix that removes what stands at `span`.
pub(super) fn remove(title: &str, span: Span) -> Fix {
    replace(title, span, "")
}

/// A fix that puts `text` in the place of what stands at `span`, surely as meant.
pub(super) fn replace(title: &str, span: Span, text: &str) -> Fix {
    Fix {
        title: title.to_owned(),
        edits: vec![Edit {
            span,
            text: text.to_owned(),
        }],
        applicability: Applicability::Machine,
    }
}

/// With a fix, where there is one.
pub(super) fn with_fix(diagnostic: Diagnostic, fix: Option<Fix>) -> Diagnostic {
    match fix {
        Some(fix) => diagnostic.fix(fix),
        None => diagnostic,
    }
}

/// The same as a guess.
pub(super) fn suggest(title: &str, span: Span, text: &str) -> Fix {
    Fix {
        applicability: Applicability::Maybe,
        ..replace(title, span, text)
    }
}
