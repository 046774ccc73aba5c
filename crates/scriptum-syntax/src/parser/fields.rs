//! Blocks of declared fields, and enums.

use super::{
    Parser,
    exprs::is_string,
    lines::{replace, suggest, with_fix},
    steps::Siblings,
};
use crate::{Diagnostic, Fix, Span, SyntaxKind, codes};

/// Levels of fields indented below fields.
const FIELD_DEPTH_MAX: u32 = 32;

impl Parser<'_> {
    /// Reads the fields indented below `column`.
    pub(super) fn parse_fields(&mut self, column: u32) {
        if self.block_depth >= FIELD_DEPTH_MAX {
            let here = self.upcoming_span();
            self.too_deep("fields", FIELD_DEPTH_MAX, here);
            self.skip_deeper_lines(column);
            return;
        }
        self.block_depth += 1;
        let mut siblings = Siblings::default();
        while let Some(line) = self.upcoming().filter(|line| line.column > column) {
            self.check_indentation(&mut siblings, line);
            self.enter_line();
            self.parse_field_line(line.column);
        }
        self.block_depth -= 1;
    }

    pub(super) fn parse_field_line(&mut self, column: u32) {
        if self.at_stray_brace() {
            self.bump_unparsed();
            self.finish_line();
            return;
        }
        self.skip_dash();
        self.start(SyntaxKind::Field);
        self.parse_field_head();
        self.finish_line();
        self.parse_fields(column);
        self.finish_node();
    }

    /// Reads `name : type constraints = default`.
    pub(super) fn parse_field_head(&mut self) {
        if !self.expect_name("the name of a field") {
            self.skip_field();
            return;
        }
        match self.kind() {
            SyntaxKind::Colon => {
                self.bump();
                self.parse_declared_type();
            }
            SyntaxKind::Equals | SyntaxKind::ColonEquals => self.equals_in_field(),
            kind if kind.is_word() || kind == SyntaxKind::LeftBrace => {
                let gap = Span::empty(self.last_end());
                self.habit(
                    Diagnostic::error(
                        codes::MISSING_COLON,
                        "a colon is missing before the type",
                        gap,
                    )
                    .here("a colon belongs here")
                    .fix(replace("add the colon", gap, " :")),
                );
                self.parse_declared_type();
            }
            _ => {
                self.expected(codes::MISSING_COLON, "`:` and a type");
                self.skip_field();
            }
        }
    }

    /// Gives up a field, but not the ones after its comma.
    fn skip_field(&mut self) {
        if self.group_end == usize::MAX {
            self.skip_rest();
        }
    }

    fn parse_declared_type(&mut self) {
        if self.parse_type() {
            self.parse_constraints();
        }
        self.parse_default();
    }

    /// Reads `= default`, if there is one.
    pub(super) fn parse_default(&mut self) {
        if self.at(SyntaxKind::ColonEquals) {
            self.walrus();
            self.bump();
            self.parse_expr();
        } else if self.eat(SyntaxKind::Equals) {
            self.parse_expr();
        }
        self.constraint_after_default();
    }

    /// `= 3 min(0)`: constraints stand before the default.
    fn constraint_after_default(&mut self) {
        if !self.kind().is_word() || self.nth(1) != SyntaxKind::LeftParen {
            return;
        }
        let here = self.here();
        self.habit(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                "constraints stand before the default",
                here,
            )
            .here("after the default")
            .help("write `name : type constraints = default`"),
        );
        self.start(SyntaxKind::Unparsed);
        self.parse_constraints();
        self.finish_node();
    }

    /// `name = text` or `name = "x"` in the place of `name : text = "x"`.
    fn equals_in_field(&mut self) {
        let here = self.here();
        let next = self.nth(1);
        let is_type = next.is_word() && !next.is_reserved();
        let diagnostic = Diagnostic::error(
            codes::EQUALS_IN_FIELD,
            "a field is declared with `:` and a type",
            here,
        );
        if is_type {
            self.habit(
                diagnostic
                    .here("`:` belongs here")
                    .fix(replace("use `:`", here, ":")),
            );
            self.bump();
            self.parse_declared_type();
            return;
        }
        let ty = match next {
            SyntaxKind::Integer => "integer",
            SyntaxKind::Decimal => "number",
            SyntaxKind::TrueKw | SyntaxKind::FalseKw => "boolean",
            SyntaxKind::LeftBracket => "list",
            SyntaxKind::LeftBrace => "object",
            _ => "text",
        };
        let gap = Span::empty(self.last_end());
        self.habit(
            diagnostic
                .here("the type is missing before the default")
                .fix(suggest("add a type", gap, &format!(" : {ty}"))),
        );
        self.bump();
        self.parse_expr();
    }

    /// Reads `enum Name : base = A | B`, also over several lines.
    pub(super) fn parse_enum(&mut self) {
        let column = self.column();
        self.start(SyntaxKind::EnumDecl);
        self.bump();
        self.expect_name("the name of the enum");
        if self.at(SyntaxKind::Colon) && !self.names_base() {
            self.mend_word("the variants of an enum stand behind `=`", "=");
        } else {
            if self.eat(SyntaxKind::Colon) {
                self.parse_type();
            }
            self.parse_enum_equals();
        }
        let mut count = self.parse_variants(false);
        let end = Span::empty(self.last_end());
        self.finish_line();
        while self.upcoming().is_some_and(|line| line.column > column) {
            self.enter_line();
            count += self.parse_variants(true);
            self.finish_line();
        }
        if count == 0 {
            self.habit(
                Diagnostic::error(
                    codes::MALFORMED_ENUM,
                    "an enum has at least one variant",
                    end,
                )
                .here("the variants belong here"),
            );
        }
        self.finish_node();
    }

    /// False at `: A | B`, where the colon stands for the `=`.
    fn names_base(&self) -> bool {
        let next = self.nth(1);
        let is_variant = next.is_word() || is_string(next);
        !(is_variant && matches!(self.nth(2), SyntaxKind::Pipe | SyntaxKind::Comma))
    }

    fn parse_enum_equals(&mut self) {
        if self.at(SyntaxKind::ColonEquals) {
            self.walrus();
            self.bump();
        } else if self.at_line_end() {
            let gap = Span::empty(self.last_end());
            self.habit(
                Diagnostic::error(
                    codes::MALFORMED_ENUM,
                    "an enum is written `enum Name = A | B`",
                    gap,
                )
                .here("`=` belongs here")
                .fix(replace("add `=`", gap, " =")),
            );
        } else if self.at(SyntaxKind::LeftBrace) {
            let here = self.here();
            let close = self.brackets.partner(self.pos);
            let fix = close.and_then(|close| self.braced_enum_fix(close));
            let diagnostic = Diagnostic::error(
                codes::MALFORMED_ENUM,
                "an enum is written `enum Name = A | B`",
                here,
            )
            .here("enums have no braces")
            .help("put `=` after the name and `|` between the variants");
            self.error(with_fix(diagnostic, fix));
            if let Some(close) = close {
                self.extend_line_over(close);
            }
            self.skip_rest();
        } else {
            self.expect(SyntaxKind::Equals, "`=` before the variants");
        }
    }

    /// `{ A, B }` as `= A | B`.
    fn braced_enum_fix(&self, close: usize) -> Option<Fix> {
        let close = self.tokens.get(close)?.span;
        let inner = Span::new(self.here().end, close.start).of(self.text);
        let variants = inner.split([',', '\n']).map(str::trim);
        let variants: Vec<&str> = variants.filter(|variant| !variant.is_empty()).collect();
        let is_plain = variants
            .iter()
            .all(|variant| !variant.contains(['=', '-', ':']));
        let written = format!("= {}", variants.join(" | "));
        (is_plain && !variants.is_empty()).then(|| {
            replace(
                &format!("write `{written}`"),
                self.here().cover(close),
                &written,
            )
        })
    }

    /// Reads the variants on one line.
    fn parse_variants(&mut self, is_continuation: bool) -> u32 {
        let mut count = 0u32;
        self.eat(SyntaxKind::Pipe);
        while !self.at_line_end() {
            let before = self.pos;
            let checkpoint = self.checkpoint();
            if !self.parse_variant() {
                self.skip_rest();
                return count + 1;
            }
            count += 1;
            let is_alone =
                count == 1 && self.at_line_end() && (is_continuation || self.is_continued());
            if is_alone {
                // The comment beside a variant that stands alone documents it, not the enum.
                self.build_trailing_comment();
            }
            self.start_at(checkpoint, SyntaxKind::EnumVariant);
            self.finish_node();
            self.parse_variant_separator();
            debug_assert!(self.pos > before, "every variant is a token at least");
        }
        count
    }

    /// True when the line after the current one goes on with the enum.
    fn is_continued(&self) -> bool {
        self.next_column()
            .is_some_and(|column| column > self.column())
    }

    fn parse_variant_separator(&mut self) {
        if self.at_line_end() || self.eat(SyntaxKind::Pipe) {
            return;
        }
        let here = self.here();
        if self.at(SyntaxKind::Comma) || self.at(SyntaxKind::OrOr) {
            self.habit(
                Diagnostic::error(codes::MALFORMED_ENUM, "variants are separated by `|`", here)
                    .here("`|` belongs here")
                    .fix(replace(
                        "use `|`",
                        here,
                        if self.follows_space() { "|" } else { " |" },
                    )),
            );
            self.bump();
            return;
        }
        self.expected(codes::MALFORMED_ENUM, "`|` between variants");
        self.skip_rest();
    }

    fn parse_variant(&mut self) -> bool {
        if self.at_string() {
            self.parse_string(SyntaxKind::Label);
            return true;
        }
        if self.at(SyntaxKind::Minus) {
            self.bump();
        }
        match self.kind() {
            SyntaxKind::Integer | SyntaxKind::Decimal => self.bump(),
            SyntaxKind::BadNumber => {
                self.expected(
                    codes::MALFORMED_ENUM,
                    "a variant: a word, a number or a text in quotes",
                );
                self.bump();
            }
            kind if kind.is_word() => self.bump_as(SyntaxKind::Ident),
            _ => {
                self.expected(
                    codes::MALFORMED_ENUM,
                    "a variant: a word, a number or a text in quotes",
                );
                return false;
            }
        }
        true
    }
}
