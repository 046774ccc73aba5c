//! Types and the constraints after them.

use super::{Parser, exprs::is_string, lines::replace};
use crate::{Diagnostic, Span, SyntaxKind, codes};

/// Levels of `list<…>` and `{ … }` in one type.
const TYPE_DEPTH_MAX: u32 = 32;

impl Parser<'_> {
    /// Reads a type, or reports that one is missing.
    pub(super) fn parse_type(&mut self) -> bool {
        if self.type_depth >= TYPE_DEPTH_MAX {
            let here = self.here();
            self.too_deep("types", TYPE_DEPTH_MAX, here);
            self.skip_rest();
            return false;
        }
        self.type_depth += 1;
        let is_there = self.parse_type_here();
        self.type_depth -= 1;
        is_there
    }

    fn parse_type_here(&mut self) -> bool {
        if self.at(SyntaxKind::LeftBrace) {
            self.parse_shape();
            return true;
        }
        if !self.kind().is_word() {
            self.no_type();
            return false;
        }
        let start = self.here().start;
        if self.at(SyntaxKind::ListKw) && self.nth(1) == SyntaxKind::Less {
            self.parse_list_type();
        } else if self.nth(1) == SyntaxKind::Less && self.is_foreign_list() {
            self.mend_word("a list type is written `list<…>`", "list");
            self.parse_list_type_rest();
        } else if self.nth(1) == SyntaxKind::Less {
            self.foreign_generic();
        } else {
            self.start(SyntaxKind::NamedType);
            self.bump_as(SyntaxKind::Ident);
            self.finish_node();
        }
        self.foreign_type_suffix(start);
        self.foreign_type_end(start);
        true
    }

    fn parse_list_type(&mut self) {
        self.start(SyntaxKind::ListType);
        self.bump();
        self.list_type_behind_word();
    }

    /// The rest of a list type whose word was another one.
    fn parse_list_type_rest(&mut self) {
        self.start(SyntaxKind::ListType);
        self.list_type_behind_word();
    }

    fn list_type_behind_word(&mut self) {
        self.bump();
        self.parse_type();
        self.parse_constraints();
        if !self.eat_greater() {
            self.expected(codes::EXPECTED_TOKEN, "`>` after the type of the elements");
        }
        self.finish_node();
    }

    /// Takes `>`, also from the front of `>=`, which is a `>` and the `=` of a default.
    fn eat_greater(&mut self) -> bool {
        if self.at(SyntaxKind::GreaterEqual) {
            self.cut_in_two(SyntaxKind::Greater, SyntaxKind::Equals);
            return true;
        }
        self.eat(SyntaxKind::Greater)
    }

    /// Takes the first byte of the current token as one token and leaves the rest as another.
    fn cut_in_two(&mut self, first: SyntaxKind, rest: SyntaxKind) {
        self.build_trivia();
        if let Some(token) = self.tokens.get_mut(self.pos) {
            self.builder.cut(self.pos, token, first);
            token.kind = rest;
        }
    }

    fn parse_shape(&mut self) {
        self.start(SyntaxKind::ShapeType);
        let group = self.open_group();
        self.parse_entries(
            group,
            |parser| parser.kind().is_word(),
            Self::parse_inline_field,
        );
        self.finish_node();
    }

    fn parse_inline_field(&mut self) {
        self.start(SyntaxKind::Field);
        self.parse_field_head();
        self.finish_node();
    }

    /// Reads `range(0, 1) unique …`.
    pub(super) fn parse_constraints(&mut self) {
        while self.kind().is_word() && !self.at_from_key() {
            if self.text_here() == "default" {
                return self.default_word();
            }
            if self.at_bare_values() {
                return self.bare_constraint();
            }
            let is_pattern = self.text_here() == "pattern" && self.nth(1) == SyntaxKind::LeftParen;
            if is_pattern && !is_string(self.nth(2)) && self.nth(2) != SyntaxKind::RightParen {
                return self.bare_pattern();
            }
            self.start(SyntaxKind::Constraint);
            self.bump_as(SyntaxKind::Ident);
            if self.at(SyntaxKind::LeftParen) {
                let group = self.open_group();
                self.parse_entries(group, Self::begins_expr, |parser| {
                    parser.parse_expr();
                });
            }
            self.finish_node();
        }
    }

    /// True at `from "KEY"`, which ends the constraints of an env entry.
    fn at_from_key(&self) -> bool {
        self.at(SyntaxKind::FromKw) && is_string(self.nth(1))
    }

    /// `text[]` and `text?`, as other languages write them.
    fn foreign_type_suffix(&mut self, start: u32) {
        let here = self.here();
        if self.at(SyntaxKind::LeftBracket) {
            let diagnostic = Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "a list type is written `list<…>`",
                here,
            )
            .here("not a type of the language");
            let before = Span::new(start, here.start).of(self.text).trim_end();
            let (inner, close) = match (self.nth(1), self.nth(2)) {
                (SyntaxKind::RightBracket, _) => (before, self.nth_span(1)),
                (kind, SyntaxKind::RightBracket) if kind.is_word() => {
                    (self.nth_span(1).of(self.text), self.nth_span(2))
                }
                (_, _) => ("", here),
            };
            self.habit(if inner.is_empty() {
                diagnostic.help("write `list<text>` for a list of texts")
            } else {
                let list = format!("list<{inner}>");
                let written = Span::new(start, close.end);
                diagnostic.fix(replace(&format!("write `{list}`"), written, &list))
            });
            self.start(SyntaxKind::Unparsed);
            while !self.at_line_end()
                && self.pos < self.group_end
                && !self.eat(SyntaxKind::RightBracket)
            {
                self.bump();
            }
            self.finish_node();
            // The type before the brackets is judged with its next form.
            self.given_up(start);
        } else if self.at(SyntaxKind::QuestionMark) {
            let is_last = self.nth(1) == SyntaxKind::LineEnd;
            let diagnostic = Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "a field with a default need not be given",
                here,
            )
            .here("not a type of the language")
            .help("write a default: `name : text = null`");
            self.habit(if is_last {
                diagnostic.fix(replace("default to null", here, " = null"))
            } else {
                diagnostic
            });
            self.bump_unparsed();
        }
    }
}
