//! Brackets with entries between commas.

use super::Parser;
use crate::{Diagnostic, Span, SyntaxKind, codes};

/// An opened bracket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// Where it is closed, if it is.
    close: Option<usize>,
    /// What was innermost before.
    outer_end: usize,
}

impl Parser<'_> {
    /// Takes an opening bracket. If it is closed, line breaks up to there continue the line.
    pub(super) fn open_group(&mut self) -> Group {
        let close = self
            .brackets
            .partner(self.pos)
            .filter(|close| *close < self.group_end);
        let group = Group {
            close,
            outer_end: self.group_end,
        };
        match close {
            Some(close) => {
                self.extend_line_over(close);
                self.group_end = close;
            }
            None => self.report_unclosed(),
        }
        self.bump();
        group
    }

    fn report_unclosed(&mut self) {
        let here = self.here();
        let message = format!("{} is never closed", self.found());
        self.habit(Diagnostic::error(codes::UNCLOSED_BRACKET, message, here).here("opened here"));
    }

    /// True where nothing more of the group comes.
    pub(super) fn at_group_end(&self, group: Group) -> bool {
        match group.close {
            Some(close) => self.pos >= close,
            None => self.at_line_end() || self.at_closer() || self.pos >= group.outer_end,
        }
    }

    fn at_closer(&self) -> bool {
        matches!(
            self.kind(),
            SyntaxKind::RightParen
                | SyntaxKind::RightBracket
                | SyntaxKind::RightBrace
                | SyntaxKind::InterpolationClose
        )
    }

    /// Takes the closing bracket, and reports what still stands before it.
    pub(super) fn close_group(&mut self, group: Group) {
        if !self.at_group_end(group) {
            self.unexpected("expected the closing bracket");
            self.skip_in_group(group);
        }
        self.group_end = group.outer_end;
        match group.close {
            Some(_) => self.bump(),
            // What follows an unclosed bracket is anyone's guess.
            None => self.give_up_line(),
        }
    }

    /// Reads entries between commas up to the closing bracket, and takes it.
    pub(super) fn parse_entries(
        &mut self,
        group: Group,
        begins_entry: fn(&Self) -> bool,
        parse_entry: fn(&mut Self),
    ) {
        let mut wants_entry = true;
        loop {
            if wants_entry {
                self.continue_unclosed(group);
            }
            if self.at_group_end(group) {
                break;
            }
            let before = self.pos;
            if self.at(SyntaxKind::Comma) {
                self.expected(codes::EXPECTED_VALUE, "an entry");
            } else {
                parse_entry(self);
            }
            wants_entry = self.parse_separator(group, begins_entry);
            if self.pos == before {
                self.bump_unparsed();
            }
        }
        self.close_group(group);
    }

    /// Takes the comma after an entry; true if another entry may follow.
    fn parse_separator(&mut self, group: Group, begins_entry: fn(&Self) -> bool) -> bool {
        if self.at_group_end(group) {
            return false;
        }
        if self.eat(SyntaxKind::Comma) {
            self.found_again();
            return true;
        }
        if self.at(SyntaxKind::Semicolon) {
            self.mend_word("entries are separated by commas", ",");
            return true;
        }
        if begins_entry(self) && !self.is_lost() {
            let gap = Span::empty(self.last_end());
            let here = self.here();
            self.habit(
                Diagnostic::error(
                    codes::MISSING_COMMA,
                    "a comma is missing between two entries",
                    gap,
                )
                .here("a comma belongs here")
                .also(here, "the next entry")
                .fix(super::lines::replace("add the comma", gap, ",")),
            );
            // How many entries are meant is a guess.
            self.given_up(gap.start.saturating_sub(1));
            return true;
        }
        self.unexpected("expected a comma or the closing bracket");
        self.skip_entry(group);
        if self.eat(SyntaxKind::Comma) {
            self.found_again();
        }
        true
    }

    /// An unclosed bracket goes on after a comma if the next line is indented.
    fn continue_unclosed(&mut self, group: Group) {
        let goes_on = group.close.is_none()
            && self.at_line_end()
            && group.outer_end == usize::MAX
            && self
                .next_column()
                .is_some_and(|column| column > self.column());
        if goes_on {
            self.extend_line();
        }
    }

    /// Takes everything up to the next comma of this group without reading it.
    fn skip_entry(&mut self, group: Group) {
        if self.at_group_end(group) || self.at(SyntaxKind::Comma) {
            return;
        }
        self.start(SyntaxKind::Unparsed);
        while !self.at_group_end(group) && !self.at(SyntaxKind::Comma) && !self.at_line_end() {
            self.bump_with_partner();
        }
        self.finish_node();
    }

    /// Takes everything up to the end of the group without reading it.
    fn skip_in_group(&mut self, group: Group) {
        self.start(SyntaxKind::Unparsed);
        while !self.at_group_end(group) && !self.at_line_end() {
            self.bump();
        }
        self.finish_node();
    }

    /// Takes a token, and if it opens a closed bracket everything up to its partner.
    pub(super) fn bump_with_partner(&mut self) {
        let partner = self
            .brackets
            .partner(self.pos)
            .filter(|close| *close < self.group_end);
        self.bump();
        while partner.is_some_and(|close| self.pos <= close) && !self.at_line_end() {
            self.bump();
        }
    }
}
