//! Operators and numbers of other languages: reported with what they are here, and read as that.

use super::{
    Parser,
    exprs::{Level, is_string},
    lines::{replace, with_fix},
};
use crate::{Diagnostic, SyntaxKind, codes};

impl Parser<'_> {
    pub(super) fn malformed_number(&mut self) {
        let (here, text) = (self.here(), self.text_here());
        let digits = text.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
        let is_duration = matches!(digits, "ms" | "s" | "m" | "h" | "d");
        let message = format!("`{text}` is not a number");
        let diagnostic = Diagnostic::error(codes::MALFORMED_NUMBER, message, here);
        self.habit(if is_duration {
            diagnostic.here("a duration without quotes").fix(replace(
                "put it in quotes",
                here,
                &format!("\"{text}\""),
            ))
        } else if text.contains('_')
            && text
                .replace('_', "")
                .bytes()
                .all(|byte| byte.is_ascii_digit())
        {
            diagnostic.here("digits run together").fix(replace(
                "remove the underscores",
                here,
                &text.replace('_', ""),
            ))
        } else if let Some(decimal) = decimal(text) {
            diagnostic.here("not in the decimal system").fix(replace(
                &format!("write `{decimal}`"),
                here,
                &decimal.to_string(),
            ))
        } else {
            diagnostic
                .here("digits run into something else")
                .help("numbers are written 3, 0.35 or 1e6, and names begin with a letter")
        });
    }

    pub(super) fn foreign_operator(&mut self) {
        let ours = match self.kind() {
            SyntaxKind::AndAnd => "and",
            SyntaxKind::OrOr => "or",
            SyntaxKind::Bang => "not ",
            SyntaxKind::TripleEqual => "==",
            SyntaxKind::NotDoubleEqual => "!=",
            _ => return,
        };
        let (here, theirs) = (self.here(), self.text_here());
        let name = ours.trim();
        self.habit(
            Diagnostic::error(
                codes::FOREIGN_OPERATOR,
                format!("`{theirs}` is written `{name}`"),
                here,
            )
            .here("not an operator of the language")
            .fix(replace(&format!("use `{name}`"), here, ours)),
        );
    }

    /// `x not in xs` and `x is y`: reported, and read without the word that is too much.
    pub(super) fn foreign_word_operator(&mut self) {
        if !matches!(self.kind(), SyntaxKind::NotKw | SyntaxKind::Ident) {
            return;
        }
        let here = self.here();
        if self.at(SyntaxKind::NotKw) && self.nth(1) == SyntaxKind::InKw {
            self.habit(
                Diagnostic::error(
                    codes::FOREIGN_OPERATOR,
                    "`not in` is written with `not` in front",
                    here,
                )
                .here("not an operator of the language")
                .help("write `not (item in list)`"),
            );
            self.bump_unparsed();
        } else if self.at(SyntaxKind::Ident)
            && self.text_here() == "is"
            && self.nth(1) != SyntaxKind::Equals
        {
            let is_negated = self.nth(1) == SyntaxKind::NotKw;
            let name = if is_negated { "!=" } else { "==" };
            let span = if is_negated {
                here.cover(self.nth_span(1))
            } else {
                here
            };
            self.habit(
                Diagnostic::error(
                    codes::FOREIGN_OPERATOR,
                    format!("`{}` is written `{name}`", span.of(self.text)),
                    span,
                )
                .here("not an operator of the language")
                .fix(replace(&format!("use `{name}`"), span, name)),
            );
            if is_negated {
                self.bump_unparsed();
            }
            self.mend(SyntaxKind::EqualEqual);
        }
    }

    /// `x -> x + 1` in the place of `x => x + 1`: reported, and read as meant.
    pub(super) fn foreign_lambda_arrow(&mut self) {
        if !self.at(SyntaxKind::Arrow) {
            return;
        }
        let here = self.here();
        self.habit(
            Diagnostic::error(
                codes::FOREIGN_OPERATOR,
                "the `->` of a function is written `=>`",
                here,
            )
            .here("binds the result of a step, not a function")
            .fix(replace("use `=>`", here, "=>")),
        );
        self.mend(SyntaxKind::FatArrow);
    }

    pub(super) fn chained_comparison(&mut self) {
        let diagnostic = Diagnostic::error(
            codes::CHAINED_COMPARISON,
            "comparisons cannot be chained",
            self.here(),
        )
        .here("a second comparison")
        .help("write `a < b and b < c`");
        let fix = self.chain_fix();
        self.habit(with_fix(diagnostic, fix));
    }

    /// True at the `?` of `c ? a : b`.
    pub(super) fn at_ternary(&self) -> bool {
        /// How far the `:` may be, in tokens.
        const LOOKAHEAD: usize = 64;
        let next = self.nth(1);
        let begins_value = next.is_word() && Level::of(next).is_none()
            || is_string(next)
            || matches!(
                next,
                SyntaxKind::Integer | SyntaxKind::Decimal | SyntaxKind::LeftParen
            );
        if !begins_value {
            return false;
        }
        let rest = self
            .tokens
            .get(self.pos..self.end.min(self.group_end))
            .unwrap_or(&[]);
        let mut kinds = rest.iter().take(LOOKAHEAD).map(|token| token.kind);
        kinds.find(|kind| matches!(kind, SyntaxKind::Colon | SyntaxKind::Comma))
            == Some(SyntaxKind::Colon)
    }

    pub(super) fn ternary(&mut self) {
        let diagnostic = Diagnostic::error(
            codes::TERNARY,
            "a choice is written `if c then a else b`",
            self.here(),
        )
        .here("not an operator of the language")
        .help("write `if condition then value else other`");
        let fix = self.ternary_fix();
        self.error(with_fix(diagnostic, fix));
        self.skip_rest();
    }

    /// `==` in the place of `=`.
    pub(super) fn double_equals(&mut self) {
        let here = self.here();
        self.habit(
            Diagnostic::error(codes::FOREIGN_OPERATOR, "names are bound with `=`", here)
                .here("compares two values")
                .fix(replace("use `=`", here, "=")),
        );
    }

    /// `:=` in the place of `=`.
    pub(super) fn walrus(&mut self) {
        let here = self.here();
        self.habit(
            Diagnostic::error(codes::WALRUS, "names are bound with `=`", here)
                .here("not an operator of the language")
                .fix(replace("use `=`", here, "=")),
        );
    }
}

/// The value of `0xFF`, `0b101` or `0o17`.
fn decimal(text: &str) -> Option<i64> {
    let bases = [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)];
    let mut values = bases.into_iter();
    values.find_map(|(prefix, base)| i64::from_str_radix(text.strip_prefix(prefix)?, base).ok())
}
